using System.Runtime.InteropServices;

namespace Minato.Engines.Scanner.Archives;

/// <summary>Unpacks xz with the system's liblzma, streams behind one another and their padding too.</summary>
internal sealed unsafe partial class XzStream : NativeStream
{
    private const string Library = "liblzma.so.5";
    private const uint Concatenated = 0x08;
    private const int Run = 0, Finish = 3;
    private const int Ok = 0, StreamEnd = 1, MemoryError = 5, MemoryLimit = 6, NoProgress = 10;

    private State* _state = (State*)NativeMemory.AllocZeroed((nuint)sizeof(State));

    public XzStream(Stream compressed) : base(compressed, "xz") => Open(() => StartDecoder(_state, MaxMemory, Concatenated), "liblzma");

    protected override (int Used, int Count) Decode(ReadOnlySpan<byte> input, Span<byte> output, bool isEnd)
    {
        if (IsWhole) return default;
        fixed (byte* source = input, target = output)
        {
            _state->Input = source;
            _state->InputLeft = (nuint)input.Length;
            _state->Output = target;
            _state->OutputLeft = (nuint)output.Length;
            var outcome = Code(_state, isEnd ? Finish : Run);
            IsWhole = outcome == StreamEnd;
            if (outcome is MemoryError or MemoryLimit) throw TooLarge();
            if (outcome is not (Ok or StreamEnd or NoProgress)) throw Broken();
            return (input.Length - (int)_state->InputLeft, output.Length - (int)_state->OutputLeft);
        }
    }

    protected override void Dispose(bool disposing)
    {
        if (_state is not null)
        {
            End(_state);
            NativeMemory.Free(_state);
        }

        _state = null;
        base.Dispose(disposing);
    }

    [LibraryImport(Library, EntryPoint = "lzma_stream_decoder")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int StartDecoder(State* state, ulong memoryLimit, uint flags);

    [LibraryImport(Library, EntryPoint = "lzma_code")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Code(State* state, int action);

    [LibraryImport(Library, EntryPoint = "lzma_end")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial void End(State* state);

    [StructLayout(LayoutKind.Sequential)]
    private struct State
    {
        public byte* Input;
        public nuint InputLeft;
        public ulong InputTotal;
        public byte* Output;
        public nuint OutputLeft;
        public ulong OutputTotal;
        public fixed ulong Inner[16]; // Its own, and room for what it may add.
    }
}
