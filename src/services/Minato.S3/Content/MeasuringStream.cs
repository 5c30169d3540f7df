using System.Security.Cryptography;
using Minato.Aws.Payloads;

namespace Minato.S3.Content;

/// <summary>Takes the sums of a body while somebody reads it.</summary>
internal sealed class MeasuringStream(Stream inner, Claims claims) : ReadOnlyStream
{
    // AWS: more is uploaded in parts.
    private const long Largest = 5L * 1024 * 1024 * 1024;
    private readonly IncrementalHash _md5 = IncrementalHash.CreateHash(HashAlgorithmName.MD5);
    private readonly Checksum _checksum = Aws.Payloads.Checksum.Of(claims.Algorithm) ?? throw new InvalidOperationException(claims.Algorithm);
    private long _length;

    /// <summary>In hex.</summary>
    public string Md5 => field ??= Convert.ToHexStringLower(_md5.GetCurrentHash());

    /// <summary>In base64.</summary>
    public string Checksum => field ??= Convert.ToBase64String(_checksum.Finish());

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var read = await inner.ReadAsync(buffer, cancellationToken);
        _length += read;
        if (_length > Largest) throw new S3Exception("EntityTooLarge", "Your proposed upload exceeds the maximum allowed size", 400, ("MaxSizeAllowed", $"{Largest}"));
        _md5.AppendData(buffer.Span[..read]);
        _checksum.Append(buffer.Span[..read]);
        return read;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _md5.Dispose();
            _checksum.Dispose();
        }
        base.Dispose(disposing);
    }
}
