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
        var listeners = wanted.Listeners.Where(ForwardsDatagrams)
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
                // An address in a network of containers may be gone for a while, or come later.
                if (!relays.TryGetValue(endpoint, out var relay)) relays[endpoint] = relay = new(endpoint, clock, mayComeLater: IsInner(endpoint, listener));
                relay.Route(UdpRoutes.Of(listener, wanted));
            }
            catch (SocketException) when (IsInner(endpoint, listener))
            {
                // Somebody else has the port there: who asks from outside of the network is served all the same.
            }
            catch (SocketException e)
            {
                taken ??= new(listener.Id, $"cannot listen on {endpoint} for datagrams: {e.Message}");
            }
        }
        return taken;
    }

    /// <returns>Null for a listener that forwards no datagrams.</returns>
    public DatagramStatistics? StatisticsOf(ProxyListener listener) => !ForwardsDatagrams(listener) ? null : EndpointsOf(listener)
        .Select(l => relays.GetValueOrDefault(l.Endpoint)?.Statistics).OfType<DatagramStatistics>()
        .Aggregate(new DatagramStatistics(0, 0, 0, 0), (a, b) => new(a.Flows + b.Flows, a.ActiveFlows + b.ActiveFlows, a.BytesIn + b.BytesIn, a.BytesOut + b.BytesOut));

    public async ValueTask DisposeAsync() => await ApplyAsync(new());

    private static bool ForwardsDatagrams(ProxyListener listener) => listener.Protocol is ProxyProtocol.Udp or ProxyProtocol.TcpUdp;

    private static bool IsInner(IPEndPoint endpoint, ProxyListener listener) => endpoint.Address.ToString() != listener.Address;

    private static IEnumerable<(IPEndPoint Endpoint, ProxyListener Listener)> EndpointsOf(ProxyListener listener) =>
        listener.InnerAddresses.Prepend(listener.Address).Select(a => (new IPEndPoint(IPAddress.Parse(a), listener.Port), listener));
}
