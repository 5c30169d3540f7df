using Minato.Engines.Scanner.Packages;

namespace Minato.Engines.Scanner.Sbom;

/// <summary>Package URLs: <c>pkg:deb/debian/curl@7.88.1-10?arch=amd64&amp;distro=debian-12</c>.</summary>
internal static class PackageUrl
{
    public static string Of(Package package, Distribution? distribution)
    {
        var qualifiers = new List<string>();
        if (package.IsOfDistribution && package.Architecture is { } architecture) qualifiers.Add($"arch={Escape(architecture)}");
        if (package.IsOfDistribution && distribution is not null) qualifiers.Add($"distro={Escape($"{distribution.Id}-{distribution.Version}".TrimEnd('-'))}");
        var (type, name) = package.Manager switch
        {
            "dpkg" => ("deb", $"{distribution?.Id ?? "debian"}/{Escape(package.Name)}"),
            "apk" => ("apk", $"{distribution?.Id ?? "alpine"}/{Escape(package.Name)}"),
            "rpm" => ("rpm", $"{distribution?.Id ?? "redhat"}/{Escape(package.Name)}"),
            "npm" => ("npm", string.Join('/', package.Name.Split('/').Select(Escape))),
            "pypi" => ("pypi", Escape(package.Name.ToLowerInvariant().Replace('_', '-'))),
            "go" => ("golang", string.Join('/', package.Name.Split('/').Select(Escape))),
            var other => (other, Escape(package.Name)),
        };
        return $"pkg:{type}/{name}@{Escape(package.Version)}{(qualifiers.Count > 0 ? "?" + string.Join('&', qualifiers) : "")}";
    }

    // A colon may stay as it is, by the specification.
    private static string Escape(string text) => Uri.EscapeDataString(text).Replace("%3A", ":", StringComparison.Ordinal);
}
