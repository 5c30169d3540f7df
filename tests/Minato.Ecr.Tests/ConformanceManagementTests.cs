using System.Net;
using static Minato.Ecr.Tests.EcrFixture;

namespace Minato.Ecr.Tests;

/// <summary>The clauses of the OCI distribution specification. Content management: what is deleted. Where a room of ours is stricter as ECR is, the name says so.</summary>
public sealed class ConformanceManagementTests
{
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

    [Fact]
    public async Task Management_a_deleted_referrer_is_no_longer_listed()
    {
        await using var ecr = await StartAsync("web");
        var (subject, _) = await ecr.PushImageAsync("web", "v1");
        var (referrer, _) = await ecr.PushImageAsync("web", "", "signature", subject);
        using var deleted = await ecr.SendAsync(HttpMethod.Delete, $"/v2/web/manifests/{referrer}");
        deleted.StatusCode.ShouldBe(HttpStatusCode.Accepted);
        (await ConformanceCalls.ReferrersAsync(ecr, $"/v2/web/referrers/{subject}")).Types.ShouldBeEmpty();
    }
}
