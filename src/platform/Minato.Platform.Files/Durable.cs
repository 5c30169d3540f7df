using System.ComponentModel;
using System.Runtime.InteropServices;

namespace Minato.Platform.Files;

/// <summary>What .NET does not offer: making a rename outlive the loss of power.</summary>
internal static class Durable
{
    private const int ReadOnlyDirectory = 0x10000; // O_RDONLY | O_DIRECTORY

    /// <summary>Writes the entries of a directory to the disk.</summary>
    public static void Directory(string path)
    {
        if (!OperatingSystem.IsLinux()) return;
        var handle = Open(path, ReadOnlyDirectory);
        if (handle < 0) throw new IOException($"{path} cannot be opened: {new Win32Exception(Marshal.GetLastPInvokeError()).Message}");
        try
        {
            if (Sync(handle) != 0) throw new IOException($"{path} cannot be written: {new Win32Exception(Marshal.GetLastPInvokeError()).Message}");
        }
        finally
        {
            _ = Close(handle);
        }
    }

    [DllImport("libc", EntryPoint = "open", SetLastError = true)]
    private static extern int Open([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags);

    [DllImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static extern int Sync(int handle);

    [DllImport("libc", EntryPoint = "close")]
    private static extern int Close(int handle);
}
