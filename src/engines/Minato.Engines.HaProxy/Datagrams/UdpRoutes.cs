using System.Collections.Immutable;
using System.Net;
using Minato.Engines.Proxy;

namespace Minato.Engines.HaProxy.Datagrams;

/// <summary>Where the datagrams of a listener go. Pure: the same client has the same server as long as nothing changes.</summary>
internal sealed record UdpRoutes(ImmutableArray<UdpShare> Shares)
{
    public static readonly UdpRoutes None = new([]);

    public static UdpRoutes Of(ProxyListener listener, ProxyConfiguration configuration)
    {
        if (listener.DefaultAction is not ProxyAction.Forward forward) return None;
        var backends = configuration.Backends.ToDictionary(b => b.Id, StringComparer.Ordinal);
        return new([.. forward.Backends.Where(b => b.Weight > 0).Select(b => (b.Backend, b.Weight, Found: backends.GetValueOrDefault(b.Backend)))
            .Select(b => new UdpShare(b.Backend, b.Weight, b.Found?.Servers ?? [], b.Found?.Protocol.FollowsSource is true) { Source = b.Found?.Source })]);
    }

    /// <returns>Null when nobody takes it: a share without a server does not go to the others.</returns>
    public (string Backend, ProxyServer Server, string? Source)? Choose(IPEndPoint client)
    {
        var sum = Shares.Sum(s => (long)s.Weight);
        if (sum == 0) return null;
        var ticket = (long)(HashOf(client, withPort: true, "share") % (ulong)sum);
        var share = Shares.First(s => (ticket -= s.Weight) < 0);
        // The server that scores highest with this client: when another comes or goes, most clients stay where they are.
        var server = share.Servers.Where(s => s.State is ServerState.Ready).MaxBy(s => HashOf(client, !share.FollowsSource, s.Id));
        return server is null ? null : (share.Backend, server, share.Source);
    }

    /// <summary>A draining server keeps the flows it has; a stopped one and one that is gone do not.</summary>
    public bool Keeps(string backend, ProxyServer server) => Shares.FirstOrDefault(s => s.Backend == backend)?.Servers
        .Any(s => s.Id == server.Id && s.Address == server.Address && s.Port == server.Port && s.State is not ServerState.Stopped) is true;

    private static ulong HashOf(IPEndPoint client, bool withPort, string salt) =>
        BitConverter.ToUInt64(System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes($"{client.Address}|{(withPort ? client.Port : 0)}|{salt}")));
}

internal sealed record UdpShare(string Backend, int Weight, ImmutableArray<ProxyServer> Servers, bool FollowsSource)
{
    /// <summary>As in <see cref="ProxyBackend.Source"/>.</summary>
    public string? Source { get; init; }
}
