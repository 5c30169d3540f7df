using System.Collections.Immutable;
using System.Globalization;
using Minato.Engines.HaProxy.Configuration;
using Minato.Engines.Proxy;

namespace Minato.Engines.HaProxy.Running;

/// <summary>The commands that bring a worker from what it was told to what is wanted. Pure.</summary>
internal sealed record RuntimePlan
{
    /// <summary>So many stopped leftovers are worth a reload, which forgets them.</summary>
    public const int MostLeftovers = 1000;

    // A server of the configuration keeps idle connections by default; one added at run time keeps none unless told, and then every
    // request pays for a connection of its own.
    private const string IdleConnections = " pool-purge-delay 5s pool-max-conn -1";

    public required ImmutableArray<string> Commands { get; init; }
    public required ImmutableArray<string> ChangedMaps { get; init; }

    /// <summary>What is to be remembered when the commands have been carried out.</summary>
    public required ImmutableArray<KeyValuePair<ServerKey, MirrorServer>> Changes { get; init; }
    public required ImmutableSortedDictionary<string, ImmutableArray<MapEntry>> Maps { get; init; }
    public required int Leftovers { get; init; }

    /// <summary>An address changed under a server's id: only a reload does that without mixing up connections.</summary>
    public required bool NeedsReload { get; init; }

    public static RuntimePlan From(RuntimeMirror known, ProxyConfiguration wanted)
    {
        var steps = new Steps();
        var live = new HashSet<ServerKey>();
        var lasting = wanted.Backends.Where(b => b.Protocol.IsTcp).Select(b => b.Id).ToHashSet(StringComparer.Ordinal);
        var ends = wanted.Backends.Where(b => b.Protocol.EndsWhenRemoved).Select(b => b.Id).ToHashSet(StringComparer.Ordinal);
        foreach (var backend in wanted.Backends)
        {
            foreach (var server in backend.Servers)
            {
                var key = new ServerKey(backend.Id, server.Id);
                live.Add(key);
                steps.Want(key, known.Servers.GetValueOrDefault(key), new(server.Address, server.Port, server.State, server.Weight), backend.Protocol);
            }
        }
        foreach (var (key, server) in known.Servers)
        {
            if (live.Contains(key)) continue;
            // A request that its server had no time to finish gets a 502; a connection goes on, unless its group says otherwise.
            var isOverdue = server.State is ServerState.Draining && !lasting.Contains(key.Backend);
            steps.Leave(key, server, isOverdue || ends.Contains(key.Backend));
        }
        var maps = Configuration.Maps.Of(wanted);
        return new()
        {
            // Arrivals first: a group that is exchanged whole is never without a server.
            Commands = [.. steps.Arriving, .. steps.Leaving],
            ChangedMaps = [.. maps.Where(m => !known.Maps.TryGetValue(m.Key, out var old) || !old.SequenceEqual(m.Value)).Select(m => m.Key)],
            Changes = [.. steps.Changes],
            Maps = maps,
            Leftovers = steps.Leftovers,
            NeedsReload = steps.NeedsReload,
        };
    }

    /// <summary>One connection a command would be slow; long lines would not fit HAProxy's buffer.</summary>
    public IEnumerable<string> Batches() => Batches(Commands);

    /// <summary>Fills a version of a map that was begun, and makes it the one that counts.</summary>
    public static IEnumerable<string> FillMap(string map, long version, IEnumerable<MapEntry> entries)
    {
        var at = "@" + version.ToString(CultureInfo.InvariantCulture);
        return Batches(entries.Select(e => $"add map {at} {map} {e.Key} {e.Value}").Append($"commit map {at} {map}"));
    }

    private static IEnumerable<string> Batches(IEnumerable<string> commands)
    {
        const int Longest = 8 * 1024;
        var batch = new List<string>();
        var length = 0;
        foreach (var command in commands)
        {
            if (length + command.Length > Longest) { yield return string.Join(';', batch); batch.Clear(); length = 0; }
            batch.Add(command);
            length += command.Length + 1;
        }
        if (batch.Count > 0) yield return string.Join(';', batch);
    }

    private sealed class Steps
    {
        public List<string> Arriving { get; } = [];
        public List<string> Leaving { get; } = [];
        public List<KeyValuePair<ServerKey, MirrorServer>> Changes { get; } = [];
        public int Leftovers { get; private set; }
        public bool NeedsReload { get; private set; }

        public void Want(ServerKey key, MirrorServer? before, MirrorServer server, ServerProtocol protocol)
        {
            if (before == server) return;
            Changes.Add(new(key, server));
            if (before is null) Arriving.Add($"add server {key} {Safe.Endpoint(server.Address, server.Port)}{TlsWriter.ServerOptions(protocol)} weight {Number(server.Weight)}{(protocol.IsTcp ? "" : IdleConnections)}");
            else NeedsReload |= before with { State = server.State, Weight = server.Weight } != server;
            if (before is not null && before.Weight != server.Weight) Arriving.Add($"set server {key} weight {Number(server.Weight)}");
            if ((before?.State ?? ServerState.Stopped) != server.State)
                (server.State is ServerState.Ready ? Arriving : Leaving).Add($"set server {key} state {Word(server.State)}");
            if (protocol.EndsWhenStopped && before is not null && server.State is ServerState.Stopped) Leaving.Add($"shutdown sessions server {key}");
        }

        public void Leave(ServerKey key, MirrorServer server, bool endsConnections)
        {
            Leftovers++;
            if (server.State is ServerState.Stopped) return;
            Leaving.Add($"set server {key} state maint");
            if (endsConnections) Leaving.Add($"shutdown sessions server {key}");
            Changes.Add(new(key, server with { State = ServerState.Stopped }));
        }

        private static string Number(int number) => number.ToString(CultureInfo.InvariantCulture);

        private static string Word(ServerState state) => state switch
        {
            ServerState.Ready => "ready",
            ServerState.Draining => "drain",
            _ => "maint",
        };
    }
}
