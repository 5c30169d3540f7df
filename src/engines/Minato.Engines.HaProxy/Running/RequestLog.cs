using System.Net.Sockets;
using System.Runtime.CompilerServices;
using Minato.Engines.HaProxy.Configuration;
using Minato.Engines.Proxy;

namespace Minato.Engines.HaProxy.Running;

/// <summary>Takes in what HAProxy tells of requests. The kernel keeps a few hundred of them at most; what does not fit is lost.</summary>
internal sealed class RequestLog(HostSettings host, TimeProvider clock)
{
    private const int Longest = 32 * 1024;
    private const int MostAtATime = 512;
    private const int Buffer = 4 * 1024 * 1024;

    public async IAsyncEnumerable<IReadOnlyList<ProxyRequest>> ReadAsync([EnumeratorCancellation] CancellationToken ct)
    {
        try
        {
            using var socket = Open();
            var buffer = new byte[Longest];
            while (!ct.IsCancellationRequested)
            {
                var requests = new List<ProxyRequest>();
                var length = await socket.ReceiveAsync(buffer, SocketFlags.None, ct);
                do
                {
                    if (RequestLine.Parse(buffer.AsSpan(0, length), clock.GetUtcNow()) is { } request) requests.Add(request);
                }
                while (requests.Count < MostAtATime && socket.Available > 0 && (length = socket.Receive(buffer)) >= 0);
                if (requests.Count > 0) yield return requests;
            }
        }
        finally
        {
            // HAProxy goes on, and tells nobody until somebody reads again.
            if (Directory.Exists(host.RequestDirectory)) Directory.Delete(host.RequestDirectory, recursive: true);
        }
    }

    /// <summary>An earlier one of ours may have left its socket: HAProxy finds the new one by its name.</summary>
    private Socket Open()
    {
        if (OperatingSystem.IsWindows()) throw new PlatformNotSupportedException("HAProxy is served on Linux.");
        const UnixFileMode PassThrough = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute | UnixFileMode.GroupExecute | UnixFileMode.OtherExecute;
        Directory.CreateDirectory(host.RequestDirectory);
        File.SetUnixFileMode(host.RequestDirectory, PassThrough);
        File.Delete(host.RequestSocket);
        var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified) { ReceiveBufferSize = Buffer };
        socket.Bind(new UnixDomainSocketEndPoint(host.RequestSocket));
        File.SetUnixFileMode(host.RequestSocket, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        if (host.User is { } user) Native.GiveTo(host.RequestSocket, user);
        return socket;
    }
}
