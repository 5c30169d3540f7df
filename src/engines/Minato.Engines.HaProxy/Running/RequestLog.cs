using System.Globalization;
using System.Net.Sockets;
using System.Runtime.CompilerServices;
using System.Threading.Channels;
using Minato.Engines.HaProxy.Configuration;
using Minato.Engines.Proxy;

namespace Minato.Engines.HaProxy.Running;

/// <summary>
/// Takes in what HAProxy tells of requests. The kernel keeps <see cref="Queue"/> of them at most; what does not fit is lost. A thread of its own
/// waits for them and calls who reads: in the thread pool each one would wake a thread that then looks for more work longer than its request took.
/// </summary>
internal sealed class RequestLog(HostSettings host, TimeProvider clock)
{
    private const int Longest = 32 * 1024;
    private const int MostAtATime = 512;
    private const int Buffer = 4 * 1024 * 1024;
    private const string QueueLength = "/proc/sys/net/unix/max_dgram_qlen";
    private const int Queue = 512;

    public async IAsyncEnumerable<IReadOnlyList<ProxyRequest>> ReadAsync([EnumeratorCancellation] CancellationToken ct)
    {
        using var socket = Open();
        using var end = new CancellationTokenSource();
        var told = Channel.CreateUnbounded<IReadOnlyList<ProxyRequest>>(new() { SingleReader = true, SingleWriter = true, AllowSynchronousContinuations = true });
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        new Thread(() =>
        {
            Read(socket, told.Writer, end.Token);
            ended.SetResult();
        }) { Name = "HAProxy's requests", IsBackground = true }.Start();
        try
        {
            await foreach (var requests in told.Reader.ReadAllAsync(ct)) yield return requests;
        }
        finally
        {
            await end.CancelAsync();
            socket.Shutdown(SocketShutdown.Both); // Who waits for more wakes up.
            await ended.Task;
            // HAProxy goes on, and tells nobody until somebody reads again.
            if (Directory.Exists(host.RequestDirectory)) Directory.Delete(host.RequestDirectory, recursive: true);
        }
    }

    private void Read(Socket socket, ChannelWriter<IReadOnlyList<ProxyRequest>> told, CancellationToken end)
    {
        try
        {
            var buffer = new byte[Longest];
            do
            {
                var requests = new List<ProxyRequest>();
                do
                {
                    var length = socket.Receive(buffer);
                    if (RequestLine.Parse(buffer.AsSpan(0, length), clock.GetUtcNow()) is { } request) requests.Add(request);
                }
                while (requests.Count < MostAtATime && socket.Available > 0);
                if (requests.Count > 0) told.TryWrite(requests);
            }
            while (!end.IsCancellationRequested);
            told.Complete();
        }
        catch (Exception e)
        {
            told.Complete(e);
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
        Widen();
        var socket = new Socket(AddressFamily.Unix, SocketType.Dgram, ProtocolType.Unspecified) { ReceiveBufferSize = Buffer };
        socket.Bind(new UnixDomainSocketEndPoint(host.RequestSocket));
        File.SetUnixFileMode(host.RequestSocket, UnixFileMode.UserRead | UnixFileMode.UserWrite);
        if (host.User is { } user) Native.GiveTo(host.RequestSocket, user);
        return socket;
    }

    /// <summary>The kernel's own bound is ten, which a burst of one load balancer exceeds; systemd sets this one on its hosts. It holds for sockets made from now on.</summary>
    private static void Widen()
    {
        try
        {
            if (int.Parse(File.ReadAllText(QueueLength), CultureInfo.InvariantCulture) < Queue) File.WriteAllText(QueueLength, Queue.ToString(CultureInfo.InvariantCulture));
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            // The host does not let us: fewer find room.
        }
    }
}
