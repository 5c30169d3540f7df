using System.Net;
using System.Text;
using System.Text.Json;
using Minato.Contracts.Ecr;
using Minato.Ecr.Reconcile;
using Minato.Ecr.State;
using static Minato.Ecr.Tests.EcrFixture;

namespace Minato.Ecr.Tests;

public sealed class ManifestTests
{
    [Fact]
    public async Task A_manifest_comes_back_byte_for_byte_by_tag_and_digest()
    {
        await using var ecr = await StartAsync("team/web");
        var (digest, manifest) = await ecr.PushImageAsync("team/web", "v1");
        foreach (var reference in new[] { "v1", digest })
        {
            using var got = await ecr.SendAsync(HttpMethod.Get, $"/v2/team/web/manifests/{reference}");
            (await got.Content.ReadAsByteArrayAsync()).ShouldBe(manifest);
            using var head = await ecr.SendAsync(HttpMethod.Head, $"/v2/team/web/manifests/{reference}");
            foreach (var answer in new[] { got, head })
            {
                (answer.StatusCode, answer.Content.Headers.ContentType?.ToString(), answer.Content.Headers.ContentLength)
                    .ShouldBe((HttpStatusCode.OK, Given.OciImage, manifest.Length));
                answer.Headers.GetValues("Docker-Content-Digest").ShouldBe([digest]);
                answer.Headers.GetValues("Docker-Distribution-Api-Version").ShouldBe(["registry/2.0"]);
            }
        }
    }

    [Fact]
    public async Task What_is_missing_is_named()
    {
        await using var ecr = await StartAsync("web");
        await FailedAsync(ecr.SendAsync(HttpMethod.Get, "/v2/web/manifests/v1"), 404, "MANIFEST_UNKNOWN", "Requested image not found");
        await FailedAsync(
            ecr.SendAsync(HttpMethod.Get, "/v2/none/manifests/v1"), 404, "NAME_UNKNOWN",
            "The repository with name 'none' does not exist in the registry with id '123456789012'");
        await FailedAsync(ecr.SendAsync(HttpMethod.Get, "/v2/UPPER/manifests/v1"), 400, "NAME_INVALID");
        await FailedAsync(ecr.SendAsync(HttpMethod.Get, "/v2/web/nonsense"), 404, "UNSUPPORTED");
        await FailedAsync(ecr.SendAsync(HttpMethod.Post, "/v2/web/manifests/v1", []), 405, "UNSUPPORTED");
    }

    [Theory]
    [InlineData("not json", Given.OciImage)]
    [InlineData("[]", Given.OciImage)]
    [InlineData("{}", Given.OciImage)]
    [InlineData("""{"schemaVersion":1}""", Given.OciImage)]
    [InlineData("""{"schemaVersion":2,"layers":[]}""", Given.OciImage)]
    [InlineData("""{"schemaVersion":2,"config":{"digest":"sha256:1","size":1},"layers":[]}""", Given.OciImage)]
    [InlineData("""{"schemaVersion":2,"config":[],"layers":[]}""", Given.OciImage)]
    [InlineData("""{"schemaVersion":2,"config":{},"layers":{}}""", Given.OciImage)]
    [InlineData("""{"schemaVersion":"2","config":{},"layers":[]}""", Given.OciImage)]
    [InlineData("""{"schemaVersion":2,"manifests":[7]}""", Given.OciIndex)]
    [InlineData("""{"schemaVersion":2,"manifests":[]}""", "application/json")]
    [InlineData("""{"schemaVersion":2,"mediaType":"application/vnd.oci.image.index.v1+json","manifests":[]}""", Given.OciImage)]
    public async Task A_malformed_manifest_is_refused(string text, string type)
    {
        await using var ecr = await StartAsync("web");
        await FailedAsync(ecr.SendAsync(HttpMethod.Put, "/v2/web/manifests/v1", Encoding.UTF8.GetBytes(text), type), 400, "MANIFEST_INVALID");
    }

    [Fact]
    public async Task A_manifest_without_type_is_refused_and_one_that_says_its_own_is_taken()
    {
        await using var ecr = await StartAsync("web");
        await FailedAsync(ecr.SendAsync(HttpMethod.Put, "/v2/web/manifests/v1", """{"schemaVersion":2,"manifests":[]}"""u8.ToArray()), 400, "MANIFEST_INVALID");
        using var answer = await ecr.SendAsync(HttpMethod.Put, "/v2/web/manifests/v1", Given.Index());
        answer.StatusCode.ShouldBe(HttpStatusCode.Created);
    }

