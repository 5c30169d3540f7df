using System.ComponentModel;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace Minato.Platform.Files;

/// <summary>What .NET does not offer: making a rename outlive the loss of power.</summary>
internal static class Durable
{
    private const int ReadOnlyDirectory = 0x10000; // O_RDONLY | O_DIRECTORY

    private const uint StartWriteBack = 2; // SYNC_FILE_RANGE_WRITE

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

    /// <summary>Has the disk begin to write a part of a file, and does not wait for it. Where that cannot be had nothing is lost but time.</summary>
    public static void Begin(SafeFileHandle file, long offset, long length)
    {
        if (!OperatingSystem.IsLinux()) return;
        try
        {
            _ = WriteBack(file, offset, length, StartWriteBack);
        }
        catch (EntryPointNotFoundException)
        {
            // A C library without it.
        }
    }

    [DllImport("libc", EntryPoint = "sync_file_range", SetLastError = true)]
    private static extern int WriteBack(SafeFileHandle file, long offset, long length, uint flags);

    [DllImport("libc", EntryPoint = "open", SetLastError = true)]
    private static extern int Open([MarshalAs(UnmanagedType.LPUTF8Str)] string path, int flags);

    [DllImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static extern int Sync(int handle);

    [DllImport("libc", EntryPoint = "close")]
    private static extern int Close(int handle);
}
