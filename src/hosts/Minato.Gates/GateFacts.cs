using System.Collections.Immutable;
using Minato.Lint;

namespace Minato.Gates;

/// <summary>What was found out about one image for a policy.</summary>
internal sealed record GateFacts
{
    public required string Container { get; init; }
    public required string Image { get; init; }
    public bool IsPinned { get; init; }

    /// <summary>Whether the registry that was asked is one whose findings and signatures can be read.</summary>
    public bool IsInRegistry { get; init; }

    /// <summary>Null when the registry has no such image.</summary>
    public string? Digest { get; init; }
    public ScanFact Scan { get; init; } = new(ScanState.NotAsked);

    /// <summary>Null when it was not asked for, or the configuration could not be read.</summary>
    public ImmutableArray<LintFinding>? Lint { get; init; }

    /// <summary>Null when it was not asked for.</summary>
    public SignatureFact? Signature { get; init; }

    /// <summary>What could not be found out, and why.</summary>
    public string? Trouble { get; init; }
}

internal enum ScanState { NotAsked, Complete, InProgress, Failed, Missing }

/// <param name="Words">Of a scan that failed.</param>
internal sealed record ScanFact(ScanState State, string? Words = null)
{
    public ImmutableArray<ScannedFinding> Findings { get; init; } = [];
}

internal sealed record ScannedFinding(string Name, string Severity);

/// <param name="Count">Signatures that were found, whoever made them.</param>
internal sealed record SignatureFact(bool IsValid, int Count);
