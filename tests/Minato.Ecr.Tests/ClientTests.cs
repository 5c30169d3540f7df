using System.Globalization;
using static Minato.Ecr.Tests.EcrFixture;

namespace Minato.Ecr.Tests;

/// <summary>Real clients against a real listener: docker with its daemon, skopeo, podman. Skipped where one is missing.</summary>
[Trait("Floor", "engine")]
public sealed class ClientTests : RealClients
{
    [Fact]
    public async Task Docker_pushes_and_pulls()
    {
        await NeedsAsync("/usr/bin/docker", "version");
        Assert.SkipUnless(File.Exists(Busybox), $"{Busybox} is not here");
        await using var ecr = await StartOnFilesAsync(Folder, "team/web");
        var host = $"127.0.0.1:{ecr.Address.Port}";
        var image = $"{host}/team/web:v1";
        await File.WriteAllTextAsync(Path.Combine(Folder, "Dockerfile"), "FROM scratch\nCOPY busybox /bin/busybox\nENTRYPOINT [\"/bin/busybox\"]\n");
        File.Copy(Busybox, Path.Combine(Folder, "busybox"));
        try
        {
            await DockerAsync("build", "--label", "minato.test=ecr", "--tag", image, Folder);
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
            await RunAsync("/usr/bin/docker", null, ["--config", Folder, "rmi", "--force", image]);
        }
    }

    [Fact]
    public async Task Docker_is_told_that_a_tag_is_fixed()
    {
        await NeedsAsync("/usr/bin/docker", "version");
        await using var ecr = await StartOnFilesAsync(Folder);
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
            await RunAsync("/usr/bin/docker", null, ["--config", Folder, "rmi", "--force", image]);
            await RunAsync("/usr/bin/docker", null, ["image", "prune", "--force", "--filter", "label=minato.test=ecr"]);
        }
    }

    [Theory, InlineData("oci"), InlineData("v2s2")]
    public async Task Skopeo_copies_there_and_back(string format)
    {
        await NeedsAsync("/usr/bin/skopeo", "--version");
        await using var ecr = await StartOnFilesAsync(Folder, "web");
        var source = await OciLayoutAsync();
        var remote = $"docker://127.0.0.1:{ecr.Address.Port}/web";
        await LogInAsync(ecr, async password =>
        {
            string[] options = ["--insecure-policy", "copy"];
            await SucceedsAsync("/usr/bin/skopeo", null, [.. options, "--format", format, "--dest-tls-verify=false", "--dest-creds", $"AWS:{password}", $"oci:{source}:latest", $"{remote}:v1"]);
            for (var i = 0; i < 3; i++)
            {
                var target = Path.Combine(Folder, string.Create(CultureInfo.InvariantCulture, $"back-{format}-{i}"));
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
        string[] storage = ["--root", Path.Combine(Folder, "root"), "--runroot", Path.Combine(Folder, "run"), "--storage-driver", "vfs", "--cgroup-manager", "cgroupfs"];
        await NeedsAsync("/usr/bin/podman", [.. storage, "info"]);
        await NeedsAsync("/usr/bin/skopeo", "--version");
        await using var ecr = await StartOnFilesAsync(Folder, "web");
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
}
