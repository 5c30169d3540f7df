using System.Runtime.InteropServices;

namespace Minato.Server;

/// <summary>Where an installation keeps everything: keys and secrets among it, so nobody but its owner looks in.</summary>
public static partial class DataDirectory
{
    /// <summary>Certificates of container engines on other machines.</summary>
    internal const string Engines = "engines";

    /// <summary>What a server in the background says.</summary>
    public const string LogFile = "server.log";
    private const uint OwnerOnly = 0x3F; // 077: nothing for group and others.

    /// <exception cref="ServerStartException">It cannot be made.</exception>
    public static void Create(string path)
    {
        try
        {
            Directory.CreateDirectory(path, UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new ServerStartException($"the data directory {path} cannot be made: {e.Message} Choose another with --data DIR.");
        }
    }

    internal static ServerStartException CannotWrite(string path, Exception cause) =>
        new($"the data directory {path} cannot be written: {cause.Message.TrimEnd('.')}. Free some space or see to its permissions, or choose another with --data DIR.");

    /// <summary>Names of what is in a directory that no installation has yet: it is somebody else's.</summary>
    internal static string[] OthersIn(string path) =>
        [.. Directory.EnumerateFileSystemEntries(path).Select(e => Path.GetFileName(e)).Where(name => name is not LogFile).Order(StringComparer.Ordinal)];

    /// <summary>Removes all but these, and the directory itself when nothing is left in it.</summary>
    internal static void Clear(string path, IReadOnlyCollection<string> others)
    {
        foreach (var entry in new DirectoryInfo(path).EnumerateFileSystemInfos().Where(e => !others.Contains(e.Name, StringComparer.Ordinal)).ToList())
        {
            if (entry is DirectoryInfo { LinkTarget: null } folder) folder.Delete(recursive: true);
            else entry.Delete();
        }

        try
        {
            if (!Directory.EnumerateFileSystemEntries(path).Any()) Directory.Delete(path);
        }
        catch (IOException)
        {
            // A disk is mounted there.
        }
    }

    /// <summary>Every file this process makes from now on is its owner's alone, whatever directory the user chose.</summary>
    internal static void KeepFilesPrivate() => _ = SetMask(OwnerOnly);

    [LibraryImport("libc", EntryPoint = "umask")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial uint SetMask(uint mask);
}
