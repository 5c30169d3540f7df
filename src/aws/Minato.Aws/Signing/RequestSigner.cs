using System.Globalization;
using System.Security.Cryptography;
using Minato.Aws.Protocols;

namespace Minato.Aws.Signing;

/// <summary>Signs requests as a client does.</summary>
internal static class RequestSigner
{
    /// <summary>Adds <c>X-Amz-Date</c>, the session token and <c>Authorization</c>. The Host header must be there already.</summary>
    public static void Sign(WireOutput request, Credential credential, string region, string service, DateTimeOffset now)
    {
        var amzDate = now.UtcDateTime.ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture);
        request.Headers["X-Amz-Date"] = amzDate;
        if (credential.SessionToken is { } token) request.Headers["X-Amz-Security-Token"] = token;
        // Hashing a stream would be reading it twice.
        var payload = request.Stream is null ? Convert.ToHexStringLower(SHA256.HashData(request.Body.Span)) : SignedPayload.Unsigned;
        if (service is "s3") request.Headers["X-Amz-Content-Sha256"] = payload;
        var signedHeaders = string.Join(';', request.Headers.Keys.Select(k => k.ToLowerInvariant())
            .Where(k => k is not ("user-agent" or "expect" or "authorization")).Order(StringComparer.Ordinal));
        var key = new SigningKey(credential.SecretKey, amzDate[..8], region, service);
        using var canonical = new PooledBuffer();
        CanonicalRequest.Write(canonical, request.Method, request.Path, request.Query, request.Headers, signedHeaders, payload, service is not "s3");
        Span<byte> signature = stackalloc byte[32];
        key.Sign(amzDate, canonical.Span, signature);
        request.Headers.Authorization =
            $"{AuthorizationFields.Algorithm} Credential={credential.AccessKeyId}/{key.Scope}, SignedHeaders={signedHeaders}, Signature={Convert.ToHexStringLower(signature)}";
    }
}
