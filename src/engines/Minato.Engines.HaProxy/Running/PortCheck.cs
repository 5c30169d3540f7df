using System.Net;
using System.Net.Sockets;
using Minato.Engines.Proxy;

namespace Minato.Engines.HaProxy.Running;

/// <summary>
/// Finds out whether an address can be had before HAProxy is asked to take it: HAProxy would press its own workers to let go of
/// their ports while it tries.
/// </summary>
internal static class PortCheck
{
    /// <returns>Why the listener cannot have its port; null when it can.</returns>
    public static string? WhyNot(ProxyListener listener) => WhyNot(IPAddress.Parse(listener.Address), listener.Port);

    public static string? WhyNot(IPAddress address, int port)
    {
        using var socket = new Socket(address.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            socket.Bind(new IPEndPoint(address, port));
            socket.Listen(1); // With the reuse flag that .NET sets, only listening tells.
            return null;
        }
        catch (SocketException e)
        {
            var endpoint = new IPEndPoint(address, port);
            return e.SocketErrorCode switch
            {
                SocketError.AddressAlreadyInUse => $"port {port} of {address} is in use by another process",
                SocketError.AccessDenied => $"not allowed to listen on {endpoint}: ports below 1024 need root",
                SocketError.AddressNotAvailable => $"{address} is not an address of this host",
                _ => $"cannot listen on {endpoint}: {e.Message}",
            };
        }
    }
}
