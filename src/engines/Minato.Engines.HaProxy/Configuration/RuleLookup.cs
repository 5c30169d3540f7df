using System.Collections.Immutable;
using Minato.Engines.Proxy;

namespace Minato.Engines.HaProxy.Configuration;

/// <summary>
/// Neighbouring rules that ask for nothing but a path, or nothing but a host name, as one lookup: HAProxy finds a key in a tree where it would try
/// rules in turn. Keys are beginnings, and the longest one wins there; here the first rule does, so keys that an earlier one covers are left out.
/// </summary>
/// <param name="Sample">What of a request is looked up, with <see cref="End"/> behind it.</param>
internal sealed record RuleLookup(string Sample, ImmutableArray<MapEntry> Entries)
{
    /// <summary>Stands behind a text that is compared whole. No request has it: HAProxy refuses control characters.</summary>
    private const char End = '\u0001';

    private const string EndInWords = "\\x01";

    /// <summary>Keys from which on a lookup costs less than trying rules in turn does on average.</summary>
    public const int Fewest = 8;

    /// <param name="rules">In the order in which they are tried.</param>
    /// <returns>The rules again in this order, those in a row that a lookup can stand for together with it.</returns>
    public static IEnumerable<(ImmutableArray<ProxyRule> Rules, RuleLookup? Lookup)> Of(IEnumerable<ProxyRule> rules, Func<ProxyRule, string> backendOf)
    {
        var row = ImmutableArray.CreateBuilder<ProxyRule>();
        string? sample = null;
        foreach (var (rule, next) in rules.Select(r => (r, SampleOf(r))))
        {
            if (row.Count > 0 && (next is null || next != sample)) yield return Row();
            sample = next;
            row.Add(rule);
        }
        if (row.Count > 0) yield return Row();

        (ImmutableArray<ProxyRule>, RuleLookup?) Row()
        {
            var together = row.DrainToImmutable();
            var keys = sample is null ? [] : together.SelectMany(r => KeysOf(r.Conditions[0])!.Select(k => new MapEntry(k, backendOf(r)))).ToList();
            return (together, keys.Count >= Fewest ? new RuleLookup(sample!, Reached(keys)) : null);
        }
    }

    private static ImmutableArray<MapEntry> Reached(IEnumerable<MapEntry> keys)
    {
        var reached = ImmutableArray.CreateBuilder<MapEntry>();
        foreach (var key in keys)
            if (!reached.Any(r => key.Key.StartsWith(r.Key, StringComparison.Ordinal))) reached.Add(key);
        return reached.ToImmutable();
    }

    private static string? SampleOf(ProxyRule rule) => rule.Conditions is not [var only] || KeysOf(only) is null ? null : only switch
    {
        ProxyCondition.Path => $"{ConditionWriter.Path},concat({EndInWords})",
        _ => $"{ConditionWriter.HostName},lower,concat({EndInWords})",
    };

    /// <returns>The beginnings that the condition asks for; null when it cannot be said so.</returns>
    private static IReadOnlyList<string>? KeysOf(ProxyCondition condition) => condition switch
    {
        ProxyCondition.Path { Regexes.IsEmpty: true } path => Keys(path.Values),
        ProxyCondition.Host { Regexes.IsEmpty: true } host => Keys(host.Values.Select(v => v.ToLowerInvariant())),
        _ => null,
    };

    private static IReadOnlyList<string>? Keys(IEnumerable<string> values)
    {
        var keys = values.Select(v => Pattern.Plain(v) switch
        {
            { Method: "beg", Text: var text } => text,
            { Method: "str", Text: var text } => text + End,
            _ => null,
        }).ToList();
        return keys.Count > 0 && !keys.Contains(null) ? [.. keys.OfType<string>()] : null;
    }
}
