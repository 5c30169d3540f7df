using Minato.Contracts.CloudWatch;
using Minato.Contracts.ElasticLoadBalancingV2;
using Minato.Elb.State;
using Minato.Elb.Traffic;
using Minato.Engines.Proxy;

namespace Minato.Elb.Tests;

/// <summary>A minute of a load balancer in two zones, and how its metrics are read.</summary>
internal static class GivenTraffic
{
    public const string ZoneA = "us-east-1a";
    public const string ZoneB = "us-east-1b";
    public static readonly DateTimeOffset Noon = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    public static TargetGroupState Group => new()
    {
        Arn = "arn:aws:elasticloadbalancing:us-east-1:1:targetgroup/g/1", Home = new("1", "us-east-1"), Name = "g", TargetType = TargetTypeEnum.Ip, Port = 80, VpcId = "vpc", HealthCheck = new(),
    };

    public static BalancerState Balancer(string path) => new()
    {
        Arn = $"arn:aws:elasticloadbalancing:us-east-1:1:loadbalancer/{path}", Home = new("1", "us-east-1"), Name = "web", DnsName = "x", Scheme = LoadBalancerSchemeEnum.Internal, VpcId = "vpc",
        Zones = [new(ZoneA, "subnet-1"), new(ZoneB, "subnet-2")], SecurityGroups = [], CreatedAt = Noon, Address = "127.1.1.1",
    };

    public static TargetsTraffic Targets(int healthy, int unhealthy, params ServerStatistics[] servers) =>
        new(servers) { Registered = healthy + unhealthy, Healthy = healthy, Unhealthy = unhealthy };

    /// <summary>A row of a target that answered so many requests well.</summary>
    public static ServerStatistics Row(string server, long requests) => new("g-1", server, requests, 0, requests, 0, 0, 0, 0);

    /// <summary>Of a load balancer whose listener got so many requests.</summary>
    public static Dictionary<string, double?> Told(string path, long requests, params GroupTraffic[] groups) =>
        Told(TrafficMetrics.Plan(new(Balancer(path) with { Type = path.StartsWith("net/", StringComparison.Ordinal) ? LoadBalancerTypeEnum.Network : LoadBalancerTypeEnum.Application },
            [new(new("l", requests, 1, 1, 0, 0, 0, 0), null)], groups), Noon));

    /// <summary>Values by name and names of dimensions; that of a zone with its value.</summary>
    public static Dictionary<string, double?> Told(IEnumerable<MetricDatum> metrics) => metrics.Where(m => m.Value is not null).ToDictionary(
        m => $"{m.MetricName} {string.Join('+', m.Dimensions.GetValueOrDefault().Select(d => d.Name is "AvailabilityZone" ? d.Value : d.Name))}", m => m.Value);

    /// <summary>An hour of a metric of AWS/ApplicationELB; dimensions are given by ARN.</summary>
    public static async Task<Datapoint> ReadAsync(ElbWorld w, string metric, string statistic, params (string Name, string Arn)[] dimensions)
    {
        var now = w.World.Time.GetUtcNow();
        var isPercentile = statistic.StartsWith('p');
        return (await w.World.Client<ICloudWatch>().GetMetricStatisticsAsync(new()
        {
            Namespace = "AWS/ApplicationELB", MetricName = metric, StartTime = now.AddHours(-1), EndTime = now, Period = 3600,
            Statistics = isPercentile ? null : [Enum.Parse<Statistic>(statistic)], ExtendedStatistics = isPercentile ? [statistic] : null,
            Dimensions = [.. dimensions.Select(d => new Dimension { Name = d.Name, Value = ValueOf(d.Arn) })],
        }, w.Caller, CancellationToken.None)).Datapoints?.FirstOrDefault() ?? new();
    }

    private static string ValueOf(string arn) => arn.IndexOf("targetgroup/", StringComparison.Ordinal) is >= 0 and var group ? arn[group..]
        : arn.IndexOf("app/", StringComparison.Ordinal) is >= 0 and var balancer ? arn[balancer..] : arn;
}
