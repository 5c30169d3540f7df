using System.Collections.Immutable;
using Minato.CloudWatch.Planning;
using Minato.CloudWatch.Reading;
using Minato.CloudWatch.State;
using Minato.Contracts.CloudWatch;
using Minato.Platform;

namespace Minato.CloudWatch.Reconcile;

/// <summary>Evaluates an alarm at every full minute, or at every full ten seconds when its period is shorter than a minute.</summary>
internal sealed class AlarmReconciler(Store store, MetricReader reader, AlarmBook book, TimeProvider clock) : IReconciler<AlarmKey>
{
    public async ValueTask<Next> ReconcileAsync(AlarmKey key, CancellationToken ct)
    {
        if (store.Current.Find(CloudWatchTables.Alarms, key) is not { } alarm) return Next.Done;
        var now = clock.GetUtcNow();
        var step = AlarmClock.Step(alarm.Period);
        // A state that was set, or an alarm that was made, stands until the next evaluation.
        var due = AlarmClock.After(alarm.StateAt > alarm.ConfiguredAt ? alarm.StateAt : alarm.ConfiguredAt, step);
        if (now < due) return Next.At(due);
        var rule = AlarmClock.RuleOf(alarm);
        var verdict = AlarmEvaluation.Evaluate(rule, await RangeAsync(alarm, rule, AlarmClock.Before(now, step), ct));
        if (verdict.State is { } state && state != alarm.State)
        {
            var data = AlarmReasons.Data(alarm, rule, verdict, now);
            await book.SetAsync(key, state, AlarmReasons.Text(alarm, rule, verdict, state), data, ct);
        }
        else
        {
            await book.RepeatAsync(alarm, ct);
        }

        return Next.At(AlarmClock.After(now, step));
    }

    private async ValueTask<ImmutableArray<EvaluatedPoint>> RangeAsync(AlarmState alarm, AlarmRule rule, DateTimeOffset end, CancellationToken ct)
    {
        var begin = end - rule.Range * alarm.Period;
        var periods = await reader.ReadAsync(alarm.Metric, begin, end, alarm.Period, alarm.Asked.Unit, ct);
        return [.. Enumerable.Range(0, rule.Range).Select(i => begin + i * alarm.Period).Select(at => periods.GetValueOrDefault(at) is { } found
            ? new EvaluatedPoint(at, found.Value(alarm.Statistic), found.SampleCount) : new EvaluatedPoint(at, null))];
    }
}

/// <summary>When alarms are evaluated, and by what.</summary>
internal static class AlarmClock
{
    private static readonly TimeSpan s_minute = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan s_tenSeconds = TimeSpan.FromSeconds(10);

    public static TimeSpan Step(TimeSpan period) => period < s_minute ? s_tenSeconds : s_minute;

    public static DateTimeOffset Before(DateTimeOffset at, TimeSpan step) => at - new TimeSpan(at.UtcTicks % step.Ticks);

    public static DateTimeOffset After(DateTimeOffset at, TimeSpan step) => Before(at, step) + step;

    public static AlarmRule RuleOf(AlarmState alarm) => new(
        alarm.Asked.ComparisonOperator ?? ComparisonOperator.GreaterThanThreshold, alarm.Asked.Threshold ?? 0, alarm.EvaluationPeriods,
        alarm.DatapointsToAlarm, alarm.Asked.TreatMissingData);
}
