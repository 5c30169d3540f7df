using System.Collections.Immutable;
using Minato.Contracts.CloudWatch;

namespace Minato.CloudWatch.Planning;

/// <param name="Value">Null when nothing came in that period.</param>
internal sealed record EvaluatedPoint(DateTimeOffset At, double? Value, double SampleCount = 0);

/// <summary>What an alarm compares its points with.</summary>
internal sealed record AlarmRule(
    ComparisonOperator Operator, double Threshold, int EvaluationPeriods, int DatapointsToAlarm, string? TreatMissingData = null)
{
    /// <summary>AWS looks at more points than it evaluates, so that a late one does not count as missing at once.</summary>
    public const int MorePeriods = 2;

    public int Range => EvaluationPeriods + MorePeriods;

    public bool IsBreaching(double value) => Operator switch
    {
        ComparisonOperator.GreaterThanOrEqualToThreshold => value >= Threshold,
        ComparisonOperator.GreaterThanThreshold => value > Threshold,
        ComparisonOperator.LessThanThreshold => value < Threshold,
        _ => value <= Threshold,
    };
}

/// <param name="State">Null to keep the state.</param>
/// <param name="Points">The real points that decided, newest first.</param>
internal sealed record AlarmVerdict(StateValue? State, ImmutableArray<EvaluatedPoint> Points, int Missing)
{
    public static AlarmVerdict Keep { get; } = new(null, [], 0);
}

/// <summary>The state of an alarm by its newest points. Pure.</summary>
internal static class AlarmEvaluation
{
    /// <param name="rule">The alarm's.</param>
    /// <param name="range">One for each period of the evaluation range, oldest first.</param>
    public static AlarmVerdict Evaluate(AlarmRule rule, ImmutableArray<EvaluatedPoint> range)
    {
        ImmutableArray<EvaluatedPoint> newest = [.. range.Reverse().Where(p => p.Value is not null).Take(rule.EvaluationPeriods)];
        var missing = rule.EvaluationPeriods - newest.Length;
        var breaching = newest.Count(p => rule.IsBreaching(p.Value ?? 0));
        StateValue? state = (missing, rule.TreatMissingData) switch
        {
            (0, _) => Decided(breaching >= rule.DatapointsToAlarm),
            (_, "breaching") => Decided(breaching + missing >= rule.DatapointsToAlarm),
            (_, "notBreaching") => Decided(breaching >= rule.DatapointsToAlarm),
            _ when breaching >= rule.DatapointsToAlarm => StateValue.Alarm,
            _ when breaching < newest.Length => StateValue.Ok,
            (_, "ignore") => null,
            _ when newest.IsEmpty => StateValue.InsufficientData,
            _ => IsLongEnough(rule, range) ? StateValue.Alarm : null,
        };
        return new(state, newest, missing);
    }

    /// <summary>
    /// AWS: with breaching and missing points alone, an alarm goes off once the oldest breaching one is as many periods old as it takes:
    /// before that, points in between may still come.
    /// </summary>
    private static bool IsLongEnough(AlarmRule rule, ImmutableArray<EvaluatedPoint> range)
    {
        for (var i = 0; i < range.Length; i++)
            if (range[i].Value is { } value && rule.IsBreaching(value)) return range.Length - i >= rule.DatapointsToAlarm;
        return false;
    }

    private static StateValue Decided(bool isBreaching) => isBreaching ? StateValue.Alarm : StateValue.Ok;
}
