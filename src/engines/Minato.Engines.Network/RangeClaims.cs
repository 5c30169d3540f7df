using System.Collections.Concurrent;
using System.Net.Sockets;
using Minato.Engines.Firewall;

namespace Minato.Engines.Network;

/// <summary>
/// A claim is a socket with a name that no file has: the kernel gives it to one process, for as long as that lives, in just that part of the
/// host whose bridges it could collide with.
/// </summary>
internal sealed class RangeClaims : IRangeClaims, IDisposable
{
    private readonly ConcurrentDictionary<string, Socket> _claims = new(StringComparer.Ordinal);

    public bool TryClaim(string cidr)
    {
        if (!OperatingSystem.IsLinux()) return true; // Nowhere else are there networks of ours.
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            socket.Bind(new UnixDomainSocketEndPoint($"\0minato/range/{cidr}"));
            if (_claims.TryAdd(cidr, socket)) return true;
        }
        catch (SocketException e) when (e.SocketErrorCode is SocketError.AddressAlreadyInUse)
        {
            // Somebody has it.
        }
        socket.Dispose();
        return false;
    }

    public void Release(string cidr)
    {
        if (_claims.TryRemove(cidr, out var socket)) socket.Dispose();
    }

    public void Dispose()
    {
        foreach (var cidr in _claims.Keys) Release(cidr);
    }
}
