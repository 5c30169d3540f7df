using Minato.Engines.Scanner.Packages;

namespace Minato.Engines.Scanner.Contents;

/// <summary>Which files are read whole, what for, and up to which size.</summary>
internal static class Interest
{
    private const int Text = 1 << 20;
    private const int Manifest = 4 << 20;
    private const int Database = 64 << 20;
    private const int RpmDatabase = 256 << 20;

    private static readonly string[] s_rpm = ["var/lib/rpm", "usr/lib/sysimage/rpm", "usr/share/rpm"];
    private static readonly string[] s_accounts = ["etc/passwd", "etc/group", "etc/shadow"];

    /// <summary>Names that Dockle's checkpoints know: credentials (CIS-DI-0010) and what is left over (DKL-LI-0003).</summary>
    private static readonly HashSet<string> s_names =
    [
        "credentials.json", "credential.json", "credentials", "credential", "password.txt", "id_rsa", "id_dsa", "id_ecdsa", "id_ed25519",
        "secret_token.rb", "carrierwave.rb", "omniauth.rb", "settings.py", "database.yml", "credentials.xml", ".env",
        "Dockerfile", "docker-compose.yml", ".vimrc", ".DS_Store",
    ];

    private static readonly HashSet<string> s_directories = [".cache", ".aws", ".azure", ".gcp", ".git", ".vscode", ".idea", ".npm"];

    /// <summary>How packages are read out of the file; null for all others.</summary>
    public static (int Limit, Func<byte[], IEnumerable<Package>> Read)? Packages(string path)
    {
        var name = path[(path.LastIndexOf('/') + 1)..];
        return path switch
        {
            "var/lib/dpkg/status" => (Database, DpkgPackages.Read),
            "lib/apk/db/installed" or "usr/lib/apk/db/installed" => (Database, ApkPackages.Read),
            _ when IsRpm(path) => (RpmDatabase, RpmPackages.Read),
            _ when path.StartsWith("var/lib/dpkg/status.d/", StringComparison.Ordinal) && !name.EndsWith(".md5sums", StringComparison.Ordinal) => (Text, DpkgPackages.Read),
            _ when name == "package.json" && IsModule(path) => (Text, LanguagePackages.NodeModule),
            _ when name == "package-lock.json" && !path.Contains("node_modules/", StringComparison.Ordinal) => (Database, LanguagePackages.NodeLock),
            _ when name.EndsWith(".deps.json", StringComparison.Ordinal) => (Manifest, LanguagePackages.DotNet),
            _ when IsPython(path, name) => (Text, LanguagePackages.Python),
            _ => null,
        };
    }

    public static bool IsDistribution(string path) => path is "etc/os-release" or "usr/lib/os-release";

    public static bool IsAccounts(string path) => s_accounts.Contains(path);

    /// <summary>Whether lint has something to say about it, by its name or its mode.</summary>
    public static bool IsForLint(string path, int mode, bool isDirectory)
    {
        var name = path[(path.LastIndexOf('/') + 1)..];
        return isDirectory ? s_directories.Contains(name) : (mode & 0xC00) != 0 || s_names.Contains(name) || IsAccounts(path);
    }

    /// <summary>RPM's database, where distributions have kept it: SQLite, Berkeley DB, NDB.</summary>
    public static bool IsRpm(string path) =>
        path[(path.LastIndexOf('/') + 1)..] is "rpmdb.sqlite" or "Packages" or "Packages.db" && s_rpm.Contains(path[..Math.Max(0, path.LastIndexOf('/'))]);

    // node_modules/NAME/package.json or node_modules/@SCOPE/NAME/package.json: others are of tests and templates.
    private static bool IsModule(string path)
    {
        var parts = path.Split('/');
        return parts is [.., "node_modules", _, _] || (parts is [.., "node_modules", var scope, _, _] && scope.StartsWith('@'));
    }

    private static bool IsPython(string path, string name) => name switch
    {
        "METADATA" => path.EndsWith(".dist-info/METADATA", StringComparison.Ordinal),
        "PKG-INFO" => path.EndsWith(".egg-info/PKG-INFO", StringComparison.Ordinal),
        _ => name.EndsWith(".egg-info", StringComparison.Ordinal),
    };
}
