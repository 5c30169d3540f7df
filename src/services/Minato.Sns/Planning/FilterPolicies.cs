using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Minato.Aws.EventPatterns;
using Minato.Contracts.Sns;
using Minato.Sns.State;

namespace Minato.Sns.Planning;

/// <summary>Which messages a subscription wants.</summary>
internal static class FilterPolicies
{
    private const int MostCombinations = 150;
    private const int MostFields = 5;
    public const string OfBody = "MessageBody";

    /// <returns>Why it is none; null when it is one.</returns>
    public static string? Fault(string policy)
    {
        try
        {
            if (JsonNode.Parse(policy) is not JsonObject read) return "failed to parse JSON.";
            if (read.Count == 0) return null; // AWS: an empty one wants everything.
            var pattern = EventPattern.Parse(policy);
            if (pattern.Fields > MostFields) return "Filter policy can not have more than 5 keys";
            return pattern.Combinations > MostCombinations ? "Filter policy is too complex" : null;
        }
        catch (JsonException)
        {
            return "failed to parse JSON.";
        }
        catch (EventPatternException e)
        {
            return e.Message;
        }
    }

    public static bool Wants(SubscriptionState subscription, DeliveryState message)
    {
        if (subscription.Attributes.GetValueOrDefault("FilterPolicy") is not { } policy || JsonNode.Parse(policy) is not JsonObject { Count: > 0 }) return true;
        var isOfBody = subscription.Attributes.GetValueOrDefault("FilterPolicyScope") is OfBody;
        if ((isOfBody ? message.Message : AsJson(message.Attributes)) is not { } json || !TryParse(json, out var parsed)) return false;
        using (parsed) return EventPattern.Parse(policy).Matches(EventDocument.Of(parsed.RootElement));
    }

    /// <summary>AWS: a body that is no JSON object is wanted by nobody who filters by it.</summary>
    private static bool TryParse(string json, out JsonDocument parsed)
    {
        try
        {
            parsed = JsonDocument.Parse(json);
            return parsed.RootElement.ValueKind is JsonValueKind.Object;
        }
        catch (JsonException)
        {
            parsed = JsonDocument.Parse("null");
            return false;
        }
    }

    private static string AsJson(ImmutableSortedDictionary<string, MessageAttributeValue> attributes) =>
        new JsonObject(attributes.Where(a => a.Value.StringValue is not null).Select(a => KeyValuePair.Create(a.Key, Value(a.Value)))).ToJsonString();

    private static JsonNode? Value(MessageAttributeValue attribute)
    {
        var text = attribute.StringValue ?? "";
        if (attribute.DataType.StartsWith("Number", StringComparison.Ordinal) && double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out _)) return Node(text) ?? text;
        return attribute.DataType is "String.Array" ? Node(text) ?? text : text;
    }

    private static JsonNode? Node(string json)
    {
        try
        {
            return JsonNode.Parse(json);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
