using System.Runtime.InteropServices;

namespace Minato.Engines.Scanner.Archives;

/// <summary>Unpacks Zstandard with the system's libzstd.</summary>
internal sealed unsafe partial class ZstdStream : NativeStream
{
    private const string Library = "libzstd.so.1";
    private const int WindowLogMax = 100; // ZSTD_d_windowLogMax
    private const int MaxWindowLog = 27; // MaxMemory

    private nint _context;

    public ZstdStream(Stream compressed) : base(compressed, "Zstandard")
    {
        IsWhole = true; // Between frames.
        Open(() => (_context = Create()) == 0 ? 1 : 0, "libzstd");
        SetParameter(_context, WindowLogMax, MaxWindowLog);
    }

    protected override (int Used, int Count) Decode(ReadOnlySpan<byte> input, Span<byte> output, bool isEnd)
    {
        // The library keeps a byte of its input until it has given all it has: without input there is nothing to come.
        if (input.IsEmpty) return default;
        fixed (byte* source = input, target = output)
        {
            var from = new Buffer { Start = source, Size = (nuint)input.Length };
            var to = new Buffer { Start = target, Size = (nuint)output.Length };
            var left = Decompress(_context, &to, &from);
            if (IsError(left) != 0) throw Broken();
            IsWhole = left == 0;
            return ((int)from.Position, (int)to.Position);
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
