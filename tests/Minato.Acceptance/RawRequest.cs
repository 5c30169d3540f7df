using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Minato.Acceptance;

/// <summary>Signs what no client library would send. Independent of Minato's own signer on purpose: two that agree are a check.</summary>
internal static class RawRequest
{
    private const string Region = "eu-west-1";

    public static HttpRequestMessage Sign(Uri endpoint, string target, string body, string keyId, string secret)
    {
        var now = DateTime.UtcNow;
        var date = now.ToString("yyyyMMdd", CultureInfo.InvariantCulture);
        var time = now.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
        var scope = $"{date}/{Region}/ecs/aws4_request";
        var host = $"{endpoint.Host}:{endpoint.Port}";
        var canonical = $"POST\n/\n\nhost:{host}\nx-amz-date:{time}\nx-amz-target:{target}\n\nhost;x-amz-date;x-amz-target\n{Hash(body)}";
        var toSign = $"AWS4-HMAC-SHA256\n{time}\n{scope}\n{Hash(canonical)}";
        var key = Encoding.UTF8.GetBytes($"AWS4{secret}");
        foreach (var part in new[] { date, Region, "ecs", "aws4_request", toSign }) key = HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(part));
        var request = new HttpRequestMessage(HttpMethod.Post, endpoint) { Content = new ByteArrayContent(Encoding.UTF8.GetBytes(body)) };
        request.Content.Headers.ContentType = new("application/x-amz-json-1.1");
        request.Headers.TryAddWithoutValidation("X-Amz-Date", time);
        request.Headers.TryAddWithoutValidation("X-Amz-Target", target);
        request.Headers.TryAddWithoutValidation("Authorization",
            $"AWS4-HMAC-SHA256 Credential={keyId}/{scope}, SignedHeaders=host;x-amz-date;x-amz-target, Signature={Convert.ToHexStringLower(key)}");
        return request;
    }

    /// <summary>Headers of a request to upgrade, as the ECS agent signs it: host and date alone. The query must be sorted and encoded.</summary>
    public static (string Name, string Value)[] SignGet(Uri url, string keyId, string secret)
    {
        var now = DateTime.UtcNow;
        var date = now.ToString("yyyyMMdd", CultureInfo.InvariantCulture);
        var time = now.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
        var scope = $"{date}/{Region}/ecs/aws4_request";
        var canonical = $"GET\n{url.AbsolutePath}\n{url.Query.TrimStart('?')}\nhost:{url.Authority}\nx-amz-date:{time}\n\nhost;x-amz-date\n{Hash("")}";
        var key = Encoding.UTF8.GetBytes($"AWS4{secret}");
        var toSign = $"AWS4-HMAC-SHA256\n{time}\n{scope}\n{Hash(canonical)}";
        foreach (var part in new[] { date, Region, "ecs", "aws4_request", toSign }) key = HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(part));
        return
        [
            ("X-Amz-Date", time),
            ("Authorization", $"AWS4-HMAC-SHA256 Credential={keyId}/{scope}, SignedHeaders=host;x-amz-date, Signature={Convert.ToHexStringLower(key)}"),
        ];
    }

    private static string Hash(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
