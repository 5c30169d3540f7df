using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;

namespace Minato.Engines.Scanner.Advisories;

/// <summary>Reads one entry in the OSV format.</summary>
internal static class OsvReader
{
    private const int MaxDetails = 8 << 10;
    private const int MaxReferences = 20;
    private static readonly JsonDocumentOptions s_options = new() { MaxDepth = 64, CommentHandling = JsonCommentHandling.Disallow };

    /// <returns>Null for an entry that was withdrawn.</returns>
    /// <exception cref="JsonException">It is not JSON, or not an OSV entry.</exception>
    public static Advisory? Read(ReadOnlyMemory<byte> json)
    {
        using var document = JsonDocument.Parse(json, s_options);
        var root = document.RootElement;
        if (root.ValueKind is not JsonValueKind.Object || Text(root, "id") is not { Length: > 0 } id) throw new JsonException("no entry of OSV: it has no id");
        if (Text(root, "withdrawn") is not null) return null;
        return new()
        {
            Id = id,
            Modified = Time(root, "modified"), Published = Time(root, "published"),
            Summary = Text(root, "summary"), Details = Text(root, "details") is { } details ? details[..Math.Min(details.Length, MaxDetails)] : null,
            Aliases = Texts(root, "aliases"), Upstream = [.. Texts(root, "upstream")],
            References = [.. Items(root, "references").Select(r => Text(r, "url")).OfType<string>().Take(MaxReferences)],
            Severity = Scores(root), SeverityWord = Word(root),
            Affected = [.. Items(root, "affected").Select(Affected).OfType<AffectedPackage>()],
        };
    }

    private static AffectedPackage? Affected(JsonElement affected)
    {
        if (!affected.TryGetProperty("package", out var package) || Text(package, "ecosystem") is not { Length: > 0 } ecosystem || Text(package, "name") is not { Length: > 0 } name)
            return null;
        return new()
        {
            Ecosystem = ecosystem, Name = name, Versions = Texts(affected, "versions"),
            Ranges = [.. Items(affected, "ranges").Select(Range)], Severity = Scores(affected), SeverityWord = Word(affected),
        };
    }

    private static AffectedRange Range(JsonElement range) => new(Text(range, "type") ?? "", [.. Items(range, "events").Select(Event).OfType<RangeEvent>()]);

    private static RangeEvent? Event(JsonElement at) =>
        Text(at, "introduced") is { } introduced ? new(RangeEventKind.Introduced, introduced)
        : Text(at, "fixed") is { } @fixed ? new(RangeEventKind.Fixed, @fixed)
        : Text(at, "last_affected") is { } last ? new(RangeEventKind.LastAffected, last)
        : Text(at, "limit") is { } limit ? new(RangeEventKind.Limit, limit)
        : null;

    private static ImmutableArray<AdvisoryScore> Scores(JsonElement element) =>
        [.. Items(element, "severity").Select(s => Text(s, "type") is { } type && Text(s, "score") is { } score ? new AdvisoryScore(type, score) : null).OfType<AdvisoryScore>()];

    // GitHub says database_specific.severity, Debian ecosystem_specific.urgency.
    private static string? Word(JsonElement element)
    {
        foreach (var (group, key) in (ReadOnlySpan<(string, string)>)[("ecosystem_specific", "severity"), ("ecosystem_specific", "urgency"), ("database_specific", "severity")])
        {
            if (element.TryGetProperty(group, out var found) && Text(found, key) is { Length: > 0 } word) return word;
        }

        return null;
    }

    private static string? Text(JsonElement element, string name) =>
        element.ValueKind is JsonValueKind.Object && element.TryGetProperty(name, out var value) && value.ValueKind is JsonValueKind.String ? value.GetString() : null;

    private static DateTimeOffset? Time(JsonElement element, string name) =>
        DateTimeOffset.TryParse(Text(element, name), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : null;

    private static ImmutableArray<string> Texts(JsonElement element, string name) =>
        element.TryGetProperty(name, out var list) && list.ValueKind is JsonValueKind.Array
            ? [.. list.EnumerateArray().Where(v => v.ValueKind is JsonValueKind.String).Select(v => v.GetString()).OfType<string>()] : [];

    private static IEnumerable<JsonElement> Items(JsonElement element, string name) =>
        element.TryGetProperty(name, out var list) && list.ValueKind is JsonValueKind.Array ? list.EnumerateArray().Where(v => v.ValueKind is JsonValueKind.Object) : [];
}
