using System.Net;
using System.Text.Json.Nodes;
using static Minato.Ecr.Tests.EcrFixture;

namespace Minato.Ecr.Tests;

/// <summary>Real clients with what is more than one image of one layer: lists, many layers, zstd, references.</summary>
[Trait("Floor", "engine")]
public sealed class ClientListTests : RealClients
{
    [Fact]
    public async Task Docker_pushes_many_layers_at_a_time_and_a_list_of_two_images()
    {
        await NeedsAsync("/usr/bin/docker", "version");
        await using var ecr = await StartOnFilesAsync(Folder, "web");
        var host = $"127.0.0.1:{ecr.Address.Port}";
        string[] tags = ["one", "two"];
        try
        {
            await LogInAsync(ecr, password => LogDockerInAsync(host, password));
            foreach (var tag in tags)
            {
                for (var i = 0; i < 8; i++) await File.WriteAllBytesAsync(Path.Combine(Folder, $"part{i}"), Given.Bytes(400_000, i + tag.Length + tag[0]));
                await File.WriteAllTextAsync(Path.Combine(Folder, "Dockerfile"), "FROM scratch\n" + string.Concat(Enumerable.Range(0, 8).Select(i => $"COPY part{i} /part{i}\n")));
                await DockerAsync("build", "--label", "minato.test=ecr", "--tag", $"{host}/web:{tag}", Folder);
                await DockerAsync("push", $"{host}/web:{tag}");
            }

            await DockerAsync(["manifest", "create", "--insecure", $"{host}/web:all", .. tags.Select(t => $"{host}/web:{t}")]);
            await DockerAsync("manifest", "annotate", $"{host}/web:all", $"{host}/web:two", "--arch", "arm64");
            await DockerAsync("manifest", "push", "--insecure", $"{host}/web:all");
            foreach (var tag in tags) await DockerAsync("rmi", "--force", $"{host}/web:{tag}");
            await DockerAsync("pull", $"{host}/web:all");
            using var list = await ecr.SendAsync(HttpMethod.Get, "/v2/web/manifests/all");
            list.Content.Headers.ContentType?.ToString().ShouldBe("application/vnd.docker.distribution.manifest.list.v2+json");
            JsonNode.Parse(await list.Content.ReadAsStringAsync())?["manifests"]?.AsArray().Count.ShouldBe(2);
        }
        finally
        {
            foreach (var tag in tags.Append("all")) await RunAsync("/usr/bin/docker", null, ["--config", Folder, "rmi", "--force", $"{host}/web:{tag}"]);
            await RunAsync("/usr/bin/docker", null, ["image", "prune", "--force", "--filter", "label=minato.test=ecr"]);
        }
    }

    [Fact]
    public async Task Skopeo_copies_a_list_with_all_its_images_and_packs_layers_with_zstd()
    {
        await NeedsAsync("/usr/bin/skopeo", "--version");
        await using var ecr = await StartOnFilesAsync(Folder, "web", "copy");
        var source = await OciLayoutAsync(4, "amd64", "arm64");
        var (remote, copy) = ($"docker://127.0.0.1:{ecr.Address.Port}/web", $"docker://127.0.0.1:{ecr.Address.Port}/copy");
        await LogInAsync(ecr, async password =>
        {
            string[] to = ["--dest-tls-verify=false", "--dest-creds", $"AWS:{password}"];
            string[] from = ["--src-tls-verify=false", "--src-creds", $"AWS:{password}"];
            await SucceedsAsync("/usr/bin/skopeo", null, ["--insecure-policy", "copy", "--all", .. to, $"oci:{source}:latest", $"{remote}:all"]);
            // From one repository to another: what is packed otherwise has other digests.
            await SucceedsAsync("/usr/bin/skopeo", null, ["--insecure-policy", "copy", "--override-arch", "arm64", "--dest-compress-format", "zstd", "--dest-compress", "--format", "oci", .. from, .. to, $"{remote}:all", $"{copy}:zstd"]);
            await SucceedsAsync("/usr/bin/skopeo", null, ["--insecure-policy", "copy", .. from, $"{copy}:zstd", $"dir:{Path.Combine(Folder, "back")}"]);
        });
        using var list = await ecr.SendAsync(HttpMethod.Get, "/v2/web/manifests/all");
        list.Content.Headers.ContentType?.ToString().ShouldBe(Given.OciIndex);
        var images = JsonNode.Parse(await list.Content.ReadAsStringAsync())?["manifests"]?.AsArray().Select(m => (string?)m?["digest"] ?? "").ToList() ?? [];
        images.Count.ShouldBe(2);
        foreach (var image in images)
        {
            using var one = await ecr.SendAsync(HttpMethod.Head, $"/v2/web/manifests/{image}");
            one.StatusCode.ShouldBe(HttpStatusCode.OK);
        }

        using var zstd = await ecr.SendAsync(HttpMethod.Get, "/v2/copy/manifests/zstd");
        JsonNode.Parse(await zstd.Content.ReadAsStringAsync())?["layers"]?.AsArray().Select(l => (string?)l?["mediaType"]).ShouldBe(Enumerable.Repeat("application/vnd.oci.image.layer.v1.tar+zstd", 4));
        await FailedAsync(ecr.SendAsync(HttpMethod.Delete, $"/v2/web/manifests/{images[0]}"), 405, "UNSUPPORTED"); // The list has it.
    }

    [Fact]
    public async Task Podman_pushes_a_list_and_deletes_it()
    {
        string[] storage = ["--root", Path.Combine(Folder, "root"), "--runroot", Path.Combine(Folder, "run"), "--storage-driver", "vfs", "--cgroup-manager", "cgroupfs"];
        await NeedsAsync("/usr/bin/podman", [.. storage, "info"]);
        await using var ecr = await StartOnFilesAsync(Folder, "web");
        var host = $"127.0.0.1:{ecr.Address.Port}";
        var source = await OciLayoutAsync(3);
        await LogInAsync(ecr, async password =>
        {
            var logins = Path.Combine(Folder, "auth.json");
            await SucceedsAsync("/usr/bin/podman", password, [.. storage, "login", "--authfile", logins, "--tls-verify=false", "--username", "AWS", "--password-stdin", host]);
            string[] access = ["--authfile", logins, "--tls-verify=false"];
            await SucceedsAsync("/usr/bin/podman", null, [.. storage, "pull", $"oci:{source}:latest"]);
            var id = (await SucceedsAsync("/usr/bin/podman", null, [.. storage, "images", "--quiet"])).Trim();
            await SucceedsAsync("/usr/bin/podman", null, [.. storage, "push", .. access, id, $"{host}/web:v1"]);
            await SucceedsAsync("/usr/bin/podman", null, [.. storage, "manifest", "create", "list"]);
            await SucceedsAsync("/usr/bin/podman", null, [.. storage, "manifest", "add", .. access, "list", $"docker://{host}/web:v1"]);
            await SucceedsAsync("/usr/bin/podman", null, [.. storage, "manifest", "push", "--all", .. access, "list", $"docker://{host}/web:all"]);
            await SucceedsAsync("/usr/bin/podman", null, [.. storage, "pull", .. access, $"{host}/web:all"]);
        });
        (await ecr.Ecr.BatchDeleteImageAsync(new() { RepositoryName = "web", ImageIds = [new() { ImageTag = "all" }, new() { ImageTag = "v1" }] }, ecr.Caller, default)).Failures.ShouldBe([]);
    }
}
