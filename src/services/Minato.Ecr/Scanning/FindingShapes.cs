using System.Collections.Immutable;
using System.Globalization;
using Minato.Contracts.Ecr;
using Minato.Ecr.State;
using Minato.Engines.Scanning;

namespace Minato.Ecr.Scanning;

/// <summary>Findings as ECR shows them: the shape of basic scanning, and Inspector's of enhanced scanning.</summary>
internal static class FindingShapes
{
    private const int LongestValue = 256; // Of an attribute.

    public static ImageScanFinding Basic(ScanFinding finding) => new()
    {
        Name = finding.Vulnerability,
        Description = finding.Description ?? finding.Title,
        Uri = finding.Uri,
        Severity = Severity(finding.Severity),
        Attributes = [.. Attributes(finding).Select(a => new Contracts.Ecr.Attribute { Key = a.Key, Value = a.Value.Length > LongestValue ? a.Value[..LongestValue] : a.Value })],
    };

    public static EnhancedImageScanFinding Enhanced(ScanFinding finding, ScanState scan, ImageState image, ImmutableArray<string> tags)
    {
        var repository = image.Key.Repository;
        var best = finding.Scores.OrderByDescending(s => s.Version, StringComparer.Ordinal).FirstOrDefault();
        return new()
        {
            AwsAccountId = repository.AccountId,
            Description = finding.Description ?? finding.Title,
            FindingArn = $"arn:aws:inspector2:{repository.Region}:{repository.AccountId}:finding/{ArnId(finding, image)}",
            FirstObservedAt = scan.CompletedAt,
            LastObservedAt = scan.CompletedAt,
            UpdatedAt = scan.CompletedAt,
            Severity = Severity(finding.Severity) == FindingSeverity.Undefined ? "UNTRIAGED" : Severity(finding.Severity).ToWire(),
            Status = "ACTIVE",
            Type = "PACKAGE_VULNERABILITY",
            Title = $"{finding.Vulnerability} - {finding.Package}",
            Score = best?.Score,
            ScoreDetails = best is null ? null : new()
            {
                Cvss = new() { Score = best.Score, ScoreSource = finding.Source, ScoringVector = best.Vector, Version = best.Version },
            },
            FixAvailable = finding.FixedVersion is null ? "NO" : "YES",
            ExploitAvailable = "NO",
            Remediation = new()
            {
                Recommendation = new()
                {
                    Text = finding.FixedVersion is { } fix ? $"Update {finding.Package} to {fix}." : "None Provided", Url = finding.Uri,
                },
            },
            PackageVulnerabilityDetails = Details(finding),
            Resources = [new() { Id = $"{repository.Arn}/{image.Key.Digest}", Type = "AWS_ECR_CONTAINER_IMAGE", Details = new() { AwsEcrContainerImage = Image(image, tags) } }],
        };
    }

    public static FindingSeverity Severity(ScanSeverity severity) => severity switch
    {
        ScanSeverity.Critical => FindingSeverity.Critical,
        ScanSeverity.High => FindingSeverity.High,
        ScanSeverity.Medium => FindingSeverity.Medium,
        ScanSeverity.Low => FindingSeverity.Low,
        ScanSeverity.Informational => FindingSeverity.Informational,
        _ => FindingSeverity.Undefined,
    };

    private static IEnumerable<KeyValuePair<string, string>> Attributes(ScanFinding finding)
    {
        if (finding.Version.Length > 0) yield return new("package_version", finding.Version);
        if (finding.Package.Length > 0) yield return new("package_name", finding.Package);
        if (finding.FixedVersion is { Length: > 0 } fix) yield return new("fixed_in_version", fix);
        if (finding.FilePath is { Length: > 0 } path) yield return new("file_path", path);
        foreach (var score in finding.Scores.DistinctBy(s => Major(s)))
        {
            yield return new($"CVSS{Major(score)}_VECTOR", score.Vector);
            yield return new($"CVSS{Major(score)}_SCORE", score.Score.ToString("0.0", CultureInfo.InvariantCulture));
        }
    }

    private static char Major(ScanScore score) => score.Version is [var major, ..] ? major : '3';

    private static PackageVulnerabilityDetails Details(ScanFinding finding) => new()
    {
        VulnerabilityId = finding.Vulnerability,
        Source = finding.Source,
        SourceUrl = finding.Uri,
        ReferenceUrls = finding.References,
        RelatedVulnerabilities = finding.Aliases,
        VendorCreatedAt = finding.PublishedAt,
        VendorUpdatedAt = finding.ModifiedAt,
        VendorSeverity = Severity(finding.Severity).ToWire(),
        Cvss = [.. finding.Scores.Select(s => new CvssScore { BaseScore = s.Score, ScoringVector = s.Vector, Version = s.Version, Source = finding.Source })],
        VulnerablePackages =
        [
            new()
            {
                Name = finding.Package, Version = finding.Version, FixedInVersion = finding.FixedVersion ?? "NotAvailable", Arch = finding.Architecture,
                PackageManager = Manager(finding.PackageManager), FilePath = finding.FilePath, SourceLayerHash = finding.LayerDigest,
            },
        ],
    };

    // Inspector's names.
    private static string Manager(string name) => name switch
    {
        "dpkg" => "OS",
        "apk" => "OS",
        "rpm" => "OS",
        "npm" => "NODEPKG",
        "pypi" => "PYTHONPKG",
        "nuget" => "DOTNET",
        "go" => "GOBINARY",
        _ => name.ToUpperInvariant(),
    };

    private static AwsEcrContainerImageDetails Image(ImageState image, ImmutableArray<string> tags) => new()
    {
        ImageHash = image.Key.Digest, ImageTags = tags, PushedAt = image.PushedAt, Registry = image.Key.Repository.AccountId, RepositoryName = image.Key.Repository.Name,
    };

    // The same finding keeps its ARN from scan to scan.
    private static string ArnId(ScanFinding finding, ImageState image) =>
        Images.ImagePushes.DigestOf(System.Text.Encoding.UTF8.GetBytes($"{image.Key}|{finding.Vulnerability}|{finding.Package}|{finding.Version}|{finding.FilePath}"))["sha256:".Length..][..32];
}
