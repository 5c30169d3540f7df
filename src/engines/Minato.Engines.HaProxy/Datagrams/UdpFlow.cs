using System.Net;
using System.Net.Sockets;
using Minato.Engines.Proxy;

namespace Minato.Engines.HaProxy.Datagrams;

/// <summary>One client address and port, and the server that has its datagrams: with a socket of its own, so that answers find back.</summary>
internal sealed class UdpFlow : IDisposable
{
    private const int LargestDatagram = 65_535;
    private readonly Socket toServer = new(SocketType.Dgram, ProtocolType.Udp);
    private long lastUsed;

    public UdpFlow(IPEndPoint client, string backend, ProxyServer server)
    {
        (Client, Backend, Server) = (client, backend, server);
        toServer.Connect(IPAddress.Parse(server.Address), server.Port);
    }

    public IPEndPoint Client { get; }
    public string Backend { get; }
    public ProxyServer Server { get; }
    public long LastUsed => Interlocked.Read(ref lastUsed);

    public async ValueTask SendAsync(ReadOnlyMemory<byte> datagram, long now, CancellationToken ct)
    {
        Interlocked.Exchange(ref lastUsed, now);
        try { await toServer.SendAsync(datagram, ct); }
        catch (SocketException) { /* Nobody listens there now: a datagram may be lost. */ }
    }

    /// <summary>Carries answers back until the flow ends.</summary>
    public async Task AnswerAsync(Socket listener, TimeProvider clock, CancellationToken ct)
    {
        var buffer = new byte[LargestDatagram];
        while (!ct.IsCancellationRequested)
        {
            try
            {
                var length = await toServer.ReceiveAsync(buffer, ct);
                Interlocked.Exchange(ref lastUsed, clock.GetTimestamp());
                await listener.SendToAsync(buffer.AsMemory(0, length), Client, ct);
            }
            catch (SocketException e) when (e.SocketErrorCode is SocketError.ConnectionRefused) { /* Said of a datagram sent before; the next may be taken. */ }
            catch (Exception e) when (e is SocketException or ObjectDisposedException or OperationCanceledException) { return; }
        }
    }

    public void Dispose() => toServer.Dispose();
}
