using System.Net;
using System.Text.Json;
using static Minato.Ecr.Tests.EcrFixture;

namespace Minato.Ecr.Tests;

/// <summary>The clauses of the OCI distribution specification. Content discovery: tags and referrers. Where a room of ours is stricter as ECR is, the name says so.</summary>
public sealed class ConformanceDiscoveryTests
{
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
            var (types, next, filters) = await ConformanceCalls.ReferrersAsync(ecr, path);
            filters.ShouldBe("artifactType");
            types.ShouldAllBe(t => t == "application/x.signature");
            (pages, found, path) = (pages + 1, found + types.Length, next);
        }

        (pages, found).ShouldBe((3, 5));
        (await ConformanceCalls.ReferrersAsync(ecr, $"/v2/web/referrers/{subject}")).Filters.ShouldBeNull();
        (await ConformanceCalls.ReferrersAsync(ecr, $"/v2/web/referrers/{DigestOf("nothing"u8)}")).Types.ShouldBeEmpty();
        await FailedAsync(ecr.SendAsync(HttpMethod.Get, "/v2/web/referrers/nonsense"), 400, "DIGEST_INVALID");
    }

    [Fact]
    public async Task Discovery_a_referrer_is_described_by_its_type_size_and_annotations()
    {
        await using var ecr = await StartAsync("web");
        var (subject, _) = await ecr.PushImageAsync("web", "v1");
        var (referrer, manifest) = await ecr.PushImageAsync("web", "", "signature", subject);
        using var answer = await ecr.SendAsync(HttpMethod.Get, $"/v2/web/referrers/{subject}");
        var one = JsonDocument.Parse(await answer.Content.ReadAsStringAsync()).RootElement.GetProperty("manifests").EnumerateArray().Single();
        (one.GetProperty("digest").GetString(), one.GetProperty("size").GetInt32(), one.GetProperty("mediaType").GetString(), one.GetProperty("artifactType").GetString(), one.GetProperty("annotations").GetProperty("made.by").GetString())
            .ShouldBe((referrer, manifest.Length, Given.OciImage, "application/x.signature", "a test"));
    }

    [Fact]
    public async Task Discovery_the_base_address_says_that_the_protocol_is_spoken()
    {
        await using var ecr = await StartAsync("web");
        foreach (var path in new[] { "/v2/", "/v2" })
        {
            using var answer = await ecr.SendAsync(HttpMethod.Get, path);
            (answer.StatusCode, answer.Headers.GetValues("Docker-Distribution-Api-Version").Single()).ShouldBe((HttpStatusCode.OK, "registry/2.0"));
        }
    }
}
