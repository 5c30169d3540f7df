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

    private static readonly Family s_application = new("AWS/ApplicationELB", "TargetResponseTime",
    [
        ("2xx", "HTTPCode_Target_2XX_Count"), ("3xx", "HTTPCode_Target_3XX_Count"), ("4xx", "HTTPCode_Target_4XX_Count"), ("5xx", "HTTPCode_Target_5XX_Count"), ("unreachable", "TargetConnectionErrorCount"),
    ], ["HTTPCode_ELB_502_Count", "HTTPCode_ELB_504_Count"]);

    private static readonly Family s_classic = new("AWS/ELB", "Latency", [("5xx", "HTTPCode_Backend_5XX"), ("unreachable", "BackendConnectionErrors")], ["HTTPCode_ELB_5XX"]);

    /// <param name="Answers">What targets answered, and that they could not be reached.</param>
    /// <param name="Instead">What the load balancer answered because no target did; it knows of no target group.</param>
    private sealed record Family(string Namespace, string Latency, ImmutableArray<(string Id, string Metric)> Answers, ImmutableArray<string> Instead);

    /// <summary>Is there a load balancer on both sides that could tell?</summary>
    public static bool TellOfBoth(MigrationState state) => BalancerOf("old", state).Length > 0 && BalancerOf("new", state).Length > 0;

    /// <returns>Full periods in which at least one side had requests.</returns>
    public async Task<ImmutableArray<Sample>> ReadAsync(MigrationState state, DateTimeOffset now, CancellationToken ct)
    {
        if (!state.Facts.ContainsKey(Known.NewGroup)) return [];
        var (from, to) = Range(state, now);
        if (from >= to) return [];
        ImmutableArray<MetricDataQuery> queries = [.. Queries("old", state), .. Queries("new", state)];
        if (queries.IsEmpty) return [];
        var answer = await aws.CloudWatch.GetMetricDataAsync(new() { StartTime = from, EndTime = to, MetricDataQueries = queries }, aws.Caller, ct);
        var values = (answer.MetricDataResults ?? []).ToDictionary(r => r.Id ?? "", r => (r.Timestamps ?? []).Zip(r.Values ?? []).ToDictionary(p => p.First, p => p.Second), StringComparer.Ordinal);
        // What a load balancer of both sides says of itself makes no period of one.
        var periods = values.Where(v => !v.Key.Contains("instead", StringComparison.Ordinal) || IsClassic(v.Key[..3], state)).SelectMany(v => v.Value.Keys).Distinct().Order();
        return [.. periods.Select(at => new Sample(at, plan.Timing.Period, state.Weight, Side("old", at), Side("new", at), "metrics")).Where(s => s.Old.Requests > 0 || s.New.Requests > 0)];

        SideSample Side(string side, DateTimeOffset at)
        {
            var errors = ErrorsOf(id => Value(id) ?? 0, IsClassic(side, state));
            return new(Math.Max(errors, (long)(Value("requests") ?? 0)), errors, Value("p50") * MillisecondsInASecond, Value("p95") * MillisecondsInASecond, Value("p99") * MillisecondsInASecond);

            double? Value(string id) => values.TryGetValue(side + id, out var found) && found.TryGetValue(at, out var value) ? value : null;
        }
    }

    /// <summary>
    /// Answers of targets that are 5xx, and requests that got none. AWS counts the 502 and 504 that a load balancer gives for a target that hangs or breaks
    /// off for no target group: they are a side's as far as its requests are more than its answers.
    /// </summary>
    /// <param name="value">Of a metric; 0 where there is none.</param>
    private static long ErrorsOf(Func<string, double> value, bool isClassic)
    {
        var instead = value("instead0") + value("instead1");
        var unanswered = isClassic ? instead : Math.Max(0, value("requests") - value("2xx") - value("3xx") - value("4xx") - value("5xx"));
        return (long)(value("5xx") + Math.Max(value("unreachable"), Math.Min(unanswered, instead)));
    }

    private static bool IsClassic(string side, MigrationState state) => BalancerOf(side, state).StartsWith(Known.Classic, StringComparison.Ordinal);

    private static string BalancerOf(string side, MigrationState state) => state.Facts.GetValueOrDefault(side is "old" ? Known.OldBalancer : Known.NewBalancer, "");

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
        if (BalancerOf(side, state) is not { Length: > 0 } balancer) return [];
        var (family, dimensions) = balancer.StartsWith(Known.Classic, StringComparison.Ordinal)
            ? (s_classic, ImmutableArray.Create(new Dimension { Name = "LoadBalancerName", Value = balancer[Known.Classic.Length..] }))
            : (s_application, [new() { Name = "LoadBalancer", Value = balancer }, new() { Name = "TargetGroup", Value = state.Facts[side is "old" ? Known.OldGroup : Known.NewGroup].Split(':')[^1] }]);
        (string Id, string Metric, string Statistic)[] asked =
        [
            ("requests", "RequestCount", "Sum"), .. family.Answers.Select(m => (m.Id, m.Metric, "Sum")), ("p50", family.Latency, "p50"), ("p95", family.Latency, "p95"), ("p99", family.Latency, "p99"),
        ];
        return asked.Select(a => Query(a.Id, a.Metric, a.Statistic, dimensions)).Concat(family.Instead.Select((metric, i) => Query(FormattableString.Invariant($"instead{i}"), metric, "Sum", [dimensions[0]])));

        MetricDataQuery Query(string id, string metric, string statistic, ImmutableArray<Dimension> of) => new()
        {
            Id = side + id, MetricStat = new() { Metric = new() { Namespace = family.Namespace, MetricName = metric, Dimensions = of }, Period = (int)plan.Timing.Period.TotalSeconds, Stat = statistic },
        };
    }
}
