using System.Runtime.InteropServices;

namespace Minato.Engines.Scanner.Worker;

/// <summary>A seccomp filter on all threads: the listed system calls fail with EPERM from then on.</summary>
internal static unsafe partial class SystemCallFilter
{
    private const ushort LoadWord = 0x20, JumpIfEqual = 0x15, JumpIfAtLeast = 0x35, JumpIfAny = 0x45, Return = 0x06; // BPF_LD|W|ABS, BPF_JMP|JEQ|K, BPF_JMP|JGE|K, BPF_JMP|JSET|K, BPF_RET|K
    private const uint Allow = 0x7FFF0000, FailWithPermission = 0x00050000 | 1, Kill = 0x80000000;
    private const uint ArchitectureOffset = 4;
    private const uint SetModeFilter = 1, AllThreads = 1;

    /// <summary>The numbers of x32, another way into the same calls.</summary>
    private const uint OtherNumbers = 0x40000000;
    private const uint OpenFlagsOffset = 32; // The low half of the third argument.
    private const uint WriteFlags = 0x43; // O_WRONLY | O_RDWR | O_CREAT

    /// <summary>Instructions between the list of calls and the refusal.</summary>
    private const int Tail = 4;

    // open, socket, socketpair, connect, bind, execve, execveat, kill, ptrace, process_vm_*, mount, umount2, unshare, setns, bpf, userfaultfd, keyctl, add_key,
    // openat2, mkdir(at), mknod(at), unlink(at), rename*, link*, symlink*, chmod*, chown*, truncate, init_module.
    private static readonly uint[] s_amd64 =
    [
        2, 41, 53, 42, 49, 59, 322, 62, 101, 310, 311, 165, 166, 272, 308, 321, 323, 250, 248, 83, 258, 133, 259, 87, 263, 82, 264, 316, 86, 265, 88, 266, 90, 268, 92, 260, 76, 175,
        313, 84, 85, 437,
    ];
    private static readonly uint[] s_arm64 =
    [
        198, 199, 203, 200, 221, 281, 129, 117, 270, 271, 40, 39, 97, 268, 280, 282, 219, 217, 34, 33, 35, 38, 276, 37, 36, 53, 54, 45, 105, 273, 437,
    ];

    /// <returns>False where the kernel or the processor has none.</returns>
    public static bool Install()
    {
        var (number, architecture, calls, openAt) = RuntimeInformation.ProcessArchitecture switch
        {
            Architecture.X64 => (317L, 0xC000003Eu, s_amd64, 257u),
            Architecture.Arm64 => (277L, 0xC00000B7u, s_arm64, 56u),
            _ => (0L, 0u, [], 0u),
        };
        if (number == 0) return false;
        var program = Program(architecture, calls, openAt);
        fixed (Instruction* first = program)
        {
            var filter = new Filter { Length = (ushort)program.Length, First = first };
            return SystemCall(number, SetModeFilter, AllThreads, &filter) == 0;
        }
    }

    private static Instruction[] Program(uint architecture, uint[] calls, uint openAt)
    {
        var program = new List<Instruction>
        {
            new(LoadWord, 0, 0, ArchitectureOffset),
            new(JumpIfEqual, 1, 0, architecture),
            // Calls of another architecture have other numbers.
            new(Return, 0, 0, Kill),
            new(LoadWord, 0, 0, 0),
            new(JumpIfAtLeast, (byte)(calls.Length + Tail), 0, OtherNumbers),
        };
        for (var i = 0; i < calls.Length; i++) program.Add(new(JumpIfEqual, (byte)(calls.Length - 1 - i + Tail), 0, calls[i]));
        // The tail: files are opened for reading alone.
        program.Add(new(JumpIfEqual, 0, 2, openAt));
        program.Add(new(LoadWord, 0, 0, OpenFlagsOffset));
        program.Add(new(JumpIfAny, 1, 0, WriteFlags));
        program.Add(new(Return, 0, 0, Allow));
        program.Add(new(Return, 0, 0, FailWithPermission));
        return [.. program];
    }

    [LibraryImport("libc", EntryPoint = "syscall")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial long SystemCall(long number, uint operation, uint flags, Filter* filter);

    [StructLayout(LayoutKind.Sequential)]
    private readonly struct Instruction(ushort code, byte ifTrue, byte ifFalse, uint value)
    {
        public readonly ushort Code = code;
        public readonly byte IfTrue = ifTrue;
        public readonly byte IfFalse = ifFalse;
        public readonly uint Value = value;
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct Filter
    {
        public ushort Length;
        public Instruction* First;
    }
}
