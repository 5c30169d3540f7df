using System.Collections.Immutable;
using Minato.Contracts.CloudWatch;
using Minato.Migration.Journal;
using Minato.Migration.Planning;
using Minato.Migration.Plans;

namespace Minato.Migration.Running;

/// <summary>What CloudWatch knows of both sides, period by period.</summary>
internal sealed class Metrics(MigrationPlan plan, MigrationAws aws)
{
    private const string Namespace = "AWS/ApplicationELB";
    private const double MillisecondsInASecond = 1000;

    /// <summary>How far back is read again: metrics of a minute come in for some minutes after it.</summary>
    private const int PeriodsBack = 15;

    private static readonly (string Id, string Metric, string Statistic)[] s_asked =
    [
        ("requests", "RequestCount", "Sum"), ("answers", "HTTPCode_Target_5XX_Count", "Sum"),
        // A target that cannot be reached answers nothing: the load balancer's own 502 counts for no target group.
        ("unreachable", "TargetConnectionErrorCount", "Sum"),
        ("p50", "TargetResponseTime", "p50"), ("p95", "TargetResponseTime", "p95"), ("p99", "TargetResponseTime", "p99"),
    ];

    /// <returns>Full periods that have numbers of at least one side.</returns>
    public async Task<ImmutableArray<Sample>> ReadAsync(MigrationState state, DateTimeOffset now, CancellationToken ct)
    {
        if (!state.Facts.ContainsKey(Known.NewGroup)) return [];
        var (from, to) = Range(state, now);
        if (from >= to) return [];
        var answer = await aws.CloudWatch.GetMetricDataAsync(
            new() { StartTime = from, EndTime = to, MetricDataQueries = [.. Queries("old", state), .. Queries("new", state)] }, aws.Caller, ct);
        var values = (answer.MetricDataResults ?? []).ToDictionary(r => r.Id ?? "", r => (r.Timestamps ?? []).Zip(r.Values ?? []).ToDictionary(p => p.First, p => p.Second), StringComparer.Ordinal);
        return [.. values.Values.SelectMany(v => v.Keys).Distinct().Order().Select(at => new Sample(at, plan.Timing.Period, state.Weight, Side("old", at), Side("new", at), "metrics"))];

        SideSample Side(string side, DateTimeOffset at)
        {
            var errors = (long)((Value("answers") ?? 0) + (Value("unreachable") ?? 0));
            return new(Math.Max(errors, (long)(Value("requests") ?? 0)), errors, Value("p50") * MillisecondsInASecond, Value("p95") * MillisecondsInASecond, Value("p99") * MillisecondsInASecond);

            double? Value(string id) => values.TryGetValue(side + id, out var found) && found.TryGetValue(at, out var value) ? value : null;
        }
    }

    private (DateTimeOffset From, DateTimeOffset To) Range(MigrationState state, DateTimeOffset now)
    {
        var period = plan.Timing.Period.Ticks;
        var to = new DateTimeOffset(now.UtcTicks / period * period, TimeSpan.Zero);
        var back = to - plan.Timing.Period * PeriodsBack;
        var begin = new DateTimeOffset(state.BegunAt.UtcTicks / period * period, TimeSpan.Zero);
        return (back > begin ? back : begin, to);
    }

    private IEnumerable<MetricDataQuery> Queries(string side, MigrationState state)
    {
        var group = state.Facts[side is "old" ? Known.OldGroup : Known.NewGroup];
        ImmutableArray<Dimension> dimensions =
        [
            new() { Name = "LoadBalancer", Value = Balancer(state.Facts[Known.Listener]) }, new() { Name = "TargetGroup", Value = group[(group.LastIndexOf(':') + 1)..] },
        ];
        return s_asked.Select(a => new MetricDataQuery
        {
            Id = side + a.Id,
            MetricStat = new() { Metric = new() { Namespace = Namespace, MetricName = a.Metric, Dimensions = dimensions }, Period = (int)plan.Timing.Period.TotalSeconds, Stat = a.Statistic },
        });
    }

    // listener/app/NAME/ID/LISTENER → app/NAME/ID
    private static string Balancer(string listenerArn) => string.Join('/', listenerArn.Split('/')[1..4]);
}
