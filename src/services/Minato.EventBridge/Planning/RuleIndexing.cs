using System.Collections.Immutable;
using Minato.Aws.EventPatterns;

namespace Minato.EventBridge.Planning;

/// <summary>
/// Where a rule stands in the index: under every source and detail-type that its pattern lists, and under "whatever" where it leaves
/// them open. An event then looks at four places, however many rules there are.
/// </summary>
internal static class RuleIndexing
{
    private const int MostEntries = 64; // A pattern that lists more of them is found by its sources alone, or not by them either.

    public static ImmutableArray<(string? Source, string? DetailType)> EntriesOf(EventPattern pattern)
    {
        var sources = Listed(pattern, "source");
        var types = Listed(pattern, "detail-type");
        if (sources.Length * types.Length > MostEntries) types = [null];
        if (sources.Length > MostEntries) sources = [null];
        return [.. sources.SelectMany(s => types.Select(t => (s, t)))];
    }

    /// <summary>Where rules for an event may stand.</summary>
    public static ImmutableArray<(string? Source, string? DetailType)> PlacesOf(string? source, string? type) =>
        [.. new[] { (source, type), (source, null), (null, type), ((string?)null, (string?)null) }.Distinct()];

    private static ImmutableArray<string?> Listed(EventPattern pattern, string field) => pattern.OnlyValuesOf(field) is { IsEmpty: false } values ? [.. values] : [null];
}
