using System.Collections.Immutable;
using Minato.Aws.Payloads;
using Minato.Platform;
using Minato.S3.Planning;

namespace Minato.S3.Content;

/// <summary>Files one after the other, each opened when it is its turn.</summary>
internal sealed class PiecesStream(IBlobStore blobs, ImmutableArray<Piece> pieces, ByteRange range, CustomerKey? key) : ReadOnlyStream
{
    private Stream? _open;
    private int _next;
    private long _skip = range.First;
    private long _left = range.Length;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        while (_left > 0 && buffer.Length > 0)
        {
            if (_open is null && !await OpenAsync(cancellationToken)) break;
            var read = _open is null ? 0 : await _open.ReadAsync(buffer[..(int)Math.Min(buffer.Length, _left)], cancellationToken);
            _left -= read;
            if (read > 0) return read;
            await CloseAsync();
        }
        return 0;
    }

    /// <summary>Opens the file that is next.</summary>
    /// <returns>False when there is none.</returns>
    public async ValueTask<bool> OpenAsync(CancellationToken ct)
    {
        while (_next < pieces.Length && _skip >= pieces[_next].Size) _skip -= pieces[_next++].Size;
        if (_next == pieces.Length) return false;
        var piece = pieces[_next++];
        _open = await blobs.OpenReadAsync(piece.Digest, ct);
        _open.Position = _skip;
        if (piece.Nonce is { } nonce && key is not null) _open = new CounterStream(_open, key.Bytes, nonce, _skip);
        _skip = 0;
        return true;
    }

    private async ValueTask CloseAsync()
    {
        if (_open is not null) await _open.DisposeAsync();
        _open = null;
    }

    public override async ValueTask DisposeAsync()
    {
        await CloseAsync();
        await base.DisposeAsync();
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing) _open?.Dispose();
        base.Dispose(disposing);
    }
}
