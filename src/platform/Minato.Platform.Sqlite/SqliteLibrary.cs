using System.Reflection;
using System.Runtime.InteropServices;
using SQLitePCL;

namespace Minato.Platform.Sqlite;

/// <summary>Chooses the SQLite that is used: the system's where it is there and newer, the package's otherwise.</summary>
internal static class SqliteLibrary
{
    private const string Packaged = "e_sqlite3";
    private const int PackagedVersion = 3_035_005;

    private static readonly Lazy<string> s_version = new(() =>
    {
        // Before the first call into the library: from then on the choice is made.
        NativeLibrary.SetDllImportResolver(typeof(SQLite3Provider_e_sqlite3).Assembly, Resolve);
        Batteries_V2.Init();
        return raw.sqlite3_libversion().utf8_to_string();
    });

    /// <summary>Makes the choice, once.</summary>
    /// <returns>The version in use.</returns>
    public static string Choose() => s_version.Value;

    private static nint Resolve(string name, Assembly assembly, DllImportSearchPath? path)
    {
        if (name != Packaged || !NativeLibrary.TryLoad("libsqlite3.so.0", out var system)) return 0;
        if (NativeLibrary.TryGetExport(system, "sqlite3_libversion_number", out var function)
            && Marshal.GetDelegateForFunctionPointer<VersionNumber>(function)() > PackagedVersion) return system;
        NativeLibrary.Free(system);
        return 0;
    }

    [UnmanagedFunctionPointer(CallingConvention.Cdecl)]
    private delegate int VersionNumber();
}
