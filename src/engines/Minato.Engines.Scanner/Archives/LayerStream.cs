using System.IO.Compression;

namespace Minato.Engines.Scanner.Archives;

/// <summary>The unpacked bytes of a layer, forward only, counted against the budget. How it is compressed is told by its first bytes.</summary>
internal sealed class LayerStream : IDisposable
{
    private static readonly byte[] s_gzip = [0x1f, 0x8b];
    private static readonly byte[] s_zstd = [0x28, 0xb5, 0x2f, 0xfd];
    private static readonly byte[] s_xz = [0xfd, 0x37, 0x7a, 0x58, 0x5a];

    private readonly ScanBudget _budget;
    private readonly CountedStream _compressed;
    private readonly Stream _plain;
    private long _unpacked;

    public LayerStream(Stream layer, ScanBudget budget)
    {
        _budget = budget;
        _compressed = new(layer);
        var magic = _compressed.Peek(5);
        _plain = magic.StartsWith(s_gzip) ? new GZipStream(_compressed, CompressionMode.Decompress)
            : magic.StartsWith(s_zstd) ? new ZstdStream(_compressed)
            : magic.StartsWith(s_xz) ? new XzStream(_compressed)
            : IsBZip2(magic) ? new BZip2Stream(_compressed)
            : _compressed;
    }

    // A file's name may begin with its three letters: the block's size and its first byte belong to the mark.
    private static bool IsBZip2(ReadOnlySpan<byte> magic) => magic is [(byte)'B', (byte)'Z', (byte)'h', >= (byte)'1' and <= (byte)'9', 0x31 or 0x17, ..];

    /// <returns>0 at the end.</returns>
    public int Read(Span<byte> buffer)
    {
        int count;
        try
        {
            count = _plain.Read(buffer);
        }
        catch (InvalidDataException e)
        {
            throw new ScanRefusedException($"A layer cannot be unpacked: {e.Message}", e);
        }

        _unpacked += count;
        _budget.Take(count, _unpacked, _compressed.Count);
        return count;
    }

    /// <summary>The whole buffer, or false when the layer ends before its first byte.</summary>
    public bool ReadBlock(Span<byte> buffer)
    {
        var filled = 0;
        while (filled < buffer.Length)
        {
            var count = Read(buffer[filled..]);
            if (count == 0) return filled == 0 ? false : throw Truncated();
            filled += count;
        }

        return true;
    }

    public static ScanRefusedException Truncated() => new("A layer ends in the middle of an entry.");

    public void Dispose()
    {
        _plain.Dispose();
        _compressed.Dispose();
    }

    /// <summary>Counts what is read, and gives back what was looked at.</summary>
    private sealed class CountedStream(Stream inner) : ReadOnlyStream
    {
        private byte[] _peeked = [];
        private int _at;

        public long Count { get; private set; }

        public ReadOnlySpan<byte> Peek(int length)
        {
            _peeked = new byte[length];
            var filled = inner.ReadAtLeast(_peeked, length, throwOnEndOfStream: false);
            _peeked = _peeked[..filled];
            return _peeked;
        }

        public override int Read(Span<byte> buffer)
        {
            int count;
            if (_at < _peeked.Length)
            {
                count = Math.Min(buffer.Length, _peeked.Length - _at);
                _peeked.AsSpan(_at, count).CopyTo(buffer);
                _at += count;
            }
            else count = inner.Read(buffer);
            Count += count;
            return count;
        }
    }
}
