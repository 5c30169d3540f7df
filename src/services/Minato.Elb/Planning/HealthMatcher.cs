using System.Globalization;
using Minato.Contracts.ElasticLoadBalancingV2;
using Minato.Engines.Proxy;

namespace Minato.Elb.Planning;

/// <summary>What one probe says of a target.</summary>
/// <param name="Code">The status that was not wanted.</param>
internal sealed record Verdict(bool IsWell, TargetHealthReasonEnum? Reason = null, int? Code = null)
{
    public static readonly Verdict Well = new(true);
}

internal static class HealthMatcher
{
    public static Verdict Judge(ProbeOutcome outcome, string matcher) => outcome switch
    {
        ProbeOutcome.Answered(var status) when Matches(matcher, status) => Verdict.Well,
        ProbeOutcome.Answered(var status) => new(false, TargetHealthReasonEnum.TargetResponseCodeMismatch, status), // Redirects are not followed.
        ProbeOutcome.Connected => Verdict.Well,
        ProbeOutcome.TimedOut => new(false, TargetHealthReasonEnum.TargetTimeout),
        _ => new(false, TargetHealthReasonEnum.TargetFailedHealthChecks),
    };

    /// <param name="matcher">A code, codes with commas between them, ranges, or a mixture.</param>
    public static bool Matches(string matcher, int status)
    {
        foreach (var range in Ranges(matcher))
        {
            if (range is { } r && status >= r.From && status <= r.To) return true;
        }
        return false;
    }

    /// <summary>Whether a matcher names codes between these, and nothing else.</summary>
    public static bool IsValid(string matcher, int least, int most) =>
        matcher.Length > 0 && Ranges(matcher).All(r => r is { } range && range.From >= least && range.To <= most && range.From <= range.To);

    private static IEnumerable<(int From, int To)?> Ranges(string matcher)
    {
        foreach (var part in matcher.Split(','))
        {
            var dash = part.IndexOf('-', StringComparison.Ordinal);
            var from = Code(dash < 0 ? part : part[..dash]);
            var to = dash < 0 ? from : Code(part[(dash + 1)..]);
            yield return from is { } a && to is { } b ? (a, b) : null;
        }
    }

    private static int? Code(string text) =>
        text.Length is > 0 and <= 3 && int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var code) ? code : null;
}
