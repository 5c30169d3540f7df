using System.Runtime.InteropServices;

namespace Minato.Engines.Scanner.Worker;

/// <summary>
/// What the kernel takes away from a worker: it may read its standard input and write its standard output. It cannot write files, start programs,
/// open sockets or gain rights. Memory is held by the runtime's heap limit, which the parent sets.
/// </summary>
internal static unsafe partial class Sandbox
{
    private const int Cpu = 0, FileSize = 1, Core = 4, OpenFiles = 7;
    private const int NoNewPrivileges = 38; // PR_SET_NO_NEW_PRIVS
    private const int Dumpable = 4; // PR_SET_DUMPABLE
    private const uint Nobody = 65534;
    private const ulong CpuSeconds = 3600;
    private const ulong Descriptors = 256;

    /// <summary>For the whole process, all its threads among it. What the kernel does not offer is left as it is: each is one wall of several.</summary>
    public static void Enter()
    {
        Limit(Cpu, CpuSeconds);
        Limit(FileSize, 0);
        Limit(Core, 0);
        Limit(OpenFiles, Descriptors);
        _ = Control(Dumpable, 0, 0, 0, 0);
        // Root reads everything and limits do not bind it: from here on it is nobody. In this order: a user cannot change groups.
        if (GetUserId() == 0)
        {
            _ = SetGroups(0, null);
            _ = SetGroupIds(Nobody, Nobody, Nobody);
            _ = SetUserIds(Nobody, Nobody, Nobody);
        }

        _ = Control(NoNewPrivileges, 1, 0, 0, 0);
        SystemCallFilter.Install();
    }

    private static void Limit(int resource, ulong value)
    {
        var limit = new ResourceLimit { Soft = value, Hard = value };
        _ = SetLimit(resource, &limit);
    }

    [LibraryImport("libc", EntryPoint = "setrlimit")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SetLimit(int resource, ResourceLimit* limit);

    [LibraryImport("libc", EntryPoint = "prctl")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int Control(int option, nuint a, nuint b, nuint c, nuint d);

    [LibraryImport("libc", EntryPoint = "getuid")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial uint GetUserId();

    [LibraryImport("libc", EntryPoint = "setgroups")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SetGroups(nuint count, uint* groups);

    [LibraryImport("libc", EntryPoint = "setresgid")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SetGroupIds(uint real, uint effective, uint saved);

    [LibraryImport("libc", EntryPoint = "setresuid")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial int SetUserIds(uint real, uint effective, uint saved);

    [StructLayout(LayoutKind.Sequential)]
    private struct ResourceLimit
    {
        public ulong Soft;
        public ulong Hard;
    }
}
