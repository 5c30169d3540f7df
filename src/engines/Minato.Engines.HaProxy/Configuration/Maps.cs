using System.Collections.Immutable;
using Minato.Engines.Proxy;

namespace Minato.Engines.HaProxy.Configuration;

/// <summary>What HAProxy looks up for a request and can be told to exchange in one step, without a reload.</summary>
internal static class Maps
{
    /// <summary>The maps of a whole configuration, by file name.</summary>
    public static ImmutableSortedDictionary<string, ImmutableArray<MapEntry>> Of(ProxyConfiguration configuration)
    {
        var known = configuration.Backends.Select(b => b.Id).ToHashSet(StringComparer.Ordinal);
        var maps = ImmutableSortedDictionary.CreateBuilder<string, ImmutableArray<MapEntry>>(StringComparer.Ordinal);
        foreach (var listener in configuration.Listeners)
        {
            foreach (var rule in listener.Rules) Add(maps, listener, Weights.RuleName(rule), rule.Action, known);
            Add(maps, listener, Weights.DefaultRule, listener.DefaultAction, known);
        }
        foreach (var backend in configuration.Backends)
            if (backend.Stickiness is not null) maps[StickinessWriter.ServersMap(backend.Id)] = StickinessWriter.Servers(backend);
        return maps.ToImmutable();
    }

    public static string FileText(IEnumerable<MapEntry> entries) => string.Concat(entries.Select(e => $"{e.Key} {e.Value}\n"));

    private static void Add(
        ImmutableSortedDictionary<string, ImmutableArray<MapEntry>>.Builder maps, ProxyListener listener, string rule, ProxyAction action, IReadOnlySet<string> known)
    {
        if (action is ProxyAction.Forward forward && !Weights.IsDirect(forward)) maps[Weights.MapName(listener, rule)] = Weights.Ranges(forward, known);
    }
}

/// <summary>A line of a map, as HAProxy writes it.</summary>
internal readonly record struct MapEntry(string Key, string Value);
