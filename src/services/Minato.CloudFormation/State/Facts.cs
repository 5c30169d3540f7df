using System.Collections.Immutable;
using System.Text;
using System.Text.Json.Nodes;
using Minato.Platform;

namespace Minato.CloudFormation.State;

/// <summary>What is known of a physical resource.</summary>
/// <param name="Properties">Evaluated; references to secrets are still references.</param>
/// <param name="Tags">Of the stack, when these properties came into force.</param>
internal sealed record Facts(JsonObject Properties, JsonObject Attributes, JsonObject Tags);

/// <summary>Seals what resources are made of, and opens it: parameters with NoEcho end up in properties.</summary>
internal sealed class FactsVault(ISealer sealer)
{
    public byte[] Seal(string resourceKey, Facts facts)
    {
        var json = new JsonObject
        {
            ["Properties"] = facts.Properties.DeepClone(), ["Attributes"] = facts.Attributes.DeepClone(), ["Tags"] = facts.Tags.DeepClone(),
        };
        return sealer.Seal(Encoding.UTF8.GetBytes(json.ToJsonString()), resourceKey);
    }

    public Facts Open(string resourceKey, byte[] closed)
    {
        var json = (JsonObject)(JsonNode.Parse(sealer.Open(closed, resourceKey)) ?? new JsonObject());
        return new(Part(json, "Properties"), Part(json, "Attributes"), Part(json, "Tags"));
    }

    public Facts? Open(string resourceKey, Incarnation? incarnation) => incarnation is null ? null : Open(resourceKey, incarnation.Sealed);

    public string ValueOf(string stackId, ParameterState parameter) =>
        parameter.Sealed is { } closed ? Encoding.UTF8.GetString(sealer.Open(closed, ParameterState.ContextOf(stackId, parameter.Key))) : parameter.Value ?? "";

    public ParameterState Keep(string stackId, string key, string value, string? resolved, bool isList, bool isSecret) => new(
        key, isSecret ? null : value, isSecret ? sealer.Seal(Encoding.UTF8.GetBytes(value), ParameterState.ContextOf(stackId, key)) : null, resolved, isList);

    public byte[] SealText(string context, string text) => sealer.Seal(Encoding.UTF8.GetBytes(text), context);

    public string OpenText(string context, byte[] closed) => Encoding.UTF8.GetString(sealer.Open(closed, context));

    public static JsonObject TagsOf(ImmutableSortedDictionary<string, string> tags) =>
        new(tags.Select(t => KeyValuePair.Create(t.Key, (JsonNode?)JsonValue.Create(t.Value))));

    private static JsonObject Part(JsonObject json, string name)
    {
        var part = json[name] as JsonObject ?? [];
        json.Remove(name);
        return part;
    }
}
