using System.Runtime.InteropServices;

namespace Minato.Engines.Scanner.Archives;

/// <summary>Unpacks Zstandard with the system's libzstd: .NET 10 brings no decoder. Where the library is missing the layer is unsupported.</summary>
internal sealed unsafe partial class ZstdStream : ReadOnlyStream
{
    private const string Library = "libzstd.so.1";
    private const int WindowLogMax = 100; // ZSTD_d_windowLogMax

    /// <summary>Of the window that a frame may ask for: 128 MiB, the most that encoders use without being told to.</summary>
    private const int MaxWindowLog = 27;

    private readonly Stream _compressed;
    private readonly byte[] _input = new byte[128 << 10];
    private nint _context;
    private int _at;
    private int _filled;
    private bool _isBetweenFrames = true;

    public ZstdStream(Stream compressed)
    {
        _compressed = compressed;
        try
        {
            _context = Create();
        }
        catch (DllNotFoundException)
        {
            throw new ScanRefusedException("A layer is compressed with Zstandard, and libzstd is not installed on this machine.", isUnsupported: true);
        }

        if (_context == 0) throw new ScanRefusedException("A layer cannot be unpacked: there is no memory for Zstandard.");
        SetParameter(_context, WindowLogMax, MaxWindowLog);
    }

    public override int Read(Span<byte> buffer)
    {
        if (buffer.IsEmpty) return 0;
        while (true)
        {
            if (_at == _filled)
            {
                (_at, _filled) = (0, _compressed.Read(_input));
                if (_filled == 0) return _isBetweenFrames ? 0 : throw new InvalidDataException("the compressed data ends too early.");
            }

            var count = Decode(buffer);
            if (count > 0) return count;
        }
    }

    private int Decode(Span<byte> buffer)
    {
        fixed (byte* source = _input, target = buffer)
        {
            var input = new Buffer { Start = source, Size = (nuint)_filled, Position = (nuint)_at };
            var output = new Buffer { Start = target, Size = (nuint)buffer.Length };
            var left = Decompress(_context, &output, &input);
            if (IsError(left) != 0) throw new InvalidDataException("the compressed data is broken.");
            _isBetweenFrames = left == 0;
            _at = (int)input.Position;
            return (int)output.Position;
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (_context != 0) Free(_context);
        _context = 0;
        base.Dispose(disposing);
    }

    [LibraryImport(Library, EntryPoint = "ZSTD_createDStream")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nint Create();

    [LibraryImport(Library, EntryPoint = "ZSTD_freeDStream")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nuint Free(nint context);

    [LibraryImport(Library, EntryPoint = "ZSTD_DCtx_setParameter")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nuint SetParameter(nint context, int parameter, int value);

    [LibraryImport(Library, EntryPoint = "ZSTD_decompressStream")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial nuint Decompress(nint context, Buffer* output, Buffer* input);

    [LibraryImport(Library, EntryPoint = "ZSTD_isError")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial uint IsError(nuint code);

    [StructLayout(LayoutKind.Sequential)]
    private struct Buffer
    {
        public byte* Start;
        public nuint Size;
        public nuint Position;
    }
}
