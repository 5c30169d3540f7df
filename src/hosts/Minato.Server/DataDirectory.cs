using System.Runtime.InteropServices;

namespace Minato.Server;

/// <summary>Where an installation keeps everything: keys and secrets among it, so nobody but its owner looks in.</summary>
public static partial class DataDirectory
{
    /// <summary>Certificates of container engines on other machines.</summary>
    internal const string Engines = "engines";
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

    /// <summary>Every file this process makes from now on is its owner's alone, whatever directory the user chose.</summary>
    internal static void KeepFilesPrivate() => _ = SetMask(OwnerOnly);

    [LibraryImport("libc", EntryPoint = "umask")]
    [DefaultDllImportSearchPaths(DllImportSearchPath.SafeDirectories)]
    private static partial uint SetMask(uint mask);
}
