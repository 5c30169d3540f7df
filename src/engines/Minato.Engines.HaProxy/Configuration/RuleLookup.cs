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
        var entries = new List<MapEntry>();
        string? sample = null;
        foreach (var rule in rules)
        {
            var (next, keys) = AskedBy(rule);
            if (row.Count > 0 && (next is null || next != sample)) yield return Row();
            sample = next;
            row.Add(rule);
            entries.AddRange(keys.Select(k => new MapEntry(k, backendOf(rule))));
        }
        if (row.Count > 0) yield return Row();

        (ImmutableArray<ProxyRule>, RuleLookup?) Row()
        {
            var lookup = sample is not null && entries.Count >= Fewest ? new RuleLookup(sample, Reached(entries)) : null;
            entries.Clear();
            return (row.DrainToImmutable(), lookup);
        }
    }

    private static ImmutableArray<MapEntry> Reached(IEnumerable<MapEntry> keys)
    {
        var reached = ImmutableArray.CreateBuilder<MapEntry>();
        foreach (var key in keys)
            if (!reached.Any(r => key.Key.StartsWith(r.Key, StringComparison.Ordinal))) reached.Add(key);
        return reached.ToImmutable();
    }

    /// <returns>The sample that the rule looks at, and the beginnings that it asks for; no sample when it cannot be said so.</returns>
    private static (string? Sample, ImmutableArray<string> Keys) AskedBy(ProxyRule rule) => rule.Conditions switch
    {
        [ProxyCondition.Path { Regexes.IsEmpty: true } path] => Asked(ConditionWriter.Path, path.Values),
        [ProxyCondition.Host { Regexes.IsEmpty: true } host] => Asked($"{ConditionWriter.HostName},lower", host.Values.Select(v => v.ToLowerInvariant())),
        _ => (null, []),
    };

    private static (string? Sample, ImmutableArray<string> Keys) Asked(string sample, IEnumerable<string> values)
    {
        var keys = ImmutableArray.CreateBuilder<string>();
        foreach (var plain in values.Select(Pattern.Plain))
        {
            if (plain is not { Method: "beg" or "str" } value) return (null, []);
            keys.Add(value.Method is "str" ? value.Text + End : value.Text);
        }
        return keys.Count > 0 ? ($"{sample},concat({EndInWords})", keys.ToImmutable()) : (null, []);
    }
}
