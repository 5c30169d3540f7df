using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;
using static Minato.Ecr.Tests.EcrFixture;

namespace Minato.Ecr.Tests;

/// <summary>The clauses of the OCI distribution specification, by its four categories. Where a room of ours is stricter as ECR is, the name says so.</summary>
public sealed class ConformanceTests
{
    [Fact]
    public async Task Pull_a_blob_that_exists_is_200_with_its_length_and_digest()
    {
        await using var ecr = await StartAsync("web");
        var digest = await ecr.PushLayerAsync("web", "layer"u8.ToArray());
        foreach (var method in new[] { HttpMethod.Get, HttpMethod.Head })
        {
            using var answer = await ecr.SendAsync(method, $"/v2/web/blobs/{digest}");
            (answer.StatusCode, answer.Content.Headers.ContentLength, answer.Headers.GetValues("Docker-Content-Digest").Single()).ShouldBe((HttpStatusCode.OK, 5, digest));
        }
    }

    [Fact]
    public async Task Pull_a_blob_that_does_not_exist_is_404_BLOB_UNKNOWN()
    {
        await using var ecr = await StartAsync("web");
        await FailedAsync(ecr.SendAsync(HttpMethod.Get, $"/v2/web/blobs/{DigestOf("no"u8)}"), 404, "BLOB_UNKNOWN");
        using var head = await ecr.SendAsync(HttpMethod.Head, $"/v2/web/blobs/{DigestOf("no"u8)}");
        head.StatusCode.ShouldBe(HttpStatusCode.NotFound);
        await FailedAsync(ecr.SendAsync(HttpMethod.Get, "/v2/web/blobs/sha256:short"), 400, "DIGEST_INVALID");
    }

    [Fact]
    public async Task Pull_of_an_unknown_repository_is_404_NAME_UNKNOWN_and_of_a_bad_name_400_NAME_INVALID()
    {
        await using var ecr = await StartAsync();
        await FailedAsync(ecr.SendAsync(HttpMethod.Get, "/v2/none/manifests/v1"), 404, "NAME_UNKNOWN");
        await FailedAsync(ecr.SendAsync(HttpMethod.Get, $"/v2/none/blobs/{DigestOf("x"u8)}"), 404, "NAME_UNKNOWN");
        await FailedAsync(ecr.SendAsync(HttpMethod.Get, "/v2/Upper/manifests/v1"), 400, "NAME_INVALID");
    }

    [Fact]
    public async Task Pull_ranges_of_a_blob_are_206_and_beyond_its_end_416()
    {
        await using var ecr = await StartAsync("web");
        var digest = await ecr.PushLayerAsync("web", "0123456789"u8.ToArray());
        async Task<(int, string, string?)> RangeAsync(string range)
        {
            using var request = new HttpRequestMessage(HttpMethod.Get, $"/v2/web/blobs/{digest}");
            request.Headers.TryAddWithoutValidation("Range", range);
            using var answer = await ecr.Http.SendAsync(request);
            return ((int)answer.StatusCode, await answer.Content.ReadAsStringAsync(), answer.Content.Headers.ContentRange?.ToString());
        }

        (await RangeAsync("bytes=2-4")).ShouldBe((206, "234", "bytes 2-4/10"));
        (await RangeAsync("bytes=7-")).ShouldBe((206, "789", "bytes 7-9/10"));
        (await RangeAsync("bytes=-2")).ShouldBe((206, "89", "bytes 8-9/10"));
        (await RangeAsync("bytes=10-20")).ShouldBe((416, "", "bytes */10"));
    }

