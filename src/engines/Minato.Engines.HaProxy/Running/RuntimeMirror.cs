using System.Collections.Immutable;
using System.Globalization;
using Minato.Engines.HaProxy.Configuration;
using Minato.Engines.Proxy;

namespace Minato.Engines.HaProxy.Running;

/// <summary>
/// What the present worker has been told about servers and weights. A server that was removed stays behind, stopped: what it
/// has in flight ends in peace, and it is there again at once should it come back.
/// </summary>
internal sealed class RuntimeMirror
{
    private readonly Dictionary<ServerKey, MirrorServer> servers;

    private RuntimeMirror(Dictionary<ServerKey, MirrorServer> servers) => this.servers = servers;

    public static RuntimeMirror Empty => new([]);

    public IReadOnlyDictionary<ServerKey, MirrorServer> Servers => servers;

    /// <summary>A map that is missing here has unknown contents.</summary>
    public ImmutableSortedDictionary<string, ImmutableArray<MapEntry>> Maps { get; private set; } =
        ImmutableSortedDictionary<string, ImmutableArray<MapEntry>>.Empty;

    public static RuntimeMirror Of(ProxyConfiguration loaded) => new(loaded.Backends.SelectMany(b => b.Servers.Select(s => (b.Id, s))).ToDictionary(
        p => new ServerKey(p.Id, p.s.Id),
        // A fresh worker holds draining servers as stopped.
        p => new MirrorServer(p.s.Address, p.s.Port, p.s.State is ServerState.Ready ? ServerState.Ready : ServerState.Stopped, p.s.Weight)))
    {
        Maps = Configuration.Maps.Of(loaded),
    };

    /// <summary>Reads what a worker says of itself (<c>show servers state</c>); its weights stay unknown.</summary>
    public static RuntimeMirror Parse(string serversState)
    {
        const int BackendName = 1, ServerName = 3, Address = 4, AdminState = 6, UserWeight = 7, Port = 18;
        const int Maintenance = 0x01 | 0x02 | 0x04 | 0x20, Drain = 0x08 | 0x10;
        var found = new Dictionary<ServerKey, MirrorServer>();
        foreach (var line in serversState.Split('\n'))
        {
            var fields = line.Split(' ');
            if (fields.Length <= Port || !fields[BackendName].StartsWith("b_", StringComparison.Ordinal)) continue;
            var admin = int.Parse(fields[AdminState], CultureInfo.InvariantCulture);
            var state = (admin & Maintenance) != 0 ? ServerState.Stopped : (admin & Drain) != 0 ? ServerState.Draining : ServerState.Ready;
            found[new(fields[BackendName][2..], fields[ServerName])] = new(fields[Address], int.Parse(fields[Port], CultureInfo.InvariantCulture), state, int.Parse(fields[UserWeight], CultureInfo.InvariantCulture));
        }
        return new(found);
    }

    /// <summary>Remembers that a plan was carried out.</summary>
    public void Learn(RuntimePlan done)
    {
        foreach (var (key, server) in done.Changes) servers[key] = server;
        Maps = done.Maps;
    }
}

internal readonly record struct ServerKey(string Backend, string Server)
{
    /// <summary>As HAProxy's socket names it.</summary>
    public override string ToString() => $"{ConfigurationWriter.BackendName(Backend)}/{Server}";
}

internal sealed record MirrorServer(string Address, int Port, ServerState State, int Weight);