    [Fact]
    public async Task A_manifest_needs_its_parts_in_the_same_repository()
    {
        await using var ecr = await StartAsync("web", "other");
        var (digest, manifest) = await ecr.PushImageAsync("web", "v1");
        await FailedAsync(ecr.SendAsync(HttpMethod.Put, "/v2/other/manifests/v1", manifest, Given.OciImage), 404, "MANIFEST_BLOB_UNKNOWN");
        await FailedAsync(ecr.SendAsync(HttpMethod.Put, "/v2/other/manifests/all", Given.Index(digest), Given.OciIndex), 404, "MANIFEST_BLOB_UNKNOWN");
        using var answer = await ecr.SendAsync(HttpMethod.Put, "/v2/web/manifests/all", Given.Index(digest), Given.OciIndex);
        answer.StatusCode.ShouldBe(HttpStatusCode.Created);
    }

    [Fact]
    public async Task A_manifest_pushed_by_digest_must_have_it()
    {
        await using var ecr = await StartAsync("web");
        var (_, manifest) = await ecr.PushImageAsync("web", "v1");
        await FailedAsync(ecr.SendAsync(HttpMethod.Put, $"/v2/web/manifests/{DigestOf("x"u8)}", manifest, Given.OciImage), 400, "DIGEST_INVALID");
        await FailedAsync(ecr.SendAsync(HttpMethod.Put, "/v2/web/manifests/sha256:short", manifest, Given.OciImage), 400, "DIGEST_INVALID");
        await FailedAsync(ecr.SendAsync(HttpMethod.Put, "/v2/web/manifests/-tag", manifest, Given.OciImage), 400, "TAG_INVALID");
    }

    [Fact]
    public async Task A_manifest_has_4_MiB_at_most()
    {
        await using var ecr = await StartAsync("web");
        await FailedAsync(ecr.SendAsync(HttpMethod.Put, "/v2/web/manifests/v1", new byte[4_194_305], Given.OciImage), 413, "SIZE_INVALID");
    }

    [Fact]
    public async Task A_moved_tag_leaves_its_image_untagged()
    {
        await using var ecr = await StartAsync("web");
        var (first, _) = await ecr.PushImageAsync("web", "latest", "one");
        var (second, _) = await ecr.PushImageAsync("web", "latest", "two");
        var images = (await ecr.Ecr.DescribeImagesAsync(new() { RepositoryName = "web" }, ecr.Caller, default)).ImageDetails.ShouldNotBeNull();
        images.Single(i => i.ImageDigest == first).ImageTags.ShouldBeNull();
        images.Single(i => i.ImageDigest == second).ImageTags.ShouldBe(["latest"]);
    }

    [Fact]
    public async Task A_fixed_tag_stays_where_it_is()
    {
        await using var ecr = await StartAsync();
        await ecr.CreateAsync("web", ImageTagMutability.Immutable);
        await ecr.PushImageAsync("web", "v1", "one");
        await ecr.PushImageAsync("web", "v1", "one"); // The same again is no change.
        var (_, other) = await ecr.PushImageAsync("web", "", "two");
        await FailedAsync(
            ecr.SendAsync(HttpMethod.Put, "/v2/web/manifests/v1", other, Given.OciImage), 400, "TAG_INVALID",
            "The image tag 'v1' already exists in the 'web' repository and cannot be overwritten because the repository is immutable.");
    }

    [Fact]
    public async Task Tags_are_listed_by_pages_whose_token_says_nothing()
    {
        await using var ecr = await StartAsync("web");
        foreach (var tag in new[] { "a", "b", "c" }) await ecr.PushImageAsync("web", tag);
        using var first = await ecr.SendAsync(HttpMethod.Get, "/v2/web/tags/list?n=2");
        (await first.Content.ReadAsStringAsync()).ShouldBe("""{"name":"web","tags":["a","b"]}""");
        first.Content.Headers.ContentType?.ToString().ShouldBe("text/plain; charset=utf-8");
        var link = first.Headers.GetValues("Link").Single();
        link.ShouldEndWith(">; rel=\"next\"");
        using var second = await ecr.SendAsync(HttpMethod.Get, link[1..link.IndexOf('>', StringComparison.Ordinal)]);
        (await second.Content.ReadAsStringAsync()).ShouldBe("""{"name":"web","tags":["c"]}""");
        second.Headers.Contains("Link").ShouldBeFalse();
        await FailedAsync(ecr.SendAsync(HttpMethod.Get, "/v2/web/tags/list?n=1001"), 405, "UNSUPPORTED",
            "Invalid parameter at 'maxResults' failed to satisfy constraint: 'Member must have value less than or equal to 1000'");
        await FailedAsync(ecr.SendAsync(HttpMethod.Get, "/v2/web/tags/list?last=a"), 405, "UNSUPPORTED",
            "Invalid parameter at 'NextToken' failed to satisfy constraint: 'Invalid next token provided'");
        using var catalog = await ecr.SendAsync(HttpMethod.Get, "/v2/_catalog");
        (await catalog.Content.ReadAsStringAsync()).ShouldBe("""{"repositories":["web"]}""");
    }

