using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace Minato.Engines.Docker;

/// <summary>The image whose one process waits for ever: it holds a task's network namespace. It is written here byte by byte, so that
/// nothing has to be fetched.</summary>
internal static class PauseImage
{
    public const string Reference = "minato/pause:1";

    private const ulong LoadAddress = 0x400000;
    private const int HeaderSize = 64;
    private const int ProgramHeaderSize = 56;

    /// <summary>Process 1 ignores the signals it has no handler for, so that stopping it kills it at once.</summary>
    public static ScratchImage.Loadable Make() => ScratchImage.Make(
        Reference, new() { Entrypoint = ["/pause"], StopSignal = "SIGKILL" }, [new("pause", Program(RuntimeInformation.OSArchitecture))]);

    /// <summary>A static ELF file: header, one program header, code.</summary>
    internal static byte[] Program(Architecture architecture)
    {
        var (machine, code) = architecture switch
        {
            Architecture.X64 => ((ushort)0x3E, X64Loop.ToArray()),
            Architecture.Arm64 => ((ushort)0xB7, Arm64Loop.ToArray()),
            _ => throw new PlatformNotSupportedException($"The pause container is not written for {architecture}."),
        };
        var file = new byte[HeaderSize + ProgramHeaderSize + code.Length];
        WriteHeader(file, machine);
        WriteProgramHeader(file.AsSpan(HeaderSize), (ulong)file.Length);
        code.CopyTo(file.AsSpan(HeaderSize + ProgramHeaderSize));
        return file;
    }

    private static ReadOnlySpan<byte> X64Loop =>
    [
        0xB8, 0x22, 0x00, 0x00, 0x00, // mov eax, 34     pause(2)
        0x0F, 0x05,                   // syscall
        0xEB, 0xF7,                   // jmp -9          a signal woke it: wait again
    ];

    // This architecture has no pause(2): ppoll of nothing without a time limit waits the same way.
    private static ReadOnlySpan<byte> Arm64Loop =>
    [
        0x00, 0x00, 0x80, 0xD2, // mov x0, #0      no descriptors
        0x01, 0x00, 0x80, 0xD2, // mov x1, #0
        0x02, 0x00, 0x80, 0xD2, // mov x2, #0      no time limit
        0x03, 0x00, 0x80, 0xD2, // mov x3, #0      no signal mask
        0x04, 0x00, 0x80, 0xD2, // mov x4, #0
        0x28, 0x09, 0x80, 0xD2, // mov x8, #73     ppoll(2)
        0x01, 0x00, 0x00, 0xD4, // svc #0
        0xF9, 0xFF, 0xFF, 0x17, // b -7
    ];

    private static void WriteHeader(Span<byte> to, ushort machine)
    {
        ReadOnlySpan<byte> identity = [0x7F, (byte)'E', (byte)'L', (byte)'F', 2, 1, 1]; // 64 bits, little endian, version 1
        identity.CopyTo(to);
        BinaryPrimitives.WriteUInt16LittleEndian(to[16..], 2);                                            // executable
        BinaryPrimitives.WriteUInt16LittleEndian(to[18..], machine);
        BinaryPrimitives.WriteUInt32LittleEndian(to[20..], 1);                                            // version
        BinaryPrimitives.WriteUInt64LittleEndian(to[24..], LoadAddress + HeaderSize + ProgramHeaderSize); // entry
        BinaryPrimitives.WriteUInt64LittleEndian(to[32..], HeaderSize);                                   // program headers at
        BinaryPrimitives.WriteUInt16LittleEndian(to[52..], HeaderSize);
        BinaryPrimitives.WriteUInt16LittleEndian(to[54..], ProgramHeaderSize);
        BinaryPrimitives.WriteUInt16LittleEndian(to[56..], 1);                                            // one of them
    }

    private static void WriteProgramHeader(Span<byte> to, ulong size)
    {
        BinaryPrimitives.WriteUInt32LittleEndian(to, 1);                 // load
        BinaryPrimitives.WriteUInt32LittleEndian(to[4..], 5);            // readable and executable
        BinaryPrimitives.WriteUInt64LittleEndian(to[16..], LoadAddress); // virtual address
        BinaryPrimitives.WriteUInt64LittleEndian(to[24..], LoadAddress);
        BinaryPrimitives.WriteUInt64LittleEndian(to[32..], size);        // in the file
        BinaryPrimitives.WriteUInt64LittleEndian(to[40..], size);        // in memory
        BinaryPrimitives.WriteUInt64LittleEndian(to[48..], 0x10000);     // aligned for the largest pages
    }
}
