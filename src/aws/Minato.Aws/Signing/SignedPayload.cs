using System.Security.Cryptography;
using Microsoft.AspNetCore.Http;
using Minato.Aws.Payloads;

namespace Minato.Aws.Signing;

/// <summary>What a signature says of the body that comes with it: its hash, that it is not signed, or that it comes in chunks.</summary>
/// <param name="Declared">Hex, or one of AWS's words.</param>
/// <param name="Seed">Signature of the request itself, the first of the chain of chunks.</param>
internal sealed record SignedPayload(string Declared, SigningKey Key, string AmzDate, byte[] Seed)
{
    public const string Unsigned = "UNSIGNED-PAYLOAD";
    public const string Signed = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD";
    public const string SignedWithTrailer = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER";
    public const string UnsignedWithTrailer = "STREAMING-UNSIGNED-PAYLOAD-TRAILER";

    public bool IsChunked => IsWord(Declared);

    /// <summary>Of a request that nobody signed.</summary>
    public static SignedPayload OfStranger(IHeaderDictionary headers) =>
        new(headers["X-Amz-Content-Sha256"] is [UnsignedWithTrailer, ..] ? UnsignedWithTrailer : Unsigned, new("", "", "", ""), "", []);

    public static bool IsWord(string? declared) => declared is Signed or SignedWithTrailer or UnsignedWithTrailer;

    /// <summary>The content as its sender meant it. Reading it to the end proves it: what was forged on the way throws.</summary>
    /// <param name="sent">The body as it was sent.</param>
    public Stream Open(Stream sent, IHeaderDictionary headers) => Declared switch
    {
        Unsigned => sent,
        _ when IsChunked => new ChunkedStream(sent, this, headers),
        _ => new HashedStream(sent, Declared),
    };

    /// <summary>The same of a body that is in memory already.</summary>
    public async ValueTask<ReadOnlyMemory<byte>> UnpackAsync(ReadOnlyMemory<byte> sent, IHeaderDictionary headers, CancellationToken ct)
    {
        using var content = new MemoryStream(sent.Length);
        await using var chunks = new ChunkedStream(new MemoryStream(sent.ToArray(), writable: false), this, headers);
        await chunks.CopyToAsync(content, ct);
        return content.ToArray();
    }

    /// <returns>What the canonical request says of the body; null when the header's hash is not the body's.</returns>
    public static string? Of(Protocols.WireInput request, AuthorizationFields fields, string serviceName)
    {
        string? declared = request.Headers["X-Amz-Content-Sha256"];
        if (declared is Unsigned || IsWord(declared)) return declared;
        if (fields.IsPresigned && serviceName is "s3") return Unsigned;
        // A stream's hash is known when it was read, see HashedStream.
        if (request.Stream is not null && declared is not null) return declared;
        Span<byte> hash = stackalloc byte[32];
        SHA256.HashData(request.SignedBody.Span, hash);
        return declared is null || SignatureVerifier.SameHex(hash, declared) ? Convert.ToHexStringLower(hash) : null;
    }
}
