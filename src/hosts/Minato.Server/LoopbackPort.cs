using System.Net;
using System.Net.Sockets;

namespace Minato.Server;

internal static class LoopbackPort
{
    /// <summary>A port that UDP and TCP can both have: the wanted one, or any where that is taken.</summary>
    public static int FreeForDns(int wanted)
    {
        while (true)
        {
            try
            {
                using var udp = new Socket(AddressFamily.InterNetwork, SocketType.Dgram, ProtocolType.Udp);
                udp.Bind(new IPEndPoint(IPAddress.Loopback, wanted));
                var port = (udp.LocalEndPoint as IPEndPoint)?.Port ?? wanted;
                using var tcp = new TcpListener(IPAddress.Loopback, port);
                tcp.Start();
                return port;
            }
            catch (SocketException e) when (e.SocketErrorCode is SocketError.AddressAlreadyInUse)
            {
                wanted = 0;
            }
        }
    }

    /// <summary>
    /// Makes sure that a port can be had, before anything else starts: the message is about the port and nothing has to be undone.
    /// </summary>
    /// <param name="wanted">0 for any.</param>
    /// <exception cref="ServerStartException">It cannot be had.</exception>
    public static int Free(int wanted)
    {
        try
        {
            using var listener = new TcpListener(IPAddress.Loopback, wanted);
            listener.Start();
            return ((IPEndPoint)listener.LocalEndpoint).Port;
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.AddressAlreadyInUse)
        {
            throw new ServerStartException($"port {wanted} on 127.0.0.1 is in use by another program. Choose another: ./minato up --port N (0 takes any free one).");
        }
        catch (SocketException e)
        {
            throw new ServerStartException($"cannot listen on 127.0.0.1:{wanted}: {e.Message}");
        }
    }
}
