using System.Runtime.InteropServices;

namespace Minato.Engines.HaProxy.Running;

internal static class Native
{
    public const int Terminate = 15;
    public const int Kill = 9;

    [DllImport("libc", EntryPoint = "kill", SetLastError = true)]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static extern int SendSignal(int processId, int signal);

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
