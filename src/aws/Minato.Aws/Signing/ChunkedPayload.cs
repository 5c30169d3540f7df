using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Minato.Aws.Protocols;

namespace Minato.Aws.Signing;

/// <summary>Bodies in <c>aws-chunked</c> encoding, each chunk signed over the one before it; or unsigned with a checksum behind.</summary>
internal static class ChunkedPayload
{
    private const string Signed = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD";
    private const string SignedWithTrailer = "STREAMING-AWS4-HMAC-SHA256-PAYLOAD-TRAILER";
    private const string UnsignedWithTrailer = "STREAMING-UNSIGNED-PAYLOAD-TRAILER";

    public static bool IsChunked(string? payloadHash) => payloadHash is Signed or SignedWithTrailer or UnsignedWithTrailer;

    /// <summary>Takes the chunks apart and checks every signature on the way.</summary>
    /// <param name="seed">Signature of the request itself, the first of the chain.</param>
    public static SignatureFault? Decode(WireInput request, SigningKey key, string amzDate, string payloadHash, ReadOnlySpan<byte> seed, out ReadOnlyMemory<byte> body)
    {
        body = default;
        var signed = payloadHash is not UnsignedWithTrailer;
        var rest = request.SignedBody.Span;
        var decoded = new byte[rest.Length];
        var length = 0;
        Span<byte> previous = stackalloc byte[32];
        seed.CopyTo(previous);
        while (true)
        {
            if (!TryLine(ref rest, out var header) || !TrySize(header, out var size, out var signature) || size > rest.Length) return SignatureFault.MalformedChunks;
            var chunk = rest[..size];
            if (signed && !Follows(key, amzDate, previous, "AWS4-HMAC-SHA256-PAYLOAD", chunk, signature)) return SignatureFault.Mismatch;
            rest = rest[size..];
            chunk.CopyTo(decoded.AsSpan(length));
            length += size;
            if (size == 0) break;
            if (!TryLine(ref rest, out var end) || end.Length > 0) return SignatureFault.MalformedChunks;
        }
        if (payloadHash is SignedWithTrailer && Trailer(key, amzDate, previous, rest) is { } fault) return fault;
        body = decoded.AsMemory(0, length);
        string? declared = request.Headers["X-Amz-Decoded-Content-Length"];
        return declared is null || declared == length.ToString(CultureInfo.InvariantCulture) ? null : SignatureFault.MalformedChunks;
    }

    private static SignatureFault? Trailer(SigningKey key, string amzDate, Span<byte> previous, ReadOnlySpan<byte> rest)
    {
        using var lines = new PooledBuffer();
        while (TryLine(ref rest, out var line))
        {
            if (line.Length == 0) continue;
            if (line.StartsWith("x-amz-trailer-signature:"u8))
            {
                var given = Encoding.ASCII.GetString(line["x-amz-trailer-signature:".Length..]).Trim();
                return Follows(key, amzDate, previous, "AWS4-HMAC-SHA256-TRAILER", lines.Span, given) ? null : SignatureFault.Mismatch;
            }
            lines.Append(line);
            lines.Append((byte)'\n');
        }
        return SignatureFault.MalformedChunks;
    }

    // On success the given signature becomes the previous one.
    private static bool Follows(SigningKey key, string amzDate, Span<byte> previous, string algorithm, ReadOnlySpan<byte> data, string? given)
    {
        using var text = new PooledBuffer(512);
        text.Append($"{algorithm}\n{amzDate}\n{key.Scope}\n");
        SigningKey.AppendHex(text, previous);
        text.Append((byte)'\n');
        Span<byte> hash = stackalloc byte[32];
        if (algorithm is "AWS4-HMAC-SHA256-PAYLOAD")
        {
            SHA256.HashData([], hash);
            SigningKey.AppendHex(text, hash);
            text.Append((byte)'\n');
        }
        SHA256.HashData(data, hash);
        SigningKey.AppendHex(text, hash);
        key.SignText(text.Span, previous);
        return SignatureVerifier.SameHex(previous, given);
    }

    private static bool TryLine(ref ReadOnlySpan<byte> rest, out ReadOnlySpan<byte> line)
    {
        var end = rest.IndexOf("\r\n"u8);
        line = end < 0 ? rest : rest[..end];
        rest = end < 0 ? [] : rest[(end + 2)..];
        return end >= 0;
    }

    private static bool TrySize(ReadOnlySpan<byte> header, out int size, out string? signature)
    {
        signature = null;
        var semicolon = header.IndexOf((byte)';');
        var digits = semicolon < 0 ? header : header[..semicolon];
        if (semicolon >= 0 && header[(semicolon + 1)..] is var extension && extension.StartsWith("chunk-signature="u8))
            signature = Encoding.ASCII.GetString(extension["chunk-signature=".Length..]);
        return int.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out size) && size >= 0 && digits.Length <= 8;
    }
}
