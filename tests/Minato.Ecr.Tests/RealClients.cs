using System.Diagnostics;
using System.Formats.Tar;
using System.Globalization;
using System.Text.Json.Nodes;
using static Minato.Ecr.Tests.EcrFixture;

namespace Minato.Ecr.Tests;

/// <summary>What tests with real clients share: a folder of their own, logins that touch nobody else's, images to push.</summary>
public abstract class RealClients : IDisposable
{
    protected const string Busybox = "/bin/busybox";

    private static int s_count;

    // Lower case: podman makes an image's name of it.
    protected string Folder { get; } = Directory.CreateDirectory(Path.Combine(
        Path.GetTempPath(), string.Create(CultureInfo.InvariantCulture, $"minato-ecr-{Environment.ProcessId}-{Interlocked.Increment(ref s_count)}"))).FullName;

    public void Dispose()
    {
        Directory.Delete(Folder, recursive: true);
        GC.SuppressFinalize(this);
    }

    protected async Task BuildAsync(string image, string content)
    {
        await File.WriteAllTextAsync(Path.Combine(Folder, "Dockerfile"), "FROM scratch\nCOPY content /content\n");
        await File.WriteAllTextAsync(Path.Combine(Folder, "content"), content);
        await DockerAsync("build", "--label", "minato.test=ecr", "--tag", image, Folder);
    }

    /// <summary>An image in the layout that tools share, of bytes that repeat badly; a list of images when there are several architectures.</summary>
    protected async Task<string> OciLayoutAsync(int layers = 1, params string[] architectures)
    {
        var layout = Path.Combine(Folder, "layout");
        var blobs = Directory.CreateDirectory(Path.Combine(layout, "blobs", "sha256")).FullName;
        var images = new JsonArray();
        foreach (var architecture in architectures is [] ? ["amd64"] : architectures) images.Add(await ImageAsync(blobs, architecture, layers));
        var top = images.Count == 1 ? images[0].ShouldNotBeNull().DeepClone()
            : await AddAsync(blobs, Given.OciIndex, new JsonObject { ["schemaVersion"] = 2, ["mediaType"] = Given.OciIndex, ["manifests"] = images });
        top["annotations"] = new JsonObject { ["org.opencontainers.image.ref.name"] = "latest" };
        await File.WriteAllTextAsync(Path.Combine(layout, "oci-layout"), """{"imageLayoutVersion":"1.0.0"}""");
        await File.WriteAllTextAsync(Path.Combine(layout, "index.json"), new JsonObject { ["schemaVersion"] = 2, ["manifests"] = new JsonArray(top) }.ToJsonString());
        return layout;
    }

    private static async Task<JsonObject> ImageAsync(string blobs, string architecture, int layers)
    {
        var (descriptors, differences) = (new JsonArray(), new JsonArray());
        for (var i = 0; i < layers; i++)
        {
            using var tar = new MemoryStream();
            await using (var writer = new TarWriter(tar, leaveOpen: true))
                await writer.WriteEntryAsync(new PaxTarEntry(TarEntryType.RegularFile, $"{architecture}-{i}") { DataStream = new MemoryStream(Given.Bytes(3_000_000 / layers, i)) });
            var layer = await AddAsync(blobs, "application/vnd.oci.image.layer.v1.tar", tar.ToArray());
            differences.Add((string?)layer["digest"]);
            descriptors.Add(layer);
        }

        var config = await AddAsync(blobs, "application/vnd.oci.image.config.v1+json", new JsonObject
        {
            ["architecture"] = architecture, ["os"] = "linux", ["config"] = new JsonObject(), ["rootfs"] = new JsonObject { ["type"] = "layers", ["diff_ids"] = differences },
        });
        var image = await AddAsync(blobs, Given.OciImage, new JsonObject { ["schemaVersion"] = 2, ["mediaType"] = Given.OciImage, ["config"] = config, ["layers"] = descriptors });
        image["platform"] = new JsonObject { ["os"] = "linux", ["architecture"] = architecture };
        return image;
    }

    private static Task<JsonObject> AddAsync(string blobs, string type, JsonObject json) => AddAsync(blobs, type, System.Text.Encoding.UTF8.GetBytes(json.ToJsonString()));

    private static async Task<JsonObject> AddAsync(string blobs, string type, byte[] bytes)
    {
        await File.WriteAllBytesAsync(Path.Combine(blobs, DigestOf(bytes)["sha256:".Length..]), bytes);
        return new() { ["mediaType"] = type, ["digest"] = DigestOf(bytes), ["size"] = bytes.Length };
    }

    private protected static async Task LogInAsync(EcrFixture ecr, Func<string, Task> use)
    {
        var token = (await ecr.Ecr.GetAuthorizationTokenAsync(new(), ecr.Caller, default)).AuthorizationData.ShouldNotBeNull().Single().AuthorizationToken.ShouldNotBeNull();
        await use(System.Text.Encoding.UTF8.GetString(Convert.FromBase64String(token))["AWS:".Length..]);
    }

    // The login goes to a file of the test's own, not to the user's.
    protected Task<string> DockerAsync(params string[] arguments) => SucceedsAsync("/usr/bin/docker", null, ["--config", Folder, .. arguments]);

    protected Task<string> LogDockerInAsync(string host, string password) =>
        SucceedsAsync("/usr/bin/docker", password, "--config", Folder, "login", "--username", "AWS", "--password-stdin", host);

    protected async Task DockerFailsAsync(string words, params string[] arguments)
    {
        var (code, output) = await RunAsync("/usr/bin/docker", null, ["--config", Folder, .. arguments]);
        code.ShouldNotBe(0);
        output.ShouldContain(words);
    }

    protected static async Task NeedsAsync(string program, params string[] arguments)
    {
        Assert.SkipUnless(File.Exists(program), $"{program} is not here");
        var (code, output) = await RunAsync(program, null, arguments);
        Assert.SkipUnless(code == 0, $"{program} does not work here: {output.Trim()}");
    }

    protected static async Task<string> SucceedsAsync(string program, string? input, params string[] arguments)
    {
        var (code, output) = await RunAsync(program, input, arguments);
        code.ShouldBe(0, $"{program} {string.Join(' ', arguments)}\n{output}");
        return output;
    }

    protected static async Task<(int Code, string Output)> RunAsync(string program, string? input, string[] arguments)
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
