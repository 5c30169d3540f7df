using System.Diagnostics;
using System.Globalization;
using static Minato.Ecr.Tests.EcrFixture;

namespace Minato.Ecr.Tests;

/// <summary>Real clients against a real listener: docker with its daemon, skopeo, podman. Skipped where one is missing.</summary>
[Trait("Floor", "engine")]
public sealed class ClientTests : IDisposable
{
    private const string Busybox = "/bin/busybox";

    private static int s_count;

    // Lower case: podman makes an image's name of it.
    private readonly string _folder = Directory.CreateDirectory(Path.Combine(
        Path.GetTempPath(), string.Create(CultureInfo.InvariantCulture, $"minato-ecr-{Environment.ProcessId}-{Interlocked.Increment(ref s_count)}"))).FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Docker_pushes_and_pulls()
    {
        await NeedsAsync("/usr/bin/docker", "version");
        Assert.SkipUnless(File.Exists(Busybox), $"{Busybox} is not here");
        await using var ecr = await StartOnFilesAsync(_folder, "team/web");
        var host = $"127.0.0.1:{ecr.Address.Port}";
        var image = $"{host}/team/web:v1";
        await File.WriteAllTextAsync(Path.Combine(_folder, "Dockerfile"), "FROM scratch\nCOPY busybox /bin/busybox\nENTRYPOINT [\"/bin/busybox\"]\n");
        File.Copy(Busybox, Path.Combine(_folder, "busybox"));
        try
        {
            await DockerAsync("build", "--label", "minato.test=ecr", "--tag", image, _folder);
            await LogInAsync(ecr, password => LogDockerInAsync(host, password));
            await DockerAsync("push", image);
            await DockerAsync("push", image); // Everything is there: the client asks and sends nothing.
            await DockerAsync("rmi", image);
            for (var i = 0; i < 3; i++)
            {
                await DockerAsync("pull", image);
                (await DockerAsync("run", "--rm", "--network", "none", image, "echo", "it runs")).Trim().ShouldBe("it runs");
                await DockerAsync("rmi", image);
            }

            await DockerFailsAsync("manifest unknown: Requested image not found", "pull", $"{host}/team/web:none");
            await DockerFailsAsync("name unknown: The repository with name 'none' does not exist in the registry with id '123456789012'", "pull", $"{host}/none:v1");
        }
        finally
        {
            await RunAsync("/usr/bin/docker", null, ["--config", _folder, "rmi", "--force", image]);
        }
    }

    [Fact]
    public async Task Docker_is_told_that_a_tag_is_fixed()
    {
        await NeedsAsync("/usr/bin/docker", "version");
        await using var ecr = await StartOnFilesAsync(_folder);
        await ecr.CreateAsync("web", Contracts.Ecr.ImageTagMutability.Immutable);
        var host = $"127.0.0.1:{ecr.Address.Port}";
        var image = $"{host}/web:v1";
        try
        {
            await LogInAsync(ecr, password => LogDockerInAsync(host, password));
            await BuildAsync(image, "one");
            await DockerAsync("push", image);
            await BuildAsync(image, "two");
            await DockerFailsAsync("tag invalid: The image tag 'v1' already exists in the 'web' repository and cannot be overwritten", "push", image);
        }
        finally
        {
            await RunAsync("/usr/bin/docker", null, ["--config", _folder, "rmi", "--force", image]);
            await RunAsync("/usr/bin/docker", null, ["image", "prune", "--force", "--filter", "label=minato.test=ecr"]);
        }
    }

