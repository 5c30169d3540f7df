using System.Security.Cryptography;
using Minato.Aws.Protocols;

namespace Minato.Aws.Signing;

/// <summary>What stands for the body in a canonical request.</summary>
internal static class PayloadHash
{
    /// <returns>Null when the header's hash is not the body's.</returns>
    public static string? Of(WireInput request, AuthorizationFields fields, string serviceName)
    {
        string? declared = request.Headers["X-Amz-Content-Sha256"];
        if (declared is SignatureVerifier.UnsignedPayload || ChunkedPayload.IsChunked(declared)) return declared;
        if (fields.IsPresigned && serviceName is "s3") return SignatureVerifier.UnsignedPayload;
        Span<byte> hash = stackalloc byte[32];
        SHA256.HashData(request.SignedBody.Span, hash);
        return declared is null || SignatureVerifier.SameHex(hash, declared) ? Convert.ToHexStringLower(hash) : null;
    }
}
