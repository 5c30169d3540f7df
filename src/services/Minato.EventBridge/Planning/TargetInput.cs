using System.Collections.Immutable;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Minato.Contracts.Eventbridge;

namespace Minato.EventBridge.Planning;

/// <summary>What a target gets of an event: all of it, a constant, a part, or a template with parts filled in.</summary>
internal static class TargetInput
{
    public const string ReservedPrefix = "aws.events.";
    private static readonly string[] s_reserved = ["rule-arn", "rule-name", "event", "event.json", "event.ingestion-time"];
    internal static readonly JsonSerializerOptions Relaxed = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <param name="target">What was asked for it.</param>
    /// <param name="json">The event.</param>
    /// <param name="rule">Name and ARN of the rule.</param>
    /// <param name="acceptedAt">When the event came in.</param>
    public static string Of(Target target, string json, (string Name, string Arn) rule, DateTimeOffset acceptedAt)
    {
        if (target.Input is { } constant) return constant;
        if (target is { InputPath: null, InputTransformer: null }) return json;
        using var parsed = JsonDocument.Parse(json);
        if (target.InputPath is { } path) return EventPath.TryParse(path, out var steps) && steps.Find(parsed.RootElement) is { } part ? part.ToJsonString(Relaxed) : "{}";
        return target.InputTransformer is { } transformer ? Transform(transformer, parsed.RootElement, json, rule, acceptedAt) : json;
    }

    /// <returns>Names that the template uses and nobody defines.</returns>
    public static IEnumerable<string> UnknownPlaceholders(InputTransformer transformer) => Template.Parse(transformer.InputTemplate)
        .Select(p => p.Variable).OfType<string>()
        .Where(v => !IsReserved(v) && transformer.InputPathsMap?.ContainsKey(v) is not true).Distinct(StringComparer.Ordinal);

    private static bool IsReserved(string name) => name.StartsWith(ReservedPrefix, StringComparison.Ordinal) && s_reserved.Contains(name[ReservedPrefix.Length..]);

    private static string Transform(InputTransformer transformer, JsonElement root, string json, (string Name, string Arn) rule, DateTimeOffset acceptedAt)
    {
        var paths = transformer.InputPathsMap ?? ImmutableDictionary<string, string>.Empty;
        var text = new StringBuilder();
        // A template that is an object is JSON; any other is a text.
        var isJson = transformer.InputTemplate.TrimStart().StartsWith('{');
        foreach (var part in Template.Parse(transformer.InputTemplate))
        {
            if (part.Variable is not { } name) text.Append(part.Text);
            else if (isJson && !part.IsQuoted) text.Append((Value(name) ?? JsonValue.Create("")).ToJsonString(Relaxed));
            else text.Append(Words(Value(name)));
        }

        return text.ToString();

        JsonNode? Value(string name) => name switch
        {
            "aws.events.rule-arn" => rule.Arn,
            "aws.events.rule-name" => rule.Name,
            "aws.events.event.ingestion-time" => EventText.Time(acceptedAt),
            "aws.events.event.json" => JsonNode.Parse(json),
            "aws.events.event" => WithoutDetail(json),
            _ => paths.GetValueOrDefault(name) is { } path && EventPath.TryParse(path, out var steps) ? steps.Find(root) : null,
        };
    }

    private static JsonNode? WithoutDetail(string json)
    {
        var node = JsonNode.Parse(json);
        (node as JsonObject)?.Remove("detail");
        return node;
    }

    /// <summary>AWS: inside of quotes a text stands as it is, and JSON without its own quotes.</summary>
    private static string Words(JsonNode? value) => value switch
    {
        null => "",
        JsonValue one when one.TryGetValue<string>(out var text) => text,
        _ => value.ToJsonString(Relaxed).Replace("\"", "", StringComparison.Ordinal),
    };
}

/// <summary>A part of a template: text, or the name of a variable and whether it stands inside of quotes.</summary>
internal sealed record TemplatePart(string Text, string? Variable = null, bool IsQuoted = false);

internal static class Template
{
    public static IEnumerable<TemplatePart> Parse(string template)
    {
        var (start, isQuoted) = (0, false);
        for (var i = 0; i < template.Length; i++)
        {
            if (template[i] == '"' && (i == 0 || template[i - 1] != '\\')) isQuoted = !isQuoted;
            if (template[i] != '<' || template.IndexOf('>', i) is not (> 0 and var end) || !IsName(template.AsSpan(i + 1, end - i - 1))) continue;
            if (i > start) yield return new(template[start..i]);
            yield return new("", template[(i + 1)..end], isQuoted);
            (start, i) = (end + 1, end);
        }

        if (start < template.Length) yield return new(template[start..]);
    }

    private static bool IsName(ReadOnlySpan<char> name)
    {
        foreach (var c in name)
        {
            if (!char.IsAsciiLetterOrDigit(c) && c is not ('-' or '_' or '.')) return false;
        }

        return !name.IsEmpty;
    }
}
