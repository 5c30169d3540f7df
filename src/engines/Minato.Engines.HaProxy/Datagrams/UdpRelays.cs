using System.Net;
using System.Net.Sockets;
using Minato.Engines.Proxy;

namespace Minato.Engines.HaProxy.Datagrams;

/// <summary>The relays of an installation. They live in this process: datagrams wait while it is away, connections do not.</summary>
internal sealed class UdpRelays(TimeProvider clock) : IAsyncDisposable
{
    private readonly Dictionary<IPEndPoint, UdpRelay> relays = [];

    /// <returns>A listener whose port somebody else has; all others are as wanted.</returns>
    public async ValueTask<ApplyOutcome.PortTaken?> ApplyAsync(ProxyConfiguration wanted)
    {
        var listeners = wanted.Listeners.Where(l => l.Protocol is ProxyProtocol.Udp or ProxyProtocol.TcpUdp)
            .DistinctBy(EndpointOf).ToDictionary(EndpointOf);
        foreach (var (endpoint, relay) in relays.Where(r => !listeners.ContainsKey(r.Key)).ToList())
        {
            relays.Remove(endpoint);
            await relay.DisposeAsync();
        }
        ApplyOutcome.PortTaken? taken = null;
        foreach (var (endpoint, listener) in listeners)
        {
            try
            {
                if (!relays.TryGetValue(endpoint, out var relay)) relays[endpoint] = relay = new(endpoint, clock);
                relay.Route(UdpRoutes.Of(listener, wanted));
            }
            catch (SocketException e)
            {
                taken ??= new(listener.Id, $"cannot listen on {endpoint} for datagrams: {e.Message}");
            }
        }
        return taken;
    }

    public async ValueTask DisposeAsync() => await ApplyAsync(new());

    private static IPEndPoint EndpointOf(ProxyListener listener) => new(IPAddress.Parse(listener.Address), listener.Port);
}
