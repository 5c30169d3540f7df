using Minato.Engines.Scanner.Packages;
using Minato.Engines.Scanner.Scoring;
using Minato.Engines.Scanning;

namespace Minato.Engines.Scanner.Advisories;

/// <summary>Packages against advisories: pure but for the lookup.</summary>
internal sealed class Matcher(Func<string, string, IReadOnlyList<(Advisory Advisory, AffectedPackage Affected)>> find)
{
    private const int MaxFindings = 50_000;

    /// <param name="layers">Digests of the layers, lowest first.</param>
    public IEnumerable<ScanFinding> Match(IEnumerable<Package> packages, Distribution? distribution, IReadOnlyList<string> layers)
    {
        var found = new Dictionary<(string, string, string, string), ScanFinding>();
        foreach (var package in packages)
        {
            if (EcosystemOf(package, distribution) is not { } ecosystem) continue;
            foreach (var (name, version) in NamesOf(package))
            {
                foreach (var (advisory, affected) in find(ecosystem, name))
                {
                    if (found.Count >= MaxFindings) return found.Values;
                    if (!AffectedVersions.Includes(affected, version)) continue;
                    foreach (var vulnerability in Vulnerabilities(advisory))
                    {
                        var finding = Finding(vulnerability, package, version, advisory, affected, layers);
                        var key = (vulnerability, package.Manager, package.Name, package.Version);
                        // Several advisories of one vulnerability: the one that says how grave it is.
                        if (!found.TryGetValue(key, out var there)) found[key] = finding;
                        else found[key] = Merge(there, finding);
                    }
                }
            }
        }

        return found.Values.OrderByDescending(f => f.Severity).ThenBy(f => f.Package, StringComparer.Ordinal).ThenBy(f => f.Vulnerability, StringComparer.Ordinal);
    }

    private static string? EcosystemOf(Package package, Distribution? distribution) => package.Manager switch
    {
        "npm" => "npm",
        "nuget" => "NuGet",
        "pypi" => "PyPI",
        "go" => "Go",
        _ => distribution?.Ecosystem,
    };

    /// <summary>Advisories of Debian, Ubuntu and Alpine name sources; those of RPM distributions packages, some of them sources.</summary>
    private static IEnumerable<(string Name, string Version)> NamesOf(Package package)
    {
        if (package.Manager is "rpm" or not ("dpkg" or "apk")) yield return (package.Name, package.Version);
        if (package.Source is { } source && (package.Manager is "dpkg" or "apk" || source != package.Name)) yield return (source, package.SourceVersion ?? package.Version);
    }

    /// <summary>The CVEs it is about, under the names people know; an alias is another name of the same, an upstream one of several.</summary>
    internal static IReadOnlyList<string> Vulnerabilities(Advisory advisory)
    {
        if (IsCve(advisory.Id)) return [advisory.Id];
        if (advisory.Aliases.FirstOrDefault(IsCve) is { } alias) return [alias];
        var upstream = advisory.Upstream.Where(IsCve).Distinct().ToList();
        if (upstream.Count > 0) return upstream;
        // DEBIAN-CVE-2024-1234 and UBUNTU-CVE-2024-1234 say it in their names.
        return advisory.Id.IndexOf("-CVE-", StringComparison.Ordinal) is > 0 and var at ? [advisory.Id[(at + 1)..]] : [advisory.Id];
    }

    private static bool IsCve(string id) => id.StartsWith("CVE-", StringComparison.Ordinal);

    private static ScanFinding Merge(ScanFinding a, ScanFinding b)
    {
        var (first, second) = a.Severity != ScanSeverity.Undefined || b.Severity == ScanSeverity.Undefined ? (a, b) : (b, a);
        return first with
        {
            FixedVersion = first.FixedVersion ?? second.FixedVersion,
            Scores = first.Scores.Length > 0 ? first.Scores : second.Scores,
            Description = first.Description ?? second.Description,
            Aliases = [.. first.Aliases.Union(second.Aliases)],
        };
    }

    private static ScanFinding Finding(string vulnerability, Package package, string version, Advisory advisory, AffectedPackage affected, IReadOnlyList<string> layers) => new()
    {
        Vulnerability = vulnerability,
        Severity = Severities.Of(advisory, affected),
        Package = package.Name, Version = package.Version, PackageManager = package.Manager, Architecture = package.Architecture,
        FixedVersion = AffectedVersions.FixFor(affected, version),
        FilePath = package.IsOfDistribution ? null : package.Path,
        LayerDigest = package.Layer < layers.Count ? layers[package.Layer] : null,
        Title = advisory.Summary, Description = advisory.Details ?? advisory.Summary,
        Uri = Page(vulnerability, affected.Ecosystem) ?? advisory.References.FirstOrDefault(),
        References = advisory.References,
        Aliases = [.. advisory.Aliases.Append(advisory.Id).Where(a => a != vulnerability).Distinct()],
        Scores = [.. Severities.Scores(advisory, affected)],
        Source = advisory.Id.StartsWith("GHSA-", StringComparison.Ordinal) ? "GHSA" : Versions.Ecosystem.NameOf(affected.Ecosystem).ToUpperInvariant().Replace(' ', '_'),
        PublishedAt = advisory.Published, ModifiedAt = advisory.Modified,
    };

    private static string? Page(string vulnerability, string ecosystem) => Versions.Ecosystem.NameOf(ecosystem) switch
    {
        "Debian" => $"https://security-tracker.debian.org/tracker/{vulnerability}",
        "Ubuntu" when IsCve(vulnerability) => $"https://ubuntu.com/security/{vulnerability}",
        "Alpine" when IsCve(vulnerability) => $"https://security.alpinelinux.org/vuln/{vulnerability}",
        _ when IsCve(vulnerability) => $"https://nvd.nist.gov/vuln/detail/{vulnerability}",
        _ => null,
    };
}
