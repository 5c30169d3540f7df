using System.Diagnostics;
using System.Net.Sockets;

namespace Minato.Testing.Containers;

/// <summary>A Docker Engine of a test's own, which it may kill.</summary>
public sealed class PrivateDaemon : IAsyncDisposable
{
    private readonly string directory = Path.Combine(Path.GetTempPath(), "minato-daemon-" + Path.GetRandomFileName());
    private Process? process;

    public static string? Absence => !File.Exists("/usr/sbin/dockerd") || !File.Exists("/usr/bin/unshare") || !Environment.IsPrivilegedProcess
        ? "A Docker Engine of its own needs /usr/sbin/dockerd, /usr/bin/unshare and root."
        : null;

    public string Socket => Path.Combine(directory, "docker.sock");

    /// <summary>Containers live on while it is away.</summary>
    public async Task StartAsync(CancellationToken ct)
    {
        Directory.CreateDirectory(directory);
        // In a network of its own: without a bridge, dockerd would take the bridge of the machine's daemon away.
        process = Process.Start(new ProcessStartInfo("/usr/bin/unshare",
        [
            "--net", "/usr/sbin/dockerd", "--host", "unix://" + Socket, "--data-root", Path.Combine(directory, "data"), "--exec-root", Path.Combine(directory, "run"),
            "--pidfile", Path.Combine(directory, "docker.pid"), "--bridge", "none", "--iptables=false", "--live-restore",
        ]) { UseShellExecute = false, RedirectStandardError = true, RedirectStandardOutput = true });
        if (process is null) throw new InvalidOperationException("dockerd did not start.");
        process.ErrorDataReceived += (_, _) => { };
        process.BeginErrorReadLine();
        process.BeginOutputReadLine();
        using var client = new HttpClient(new SocketsHttpHandler { ConnectCallback = ConnectAsync });
        for (var patience = Stopwatch.StartNew(); patience.Elapsed < TimeSpan.FromSeconds(30); await Task.Delay(20, ct))
        {
            try
            {
                if ((await client.GetAsync(new Uri("http://docker/_ping"), ct)).IsSuccessStatusCode) return;
            }
            catch (HttpRequestException) when (!process.HasExited)
            {
                // Not yet.
            }
        }
        throw new TimeoutException("dockerd did not answer.");
    }

    /// <summary>As <c>kill -9</c>: nothing is tidied.</summary>
    public async Task KillAsync(CancellationToken ct)
    {
        if (process is null) return;
        process.Kill();
        await process.WaitForExitAsync(CancellationToken.None);
        process.Dispose();
        process = null;
        File.Delete(Path.Combine(directory, "docker.pid"));
        // The kernel kills its containerd with it; a new daemon would wait for the one that is still dying.
        var containerd = "/proc/" + await File.ReadAllTextAsync(Path.Combine(directory, "run/containerd/containerd.pid"), ct);
        while (Directory.Exists(containerd)) await Task.Delay(20, ct);
    }

    public async ValueTask DisposeAsync()
    {
        if (process is { } running)
        {
            await RunAsync("/bin/kill", "-TERM", running.Id.ToString());
            await running.WaitForExitAsync(CancellationToken.None);
            running.Dispose();
        }
        await RunAsync("/bin/umount", Path.Combine(directory, "data")); // With live restore it leaves its own mount.
        if (Directory.Exists(directory)) Directory.Delete(directory, recursive: true);
    }

    private async ValueTask<Stream> ConnectAsync(SocketsHttpConnectionContext context, CancellationToken ct)
    {
        var socket = new System.Net.Sockets.Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        await socket.ConnectAsync(new UnixDomainSocketEndPoint(Socket), ct);
        return new NetworkStream(socket, ownsSocket: true);
    }

    private static async Task RunAsync(string program, params string[] arguments)
    {
        using var running = Process.Start(new ProcessStartInfo(program, arguments) { UseShellExecute = false, RedirectStandardError = true });
        if (running is not null) await running.WaitForExitAsync(CancellationToken.None);
    }
}
