using System.Text.Json.Nodes;
using Minato.Cli.Output;
using Minato.Engines.Scanning;

namespace Minato.Cli.Images;

/// <summary>How findings are shown.</summary>
internal static class ScanPage
{
    public static void Print(OpenImage image, ScanOutcome.Completed scan)
    {
        Screen.Title($"{image.Request.Name}: {scan.OperatingSystem ?? "no distribution"}, {scan.Packages} packages");
        if (scan.Findings.Length > 0)
        {
            Screen.Table(["severity", "vulnerability", "package", "version", "fixed in"],
                [.. scan.Findings.OrderByDescending(f => f.Severity).Select(f => (string[])[f.Severity.ToString().ToUpperInvariant(), f.Vulnerability, f.Package, f.Version, f.FixedVersion ?? "-"])]);
        }

        foreach (var secret in scan.Secrets) Screen.Failed($"{secret.Kind} in {secret.Place}");
        var counts = scan.Findings.GroupBy(f => f.Severity).OrderByDescending(g => g.Key).Select(g => $"{g.Count()} {g.Key.ToString().ToLowerInvariant()}").ToList();
        if (counts.Count == 0 && scan.Secrets.IsEmpty) Screen.Done("nothing known is wrong with it");
        else Screen.Line($"{(counts.Count > 0 ? string.Join(", ", counts) : "no vulnerabilities")}{(scan.Secrets.IsEmpty ? "" : $"; {scan.Secrets.Length} secrets")}");
        if (scan.SourceUpdatedAt is { } newest) Screen.Dim($"  newest vulnerability data: {newest:yyyy-MM-dd}");
    }

    public static JsonObject ToJson(OpenImage image, ScanOutcome.Completed scan) => new()
    {
        ["image"] = image.Request.Name, ["digest"] = image.Digest, ["operatingSystem"] = scan.OperatingSystem, ["packages"] = scan.Packages,
        ["dataUpdatedAt"] = scan.SourceUpdatedAt?.ToString("O"),
        ["severityCounts"] = new JsonObject(scan.Findings.GroupBy(f => f.Severity).OrderByDescending(g => g.Key).Select(g => KeyValuePair.Create(g.Key.ToString().ToUpperInvariant(), (JsonNode?)g.Count()))),
        ["findings"] = new JsonArray([.. scan.Findings.Select(Finding)]),
        ["secrets"] = new JsonArray([.. scan.Secrets.Select(s => (JsonNode)new JsonObject { ["kind"] = s.Kind, ["place"] = s.Place, ["layer"] = s.LayerDigest, ["severity"] = s.Severity.ToString().ToUpperInvariant() })]),
    };

    private static JsonNode Finding(ScanFinding finding) => new JsonObject
    {
        ["vulnerability"] = finding.Vulnerability, ["severity"] = finding.Severity.ToString().ToUpperInvariant(), ["package"] = finding.Package, ["version"] = finding.Version,
        ["fixedVersion"] = finding.FixedVersion, ["packageManager"] = finding.PackageManager, ["path"] = finding.FilePath, ["layer"] = finding.LayerDigest, ["title"] = finding.Title,
        ["uri"] = finding.Uri, ["aliases"] = new JsonArray([.. finding.Aliases.Select(a => (JsonNode)a)]),
        ["scores"] = new JsonArray([.. finding.Scores.Select(s => (JsonNode)new JsonObject { ["version"] = s.Version, ["vector"] = s.Vector, ["score"] = s.Score })]),
    };
}
