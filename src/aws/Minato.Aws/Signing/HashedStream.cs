using System.Security.Cryptography;
using Minato.Aws.Dispatch;
using Minato.Aws.Payloads;
using Minato.Aws.Protocols;

namespace Minato.Aws.Signing;

/// <summary>A body whose SHA-256 was signed: at its end it is, or reading fails.</summary>
internal sealed class HashedStream(Stream sent, string declared) : ReadOnlyStream
{
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private bool _checked;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var read = await sent.ReadAsync(buffer, cancellationToken);
        if (read > 0) _hash.AppendData(buffer.Span[..read]);
        else if (buffer.Length > 0 && !_checked) Check();
        return read;
    }

    private void Check()
    {
        if (!SignatureVerifier.SameHex(_hash.GetCurrentHash(), declared)) throw Refusal.Signature(ErrorStyle.S3, SignatureFault.PayloadMismatch);
        _checked = true;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing) _hash.Dispose();
        base.Dispose(disposing);
    }
}