    [Fact]
    public async Task Pull_what_the_client_has_already_is_304()
    {
        await using var ecr = await StartAsync("web");
        var (digest, _) = await ecr.PushImageAsync("web", "v1");
        var layer = DigestOf("layer"u8);
        foreach (var (method, path, tag) in new[]
                 {
                     (HttpMethod.Get, "/v2/web/manifests/v1", digest), (HttpMethod.Head, "/v2/web/manifests/v1", digest),
                     (HttpMethod.Get, $"/v2/web/blobs/{layer}", layer), (HttpMethod.Head, $"/v2/web/blobs/{layer}", layer),
                 })
        {
            using var request = new HttpRequestMessage(method, path);
            request.Headers.TryAddWithoutValidation("If-None-Match", $"\"{tag}\"");
            using var answer = await ecr.Http.SendAsync(request);
            (answer.StatusCode, await answer.Content.ReadAsStringAsync()).ShouldBe((HttpStatusCode.NotModified, ""));
            using var other = new HttpRequestMessage(method, path);
            other.Headers.TryAddWithoutValidation("If-None-Match", "\"sha256:other\"");
            using var whole = await ecr.Http.SendAsync(other);
            whole.StatusCode.ShouldBe(HttpStatusCode.OK);
        }
    }

    [Fact]
    public async Task Pull_a_manifest_by_tag_and_digest_is_200_and_HEAD_has_the_same_headers()
    {
        await using var ecr = await StartAsync("web");
        var (digest, manifest) = await ecr.PushImageAsync("web", "v1");
        foreach (var reference in new[] { "v1", digest })
        {
            using var answer = await ecr.SendAsync(HttpMethod.Get, $"/v2/web/manifests/{reference}");
            (await answer.Content.ReadAsByteArrayAsync()).ShouldBe(manifest);
            using var head = await ecr.SendAsync(HttpMethod.Head, $"/v2/web/manifests/{reference}");
            foreach (var one in new[] { answer, head })
                (one.Content.Headers.ContentType?.ToString(), one.Content.Headers.ContentLength, one.Headers.GetValues("Docker-Content-Digest").Single()).ShouldBe((Given.OciImage, manifest.Length, digest));
        }

        await FailedAsync(ecr.SendAsync(HttpMethod.Get, "/v2/web/manifests/none"), 404, "MANIFEST_UNKNOWN");
    }

    [Theory] // POST then PUT; POST, PATCH, PUT; POST with the digest; POST, PATCH in chunks, PUT with the last one.
    [InlineData("post-put"), InlineData("post-patch-put"), InlineData("post"), InlineData("chunks")]
    public async Task Push_a_blob_ends_with_201_and_its_location(string way)
    {
        await using var ecr = await StartAsync("web");
        var bytes = Given.Bytes(1_000);
        var digest = DigestOf(bytes);
        using var done = await PushAsync(ecr, way, bytes, digest);
        (done.StatusCode, done.Headers.Location?.OriginalString).ShouldBe((HttpStatusCode.Created, $"/v2/web/blobs/{digest}"));
        (await ecr.Http.GetByteArrayAsync($"/v2/web/blobs/{digest}")).ShouldBe(bytes);
    }

    [Theory, InlineData("post-put"), InlineData("post"), InlineData("chunks")]
    public async Task Push_a_blob_with_a_sha512_digest(string way)
    {
        await using var ecr = await StartAsync("web");
        var bytes = Given.Bytes(1_000);
        var digest = $"sha512:{Convert.ToHexStringLower(SHA512.HashData(bytes))}";
        using var done = await PushAsync(ecr, way, bytes, digest);
        done.StatusCode.ShouldBe(HttpStatusCode.Created);
        (await ecr.Http.GetByteArrayAsync($"/v2/web/blobs/{digest}")).ShouldBe(bytes);
        await FailedAsync(PushAsync(ecr, way, Given.Bytes(1_000, seed: 2), digest), 400, "DIGEST_INVALID");
    }

    [Fact]
    public async Task Push_an_empty_blob()
    {
        await using var ecr = await StartAsync("web");
        using var done = await PushAsync(ecr, "post-put", [], DigestOf([]));
        done.StatusCode.ShouldBe(HttpStatusCode.Created);
        (await ecr.Http.GetByteArrayAsync($"/v2/web/blobs/{DigestOf([])}")).ShouldBeEmpty();
    }

