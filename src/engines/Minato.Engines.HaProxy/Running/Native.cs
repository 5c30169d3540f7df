using System.Globalization;
using System.Runtime.InteropServices;

namespace Minato.Engines.HaProxy.Running;

internal static class Native
{
    public const int Terminate = 15;
    public const int Kill = 9;

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SendSignal(int processId, int signal);

    [DllImport("libc", EntryPoint = "chown", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int ChangeOwner([MarshalAs(UnmanagedType.LPUTF8Str)] string path, uint user, uint group);

    /// <summary>Makes a file another user's.</summary>
    public static void GiveTo(string path, string user)
    {
        var entry = File.ReadLines("/etc/passwd").First(l => l.StartsWith(user + ":", StringComparison.Ordinal)).Split(':');
        var (userId, groupId) = (uint.Parse(entry[2], CultureInfo.InvariantCulture), uint.Parse(entry[3], CultureInfo.InvariantCulture));
        if (ChangeOwner(path, userId, groupId) != 0) throw new IOException($"{path} cannot be given to {user}");
    }

    public static void Signal(int processId, int signal)
    {
        if (processId > 1) _ = SendSignal(processId, signal);
    }

    /// <summary>A process that has ended but was not waited for does not live.</summary>
    public static bool Lives(int processId)
    {
        try
        {
            var stat = File.ReadAllText($"/proc/{processId}/stat");
            return stat[(stat.LastIndexOf(')') + 2)..][0] is not ('Z' or 'X');
        }
        catch (IOException) { return false; }
    }

    public static string CommandLine(int processId)
    {
        try { return File.ReadAllText($"/proc/{processId}/cmdline").Replace('\0', ' '); }
        catch (IOException) { return ""; }
    }
}
