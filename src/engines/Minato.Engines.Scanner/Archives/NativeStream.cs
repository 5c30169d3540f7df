namespace Minato.Engines.Scanner.Archives;

/// <summary>Unpacks with a library of the system, piece by piece: .NET brings none for these formats. Where the library is missing the layer is unsupported.</summary>
internal abstract class NativeStream(Stream compressed, string format) : ReadOnlyStream
{
    /// <summary>Of memory that a layer may ask a decoder for: the most that encoders need without being told to.</summary>
    protected const int MaxMemory = 128 << 20;

    private readonly byte[] _input = new byte[128 << 10];
    private int _at;
    private int _filled;
    private bool _isEnd;

    /// <summary>Whether the data may end here.</summary>
    protected bool IsWhole { get; set; }

    public override int Read(Span<byte> buffer)
    {
        if (buffer.IsEmpty) return 0;
        while (true)
        {
            if (_at == _filled && !_isEnd)
            {
                (_at, _filled) = (0, compressed.Read(_input));
                _isEnd = _filled == 0;
            }

            var (used, count) = Decode(_input.AsSpan(_at, _filled - _at), buffer, _isEnd);
            _at += used;
            if (count > 0) return count;
            if (_isEnd) return IsWhole ? 0 : throw new InvalidDataException("the compressed data ends too early.");
            if (used == 0 && _at < _filled) throw Broken();
        }
    }

    /// <param name="input">May be empty: what was taken before may still have something to give.</param>
    /// <param name="isEnd">Nothing follows this input.</param>
    /// <exception cref="InvalidDataException"/>
    protected abstract (int Used, int Count) Decode(ReadOnlySpan<byte> input, Span<byte> output, bool isEnd);

    /// <summary>Opens the decoder: zero is success.</summary>
    protected void Open(Func<int> open, string library)
    {
        try
        {
            if (open() != 0) throw new ScanRefusedException($"A layer cannot be unpacked: there is no memory for {format}.");
        }
        catch (Exception e) when (e is DllNotFoundException or EntryPointNotFoundException)
        {
            throw new ScanRefusedException($"A layer is compressed with {format}, and {library} is not installed on this machine.", isUnsupported: true);
        }
    }

    protected static InvalidDataException Broken() => new("the compressed data is broken.");

    protected static InvalidDataException TooLarge() => new($"it needs more memory than the {MaxMemory >> 20} MiB a layer may use.");
}
