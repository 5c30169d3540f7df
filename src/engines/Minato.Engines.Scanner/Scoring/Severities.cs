using Minato.Engines.Scanner.Advisories;
using Minato.Engines.Scanning;

namespace Minato.Engines.Scanner.Scoring;

/// <summary>How grave an advisory is: the distribution's word where it has one, otherwise CVSS.</summary>
internal static class Severities
{
    public static ScanSeverity Of(Advisory advisory, AffectedPackage affected) => Of(affected.SeverityWord, affected.Severity) is not ScanSeverity.Undefined and var own
        ? own : Of(advisory.SeverityWord, advisory.Severity);

    public static IEnumerable<ScanScore> Scores(Advisory advisory, AffectedPackage affected) =>
        (affected.Severity.Length > 0 ? affected.Severity : advisory.Severity).Select(s => Cvss.Score(s.Score)).OfType<ScanScore>();

    private static ScanSeverity Of(string? word, IReadOnlyList<AdvisoryScore> scores)
    {
        if (Word(word) is { } said) return said;
        // A distribution's word may stand among the scores: {"type": "Ubuntu", "score": "medium"}.
        foreach (var score in scores) if (Word(score.Score) is { } named) return named;
        var newest = scores.Select(s => Cvss.Score(s.Score)).OfType<ScanScore>().MaxBy(s => s.Version, StringComparer.Ordinal);
        return newest is null ? ScanSeverity.Undefined : Cvss.Severity(newest);
    }

    // Debian marks with asterisks what it decided by hand.
    private static ScanSeverity? Word(string? word) => word?.Trim().TrimEnd('*').ToLowerInvariant() switch
    {
        "critical" => ScanSeverity.Critical,
        "high" or "important" => ScanSeverity.High,
        "medium" or "moderate" => ScanSeverity.Medium,
        "low" => ScanSeverity.Low,
        "unimportant" or "negligible" or "informational" or "none" => ScanSeverity.Informational,
        _ => null,
    };
}
