using System.Collections.Immutable;
using Minato.ApplicationAutoScaling.Planning;
using Minato.ApplicationAutoScaling.State;
using Minato.Contracts.CloudWatch;

namespace Minato.ApplicationAutoScaling.Reconcile;

/// <summary>What the alarms of a target's policies say now.</summary>
internal sealed record AlarmsSeen(ImmutableArray<TrackingView> Tracking, ImmutableArray<StepView> Steps)
{
    public bool IsAnyInAlarm => Steps.Length > 0 || Tracking.Any(t => t.IsHigh || t.IsLow);
}

/// <summary>Reads alarms and the newest values of their metrics from CloudWatch.</summary>
internal sealed class AlarmReader(ICloudWatch cloudWatch, TimeProvider clock)
{
    public async ValueTask<AlarmsSeen> ReadAsync(TargetKey target, IReadOnlyList<PolicyState> policies, CancellationToken ct)
    {
        var tracking = ImmutableArray.CreateBuilder<TrackingView>();
        var steps = ImmutableArray.CreateBuilder<StepView>();
        foreach (var policy in policies)
        {
            if (policy.Tracking is { } rules) tracking.Add(await ReadAsync(target, policy, rules, ct));
            if (policy.Step is { } step) steps.AddRange(await ReadAsync(target, policy, step, ct));
        }

        return new(tracking.ToImmutable(), steps.ToImmutable());
    }

    private async ValueTask<TrackingView> ReadAsync(TargetKey target, PolicyState policy, TrackingRules rules, CancellationToken ct)
    {
        var answer = await cloudWatch.DescribeAlarmsAsync(new() { AlarmNames = [.. policy.Alarms] }, target.Home.Caller, ct);
        var isHigh = IsInAlarm(answer, policy.HighAlarm);
        var isLow = IsInAlarm(answer, policy.LowAlarm);
        var metric = ManagedAlarms.MetricOf(target, rules);
        var value = !isHigh && !isLow ? null
            : await NewestAsync(target, metric.Namespace, metric.Name, metric.Dimensions, metric.Statistic, metric.Unit, ManagedAlarms.Period, ct);
        return new(policy.Key.Name, rules.Target, value, isHigh, isLow, policy.HighAlarm ?? "", policy.LowAlarm ?? "", rules.IsInDisabled == true,
            rules.OutCooldown ?? TrackingRules.DefaultCooldown, rules.InCooldown ?? TrackingRules.DefaultCooldown);
    }

    /// <summary>The user's own alarms that name the policy as an action, while they are in ALARM.</summary>
    private async ValueTask<ImmutableArray<StepView>> ReadAsync(TargetKey target, PolicyState policy, StepRules rules, CancellationToken ct)
    {
        var answer = await cloudWatch.DescribeAlarmsAsync(new() { ActionPrefix = policy.Arn, StateValue = StateValue.Alarm }, target.Home.Caller, ct);
        var found = ImmutableArray.CreateBuilder<StepView>();
        foreach (var alarm in answer.MetricAlarms ?? [])
        {
            if (alarm is not { AlarmName: { } name, Namespace: { } space, MetricName: { } metric, ActionsEnabled: not false } || !(alarm.AlarmActions ?? []).Contains(policy.Arn)) continue;
            var statistic = rules.Aggregation is { } how ? StatisticExtensions.Parse(how.ToString()) ?? Statistic.Average : alarm.Statistic ?? Statistic.Average;
            var value = await NewestAsync(target, space, metric, alarm.Dimensions ?? [], statistic, alarm.Unit, alarm.Period ?? ManagedAlarms.Period, ct);
            if (value is { } known) found.Add(new(policy.Key.Name, name, rules, alarm.Threshold ?? 0, known));
        }

        return found.ToImmutable();
    }

    private static bool IsInAlarm(DescribeAlarmsResponse answer, string? name) =>
        name is not null && (answer.MetricAlarms ?? []).Any(a => a.AlarmName == name && a is { StateValue: StateValue.Alarm, ActionsEnabled: not false });

    // The newest complete period that has data; missing data is never low usage.
    private async ValueTask<double?> NewestAsync(
        TargetKey target, string space, string name, ImmutableArray<Dimension> dimensions, Statistic statistic, StandardUnit? unit, int period, CancellationToken ct)
    {
        const int periods = 5;
        var now = clock.GetUtcNow();
        var length = TimeSpan.FromSeconds(period);
        var end = now - new TimeSpan(now.UtcTicks % length.Ticks);
        var answer = await cloudWatch.GetMetricStatisticsAsync(
            new() { Namespace = space, MetricName = name, Dimensions = dimensions, Statistics = [statistic], Unit = unit, Period = period, StartTime = end - (length * periods), EndTime = end },
            target.Home.Caller, ct);
        return (answer.Datapoints ?? []).OrderByDescending(p => p.Timestamp).Select(p => ValueOf(p, statistic)).FirstOrDefault();
    }

    private static double? ValueOf(Datapoint point, Statistic statistic) => statistic switch
    {
        Statistic.Sum => point.Sum,
        Statistic.Maximum => point.Maximum,
        Statistic.Minimum => point.Minimum,
        Statistic.SampleCount => point.SampleCount,
        _ => point.Average,
    };
}
