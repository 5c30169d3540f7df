using System.Net;
using System.Net.Sockets;

namespace Minato.Engines.HaProxy.Health;

/// <summary>The connection of a health check, from the address that the load balancer's requests come from.</summary>
internal static class ProbeSocket
{
    public static async ValueTask<Socket> ConnectAsync(IPEndPoint target, string? source, CancellationToken ct)
    {
        var socket = new Socket(target.AddressFamily, SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        try
        {
            if (source is not null) socket.Bind(new IPEndPoint(IPAddress.Parse(source), 0));
            await socket.ConnectAsync(target, ct);
            return socket;
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
