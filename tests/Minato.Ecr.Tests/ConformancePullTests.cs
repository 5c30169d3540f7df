using System.Net;
using static Minato.Ecr.Tests.EcrFixture;

namespace Minato.Ecr.Tests;

/// <summary>The clauses of the OCI distribution specification. Pull: blobs and manifests, by tag and digest, in ranges and under conditions. Where a room of ours is stricter as ECR is, the name says so.</summary>
public sealed class ConformancePullTests
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
}