    [Fact]
    public async Task Referrers_are_found_by_their_subject_even_before_it_exists()
    {
        await using var ecr = await StartAsync("web");
        var subject = DigestOf("to come"u8);
        using var none = await ecr.SendAsync(HttpMethod.Get, $"/v2/web/referrers/{subject}");
        JsonDocument.Parse(await none.Content.ReadAsStringAsync()).RootElement.GetProperty("manifests").GetArrayLength().ShouldBe(0);
        var (digest, manifest) = await ecr.PushImageAsync("web", "", "signature", subject);
        using var pushed = await ecr.SendAsync(HttpMethod.Put, $"/v2/web/manifests/{digest}", manifest, Given.OciImage);
        pushed.Headers.GetValues("OCI-Subject").ShouldBe([subject]);
        using var some = await ecr.SendAsync(HttpMethod.Get, $"/v2/web/referrers/{subject}?artifactType=application/x.signature");
        some.Headers.GetValues("OCI-Filters-Applied").ShouldBe(["artifactType"]);
        some.Content.Headers.ContentType?.ToString().ShouldBe(Given.OciIndex);
        var descriptor = JsonDocument.Parse(await some.Content.ReadAsStringAsync()).RootElement.GetProperty("manifests").EnumerateArray().Single();
        (descriptor.GetProperty("digest").GetString(), descriptor.GetProperty("size").GetInt32(), descriptor.GetProperty("artifactType").GetString())
            .ShouldBe((digest, manifest.Length, "application/x.signature"));
        descriptor.GetProperty("annotations").GetProperty("made.by").GetString().ShouldBe("a test");
        using var other = await ecr.SendAsync(HttpMethod.Get, $"/v2/web/referrers/{subject}?artifactType=other");
        JsonDocument.Parse(await other.Content.ReadAsStringAsync()).RootElement.GetProperty("manifests").GetArrayLength().ShouldBe(0);
        var listed = await ecr.Ecr.ListImageReferrersAsync(new() { RepositoryName = "web", SubjectId = new() { ImageDigest = subject } }, ecr.Caller, default);
        listed.Referrers.ShouldNotBeNull().Single().Digest.ShouldBe(digest);
    }

    [Fact]
    public async Task A_deleted_manifest_is_gone_and_its_blobs_follow()
    {
        await using var ecr = await StartAsync("web");
        var (digest, _) = await ecr.PushImageAsync("web", "v1");
        using var deleted = await ecr.SendAsync(HttpMethod.Delete, $"/v2/web/manifests/{digest}");
        deleted.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        await FailedAsync(ecr.SendAsync(HttpMethod.Get, "/v2/web/manifests/v1"), 404, "MANIFEST_UNKNOWN");
        await FailedAsync(ecr.SendAsync(HttpMethod.Get, $"/v2/web/manifests/{digest}"), 404, "MANIFEST_UNKNOWN");
        await FailedAsync(ecr.SendAsync(HttpMethod.Delete, "/v2/web/manifests/v1"), 404, "MANIFEST_UNKNOWN");
        await ecr.Service<BlobReconciler>().ReconcileAsync(new(digest), default);
        (await ecr.Blobs.FindAsync(digest, default)).ShouldBeNull();
        ecr.Store.Current.All(EcrTables.Layers).ShouldAllBe(l => l.Images == 0 && l.UnusedSince == Noon);
    }

    [Fact]
    public async Task An_image_of_a_list_is_not_deleted_before_the_list()
    {
        await using var ecr = await StartAsync("web");
        var (digest, _) = await ecr.PushImageAsync("web", "");
        var list = Given.Index(digest);
        using var pushed = await ecr.SendAsync(HttpMethod.Put, "/v2/web/manifests/all", list, Given.OciIndex);
        await FailedAsync(ecr.SendAsync(HttpMethod.Delete, $"/v2/web/manifests/{digest}"), 405, "UNSUPPORTED",
            $"Requested image referenced by manifest list: [{DigestOf(list)}]");
        using var deleted = await ecr.SendAsync(HttpMethod.Delete, $"/v2/web/manifests/{DigestOf(list)}");
        using var then = await ecr.SendAsync(HttpMethod.Delete, $"/v2/web/manifests/{digest}");
        then.StatusCode.ShouldBe(HttpStatusCode.Accepted);
    }
}
