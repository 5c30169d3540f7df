namespace Minato.Engines.Scanner.Versions;

/// <summary>Which version is newer, by the rules of whoever numbers them. Each is a total order on all texts.</summary>
internal static class VersionOrder
{
    /// <param name="ecosystem">As OSV names it, with or without its release: <c>Debian:12</c>, <c>npm</c>.</param>
    public static Comparison<string> Of(string ecosystem) => Ecosystem.NameOf(ecosystem) switch
    {
        "Debian" or "Ubuntu" or "Echo" => DpkgVersion.Compare,
        "Alpine" or "Wolfi" or "Chainguard" or "MinimOS" => ApkVersion.Compare,
        "Red Hat" or "Rocky Linux" or "AlmaLinux" or "SUSE" or "openSUSE" or "Mageia" or "openEuler" or "Photon OS" or "Azure Linux" => RpmVersion.Compare,
        "PyPI" => PythonVersion.Compare,
        "NuGet" => SemanticVersion.CompareNuGet,
        _ => SemanticVersion.Compare,
    };
}

/// <summary>Where packages come from, as OSV spells it: a name, and for distributions a release after a colon.</summary>
internal static class Ecosystem
{
    public static string NameOf(string ecosystem) => ecosystem.IndexOf(':', StringComparison.Ordinal) is > 0 and var colon ? ecosystem[..colon] : ecosystem;

    /// <summary>The spelling of a package's name that its ecosystem compares by.</summary>
    public static string Normalize(string ecosystem, string package) => NameOf(ecosystem) switch
    {
        // PEP 503: runs of dots, dashes and underscores are one dash, and letters have no case.
        "PyPI" => string.Join('-', package.ToLowerInvariant().Split(['-', '_', '.'], StringSplitOptions.RemoveEmptyEntries)),
        "NuGet" => package.ToLowerInvariant(),
        _ => package,
    };
}
