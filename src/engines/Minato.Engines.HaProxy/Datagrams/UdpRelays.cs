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
            .SelectMany(EndpointsOf).DistinctBy(l => l.Endpoint).ToDictionary(l => l.Endpoint, l => l.Listener);
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
            catch (SocketException) when (endpoint.Address.ToString() != listener.Address)
            {
                // The network's address has gone, or is not there yet: a change of the listener brings it back.
            }
            catch (SocketException e)
            {
                taken ??= new(listener.Id, $"cannot listen on {endpoint} for datagrams: {e.Message}");
            }
        }
        return taken;
    }

    public async ValueTask DisposeAsync() => await ApplyAsync(new());

    private static IEnumerable<(IPEndPoint Endpoint, ProxyListener Listener)> EndpointsOf(ProxyListener listener) =>
        listener.InnerAddresses.Prepend(listener.Address).Select(a => (new IPEndPoint(IPAddress.Parse(a), listener.Port), listener));
}
