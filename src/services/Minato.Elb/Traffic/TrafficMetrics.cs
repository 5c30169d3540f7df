using System.Collections.Immutable;
using Minato.Contracts.CloudWatch;
using Minato.Elb.State;
using Minato.Engines.Proxy;

namespace Minato.Elb.Traffic;

/// <summary>The metrics of a load balancer for a minute. Most are there only when there is something to count, as on AWS.</summary>
internal static class TrafficMetrics
{
    public static ImmutableArray<MetricDatum> Plan(BalancerTraffic traffic, DateTimeOffset minute)
    {
        var metrics = new List<MetricDatum>();
        if (traffic.Balancer.IsNetwork) NetworkMetrics.Add(metrics, traffic);
        else if (traffic.Balancer.IsClassic) ClassicMetrics.Add(metrics, traffic);
        else ApplicationMetrics.Add(metrics, traffic);
        return [.. metrics.Select(m => m with { Timestamp = minute })];
    }

    public static string NamespaceOf(BalancerState balancer) => balancer switch
    {
        { IsNetwork: true } => "AWS/NetworkELB",
        { IsClassic: true } => "AWS/ELB",
        _ => "AWS/ApplicationELB",
    };

    public static Dimension DimensionOf(BalancerState balancer) => new() { Name = "LoadBalancer", Value = balancer.Path };

    public static Dimension DimensionOf(TargetGroupState group) =>
        new() { Name = "TargetGroup", Value = group.Arn[group.Arn.LastIndexOf("targetgroup/", StringComparison.Ordinal)..] };

    public static Dimension DimensionOf(string zone) => new() { Name = "AvailabilityZone", Value = zone };

    public static long Answers(ServerStatistics server) => server.Responses2xx + server.Responses3xx + server.Responses4xx + server.Responses5xx;

    /// <summary>How many answers there were of each class of status.</summary>
    public static IEnumerable<(int Class, long Count)> AnswersByClass(IReadOnlyList<ServerStatistics> servers) =>
    [
        (2, servers.Sum(s => s.Responses2xx)), (3, servers.Sum(s => s.Responses3xx)), (4, servers.Sum(s => s.Responses4xx)), (5, servers.Sum(s => s.Responses5xx)),
    ];
}
