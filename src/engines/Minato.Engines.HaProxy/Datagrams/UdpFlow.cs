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
    private long bytesIn;
    private long bytesOut;

    /// <param name="source">The host's address that its datagrams come from; null leaves it to the host.</param>
    /// <exception cref="SocketException">There is no way to the server, or the host has no such address.</exception>
    public UdpFlow(IPEndPoint client, string backend, ProxyServer server, string? source)
    {
        (Client, Backend, Server) = (client, backend, server);
        try
        {
            if (source is not null) toServer.Bind(new IPEndPoint(IPAddress.Parse(source), 0));
            toServer.Connect(IPAddress.Parse(server.Address), server.Port);
        }
        catch
        {
            toServer.Dispose();
            throw;
        }
    }

    public IPEndPoint Client { get; }
    public string Backend { get; }
    public ProxyServer Server { get; }
    public long LastUsed => Interlocked.Read(ref lastUsed);
    public long BytesIn => Interlocked.Read(ref bytesIn);
    public long BytesOut => Interlocked.Read(ref bytesOut);

    public async ValueTask SendAsync(ReadOnlyMemory<byte> datagram, long now, CancellationToken ct)
    {
        Interlocked.Exchange(ref lastUsed, now);
        try { Interlocked.Add(ref bytesIn, await toServer.SendAsync(datagram, ct)); }
        catch (Exception e) when (e is SocketException or ObjectDisposedException) { /* Nobody listens there now, or the flow has just ended: a datagram may be lost. */ }
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
                Interlocked.Add(ref bytesOut, await listener.SendToAsync(buffer.AsMemory(0, length), Client, ct));
            }
            catch (SocketException e) when (e.SocketErrorCode is not SocketError.OperationAborted) { /* Said of a datagram before; the next may be taken. */ }
            catch (Exception e) when (e is SocketException or ObjectDisposedException or OperationCanceledException) { return; }
        }
    }

    public void Dispose() => toServer.Dispose();
}