    [Theory, InlineData("oci"), InlineData("v2s2")]
    public async Task Skopeo_copies_there_and_back(string format)
    {
        await NeedsAsync("/usr/bin/skopeo", "--version");
        await using var ecr = await StartOnFilesAsync(_folder, "web");
        var source = await OciLayoutAsync();
        var remote = $"docker://127.0.0.1:{ecr.Address.Port}/web";
        await LogInAsync(ecr, async password =>
        {
            string[] options = ["--insecure-policy", "copy"];
            await SucceedsAsync("/usr/bin/skopeo", null, [.. options, "--format", format, "--dest-tls-verify=false", "--dest-creds", $"AWS:{password}", $"oci:{source}:latest", $"{remote}:v1"]);
            for (var i = 0; i < 3; i++)
            {
                var target = Path.Combine(_folder, string.Create(CultureInfo.InvariantCulture, $"back-{format}-{i}"));
                await SucceedsAsync("/usr/bin/skopeo", null, [.. options, "--src-tls-verify=false", "--src-creds", $"AWS:{password}", $"{remote}:v1", $"dir:{target}"]);
                // Named by their digests in this layout.
                Directory.GetFiles(target).Where(f => Path.GetFileName(f).Length == 64)
                    .ShouldAllBe(f => DigestOf(File.ReadAllBytes(f)) == $"sha256:{Path.GetFileName(f)}");
                Directory.GetFiles(target).Count(f => Path.GetFileName(f).Length == 64).ShouldBe(2);
            }

            (await SucceedsAsync("/usr/bin/skopeo", null, ["list-tags", "--tls-verify=false", "--creds", $"AWS:{password}", remote])).ShouldContain("\"v1\"");
            (await SucceedsAsync("/usr/bin/skopeo", null, ["inspect", "--tls-verify=false", "--creds", $"AWS:{password}", $"{remote}:v1"])).ShouldContain("\"Digest\"");
            await SucceedsAsync("/usr/bin/skopeo", null, ["delete", "--tls-verify=false", "--creds", $"AWS:{password}", $"{remote}:v1"]);
        });
        (await ecr.Ecr.ListImagesAsync(new() { RepositoryName = "web" }, ecr.Caller, default)).ImageIds.ShouldBe([]);
    }

    [Fact]
    public async Task Podman_pulls_and_pushes()
    {
        string[] storage = ["--root", Path.Combine(_folder, "root"), "--runroot", Path.Combine(_folder, "run"), "--storage-driver", "vfs", "--cgroup-manager", "cgroupfs"];
        await NeedsAsync("/usr/bin/podman", [.. storage, "info"]);
        await NeedsAsync("/usr/bin/skopeo", "--version");
        await using var ecr = await StartOnFilesAsync(_folder, "web");
        var host = $"127.0.0.1:{ecr.Address.Port}";
        var source = await OciLayoutAsync();
        await LogInAsync(ecr, async password =>
        {
            string[] access = ["--tls-verify=false", "--creds", $"AWS:{password}"];
            await SucceedsAsync("/usr/bin/podman", null, [.. storage, "pull", $"oci:{source}:latest"]);
            var id = (await SucceedsAsync("/usr/bin/podman", null, [.. storage, "images", "--quiet"])).Trim();
            await SucceedsAsync("/usr/bin/podman", null, [.. storage, "push", .. access, id, $"{host}/web:v1"]);
            await SucceedsAsync("/usr/bin/podman", null, [.. storage, "rmi", "--force", id]);
            await SucceedsAsync("/usr/bin/podman", null, [.. storage, "pull", .. access, $"{host}/web:v1"]);
        });
    }

    private async Task BuildAsync(string image, string content)
    {
        await File.WriteAllTextAsync(Path.Combine(_folder, "Dockerfile"), "FROM scratch\nCOPY content /content\n");
        await File.WriteAllTextAsync(Path.Combine(_folder, "content"), content);
        await DockerAsync("build", "--label", "minato.test=ecr", "--tag", image, _folder);
    }

