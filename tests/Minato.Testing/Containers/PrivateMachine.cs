using System.Diagnostics;
using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Minato.Testing.Containers;

/// <summary>
/// As good as another machine: a network of its own behind a cable, and in it a Docker Engine that is reached by TLS alone. A test may
/// switch it off and on. Nothing of it is left in the end.
/// </summary>
public sealed class PrivateMachine : IAsyncDisposable
{
    private const int Port = 2376;
    private readonly string directory = Path.Combine(Path.GetTempPath(), "minato-machine-" + Path.GetRandomFileName());
    private readonly string name = "mn" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(3));
    private readonly string prefix = $"10.213.{RandomNumberGenerator.GetInt32(256)}.{RandomNumberGenerator.GetInt32(64) * 4}";
    private Process? process;
    private bool isCabled;

    public static string? Absence => !File.Exists("/usr/sbin/dockerd") || !File.Exists("/usr/bin/nsenter") || !File.Exists("/usr/sbin/ip") || !Environment.IsPrivilegedProcess
        ? "A machine of its own needs /usr/sbin/dockerd, /usr/bin/nsenter, /usr/sbin/ip and root."
        : null;

    public string Address => Nth(2);

    /// <summary>The engine, as its users call it.</summary>
    public string Engine => $"tcp://{Address}:{Port}";

    /// <summary>A folder with what a client needs.</summary>
    public string Certificates => Path.Combine(directory, "client");

    /// <summary>Containers live on while it is away.</summary>
    public async Task StartAsync(CancellationToken ct)
    {
        if (!isCabled) await CableAsync(ct);
        process = Process.Start(new ProcessStartInfo("/usr/bin/nsenter",
        [
            $"--net=/run/netns/{name}", "/usr/sbin/dockerd", "--host", $"tcp://{Address}:{Port}", "--tlsverify", "--tlscacert", Server("ca.pem"),
            "--tlscert", Server("cert.pem"), "--tlskey", Server("key.pem"), "--data-root", Path.Combine(directory, "data"),
            "--exec-root", Path.Combine(directory, "run"), "--pidfile", Path.Combine(directory, "docker.pid"), "--iptables=false", "--live-restore",
            "--bip", "10.214.0.1/24",
        ]) { UseShellExecute = false, RedirectStandardError = true, RedirectStandardOutput = true });
        if (process is null) throw new InvalidOperationException("dockerd did not start.");
        process.BeginErrorReadLine();
        process.BeginOutputReadLine();
        for (var patience = Stopwatch.StartNew(); patience.Elapsed < TimeSpan.FromSeconds(30); await Task.Delay(50, ct))
        {
            if (process.HasExited) throw new InvalidOperationException($"dockerd ended with {process.ExitCode}.");
            if (await DockerAsync(ct, "version") is { Code: 0 }) return;
        }

        throw new TimeoutException("dockerd did not answer.");
    }

    /// <summary>As if somebody pulled the plug of its engine: nothing is tidied.</summary>
    public async Task KillAsync(CancellationToken ct)
    {
        if (process is null) return;
        process.Kill();
        await process.WaitForExitAsync(CancellationToken.None);
        process.Dispose();
        process = null;
        File.Delete(Path.Combine(directory, "docker.pid"));
        var containerd = "/proc/" + await File.ReadAllTextAsync(Path.Combine(directory, "run/containerd/containerd.pid"), ct);
        while (Directory.Exists(containerd)) await Task.Delay(20, ct);
    }

    /// <summary>The docker command line, with the certificates, as its owner would use it.</summary>
    public Task<(int Code, string Output)> DockerAsync(CancellationToken ct, params string[] arguments) => RunAsync("docker",
    [
        "--tlsverify", "--tlscacert", Path.Combine(Certificates, "ca.pem"), "--tlscert", Path.Combine(Certificates, "cert.pem"),
        "--tlskey", Path.Combine(Certificates, "key.pem"), "--host", Engine, .. arguments,
    ], ct);

    /// <summary>An image of busybox alone.</summary>
    public async Task ImportBusyboxAsync(string image, CancellationToken ct)
    {
        var root = Path.Combine(directory, "image");
        Directory.CreateDirectory(Path.Combine(root, "bin"));
        foreach (var link in (string[])["busybox", "sh"])
            File.Copy(File.Exists("/bin/busybox") ? "/bin/busybox" : "/usr/bin/busybox", Path.Combine(root, "bin", link), overwrite: true);
        var archive = Path.Combine(directory, "image.tar");
        await MustAsync("tar", ["-c", "-f", archive, "-C", root, "bin"], ct);
        var (code, output) = await DockerAsync(ct, "import", archive, image);
        if (code != 0) throw new InvalidOperationException(output);
    }

    public async ValueTask DisposeAsync()
    {
        if (process is not null)
        {
            var (_, left) = await DockerAsync(default, "ps", "-aq");
            foreach (var container in left.Split('\n', StringSplitOptions.RemoveEmptyEntries)) await DockerAsync(default, "rm", "-f", "-v", container);
            await RunAsync("/bin/kill", ["-TERM", process.Id.ToString()], default);
            await process.WaitForExitAsync(CancellationToken.None);
            process.Dispose();
        }

        await RunAsync("/bin/umount", [Path.Combine(directory, "data")], default); // With live restore it leaves its own mount.
        await RunAsync("/usr/sbin/ip", ["netns", "delete", name], default); // Its end of the cable goes with it, and so the other.
        if (Directory.Exists(directory)) Directory.Delete(directory, recursive: true);
    }

    private async Task CableAsync(CancellationToken ct)
    {
        Directory.CreateDirectory(directory);
        WriteCertificates();
        await MustAsync("/usr/sbin/ip", ["netns", "add", name], ct);
        isCabled = true;
        await MustAsync("/usr/sbin/ip", ["link", "add", name + "a", "type", "veth", "peer", "name", name + "b", "netns", name], ct);
        await MustAsync("/usr/sbin/ip", ["address", "add", Nth(1) + "/30", "dev", name + "a"], ct);
        await MustAsync("/usr/sbin/ip", ["link", "set", name + "a", "up"], ct);
        await MustAsync("/usr/sbin/ip", ["-n", name, "address", "add", Nth(2) + "/30", "dev", name + "b"], ct);
        await MustAsync("/usr/sbin/ip", ["-n", name, "link", "set", name + "b", "up"], ct);
        await MustAsync("/usr/sbin/ip", ["-n", name, "link", "set", "lo", "up"], ct);
        await MustAsync("/usr/sbin/ip", ["-n", name, "route", "add", "default", "via", Nth(1)], ct);
    }

    private string Nth(int host) => prefix[..(prefix.LastIndexOf('.') + 1)] + (int.Parse(prefix[(prefix.LastIndexOf('.') + 1)..]) + host);

    private string Server(string file) => Path.Combine(directory, "server", file);

    private void WriteCertificates()
    {
        var (from, until) = (DateTimeOffset.UtcNow.AddHours(-1), DateTimeOffset.UtcNow.AddDays(1));
        using var authorityKey = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest("CN=minato test authority", authorityKey, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        using var authority = request.CreateSelfSigned(from, until);
        var names = new SubjectAlternativeNameBuilder();
        names.AddIpAddress(IPAddress.Parse(Address));
        Write("server", "CN=dockerd", "1.3.6.1.5.5.7.3.1", names.Build());
        Write("client", "CN=client", "1.3.6.1.5.5.7.3.2", null);

        void Write(string folder, string subject, string use, X509Extension? names)
        {
            using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
            var asked = new CertificateRequest(subject, key, HashAlgorithmName.SHA256);
            asked.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(use)], critical: false));
            if (names is not null) asked.CertificateExtensions.Add(names);
            using var made = asked.Create(authority, from.AddMinutes(1), until.AddMinutes(-1), RandomNumberGenerator.GetBytes(8));
            var path = Directory.CreateDirectory(Path.Combine(directory, folder)).FullName;
            File.WriteAllText(Path.Combine(path, "ca.pem"), authority.ExportCertificatePem());
            File.WriteAllText(Path.Combine(path, "cert.pem"), made.ExportCertificatePem());
            File.WriteAllText(Path.Combine(path, "key.pem"), key.ExportPkcs8PrivateKeyPem());
        }
    }

    private static async Task MustAsync(string program, string[] arguments, CancellationToken ct)
    {
        var (code, output) = await RunAsync(program, arguments, ct);
        if (code != 0) throw new InvalidOperationException($"{program} {string.Join(' ', arguments)}: {output}");
    }

    private static async Task<(int Code, string Output)> RunAsync(string program, IEnumerable<string> arguments, CancellationToken ct)
    {
        using var running = Process.Start(new ProcessStartInfo(program, arguments) { UseShellExecute = false, RedirectStandardError = true, RedirectStandardOutput = true })
            ?? throw new InvalidOperationException($"{program} did not start.");
        var (output, error) = (running.StandardOutput.ReadToEndAsync(ct), running.StandardError.ReadToEndAsync(ct));
        await running.WaitForExitAsync(ct);
        return (running.ExitCode, await output + await error);
    }
}
