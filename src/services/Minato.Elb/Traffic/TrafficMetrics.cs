using System.Collections.Immutable;
using System.Globalization;
using Minato.Contracts.CloudWatch;
using Minato.Elb.Planning;
using Minato.Elb.State;
using Minato.Engines.Proxy;

namespace Minato.Elb.Traffic;

/// <summary>The metrics of a load balancer for a minute. Most are there only when there is something to count, as on AWS.</summary>
internal static class TrafficMetrics
{
    private const int MostValues = 150; // Of a datum.

    public static ImmutableArray<MetricDatum> Plan(BalancerTraffic traffic, DateTimeOffset minute)
    {
        var metrics = new List<MetricDatum>();
        if (traffic.Balancer.IsNetwork) NetworkMetrics.Add(metrics, traffic);
        else if (traffic.Balancer.IsClassic) ClassicMetrics.Add(metrics, traffic);
        else AddApplication(metrics, traffic);
        return [.. metrics.Select(m => m with { Timestamp = minute })];
    }

    public static string NamespaceOf(BalancerState balancer) => balancer switch
    {
        { IsNetwork: true } => "AWS/NetworkELB",
        { IsClassic: true } => "AWS/ELB",
        _ => "AWS/ApplicationELB",
    };

    private static void AddApplication(List<MetricDatum> metrics, BalancerTraffic traffic)
    {
        Dimension balancer = new() { Name = "LoadBalancer", Value = traffic.Balancer.Path };
        AddBalancer(metrics, traffic, balancer);
        foreach (var group in traffic.Groups) AddGroup(metrics, group, balancer);
    }

    private static void AddBalancer(List<MetricDatum> metrics, BalancerTraffic traffic, Dimension balancer)
    {
        void Count(string name, long value, StandardUnit unit = StandardUnit.Count)
        {
            if (value > 0) metrics.Add(new() { MetricName = name, Dimensions = [balancer], Value = value, Unit = unit });
        }
        var listeners = traffic.Listeners.Select(l => l.Counts).ToList();
        var servers = traffic.Groups.SelectMany(g => g.Servers).ToList();
        Count("RequestCount", servers.Sum(s => s.Requests)); // AWS: only those for which a target was chosen.
        Count("ActiveConnectionCount", listeners.Sum(l => l.ActiveConnections) + servers.Sum(s => s.ActiveSessions));
        Count("NewConnectionCount", listeners.Sum(l => l.Connections) + servers.Sum(s => s.Connections));
        Count("ProcessedBytes", listeners.Sum(l => l.BytesIn + l.BytesOut), StandardUnit.Bytes);
        // What clients got and no target gave.
        Count("HTTPCode_ELB_3XX_Count", listeners.Sum(l => l.Responses3xx) - servers.Sum(s => s.Responses3xx));
        var tallies = traffic.Listeners.Select(l => l.Tally).OfType<ListenerTally>().ToList();
        Count("HTTP_Redirect_Count", tallies.Sum(t => t.Redirects));
        Count("HTTP_Fixed_Response_Count", tallies.Sum(t => t.FixedResponses));
        var errors = tallies.SelectMany(t => t.Errors).GroupBy(e => e.Key).ToDictionary(g => g.Key, g => g.Sum(e => e.Value));
        Count("HTTPCode_ELB_4XX_Count", errors.Where(e => e.Key / 100 == 4).Sum(e => e.Value));
        Count("HTTPCode_ELB_5XX_Count", errors.Where(e => e.Key / 100 == 5).Sum(e => e.Value));
        foreach (var status in (int[])[500, 502, 503, 504]) Count($"HTTPCode_ELB_{Text(status)}_Count", errors.GetValueOrDefault(status));
        AddAnswers(metrics, servers, [balancer]);
        AddTimes(metrics, traffic.Groups.SelectMany(g => g.Times?.Values() ?? []), servers.Sum(Answers), [balancer]);
    }

    private static void AddGroup(List<MetricDatum> metrics, GroupTraffic group, Dimension balancer)
    {
        var own = DimensionOf(group);
        ImmutableArray<Dimension> both = [own, balancer];
        void Add(string name, double value, ImmutableArray<Dimension> dimensions) =>
            metrics.Add(new() { MetricName = name, Dimensions = dimensions, Value = value, Unit = StandardUnit.Count });
        Add("HealthyHostCount", group.Healthy, both);
        Add("UnHealthyHostCount", group.Unhealthy, both);
        if (GroupAttributes.Mitigates(group.Group))
        {
            Add("AnomalousHostCount", group.Anomalous, both);
            Add("MitigatedHostCount", group.Mitigated, both);
        }
        var requests = group.Servers.Sum(s => s.Requests);
        if (requests > 0)
        {
            Add("RequestCount", requests, both);
            var perTarget = (double)requests / Math.Max(1, group.Healthy);
            Add("RequestCountPerTarget", perTarget, both);
            Add("RequestCountPerTarget", perTarget, [own]);
        }
        if (group.Servers.Sum(s => s.ConnectionErrors) is > 0 and var errors) Add("TargetConnectionErrorCount", errors, both);
        AddAnswers(metrics, group.Servers, both);
        AddTimes(metrics, group.Times?.Values() ?? [], group.Servers.Sum(Answers), both);
    }

    public static Dimension DimensionOf(GroupTraffic group) =>
        new() { Name = "TargetGroup", Value = group.Group.Arn[group.Group.Arn.LastIndexOf("targetgroup/", StringComparison.Ordinal)..] };

    /// <param name="name">Between whose answers they are, and that they are counted: <c>HTTPCode_Target_{0}XX_Count</c>.</param>
    public static void AddAnswers(
        List<MetricDatum> metrics, IReadOnlyList<ServerStatistics> servers, ImmutableArray<Dimension> dimensions, string name = "HTTPCode_Target_{0}XX_Count")
    {
        (int Class, long Count)[] answers =
        [
            (2, servers.Sum(s => s.Responses2xx)), (3, servers.Sum(s => s.Responses3xx)), (4, servers.Sum(s => s.Responses4xx)), (5, servers.Sum(s => s.Responses5xx)),
        ];
        foreach (var (kind, count) in answers)
        {
            if (count > 0) metrics.Add(new() { MetricName = string.Format(CultureInfo.InvariantCulture, name, kind), Dimensions = dimensions, Value = count, Unit = StandardUnit.Count });
        }
    }

    /// <summary>Of many requests only some tell their time: each of those stands for as many as makes the sum right.</summary>
    public static void AddTimes(
        List<MetricDatum> metrics, IEnumerable<(double Seconds, long Requests)> times, long answers, ImmutableArray<Dimension> dimensions, string name = "TargetResponseTime")
    {
        var values = times.GroupBy(t => t.Seconds).Select(g => (Seconds: g.Key, Requests: g.Sum(t => t.Requests))).OrderBy(t => t.Seconds).ToList();
        var told = values.Sum(v => v.Requests);
        var factor = told > 0 && answers > told ? (double)answers / told : 1;
        foreach (var part in values.Chunk(MostValues))
        {
            metrics.Add(new()
            {
                MetricName = name, Dimensions = dimensions, Unit = StandardUnit.Seconds,
                Values = [.. part.Select(v => v.Seconds)], Counts = [.. part.Select(v => v.Requests * factor)],
            });
        }
    }

    public static long Answers(ServerStatistics server) => server.Responses2xx + server.Responses3xx + server.Responses4xx + server.Responses5xx;

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