    [Fact]
    public async Task Push_a_chunk_out_of_order_is_416_with_where_to_go_on()
    {
        await using var ecr = await StartAsync("web");
        using var started = await ecr.SendAsync(HttpMethod.Post, "/v2/web/blobs/uploads/");
        var location = started.Headers.Location?.OriginalString ?? "";
        using var first = await ecr.SendAsync(HttpMethod.Patch, location, Given.Bytes(10), range: "0-9");
        first.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        using var again = await ecr.SendAsync(HttpMethod.Patch, location, Given.Bytes(10), range: "0-9");
        ((int)again.StatusCode, again.Headers.NonValidated["Range"].ToString(), again.Headers.Location?.OriginalString).ShouldBe((416, "0-9", location));
        using var last = await ecr.SendAsync(HttpMethod.Put, $"{location}?digest={DigestOf([])}", Given.Bytes(10), range: "20-29");
        ((int)last.StatusCode).ShouldBe(416);
    }

    [Fact]
    public async Task Push_status_of_an_upload_is_204_and_of_an_unknown_one_404_BLOB_UPLOAD_UNKNOWN()
    {
        await using var ecr = await StartAsync("web");
        using var started = await ecr.SendAsync(HttpMethod.Post, "/v2/web/blobs/uploads/");
        using var patched = await ecr.SendAsync(HttpMethod.Patch, started.Headers.Location?.OriginalString ?? "", Given.Bytes(7));
        using var status = await ecr.SendAsync(HttpMethod.Get, patched.Headers.Location?.OriginalString ?? "");
        (status.StatusCode, status.Headers.NonValidated["Range"].ToString()).ShouldBe((HttpStatusCode.NoContent, "0-6"));
        await FailedAsync(ecr.SendAsync(HttpMethod.Get, "/v2/web/blobs/uploads/00000000-0000-4000-8000-000000000000"), 404, "BLOB_UPLOAD_UNKNOWN");
    }

    [Fact]
    public async Task Push_mount_is_201_where_the_account_wants_it_and_else_202_to_upload()
    {
        await using var ecr = await StartAsync("web", "other");
        var digest = await ecr.PushLayerAsync("other", [1, 2, 3]);
        using var refused = await ecr.SendAsync(HttpMethod.Post, $"/v2/web/blobs/uploads/?mount={digest}&from=other");
        refused.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        await ecr.Ecr.PutAccountSettingAsync(new() { Name = "BLOB_MOUNTING", Value = "ENABLED" }, ecr.Caller, default);
        using var mounted = await ecr.SendAsync(HttpMethod.Post, $"/v2/web/blobs/uploads/?mount={digest}&from=other");
        (mounted.StatusCode, mounted.Headers.Location?.OriginalString).ShouldBe((HttpStatusCode.Created, $"/v2/web/blobs/{digest}"));
        using var unknown = await ecr.SendAsync(HttpMethod.Post, $"/v2/web/blobs/uploads/?mount={DigestOf("x"u8)}&from=other");
        unknown.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        using var nowhere = await ecr.SendAsync(HttpMethod.Post, $"/v2/web/blobs/uploads/?mount={digest}&from=nowhere");
        nowhere.StatusCode.ShouldBe(HttpStatusCode.Accepted);
    }

