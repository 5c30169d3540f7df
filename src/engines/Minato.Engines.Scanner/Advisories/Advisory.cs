using System.Collections.Immutable;
using Minato.Engines.Scanning;

namespace Minato.Engines.Scanner.Advisories;

/// <summary>An entry of an OSV database, as far as scans need it.</summary>
internal sealed record Advisory
{
    public required string Id { get; init; }
    public DateTimeOffset? Modified { get; init; }
    public DateTimeOffset? Published { get; init; }
    public string? Summary { get; init; }
    public string? Details { get; init; }
    public ImmutableArray<string> Aliases { get; init; } = [];

    /// <summary>What a distribution's advisory is about: each one a vulnerability of its own.</summary>
    public ImmutableArray<string> Upstream { get; init; } = [];
    public ImmutableArray<string> References { get; init; } = [];

    /// <summary>Type and score as published: <c>CVSS_V3</c> and a vector, or <c>Ubuntu</c> and a word.</summary>
    public ImmutableArray<AdvisoryScore> Severity { get; init; } = [];

    /// <summary>The word of the database for it, such as <c>MODERATE</c>.</summary>
    public string? SeverityWord { get; init; }
    public ImmutableArray<AffectedPackage> Affected { get; init; } = [];
}

internal sealed record AdvisoryScore(string Type, string Score);

/// <summary>A package that an advisory speaks of, and which of its versions.</summary>
internal sealed record AffectedPackage
{
    public required string Ecosystem { get; init; }
    public required string Name { get; init; }
    public ImmutableArray<string> Versions { get; init; } = [];
    public ImmutableArray<AffectedRange> Ranges { get; init; } = [];
    public ImmutableArray<AdvisoryScore> Severity { get; init; } = [];
    public string? SeverityWord { get; init; }
}

internal sealed record AffectedRange(string Type, ImmutableArray<RangeEvent> Events);

internal enum RangeEventKind { Introduced, Fixed, LastAffected, Limit }

internal sealed record RangeEvent(RangeEventKind Kind, string Version);
