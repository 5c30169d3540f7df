using System.Diagnostics;
using System.Net.Sockets;
using Minato.Cli.Output;

namespace Minato.Cli.Running;

/// <summary>Sees to it that Docker Engine and HAProxy are on the machine and dockerd runs; says so before it changes anything.</summary>
internal static class EngineInstaller
{
    private sealed record Need(string Package, string Purpose, params string[] Paths)
    {
        public bool IsMissing => !Array.Exists(Paths, File.Exists);
    }

    private static readonly Need[] ForServer =
    [
        new("docker.io", "Docker Engine runs the containers", "/usr/bin/dockerd", "/usr/sbin/dockerd", "/usr/local/bin/dockerd"),
        new("haproxy", "HAProxy carries the traffic of load balancers", "/usr/sbin/haproxy", "/usr/local/sbin/haproxy"),
        new("nftables", "nftables leads tasks to their metadata and credentials", "/usr/sbin/nft"),
    ];

    private static readonly Need[] ForDemo = [.. ForServer, new("busybox-static", "the demo's image is made of it", "/bin/busybox", "/usr/bin/busybox")];

    public static async Task EnsureAsync(bool demo, CancellationToken ct)
    {
        var trouble = DockerSocket.Trouble();
        if (trouble is SocketError.AccessDenied)
            throw new UserException($"Docker Engine on {DockerSocket.Path} may not be used by this user: run as root, or add the user to the group of the socket (sudo usermod -aG docker NAME) and log in again.");
        if (trouble is not null && DockerSocket.IsNamed)
            throw new UserException($"Docker Engine does not answer on {DockerSocket.Path}, which DOCKER_HOST names: start it, or unset DOCKER_HOST.");
        var missing = (demo ? ForDemo : ForServer).Where(n => n.IsMissing && !(n.Package is "docker.io" && trouble is null)).ToArray();
        if (missing.Length > 0) await InstallAsync(missing, ct);
        if (DockerSocket.Trouble() is not null) await StartDockerAsync(ct);
    }

    private static async Task InstallAsync(Need[] missing, CancellationToken ct)
    {
        var packages = string.Join(' ', missing.Select(m => m.Package));
        var why = string.Join("; ", missing.Select(m => $"{m.Package} is missing ({m.Purpose})"));
        if (!File.Exists("/usr/bin/apt-get")) throw new UserException($"{why}. Install it with this system's package manager and try again.");
        if (!Environment.IsPrivilegedProcess) throw new UserException($"{why}. Install with: sudo apt-get install {packages}");
        foreach (var need in missing) Screen.Aside($"Installing {need.Package}: {need.Purpose}");
        string[] install = ["install", "-y", "-qq", "--no-install-recommends", .. missing.Select(m => m.Package)];
        if ((await Run("apt-get", install, ct)).Code is 0) return;
        await Run("apt-get", ["update", "-qq"], ct);
        var again = await Run("apt-get", install, ct);
        if (again.Code is not 0) throw new UserException($"apt-get install {packages} failed: {again.Output.Trim()}");
    }

    private static async Task StartDockerAsync(CancellationToken ct)
    {
        if (ForServer[0].IsMissing) throw new UserException($"Docker Engine does not answer on {DockerSocket.Path}.");
        if (!Environment.IsPrivilegedProcess) throw new UserException($"Docker Engine does not answer on {DockerSocket.Path}. Start it with: sudo systemctl start docker");
        Screen.Aside("Starting Docker Engine");
        if (Directory.Exists("/run/systemd/system")) await Run("systemctl", ["start", "docker"], ct);
        else
        {
            RemoveStale("/var/run/docker.pid", "dockerd");
            RemoveStale("/var/run/docker/containerd/containerd.pid", "containerd");
            StartDetached("dockerd", "/var/log/dockerd.log");
        }
        for (var attempt = 0; attempt < 300 && DockerSocket.Trouble() is not null; attempt++) await Task.Delay(100, ct);
        if (DockerSocket.Trouble() is not null) throw new UserException("Docker Engine did not start within 30 s. Its log: /var/log/dockerd.log (or journalctl -u docker).");
    }

    /// <summary>A daemon that was killed leaves its pid file. The number may belong to another program by now, and then the next one would not start.</summary>
    internal static void RemoveStale(string pidFile, string program)
    {
        if (!File.Exists(pidFile)) return;
        var name = $"/proc/{File.ReadAllText(pidFile).Trim()}/comm";
        if (!File.Exists(name) || File.ReadAllText(name).Trim() != program) File.Delete(pidFile);
    }

    private static void StartDetached(string program, string log)
    {
        using var shell = Process.Start(new ProcessStartInfo("/bin/sh", ["-c", $"setsid {program} >{log} 2>&1 </dev/null &"]) { UseShellExecute = false });
    }

    private static async Task<(int Code, string Output)> Run(string program, string[] arguments, CancellationToken ct)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["DEBIAN_FRONTEND"] = "noninteractive";
        using var process = Process.Start(start) ?? throw new UserException($"{program} could not be started.");
        var output = process.StandardOutput.ReadToEndAsync(ct);
        var error = process.StandardError.ReadToEndAsync(ct);
        await process.WaitForExitAsync(ct);
        return (process.ExitCode, await output + await error);
    }
}