    [Theory] // Docker's and OCI's images and lists, artifacts with and without a config, unknown types of configs and layers, zstd.
    [InlineData("application/vnd.docker.distribution.manifest.v2+json", "application/vnd.docker.container.image.v1+json", "application/vnd.docker.image.rootfs.diff.tar.gzip")]
    [InlineData("application/vnd.oci.image.manifest.v1+json", "application/vnd.oci.image.config.v1+json", "application/vnd.oci.image.layer.v1.tar+zstd")]
    [InlineData("application/vnd.oci.image.manifest.v1+json", "application/vnd.oci.empty.v1+json", "application/vnd.example.anything")]
    [InlineData("application/vnd.oci.image.manifest.v1+json", "application/vnd.cncf.helm.config.v1+json", "application/vnd.cncf.helm.chart.content.v1.tar+gzip")]
    public async Task Push_manifests_of_every_kind_and_their_lists(string type, string config, string layer)
    {
        await using var ecr = await StartAsync("web");
        var (one, two) = (await ecr.PushLayerAsync("web", "{}"u8.ToArray()), await ecr.PushLayerAsync("web", "layer"u8.ToArray()));
        var manifest = Encoding.UTF8.GetBytes(
            $$"""{"schemaVersion":2,"mediaType":"{{type}}","config":{"mediaType":"{{config}}","digest":"{{one}}","size":2},"layers":[{"mediaType":"{{layer}}","digest":"{{two}}","size":5}]}""");
        using var pushed = await ecr.SendAsync(HttpMethod.Put, "/v2/web/manifests/v1", manifest, type);
        (pushed.StatusCode, pushed.Headers.Location?.OriginalString, pushed.Headers.GetValues("Docker-Content-Digest").Single())
            .ShouldBe((HttpStatusCode.Created, $"/v2/web/manifests/{DigestOf(manifest)}", DigestOf(manifest)));
        var listType = type.Contains("docker", StringComparison.Ordinal) ? "application/vnd.docker.distribution.manifest.list.v2+json" : Given.OciIndex;
        var list = Encoding.UTF8.GetBytes(
            $$"""{"schemaVersion":2,"mediaType":"{{listType}}","manifests":[{"mediaType":"{{type}}","digest":"{{DigestOf(manifest)}}","size":{{manifest.Length}},"platform":{"os":"linux","architecture":"arm64"} }]}""");
        using var listed = await ecr.SendAsync(HttpMethod.Put, "/v2/web/manifests/all", list, listType);
        listed.StatusCode.ShouldBe(HttpStatusCode.Created);
        using var pulled = await ecr.SendAsync(HttpMethod.Get, "/v2/web/manifests/all");
        (pulled.Content.Headers.ContentType?.ToString(), await pulled.Content.ReadAsStringAsync()).ShouldBe((listType, Encoding.UTF8.GetString(list)));
    }

    [Fact]
    public async Task Push_a_manifest_by_its_sha512_digest()
    {
        await using var ecr = await StartAsync("web");
        var (_, manifest) = await ecr.PushImageAsync("web", "v1");
        var digest = $"sha512:{Convert.ToHexStringLower(SHA512.HashData(manifest))}";
        using var byDigest = await ecr.SendAsync(HttpMethod.Put, $"/v2/web/manifests/{digest}", manifest, Given.OciImage);
        (byDigest.StatusCode, byDigest.Headers.GetValues("Docker-Content-Digest").Single()).ShouldBe((HttpStatusCode.Created, digest));
        using var byTag = await ecr.SendAsync(HttpMethod.Put, $"/v2/web/manifests/v2?digest={digest}", manifest, Given.OciImage);
        byTag.Headers.GetValues("Docker-Content-Digest").ShouldBe([digest]);
        using var pulled = await ecr.SendAsync(HttpMethod.Get, "/v2/web/manifests/v2");
        pulled.Headers.GetValues("Docker-Content-Digest").ShouldBe([digest]);
    }

    [Fact]
    public async Task Push_an_artifact_manifest_of_the_release_candidate()
    {
        await using var ecr = await StartAsync("web");
        var (subject, _) = await ecr.PushImageAsync("web", "v1");
        var blob = await ecr.PushLayerAsync("web", "sbom"u8.ToArray());
        const string Type = "application/vnd.oci.artifact.manifest.v1+json";
        var manifest = Encoding.UTF8.GetBytes(
            $$"""{"mediaType":"{{Type}}","artifactType":"application/x.sbom","blobs":[{"mediaType":"text/plain","digest":"{{blob}}","size":4}],"subject":{"mediaType":"{{Given.OciImage}}","digest":"{{subject}}","size":1} }""");
        using var pushed = await ecr.SendAsync(HttpMethod.Put, $"/v2/web/manifests/{DigestOf(manifest)}", manifest, Type);
        (pushed.StatusCode, pushed.Headers.GetValues("OCI-Subject").Single()).ShouldBe((HttpStatusCode.Created, subject));
        (await ReferrersAsync(ecr, $"/v2/web/referrers/{subject}")).Types.ShouldBe(["application/x.sbom"]);
    }

