using System.Net;
using System.Net.Sockets;
using Minato.Engines.Proxy;

namespace Minato.Engines.HaProxy.Datagrams;

/// <summary>
/// Forwards the datagrams of one listener, which HAProxy cannot. All of a client's address and port go to one server until nothing was
/// heard of it for a while, as a network load balancer's flows do.
/// </summary>
internal sealed class UdpRelay : IAsyncDisposable
{
    public const int MostFlows = 10_000;
    private const int LargestDatagram = 65_535;

    // Of Linux: an address may be listened at before the host has it.
    private const int InternetProtocol = 0;
    private const int FreeBind = 15;

    /// <summary>AWS: a flow of UDP is forgotten after two minutes.</summary>
    private static readonly TimeSpan s_idle = TimeSpan.FromSeconds(120);
    private static readonly TimeSpan s_sweep = TimeSpan.FromSeconds(10);

    private readonly Dictionary<IPEndPoint, UdpFlow> flows = [];
    private readonly Lock gate = new();
    private readonly CancellationTokenSource stopping = new();
    private readonly Socket listener;
    private readonly TimeProvider clock;
    private readonly Task receiving;
    private readonly ITimer sweeper;
    private UdpRoutes routes = UdpRoutes.None;
    private DatagramStatistics ended = new(0, 0, 0, 0); // Of flows that are over.

    /// <param name="mayComeLater">Whether the host need not have the address yet.</param>
    /// <exception cref="SocketException">The address cannot be had.</exception>
    public UdpRelay(IPEndPoint endpoint, TimeProvider clock, bool mayComeLater = false)
    {
        (Endpoint, this.clock) = (endpoint, clock);
        listener = new(endpoint.AddressFamily, SocketType.Dgram, ProtocolType.Udp);
        try
        {
            listener.ExclusiveAddressUse = true;
            if (mayComeLater && OperatingSystem.IsLinux()) listener.SetRawSocketOption(InternetProtocol, FreeBind, BitConverter.GetBytes(1));
            listener.Bind(endpoint);
        }
        catch
        {
            listener.Dispose();
            throw;
        }
        receiving = ReceiveAsync(stopping.Token);
        sweeper = clock.CreateTimer(_ => Sweep(), null, s_sweep, s_sweep);
    }

    public IPEndPoint Endpoint { get; }

    public int Flows
    {
        get { lock (gate) return flows.Count; }
    }

    /// <summary>Since its beginning.</summary>
    public DatagramStatistics Statistics
    {
        get { lock (gate) return flows.Values.Aggregate(ended, Add) with { ActiveFlows = flows.Count }; }
    }

    /// <summary>What is forwarded from now on; flows whose server is gone end.</summary>
    public void Route(UdpRoutes wanted)
    {
        lock (gate)
        {
            routes = wanted;
            foreach (var flow in flows.Values.Where(f => !wanted.Keeps(f.Backend, f.Server)).ToList()) End(flow);
        }
    }

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        await sweeper.DisposeAsync();
        listener.Dispose();
        await receiving;
        lock (gate)
            foreach (var flow in flows.Values.ToList()) End(flow);
        stopping.Dispose();
    }

    private async Task ReceiveAsync(CancellationToken ct)
    {
        await Task.CompletedTask.ConfigureAwait(ConfigureAwaitOptions.ForceYielding);
        var buffer = new byte[LargestDatagram];
        var anyone = new IPEndPoint(Endpoint.AddressFamily is AddressFamily.InterNetworkV6 ? IPAddress.IPv6Any : IPAddress.Any, 0);
        while (!ct.IsCancellationRequested)
        {
            try
            {
                var got = await listener.ReceiveFromAsync(buffer, anyone, ct);
                if (FlowOf((IPEndPoint)got.RemoteEndPoint) is { } flow) await flow.SendAsync(buffer.AsMemory(0, got.ReceivedBytes), clock.GetTimestamp(), ct);
            }
            catch (SocketException e) when (e.SocketErrorCode is not SocketError.OperationAborted) { /* Said of a client that is gone. */ }
            catch (Exception e) when (e is SocketException or ObjectDisposedException or OperationCanceledException) { return; }
        }
    }

    private UdpFlow? FlowOf(IPEndPoint client)
    {
        lock (gate)
        {
            if (flows.TryGetValue(client, out var known)) return known;
            // AWS has a bound, too: whoever comes when it is reached is not served, and those who are go on.
            if (flows.Count >= MostFlows || routes.Choose(client) is not var (backend, server, source)) return null;
            try
            {
                var flow = flows[client] = new(client, backend, server, source);
                _ = flow.AnswerAsync(listener, clock, stopping.Token);
                return flow;
            }
            catch (SocketException) { return null; } // No way to that server now.
        }
    }

    private void Sweep()
    {
        lock (gate)
            foreach (var flow in flows.Values.Where(f => clock.GetElapsedTime(f.LastUsed) > s_idle).ToList()) End(flow);
    }

    private void End(UdpFlow flow)
    {
        flows.Remove(flow.Client);
        ended = Add(ended, flow);
        flow.Dispose();
    }

    private static DatagramStatistics Add(DatagramStatistics sum, UdpFlow flow) =>
        sum with { Flows = sum.Flows + 1, BytesIn = sum.BytesIn + flow.BytesIn, BytesOut = sum.BytesOut + flow.BytesOut };
}
