using System.Collections.Immutable;
using Minato.Aws;
using Minato.Contracts.CloudWatch;
using Minato.Migration.Journal;
using Minato.Migration.Planning;
using Minato.Migration.Plans;

namespace Minato.Migration.Running;

/// <summary>Looks at both sides, and puts together what the gates are judged by.</summary>
internal sealed class Watch(MigrationPlan plan, MigrationAws aws, Sides sides, Probes? probes)
{
    private const int AlarmsAtOnce = 100;
    private readonly Metrics _metrics = new(plan, aws);
    private Observations _last = new();

    /// <summary>Reads what changed since. What cannot be read is unknown, which no gate takes for good.</summary>
    public async Task<ImmutableArray<Sample>> LookAsync(MigrationState state, DateTimeOffset now, CancellationToken ct)
    {
        if (state.Stage < 0 || !state.Facts.ContainsKey(Known.NewGroup)) return [];
        var alarms = await OrAsync(() => AlarmsAsync(ct), ImmutableSortedDictionary<string, string?>.Empty, ct);
        var healthy = await OrAsync<int?>(async () => await sides.HealthyNewAsync(state, ct), null, ct);
        _last = new() { Alarms = alarms, HealthyNew = healthy };
        // Users of one side are not compared with probes of the other: where metrics can tell of one side alone, probes tell of both.
        if (probes is not null && !Metrics.TellOfBoth(state)) return probes.Read(state.Weight, now);
        var measured = await OrAsync(() => _metrics.ReadAsync(state, now, ct), [], ct);
        var probed = probes?.Read(state.Weight, now) ?? [];
        return [.. measured, .. probed.Where(p => IsMissing(p, measured, state, now))];
    }

    public ImmutableArray<Judgement> Judge(MigrationState state)
    {
        if (state.Stage < 0) return [];
        var attempt = state.Samples.Values.Where(s => s.From >= state.BegunAt - plan.Timing.Period).ToList();
        return GateJudge.Judge(plan, plan.Stages[state.Stage], _last with
        {
            Window = [.. attempt.Where(s => s.From >= state.ReadyAt)], Before = [.. attempt.Where(s => s.From < state.ReadyAt)],
        });
    }

    private bool IsMissing(Sample probed, ImmutableArray<Sample> measured, MigrationState state, DateTimeOffset now) =>
        now - probed.From - probed.Period >= plan.Timing.MetricsDelay && measured.All(m => m.From != probed.From)
        && state.Samples.GetValueOrDefault(probed.From)?.Source is not "metrics";

    private async Task<ImmutableSortedDictionary<string, string?>> AlarmsAsync(CancellationToken ct)
    {
        if (plan.Gates.Alarms.IsEmpty) return ImmutableSortedDictionary<string, string?>.Empty;
        var found = await aws.CloudWatch.DescribeAlarmsAsync(
            new() { AlarmNames = plan.Gates.Alarms, AlarmTypes = [AlarmType.MetricAlarm, AlarmType.CompositeAlarm], MaxRecords = AlarmsAtOnce }, aws.Caller, ct);
        var states = (found.MetricAlarms ?? []).Select(a => (a.AlarmName, a.StateValue)).Concat((found.CompositeAlarms ?? []).Select(a => (a.AlarmName, a.StateValue)));
        return states.ToImmutableSortedDictionary(s => s.AlarmName ?? "", s => s.StateValue?.ToWire(), StringComparer.Ordinal);
    }

    private static async Task<T> OrAsync<T>(Func<Task<T>> read, T otherwise, CancellationToken ct)
    {
        try
        {
            return await read();
        }
        catch (Exception e) when (e is AwsException or HttpRequestException || (e is OperationCanceledException && !ct.IsCancellationRequested))
        {
            return otherwise;
        }
    }
}