    [Fact]
    public async Task Push_a_manifest_whose_blobs_are_missing_is_404_MANIFEST_BLOB_UNKNOWN()
    {
        await using var ecr = await StartAsync("web");
        await FailedAsync(ecr.SendAsync(HttpMethod.Put, "/v2/web/manifests/v1", Given.Manifest("no"u8.ToArray(), "none"u8.ToArray()), Given.OciImage), 404, "MANIFEST_BLOB_UNKNOWN");
        await FailedAsync(ecr.SendAsync(HttpMethod.Put, "/v2/web/manifests/v1", Given.Index(DigestOf("x"u8)), Given.OciIndex), 404, "MANIFEST_BLOB_UNKNOWN");
    }

    [Fact]
    public async Task Push_makes_a_repository_only_where_a_template_says_so()
    {
        await using var ecr = await StartAsync();
        await FailedAsync(ecr.SendAsync(HttpMethod.Post, "/v2/new/web/blobs/uploads/"), 404, "NAME_UNKNOWN");
        await ecr.Ecr.CreateRepositoryCreationTemplateAsync(
            new() { Prefix = "new", AppliedFor = [Contracts.Ecr.RCTAppliedFor.CreateOnPush], ImageTagMutability = Contracts.Ecr.ImageTagMutability.Immutable }, ecr.Caller, default);
        await ecr.PushImageAsync("new/web", "v1");
        (await ecr.Ecr.DescribeRepositoriesAsync(new(), ecr.Caller, default)).Repositories.ShouldNotBeNull().Single().ImageTagMutability.ShouldBe(Contracts.Ecr.ImageTagMutability.Immutable);
    }

    [Fact]
    public async Task Discovery_tags_are_listed_in_order_by_pages_and_n_0_is_empty()
    {
        await using var ecr = await StartAsync("web");
        foreach (var tag in new[] { "c", "a", "b", "d" }) await ecr.PushImageAsync("web", tag);
        var (seen, path) = (new List<string>(), (string?)"/v2/web/tags/list?n=3");
        while (path is not null)
        {
            using var page = await ecr.SendAsync(HttpMethod.Get, path);
            var json = JsonDocument.Parse(await page.Content.ReadAsStringAsync()).RootElement;
            seen.AddRange(json.GetProperty("tags").EnumerateArray().Select(t => t.GetString() ?? ""));
            path = page.Headers.TryGetValues("Link", out var link) ? link.Single().Split('<', '>')[1] : null;
        }

        seen.ShouldBe(["a", "b", "c", "d"]);
        using var none = await ecr.SendAsync(HttpMethod.Get, "/v2/web/tags/list?n=0");
        (await none.Content.ReadAsStringAsync(), none.Headers.Contains("Link")).ShouldBe(("""{"name":"web","tags":[]}""", false));
        await FailedAsync(ecr.SendAsync(HttpMethod.Get, "/v2/none/tags/list"), 404, "NAME_UNKNOWN");
    }

    [Fact]
    public async Task Discovery_referrers_are_an_index_filtered_and_by_pages()
    {
        await using var ecr = await StartAsync("web");
        var (subject, _) = await ecr.PushImageAsync("web", "v1");
        foreach (var i in Enumerable.Range(0, 5)) await ecr.PushImageAsync("web", "", $"signature {i}", subject);
        var path = (string?)$"/v2/web/referrers/{subject}?artifactType=application%2Fx.signature&n=2";
        var (pages, found) = (0, 0);
        while (path is not null)
        {
            var (types, next, filters) = await ReferrersAsync(ecr, path);
            filters.ShouldBe("artifactType");
            types.ShouldAllBe(t => t == "application/x.signature");
            (pages, found, path) = (pages + 1, found + types.Length, next);
        }

        (pages, found).ShouldBe((3, 5));
        (await ReferrersAsync(ecr, $"/v2/web/referrers/{subject}")).Filters.ShouldBeNull();
        (await ReferrersAsync(ecr, $"/v2/web/referrers/{DigestOf("nothing"u8)}")).Types.ShouldBeEmpty();
        await FailedAsync(ecr.SendAsync(HttpMethod.Get, "/v2/web/referrers/nonsense"), 400, "DIGEST_INVALID");
    }

