using System.Net;
using System.Text.Json;

namespace Minato.Ecr.Tests;

/// <summary>Ways of a client that several clauses need.</summary>
internal static class ConformanceCalls
{
    public static async Task<HttpResponseMessage> PushAsync(EcrFixture ecr, string way, byte[] bytes, string digest)
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

    public static async Task<(string[] Types, string? Next, string? Filters)> ReferrersAsync(EcrFixture ecr, string path)
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