    // One layer of bytes that repeat badly, in the layout tools share.
    private async Task<string> OciLayoutAsync()
    {
        var layout = Path.Combine(_folder, "layout");
        var blobs = Directory.CreateDirectory(Path.Combine(layout, "blobs", "sha256")).FullName;
        async Task<(string Digest, int Size)> AddAsync(byte[] bytes)
        {
            await File.WriteAllBytesAsync(Path.Combine(blobs, DigestOf(bytes)["sha256:".Length..]), bytes);
            return (DigestOf(bytes), bytes.Length);
        }

        using var tar = new MemoryStream();
        await using (var writer = new System.Formats.Tar.TarWriter(tar, leaveOpen: true))
            await writer.WriteEntryAsync(new System.Formats.Tar.PaxTarEntry(System.Formats.Tar.TarEntryType.RegularFile, "data") { DataStream = new MemoryStream(Given.Bytes(3_000_000)) });
        var layer = await AddAsync(tar.ToArray());
        var config = await AddAsync(System.Text.Encoding.UTF8.GetBytes(
            $$"""{"architecture":"amd64","os":"linux","config":{},"rootfs":{"type":"layers","diff_ids":["{{layer.Digest}}"]} }"""));
        var manifest = await AddAsync(System.Text.Encoding.UTF8.GetBytes(
            $$"""
            {"schemaVersion":2,"mediaType":"{{Given.OciImage}}",
             "config":{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"{{config.Digest}}","size":{{config.Size}} },
             "layers":[{"mediaType":"application/vnd.oci.image.layer.v1.tar","digest":"{{layer.Digest}}","size":{{layer.Size}} }]}
            """));
        await File.WriteAllTextAsync(Path.Combine(layout, "oci-layout"), """{"imageLayoutVersion":"1.0.0"}""");
        await File.WriteAllTextAsync(Path.Combine(layout, "index.json"),
            $$"""
            {"schemaVersion":2,"manifests":[{"mediaType":"{{Given.OciImage}}","digest":"{{manifest.Digest}}","size":{{manifest.Size}},
             "annotations":{"org.opencontainers.image.ref.name":"latest"} }]}
            """);
        return layout;
    }

    private static async Task LogInAsync(EcrFixture ecr, Func<string, Task> use)
    {
        var token = (await ecr.Ecr.GetAuthorizationTokenAsync(new(), ecr.Caller, default)).AuthorizationData.ShouldNotBeNull().Single().AuthorizationToken.ShouldNotBeNull();
        await use(System.Text.Encoding.UTF8.GetString(Convert.FromBase64String(token))["AWS:".Length..]);
    }

    // The login goes to a file of the test's own, not to the user's.
    private Task<string> DockerAsync(params string[] arguments) => SucceedsAsync("/usr/bin/docker", null, ["--config", _folder, .. arguments]);

    private Task<string> LogDockerInAsync(string host, string password) =>
        SucceedsAsync("/usr/bin/docker", password, "--config", _folder, "login", "--username", "AWS", "--password-stdin", host);

    private async Task DockerFailsAsync(string words, params string[] arguments)
    {
        var (code, output) = await RunAsync("/usr/bin/docker", null, ["--config", _folder, .. arguments]);
        code.ShouldNotBe(0);
        output.ShouldContain(words);
    }

    private static async Task NeedsAsync(string program, params string[] arguments)
    {
        Assert.SkipUnless(File.Exists(program), $"{program} is not here");
        var (code, output) = await RunAsync(program, null, arguments);
        Assert.SkipUnless(code == 0, $"{program} does not work here: {output.Trim()}");
    }

    private static async Task<string> SucceedsAsync(string program, string? input, params string[] arguments)
    {
        var (code, output) = await RunAsync(program, input, arguments);
        code.ShouldBe(0, $"{program} {string.Join(' ', arguments)}\n{output}");
        return output;
    }

    private static async Task<(int Code, string Output)> RunAsync(string program, string? input, string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { UseShellExecute = false, RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["DOCKER_BUILDKIT"] = "0";
        using var process = Process.Start(start).ShouldNotBeNull();
        if (input is not null) await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        using var patience = new CancellationTokenSource(TimeSpan.FromSeconds(60));
        await using var end = patience.Token.Register(() => process.Kill(entireProcessTree: true));
        var output = await Task.WhenAll(process.StandardOutput.ReadToEndAsync(), process.StandardError.ReadToEndAsync());
        await process.WaitForExitAsync();
        return (process.ExitCode, string.Concat(output));
    }
}