    [Fact]
    public async Task Management_a_deleted_tag_leaves_its_manifest()
    {
        await using var ecr = await StartAsync("web");
        var (digest, _) = await ecr.PushImageAsync("web", "v1");
        using var deleted = await ecr.SendAsync(HttpMethod.Delete, "/v2/web/manifests/v1");
        deleted.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        await FailedAsync(ecr.SendAsync(HttpMethod.Get, "/v2/web/manifests/v1"), 404, "MANIFEST_UNKNOWN");
        using var still = await ecr.SendAsync(HttpMethod.Head, $"/v2/web/manifests/{digest}");
        still.StatusCode.ShouldBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task Management_a_deleted_manifest_is_404_for_all_its_tags()
    {
        await using var ecr = await StartAsync("web");
        var (digest, _) = await ecr.PushImageAsync("web", "v1");
        using var deleted = await ecr.SendAsync(HttpMethod.Delete, $"/v2/web/manifests/{digest}");
        deleted.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        foreach (var reference in new[] { "v1", digest }) await FailedAsync(ecr.SendAsync(HttpMethod.Get, $"/v2/web/manifests/{reference}"), 404, "MANIFEST_UNKNOWN");
        await FailedAsync(ecr.SendAsync(HttpMethod.Delete, $"/v2/web/manifests/{digest}"), 404, "MANIFEST_UNKNOWN");
    }

    [Fact]
    public async Task Management_a_blob_is_deleted_unless_an_image_has_it()
    {
        await using var ecr = await StartAsync("web");
        var (image, _) = await ecr.PushImageAsync("web", "v1");
        await FailedAsync(ecr.SendAsync(HttpMethod.Delete, $"/v2/web/blobs/{DigestOf("layer"u8)}"), 405, "UNSUPPORTED");
        using var manifest = await ecr.SendAsync(HttpMethod.Delete, $"/v2/web/manifests/{image}");
        using var deleted = await ecr.SendAsync(HttpMethod.Delete, $"/v2/web/blobs/{DigestOf("layer"u8)}");
        deleted.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        await FailedAsync(ecr.SendAsync(HttpMethod.Delete, $"/v2/web/blobs/{DigestOf("layer"u8)}"), 404, "BLOB_UNKNOWN");
    }

    private static async Task<HttpResponseMessage> PushAsync(EcrFixture ecr, string way, byte[] bytes, string digest)
    {
        if (way == "post") return await ecr.SendAsync(HttpMethod.Post, $"/v2/web/blobs/uploads/?digest={digest}", bytes);
        using var started = await ecr.SendAsync(HttpMethod.Post, "/v2/web/blobs/uploads/");
        var location = started.Headers.Location?.OriginalString ?? "";
        if (way == "post-put") return await ecr.SendAsync(HttpMethod.Put, $"{location}?digest={digest}", bytes);
        if (way == "post-patch-put")
        {
            using var whole = await ecr.SendAsync(HttpMethod.Patch, location, bytes);
            return await ecr.SendAsync(HttpMethod.Put, $"{whole.Headers.Location?.OriginalString}?digest={digest}", []);
        }

        using var first = await ecr.SendAsync(HttpMethod.Patch, location, bytes[..400], range: "0-399");
        using var second = await ecr.SendAsync(HttpMethod.Patch, first.Headers.Location?.OriginalString ?? "", bytes[400..900], range: "400-899");
        return await ecr.SendAsync(HttpMethod.Put, $"{second.Headers.Location?.OriginalString}?digest={digest}", bytes[900..], range: "900-999");
    }

    private static async Task<(string[] Types, string? Next, string? Filters)> ReferrersAsync(EcrFixture ecr, string path)
    {
        using var answer = await ecr.SendAsync(HttpMethod.Get, path);
        answer.StatusCode.ShouldBe(HttpStatusCode.OK);
        answer.Content.Headers.ContentType?.ToString().ShouldBe(Given.OciIndex);
        var json = JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement;
        return (
            [.. json.GetProperty("manifests").EnumerateArray().Select(m => m.GetProperty("artifactType").GetString() ?? "")],
            answer.Headers.TryGetValues("Link", out var link) ? link.Single().Split('<', '>')[1] : null,
            answer.Headers.TryGetValues("OCI-Filters-Applied", out var filters) ? filters.Single() : null);
    }
}
