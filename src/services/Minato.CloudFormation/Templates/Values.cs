using System.Text.Json;
using System.Text.Json.Nodes;

namespace Minato.CloudFormation.Templates;

/// <summary>Readings of template values, which are JSON whatever language the template was written in.</summary>
internal static class Values
{
    /// <summary>A scalar as the text that functions and parameters see.</summary>
    public static string? Text(JsonNode? node) => node is not JsonValue value ? null : value.GetValueKind() switch
    {
        JsonValueKind.String => value.GetValue<string>(),
        JsonValueKind.True => "true",
        JsonValueKind.False => "false",
        _ => value.ToJsonString(),
    };

    /// <summary>A member of what may be no map at all.</summary>
    public static JsonNode? Member(JsonNode? node, string name) => (node as JsonObject)?[name];

    public static JsonNode Of(string text) => JsonValue.Create(text);

    public static JsonArray List(IEnumerable<string> items) => new([.. items.Select(Of)]);

    /// <summary>The name and argument of a function, if the node is nothing but one.</summary>
    public static (string Name, JsonNode? Argument)? Function(JsonNode? node) =>
        node is JsonObject { Count: 1 } single && single.First() is var (name, argument) && IsFunction(name) ? (name, argument) : null;

    public static bool IsFunction(string name) => name is "Ref" || name.StartsWith("Fn::", StringComparison.Ordinal);

    public static bool Same(JsonNode? one, JsonNode? other) => JsonNode.DeepEquals(one, other);

    /// <summary>Numbers and booleans count as their text does: a parameter gives text where a template may have had a number.</summary>
    public static bool SameValue(JsonNode? one, JsonNode? other) => (one, other) switch
    {
        (null, null) => true,
        (JsonObject a, JsonObject b) => a.Count == b.Count && a.All(p => b.TryGetPropertyValue(p.Key, out var value) && SameValue(p.Value, value)),
        (JsonArray a, JsonArray b) => a.Count == b.Count && a.Zip(b).All(p => SameValue(p.First, p.Second)),
        (JsonValue, JsonValue) => Text(one) == Text(other),
        _ => false,
    };

    public static JsonObject Object(string? json) => json is null ? [] : JsonNode.Parse(json) as JsonObject ?? [];

    /// <summary>Has any scalar in it a part that only the moment of use fills in?</summary>
    public static bool Any(JsonNode? node, Func<string, bool> test) => node switch
    {
        JsonObject map => map.Any(p => Any(p.Value, test)),
        JsonArray list => list.Any(i => Any(i, test)),
        JsonValue value when value.GetValueKind() is JsonValueKind.String => test(value.GetValue<string>()),
        _ => false,
    };
}
