using System.Collections.Immutable;
using System.Globalization;
using Minato.Engines.HaProxy.Configuration;
using Minato.Engines.Proxy;

namespace Minato.Engines.HaProxy.Running;

/// <summary>The commands that bring a worker from what it was told to what is wanted. Pure.</summary>
internal sealed record RuntimePlan(ImmutableArray<string> Commands, ImmutableArray<string> ChangedMaps, RuntimeMirror After)
{
    /// <summary>So many stopped leftovers are worth a reload, which forgets them.</summary>
    public const int MostLeftovers = 1000;

    public int Leftovers { get; private init; }

    /// <summary>An address changed under a server's id: only a reload does that without mixing up connections.</summary>
    public bool NeedsReload { get; private init; }

    public static RuntimePlan From(RuntimeMirror known, ProxyConfiguration wanted, Rendered rendered)
    {
        var arriving = ImmutableArray.CreateBuilder<string>();
        var leaving = ImmutableArray.CreateBuilder<string>();
        var after = known.Servers.ToBuilder();
        var live = new HashSet<(string, string)>();
        var needsReload = false;
        foreach (var (backend, server) in wanted.Backends.SelectMany(b => b.Servers.Select(s => (b.Id, s))))
        {
            var key = (backend, server.Id);
            live.Add(key);
            after[key] = new(server.Address, server.Port, server.State);
            var before = known.Servers.GetValueOrDefault(key);
            if (before is not null && (before.Address != server.Address || before.Port != server.Port)) needsReload = true;
            var name = $"{ConfigurationWriter.BackendName(backend)}/{server.Id}";
            if (before is null) arriving.Add($"add server {name} {Safe.Endpoint(server.Address, server.Port)}");
            if ((before?.State ?? ServerState.Stopped) != server.State)
                (server.State is ServerState.Ready ? arriving : leaving).Add($"set server {name} state {Word(server.State)}");
        }
        var gone = known.Servers.Where(s => !live.Contains(s.Key)).ToList();
        foreach (var (key, server) in gone.Where(s => s.Value.State is not ServerState.Stopped))
        {
            leaving.Add($"set server {ConfigurationWriter.BackendName(key.Backend)}/{key.Server} state maint");
            after[key] = server with { State = ServerState.Stopped };
        }
        // Arrivals first: a group that is exchanged whole is never without a server.
        return new([.. arriving, .. leaving], ChangedMapsOf(known, rendered), new() { Servers = after.ToImmutable(), Maps = rendered.Maps })
        {
            Leftovers = gone.Count,
            NeedsReload = needsReload,
        };
    }

    /// <summary>One command a line of HAProxy's socket would be slow; long lines would not fit its buffer.</summary>
    public IEnumerable<string> Batches()
    {
        const int Longest = 8 * 1024;
        var batch = new List<string>();
        var length = 0;
        foreach (var command in Commands)
        {
            if (length + command.Length > Longest) { yield return string.Join(';', batch); batch.Clear(); length = 0; }
            batch.Add(command);
            length += command.Length + 1;
        }
        if (batch.Count > 0) yield return string.Join(';', batch);
    }

    public static string CommitMap(string map, long version, IEnumerable<WeightRange> ranges)
    {
        var at = "@" + version.ToString(CultureInfo.InvariantCulture);
        return string.Join(';', ranges.Select(r => $"add map {at} {map} {r.Tickets} {r.Backend}").Append($"commit map {at} {map}"));
    }

    private static ImmutableArray<string> ChangedMapsOf(RuntimeMirror known, Rendered rendered) =>
        [.. rendered.Maps.Where(m => !known.Maps.TryGetValue(m.Key, out var old) || !old.SequenceEqual(m.Value)).Select(m => m.Key)];

    private static string Word(ServerState state) => state switch
    {
        ServerState.Ready => "ready",
        ServerState.Draining => "drain",
        _ => "maint",
    };
}
