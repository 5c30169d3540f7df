using Minato.Engines.Gates;
using Minato.Lint.Output;

namespace Minato.Gates;

/// <summary>A policy over facts. Pure.</summary>
internal static class GateDecision
{
    private const int Named = 3;

    public static GateVerdict Decide(GatePolicy policy, IReadOnlyList<GateFacts> images)
    {
        GateVerdict? waiting = null;
        foreach (var image in images)
        {
            var verdict = Decide(policy, image);
            // One refusal decides, whatever the others wait for.
            if (verdict.Outcome is GateOutcome.Refused) return verdict;
            if (verdict.Outcome is GateOutcome.Waiting) waiting ??= verdict;
        }

        return waiting ?? GateVerdict.Allowed;
    }

    public static GateVerdict Decide(GatePolicy policy, GateFacts image)
    {
        if (policy.Exempt.Any(e => Matches(e, image.Image))) return GateVerdict.Allowed;
        var subject = $"image {image.Image} of container {image.Container}";
        if (policy.RequireDigest && !image.IsPinned) return Refuse($"{subject} is not pinned by a digest");
        if (!policy.NeedsRegistry) return GateVerdict.Allowed;
        if (!image.IsInRegistry) return policy.AllowsOtherRegistries ? GateVerdict.Allowed : Refuse($"{subject} is not in ECR, where its findings and signatures could be read");
        if (image.Trouble is { } trouble) return Refuse($"{subject} could not be checked: {trouble}");
        if (image.Digest is null) return Refuse($"{subject} is not in its repository");
        return Signature(policy, image, subject) ?? Lint(policy, image, subject) ?? Scan(policy, image, subject) ?? GateVerdict.Allowed;
    }

    private static GateVerdict? Signature(GatePolicy policy, GateFacts image, string subject) => policy.Keys.IsEmpty || image.Signature is { IsValid: true } ? null
        : Refuse(image.Signature is { Count: > 0 } found ? $"{subject} has {found.Count} signatures, none of them by a key of the policy" : $"{subject} is not signed");

    private static GateVerdict? Lint(GatePolicy policy, GateFacts image, string subject)
    {
        if (policy.RefuseLint is not { } level || LintJson.Parse(level) is not { } threshold) return null;
        if (image.Lint is not { } findings) return Refuse($"{subject} has no configuration that could be checked");
        var bad = findings.Where(f => f.Rule.Level >= threshold && !policy.IgnoredLint.Contains(f.Rule.Code)).ToList();
        return bad.Count == 0 ? null : Refuse($"{subject} has {bad.Count} lint findings of {level} or worse: {Names(bad.Select(f => $"{f.Rule.Code} ({f.Rule.Title})").Distinct().ToList())}");
    }

    private static GateVerdict? Scan(GatePolicy policy, GateFacts image, string subject)
    {
        if (policy.RefuseFindings is not { } level) return null;
        if (image.Scan.State is ScanState.InProgress) return new(GateOutcome.Waiting, $"{subject} is being scanned");
        if (image.Scan.State is not ScanState.Complete) return Refuse($"{subject} has no scan: {image.Scan.Words ?? "it was never scanned"}");
        var bad = image.Scan.Findings.Where(f => Severities.Rank(f.Severity) >= Severities.Rank(level) && !policy.IgnoredFindings.Contains(f.Name)).OrderByDescending(f => Severities.Rank(f.Severity)).ToList();
        return bad.Count == 0 ? null : Refuse($"{subject} has {bad.Count} findings of {level} or worse: {Names([.. bad.Select(f => f.Name).Distinct()])}");
    }

    private static string Names(IReadOnlyList<string> names) => string.Join(", ", names.Take(Named)) + (names.Count > Named ? $" and {names.Count - Named} more" : "");

    private static GateVerdict Refuse(string reason) => new(GateOutcome.Refused, reason);

    internal static bool Matches(string pattern, string text)
    {
        var parts = pattern.Split('*');
        if (parts.Length == 1) return pattern == text;
        if (!text.StartsWith(parts[0], StringComparison.Ordinal) || text.Length < parts[0].Length + parts[^1].Length || !text.EndsWith(parts[^1], StringComparison.Ordinal)) return false;
        var (at, end) = (parts[0].Length, text.Length - parts[^1].Length);
        foreach (var part in parts[1..^1])
        {
            var found = text.IndexOf(part, at, end - at, StringComparison.Ordinal);
            if (found < 0) return false;
            at = found + part.Length;
        }

        return true;
    }
}
