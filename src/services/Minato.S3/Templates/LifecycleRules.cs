using System.Text.Json.Nodes;

namespace Minato.S3.Templates;

/// <summary>Lifecycle rules: templates have the expiration and the filter in the rule itself, the API in parts of their own.</summary>
internal static class LifecycleRules
{
    public static JsonObject ToApi(JsonObject rule)
    {
        var all = (JsonObject)rule.DeepClone();
        var expiration = new JsonObject();
        Move(all, "ExpirationInDays", expiration, "Days");
        Move(all, "ExpirationDate", expiration, "Date");
        Move(all, "ExpiredObjectDeleteMarker", expiration, "ExpiredObjectDeleteMarker");
        if (expiration.Count > 0) all["Expiration"] = expiration;
        if (all.Remove("NoncurrentVersionExpirationInDays", out var days)) all["NoncurrentVersionExpiration"] = new JsonObject { ["NoncurrentDays"] = days };
        if (all.Remove("Transition", out var transition)) (all["Transitions"] = all["Transitions"]?.DeepClone() ?? new JsonArray()).AsArray().Add(transition);
        MoveNoncurrent(all);
        all["Filter"] = Filter(all);
        return all;
    }

    private static void MoveNoncurrent(JsonObject all)
    {
        if (all.Remove("NoncurrentVersionTransition", out var one)) (all["NoncurrentVersionTransitions"] = all["NoncurrentVersionTransitions"]?.DeepClone() ?? new JsonArray()).AsArray().Add(one);
        foreach (var transition in (all["NoncurrentVersionTransitions"] as JsonArray ?? []).OfType<JsonObject>()) Move(transition, "TransitionInDays", transition, "NoncurrentDays");
    }

    // AWS: one condition stands alone, several stand in And.
    private static JsonObject Filter(JsonObject all)
    {
        var conditions = new JsonObject();
        Move(all, "Prefix", conditions, "Prefix");
        Move(all, "ObjectSizeGreaterThan", conditions, "ObjectSizeGreaterThan");
        Move(all, "ObjectSizeLessThan", conditions, "ObjectSizeLessThan");
        var tags = all.Remove("TagFilters", out var filters) && filters is JsonArray { Count: > 0 } list ? list : null;
        if (tags is { Count: 1 } && conditions.Count == 0) return new() { ["Tag"] = tags[0]?.DeepClone() };
        if (tags is null && conditions.Count == 0) return new() { ["Prefix"] = "" };
        if (tags is null && conditions.Count == 1) return conditions;
        if (tags is not null) conditions["Tags"] = tags;
        return new() { ["And"] = conditions };
    }

    private static void Move(JsonObject from, string name, JsonObject to, string under)
    {
        if (from.Remove(name, out var value)) to[under] = value;
    }
}
