using System.Collections.Immutable;
using Minato.Contracts.CloudWatch;
using Minato.Migration.Journal;
using Minato.Migration.Planning;
using Minato.Migration.Plans;

namespace Minato.Migration.Running;

/// <summary>What CloudWatch knows of both sides, period by period.</summary>
internal sealed class Metrics(MigrationPlan plan, MigrationAws aws)
{
    private const double MillisecondsInASecond = 1000;

    /// <summary>How far back is read again: metrics of a minute come in for some minutes after it.</summary>
    private const int PeriodsBack = 15;

    // A target that cannot be reached answers nothing: the load balancer's own 502 counts for no target group.
    private static readonly Family s_application = new("AWS/ApplicationELB", "HTTPCode_Target_5XX_Count", "TargetConnectionErrorCount", "TargetResponseTime");
    private static readonly Family s_classic = new("AWS/ELB", "HTTPCode_Backend_5XX", "BackendConnectionErrors", "Latency");

    private sealed record Family(string Namespace, string Answers, string Unreachable, string Latency);

    /// <summary>Is there a load balancer on both sides that could tell?</summary>
    public static bool TellOfBoth(MigrationState state) =>
        state.Facts.GetValueOrDefault(Known.OldBalancer) is { Length: > 0 } && state.Facts.GetValueOrDefault(Known.NewBalancer) is { Length: > 0 };

    /// <returns>Full periods that have numbers of at least one side.</returns>
    public async Task<ImmutableArray<Sample>> ReadAsync(MigrationState state, DateTimeOffset now, CancellationToken ct)
    {
        if (!state.Facts.ContainsKey(Known.NewGroup)) return [];
        var (from, to) = Range(state, now);
        if (from >= to) return [];
        ImmutableArray<MetricDataQuery> queries = [.. Queries("old", state), .. Queries("new", state)];
        if (queries.IsEmpty) return [];
        var answer = await aws.CloudWatch.GetMetricDataAsync(new() { StartTime = from, EndTime = to, MetricDataQueries = queries }, aws.Caller, ct);
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

    /// <summary>None for a side without a load balancer.</summary>
    private IEnumerable<MetricDataQuery> Queries(string side, MigrationState state)
    {
        var (balancerFact, groupFact) = side is "old" ? (Known.OldBalancer, Known.OldGroup) : (Known.NewBalancer, Known.NewGroup);
        if (state.Facts.GetValueOrDefault(balancerFact) is not { Length: > 0 } balancer) return [];
        var (family, dimensions) = balancer.StartsWith(Known.Classic, StringComparison.Ordinal)
            ? (s_classic, ImmutableArray.Create(new Dimension { Name = "LoadBalancerName", Value = balancer[Known.Classic.Length..] }))
            : (s_application, [new() { Name = "LoadBalancer", Value = balancer }, new() { Name = "TargetGroup", Value = state.Facts[groupFact].Split(':')[^1] }]);
        (string Id, string Metric, string Statistic)[] asked =
        [
            ("requests", "RequestCount", "Sum"), ("answers", family.Answers, "Sum"), ("unreachable", family.Unreachable, "Sum"),
            ("p50", family.Latency, "p50"), ("p95", family.Latency, "p95"), ("p99", family.Latency, "p99"),
        ];
        return asked.Select(a => new MetricDataQuery
        {
            Id = side + a.Id,
            MetricStat = new() { Metric = new() { Namespace = family.Namespace, MetricName = a.Metric, Dimensions = dimensions }, Period = (int)plan.Timing.Period.TotalSeconds, Stat = a.Statistic },
        });
    }
}
