using System.Runtime.InteropServices;

namespace Minato.Engines.Scanner.Archives;

/// <summary>Unpacks bzip2 with the system's libbz2, streams behind one another too.</summary>
internal sealed unsafe partial class BZip2Stream : NativeStream
{
    private const string Library = "libbz2.so.1";
    private const int Ok = 0, StreamEnd = 4, MemoryError = -3;

    // At one place: the library remembers where it is.
    private State* _state = (State*)NativeMemory.AllocZeroed((nuint)sizeof(State));

    public BZip2Stream(Stream compressed) : base(compressed, "bzip2") => Open(() => Start(_state, 0, 0), "libbz2");

    protected override (int Used, int Count) Decode(ReadOnlySpan<byte> input, Span<byte> output, bool isEnd)
    {
        if (IsWhole && !Restart(input)) return default;
        fixed (byte* source = input, target = output)
        {
            _state->Input = source;
            _state->InputLeft = (uint)input.Length;
            _state->Output = target;
            _state->OutputLeft = (uint)output.Length;
            var outcome = Decompress(_state);
            IsWhole = outcome == StreamEnd;
            if (outcome == MemoryError) throw TooLarge();
            if (outcome is not (Ok or StreamEnd)) throw Broken();
            return (input.Length - (int)_state->InputLeft, output.Length - (int)_state->OutputLeft);
        }
    }

    // Another stream follows the one that ended.
    private bool Restart(ReadOnlySpan<byte> input)
    {
        if (input.IsEmpty) return false;
        _ = End(_state);
        *_state = default;
        return Start(_state, 0, 0) == Ok ? true : throw TooLarge();
    }

    protected override void Dispose(bool disposing)
    {
        if (_state is not null)
        {
            _ = End(_state);
            NativeMemory.Free(_state);
        }

        _state = null;
        base.Dispose(disposing);
    }

    [LibraryImport(Library, EntryPoint = "BZ2_bzDecompressInit")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Start(State* state, int verbosity, int small);

    [LibraryImport(Library, EntryPoint = "BZ2_bzDecompress")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Decompress(State* state);

    [LibraryImport(Library, EntryPoint = "BZ2_bzDecompressEnd")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int End(State* state);

    [StructLayout(LayoutKind.Sequential)]
    private struct State
    {
        public byte* Input;
        public uint InputLeft;
        public uint InputTotalLow;
        public uint InputTotalHigh;
        public byte* Output;
        public uint OutputLeft;
        public uint OutputTotalLow;
        public uint OutputTotalHigh;
        public fixed ulong Inner[4];
    }
}
