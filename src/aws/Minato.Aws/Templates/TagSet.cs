using System.Text.Json.Nodes;
using Minato.Aws.Shapes;

namespace Minato.Aws.Templates;

/// <summary>Tags in the two forms that templates have: a list of keys and values, or an object.</summary>
internal static class TagSet
{
    private const string Reserved = "aws:";

    /// <summary>Those of the template over those of the stack.</summary>
    /// <param name="withSystem">Also those whose keys begin with <c>aws:</c>.</param>
    public static SortedDictionary<string, string> Of(JsonObject properties, string? property, IReadOnlyDictionary<string, string> ofStack, bool withSystem)
    {
        var tags = new SortedDictionary<string, string>(StringComparer.Ordinal);
        if (property is null) return tags;
        foreach (var (key, value) in ofStack)
            if (withSystem || !IsSystem(key)) tags[key] = value;
        foreach (var (key, value) in Pairs(properties[property]))
            if (withSystem || !IsSystem(key)) tags[key] = value;
        return tags;
    }

    /// <summary>Puts tags where a request has a place for them, in its form.</summary>
    public static void Put(JsonObject into, string property, IReadOnlyDictionary<string, string> tags, StructureSchema request, string? specification)
    {
        into.Remove(property);
        if (tags.Count == 0) return;
        if (specification is not null)
        {
            into["TagSpecifications"] = new JsonArray(new JsonObject { ["ResourceType"] = specification, ["Tags"] = List(tags) });
            return;
        }
        var index = request.IndexOfProperty(property);
        if (index < 0) return;
        into[property] = request.Members[index].Kind is ShapeKind.Map ? new JsonObject([.. tags.Select(t => new KeyValuePair<string, JsonNode?>(t.Key, t.Value))]) : List(tags);
    }

    public static JsonNode? WithoutSystem(JsonNode? tags) => tags switch
    {
        JsonArray list => new JsonArray([.. list.Where(t => !IsSystem(t?["Key"]?.ToString() ?? "")).Select(t => t?.DeepClone())]),
        _ => tags?.DeepClone(),
    };

    private static JsonArray List(IReadOnlyDictionary<string, string> tags) =>
        [.. tags.Select(t => new JsonObject { ["Key"] = t.Key, ["Value"] = t.Value })];

    private static IEnumerable<(string Key, string Value)> Pairs(JsonNode? tags) => tags switch
    {
        JsonArray list => list.Select(t => (t?["Key"]?.ToString() ?? "", t?["Value"]?.ToString() ?? "")),
        JsonObject map => map.Select(t => (t.Key, t.Value?.ToString() ?? "")),
        _ => [],
    };

    private static bool IsSystem(string key) => key.StartsWith(Reserved, StringComparison.OrdinalIgnoreCase);
}

/// <summary>What an update does to tags.</summary>
/// <param name="Set">Those with new values.</param>
/// <param name="Gone">Keys that are not wanted any more.</param>
public sealed record TagChanges(IReadOnlyDictionary<string, string> Set, IReadOnlyList<string> Gone)
{
    /// <summary>Against what is there: whoever tagged the resource otherwise loses that tag, as with AWS's handlers.</summary>
    public static TagChanges Between(IReadOnlyDictionary<string, string> wanted, IEnumerable<KeyValuePair<string, string>> there)
    {
        var now = there.ToDictionary(StringComparer.Ordinal);
        return new(
            wanted.Where(t => now.GetValueOrDefault(t.Key) != t.Value).ToDictionary(StringComparer.Ordinal),
            [.. now.Keys.Where(k => !wanted.ContainsKey(k) && !k.StartsWith("aws:", StringComparison.OrdinalIgnoreCase))]);
    }
}
