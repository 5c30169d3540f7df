using System.Collections.Immutable;

namespace Minato.Engines.Scanning;

/// <summary>How a scan ended.</summary>
public abstract record ScanOutcome
{
    private ScanOutcome() { }

    /// <summary>Every package that could be read was looked up.</summary>
    public sealed record Completed : ScanOutcome
    {
        public ImmutableArray<ScanFinding> Findings { get; init; } = [];

        /// <summary>Secrets found in layers and in the image's environment; never the secret itself.</summary>
        public ImmutableArray<ScanSecret> Secrets { get; init; } = [];

        /// <summary>When the newest entry of the vulnerability data was changed.</summary>
        public DateTimeOffset? SourceUpdatedAt { get; init; }

        /// <summary>The distribution, such as <c>debian:12</c>; null when the image has none.</summary>
        public string? OperatingSystem { get; init; }

        /// <summary>Packages that were looked up.</summary>
        public int Packages { get; init; }
    }

    /// <summary>Nothing in the image can be scanned: no image at all, an unknown distribution, a format nobody reads.</summary>
    /// <param name="Reason">A sentence for the person who pushed it, such as <c>The operating system 'plan9' is not supported.</c></param>
    public sealed record Unsupported(string Reason) : ScanOutcome;

    /// <summary>It should have worked, and did not: broken content, a limit, no vulnerability data.</summary>
    /// <param name="Reason">A sentence for the person who pushed it.</param>
    public sealed record Failed(string Reason) : ScanOutcome;
}

/// <summary>A vulnerability in a package of the image.</summary>
public sealed record ScanFinding
{
    /// <summary>The name people know it by: the CVE where there is one, else the advisory's id.</summary>
    public required string Vulnerability { get; init; }
    public required ScanSeverity Severity { get; init; }
    public required string Package { get; init; }
    public required string Version { get; init; }

    /// <summary>The first version without it; null: there is no fix yet.</summary>
    public string? FixedVersion { get; init; }

    /// <summary>Where the package comes from: <c>dpkg</c>, <c>apk</c>, <c>rpm</c>, <c>npm</c>, <c>nuget</c>, <c>pypi</c>, <c>go</c>.</summary>
    public required string PackageManager { get; init; }

    /// <summary>The file in the image that names the package; null for a distribution's packages.</summary>
    public string? FilePath { get; init; }

    /// <summary>The layer that brought the package.</summary>
    public string? LayerDigest { get; init; }
    public string? Architecture { get; init; }
    public string? Title { get; init; }
    public string? Description { get; init; }

    /// <summary>A page about it.</summary>
    public string? Uri { get; init; }
    public ImmutableArray<string> References { get; init; } = [];

    /// <summary>Other names: aliases and related advisories.</summary>
    public ImmutableArray<string> Aliases { get; init; } = [];
    public ImmutableArray<ScanScore> Scores { get; init; } = [];

    /// <summary>Who says so: the database's ecosystem or vendor, such as <c>DEBIAN</c> or <c>GHSA</c>.</summary>
    public string? Source { get; init; }
    public DateTimeOffset? PublishedAt { get; init; }
    public DateTimeOffset? ModifiedAt { get; init; }
}

/// <param name="Version">Of CVSS: <c>2.0</c>, <c>3.0</c>, <c>3.1</c> or <c>4.0</c>.</param>
/// <param name="Vector">As published, such as <c>CVSS:3.1/AV:N/AC:L/…</c>.</param>
/// <param name="Score">The base score, from 0 to 10.</param>
public sealed record ScanScore(string Version, string Vector, double Score);

/// <summary>From harmless to grave.</summary>
public enum ScanSeverity
{
    Undefined,
    Informational,
    Low,
    Medium,
    High,
    Critical,
}

/// <summary>Something that looks like a credential.</summary>
/// <param name="Kind">Of credential, such as <c>aws-access-key-id</c> or <c>private-key</c>.</param>
/// <param name="Place">The file's path, or <c>env NAME</c> of the image's configuration.</param>
/// <param name="LayerDigest">The layer of the file; null for the configuration.</param>
public sealed record ScanSecret(string Kind, string Place, string? LayerDigest, ScanSeverity Severity);
