using System.Net;
using System.Security.Cryptography;
using System.Text;
using static Minato.Ecr.Tests.EcrFixture;

namespace Minato.Ecr.Tests;

/// <summary>The clauses of the OCI distribution specification. Push: blobs in every way there is, manifests of every kind. Where a room of ours is stricter as ECR is, the name says so.</summary>
public sealed class ConformancePushTests
{
    [Theory] // POST then PUT; POST, PATCH, PUT; POST with the digest; POST, PATCH in chunks, PUT with the last one.
    [InlineData("post-put"), InlineData("post-patch-put"), InlineData("post"), InlineData("chunks")]
    public async Task Push_a_blob_ends_with_201_and_its_location(string way)
    {
        await using var ecr = await StartAsync("web");
        var bytes = Given.Bytes(1_000);
        var digest = DigestOf(bytes);
        using var done = await ConformanceCalls.PushAsync(ecr, way, bytes, digest);
        (done.StatusCode, done.Headers.Location?.OriginalString).ShouldBe((HttpStatusCode.Created, $"/v2/web/blobs/{digest}"));
        (await ecr.Http.GetByteArrayAsync($"/v2/web/blobs/{digest}")).ShouldBe(bytes);
    }

    [Theory, InlineData("post-put"), InlineData("post"), InlineData("chunks")]
    public async Task Push_a_blob_with_a_sha512_digest(string way)
    {
        await using var ecr = await StartAsync("web");
        var bytes = Given.Bytes(1_000);
        var digest = $"sha512:{Convert.ToHexStringLower(SHA512.HashData(bytes))}";
        using var done = await ConformanceCalls.PushAsync(ecr, way, bytes, digest);
        done.StatusCode.ShouldBe(HttpStatusCode.Created);
        (await ecr.Http.GetByteArrayAsync($"/v2/web/blobs/{digest}")).ShouldBe(bytes);
        await FailedAsync(ConformanceCalls.PushAsync(ecr, way, Given.Bytes(1_000, seed: 2), digest), 400, "DIGEST_INVALID");
    }

    [Fact]
    public async Task Push_an_empty_blob()
    {
        await using var ecr = await StartAsync("web");
        using var done = await ConformanceCalls.PushAsync(ecr, "post-put", [], DigestOf([]));
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
        (await ConformanceCalls.ReferrersAsync(ecr, $"/v2/web/referrers/{subject}")).Types.ShouldBe(["application/x.sbom"]);
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
    public async Task Push_mount_without_the_repository_it_comes_from_is_202_to_upload()
    {
        await using var ecr = await StartAsync("web", "other");
        await ecr.Ecr.PutAccountSettingAsync(new() { Name = "BLOB_MOUNTING", Value = "ENABLED" }, ecr.Caller, default);
        var digest = await ecr.PushLayerAsync("other", [1, 2, 3]);
        using var begun = await ecr.SendAsync(HttpMethod.Post, $"/v2/web/blobs/uploads/?mount={digest}");
        (begun.StatusCode, begun.Headers.Location?.OriginalString.StartsWith("/v2/web/blobs/uploads/", StringComparison.Ordinal)).ShouldBe((HttpStatusCode.Accepted, true));
    }

    [Fact]
    public async Task Push_says_which_digest_will_come_with_digest_algorithm()
    {
        await using var ecr = await StartAsync("web");
        var bytes = Given.Bytes(100);
        using var begun = await ecr.SendAsync(HttpMethod.Post, "/v2/web/blobs/uploads/?digest-algorithm=sha512");
        begun.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        using var done = await ecr.SendAsync(HttpMethod.Put, $"{begun.Headers.Location?.OriginalString}?digest=sha512:{Convert.ToHexStringLower(SHA512.HashData(bytes))}", bytes);
        done.StatusCode.ShouldBe(HttpStatusCode.Created);
        await FailedAsync(ecr.SendAsync(HttpMethod.Post, "/v2/web/blobs/uploads/?digest-algorithm=md5"), 400, "DIGEST_INVALID");
    }

    [Fact]
    public async Task Push_is_ended_without_digest_by_400_and_may_go_on()
    {
        await using var ecr = await StartAsync("web");
        using var started = await ecr.SendAsync(HttpMethod.Post, "/v2/web/blobs/uploads/");
        var location = started.Headers.Location?.OriginalString ?? "";
        await FailedAsync(ecr.SendAsync(HttpMethod.Put, location, [1]), 400, "DIGEST_INVALID");
        using var done = await ecr.SendAsync(HttpMethod.Put, $"{location}?digest={DigestOf([1, 2])}", [1, 2]);
        done.StatusCode.ShouldBe(HttpStatusCode.Created);
    }

    [Fact]
    public async Task Push_that_is_cancelled_is_204_and_its_address_404_from_then_on()
    {
        await using var ecr = await StartAsync("web");
        using var started = await ecr.SendAsync(HttpMethod.Post, "/v2/web/blobs/uploads/");
        var location = started.Headers.Location?.OriginalString ?? "";
        using var cancelled = await ecr.SendAsync(HttpMethod.Delete, location);
        cancelled.StatusCode.ShouldBe(HttpStatusCode.NoContent);
        foreach (var method in new[] { HttpMethod.Get, HttpMethod.Patch, HttpMethod.Delete }) await FailedAsync(ecr.SendAsync(method, location), 404, "BLOB_UPLOAD_UNKNOWN");
    }

    [Fact]
    public async Task Push_of_what_refers_to_a_subject_answers_OCI_Subject_even_where_the_subject_is_missing()
    {
        await using var ecr = await StartAsync("web");
        var missing = DigestOf("nobody has it"u8);
        var (config, layer) = ("{}"u8.ToArray(), "signature"u8.ToArray());
        await ecr.PushLayerAsync("web", config);
        await ecr.PushLayerAsync("web", layer);
        var image = Given.Manifest(config, layer, missing);
        using var first = await ecr.SendAsync(HttpMethod.Put, $"/v2/web/manifests/{DigestOf(image)}", image, Given.OciImage);
        (first.StatusCode, first.Headers.GetValues("OCI-Subject").Single()).ShouldBe((HttpStatusCode.Created, missing));
        var index = Encoding.UTF8.GetBytes(
            $$"""{"schemaVersion":2,"mediaType":"{{Given.OciIndex}}","artifactType":"application/x.list","manifests":[],"subject":{"mediaType":"{{Given.OciImage}}","digest":"{{missing}}","size":1} }""");
        using var second = await ecr.SendAsync(HttpMethod.Put, "/v2/web/manifests/list", index, Given.OciIndex);
        (second.StatusCode, second.Headers.GetValues("OCI-Subject").Single()).ShouldBe((HttpStatusCode.Created, missing));
        (await ConformanceCalls.ReferrersAsync(ecr, $"/v2/web/referrers/{missing}")).Types.Order().ShouldBe(["application/x.list", "application/x.signature"]);
    }

    [Fact]
    public async Task Push_of_a_manifest_without_layers()
    {
        await using var ecr = await StartAsync("web");
        var config = await ecr.PushLayerAsync("web", "{}"u8.ToArray());
        var manifest = Encoding.UTF8.GetBytes(
            $$"""{"schemaVersion":2,"mediaType":"{{Given.OciImage}}","config":{"mediaType":"application/vnd.oci.image.config.v1+json","digest":"{{config}}","size":2},"layers":[]}""");
        using var pushed = await ecr.SendAsync(HttpMethod.Put, "/v2/web/manifests/v1", manifest, Given.OciImage);
        pushed.StatusCode.ShouldBe(HttpStatusCode.Created);
    }
}
