using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Microsoft.AspNetCore.Http;
using Minato.Aws.Dispatch;
using Minato.Aws.Payloads;
using Minato.Aws.Protocols;

namespace Minato.Aws.Signing;

/// <summary>
/// A body in <c>aws-chunked</c> encoding, each chunk signed over the one before it, or none signed; with headers behind it that may be
/// signed, too. Nothing is known to be right before the end was read.
/// </summary>
internal sealed class ChunkedStream(Stream sent, SignedPayload payload, IHeaderDictionary headers) : ReadOnlyStream, IBodyTrailers
{
    private const int LongestLine = 4096;
    private const int MostTrailers = 16;
    private readonly byte[] _buffer = new byte[128 * 1024];
    private readonly byte[] _previous = [.. payload.Seed];
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly Dictionary<string, string> _trailers = new(StringComparer.OrdinalIgnoreCase);
    private readonly bool _isSigned = payload.Declared is not SignedPayload.UnsignedWithTrailer;
    private int _start;
    private int _end;
    private long _left;
    private long _length;
    private string? _signature;
    private bool _isOver;

    public IReadOnlyCollection<string> Announced { get; } =
        [.. headers["X-Amz-Trailer"].ToString().Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Select(n => n.ToLowerInvariant())];

    public IReadOnlyDictionary<string, string> Trailers => _trailers;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_isOver || buffer.Length == 0) return 0;
        if (_left == 0 && !await NextChunkAsync(cancellationToken)) return 0;
        var read = await TakeAsync(buffer[..(int)Math.Min(buffer.Length, _left)], cancellationToken);
        if (read == 0) throw Broken();
        if (_isSigned) _hash.AppendData(buffer.Span[..read]);
        _left -= read;
        _length += read;
        if (_left > 0) return read;
        if ((await LineAsync(cancellationToken)).Length > 0) throw Broken();
        CheckChunk();
        return read;
    }

    private async ValueTask<bool> NextChunkAsync(CancellationToken ct)
    {
        if (!TrySize(await LineAsync(ct), out _left, out _signature)) throw Broken();
        if (_left > 0) return true;
        CheckChunk();
        await ReadTrailersAsync(ct);
        string? declared = headers["X-Amz-Decoded-Content-Length"];
        if (declared is not null && declared != _length.ToString(CultureInfo.InvariantCulture)) throw Broken();
        _isOver = true;
        return false;
    }

    private async ValueTask ReadTrailersAsync(CancellationToken ct)
    {
        using var signed = new PooledBuffer();
        string? signature = null;
        while (await LineOrEndAsync(ct) is { Length: > 0 } line)
        {
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon <= 0 || _trailers.Count == MostTrailers) throw MalformedTrailer();
            var (name, value) = (line[..colon].Trim(), line[(colon + 1)..].Trim());
            if (name.Equals("x-amz-trailer-signature", StringComparison.OrdinalIgnoreCase)) signature = value;
            else
            {
                _trailers[name] = value;
                signed.Append($"{name}:{value}\n");
            }
        }
        if (Announced.Any(n => !_trailers.ContainsKey(n))) throw MalformedTrailer();
        if (payload.Declared is SignedPayload.SignedWithTrailer && !Follows("AWS4-HMAC-SHA256-TRAILER", SHA256.HashData(signed.Span), signature))
            throw Refusal.Signature(ErrorStyle.S3, SignatureFault.Mismatch);
    }

    private void CheckChunk()
    {
        if (_isSigned && !Follows("AWS4-HMAC-SHA256-PAYLOAD", _hash.GetHashAndReset(), _signature)) throw Refusal.Signature(ErrorStyle.S3, SignatureFault.Mismatch);
    }

    // On success the given signature becomes the previous one.
    private bool Follows(string algorithm, ReadOnlySpan<byte> hash, string? given)
    {
        using var text = new PooledBuffer(512);
        text.Append($"{algorithm}\n{payload.AmzDate}\n{payload.Key.Scope}\n");
        SigningKey.AppendHex(text, _previous);
        text.Append((byte)'\n');
        if (algorithm is "AWS4-HMAC-SHA256-PAYLOAD")
        {
            SigningKey.AppendHex(text, SHA256.HashData([]));
            text.Append((byte)'\n');
        }
        SigningKey.AppendHex(text, hash);
        payload.Key.SignText(text.Span, _previous);
        return SignatureVerifier.SameHex(_previous, given);
    }

    private async ValueTask<string> LineAsync(CancellationToken ct) => await LineOrEndAsync(ct) ?? throw Broken();

    // Null at the end of what was sent. Some senders leave out the last line break.
    private async ValueTask<string?> LineOrEndAsync(CancellationToken ct)
    {
        while (true)
        {
            var waiting = _buffer.AsSpan(_start, _end - _start);
            if (waiting.IndexOf("\r\n"u8) is var at and >= 0)
            {
                var line = Encoding.ASCII.GetString(waiting[..at]);
                _start += at + 2;
                return line;
            }
            if (waiting.Length > LongestLine) throw Broken();
            if (!await FillAsync(ct)) return _start == _end ? null : throw Broken();
        }
    }

    // Large reads go past the buffer: the bytes are not copied twice.
    private async ValueTask<int> TakeAsync(Memory<byte> into, CancellationToken ct)
    {
        if (_start == _end)
        {
            if (into.Length >= _buffer.Length) return await sent.ReadAsync(into, ct);
            if (!await FillAsync(ct)) return 0;
        }
        var count = Math.Min(into.Length, _end - _start);
        _buffer.AsMemory(_start, count).CopyTo(into);
        _start += count;
        return count;
    }

    private async ValueTask<bool> FillAsync(CancellationToken ct)
    {
        _buffer.AsSpan(_start, _end - _start).CopyTo(_buffer);
        (_start, _end) = (0, _end - _start);
        var read = await sent.ReadAsync(_buffer.AsMemory(_end), ct);
        _end += read;
        return read > 0;
    }

    private static bool TrySize(string header, out long size, out string? signature)
    {
        const string Signature = "chunk-signature=";
        var semicolon = header.IndexOf(';', StringComparison.Ordinal);
        var digits = semicolon < 0 ? header : header[..semicolon];
        var extension = semicolon < 0 ? "" : header[(semicolon + 1)..];
        signature = extension.StartsWith(Signature, StringComparison.Ordinal) ? extension[Signature.Length..] : null;
        return long.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out size) && size >= 0 && digits.Length <= 12;
    }

    private static AwsException Broken() => Refusal.Signature(ErrorStyle.S3, SignatureFault.MalformedChunks);

    private static AwsException MalformedTrailer() => new("MalformedTrailerError",
        "The request contained trailing data that was not well-formed or did not conform to our published schema.");

    protected override void Dispose(bool disposing)
    {
        if (disposing) _hash.Dispose();
        base.Dispose(disposing);
    }
}
