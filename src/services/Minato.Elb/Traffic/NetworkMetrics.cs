using Minato.Contracts.CloudWatch;
using Minato.Contracts.ElasticLoadBalancingV2;

namespace Minato.Elb.Traffic;

/// <summary>The metrics of AWS/NetworkELB for a minute: flows and bytes, in all and by protocol.</summary>
internal static class NetworkMetrics
{
    public static void Add(List<MetricDatum> metrics, BalancerTraffic traffic)
    {
        Dimension balancer = new() { Name = "LoadBalancer", Value = traffic.Balancer.Path };
        AddFlows(metrics, balancer, "", [.. traffic.Listeners.Select(Connections), .. traffic.Listeners.Select(Datagrams)]);
        AddFlows(metrics, balancer, "_TCP", [.. traffic.Listeners.Where(l => l.Protocol is ProtocolEnum.Tcp or ProtocolEnum.TcpUdp).Select(Connections)]);
        AddFlows(metrics, balancer, "_TLS", [.. traffic.Listeners.Where(l => l.Protocol is ProtocolEnum.Tls).Select(Connections)]);
        AddFlows(metrics, balancer, "_UDP", [.. traffic.Listeners.Select(Datagrams)]);
        foreach (var group in traffic.Groups)
        {
            var own = TrafficMetrics.DimensionOf(group);
            metrics.Add(new() { MetricName = "HealthyHostCount", Dimensions = [own, balancer], Value = group.Healthy, Unit = StandardUnit.Count });
            metrics.Add(new() { MetricName = "UnHealthyHostCount", Dimensions = [own, balancer], Value = group.Unhealthy, Unit = StandardUnit.Count });
        }
    }

    private static Flows Connections(ListenerTraffic listener) =>
        new(listener.Counts.ActiveConnections, listener.Counts.Connections, listener.Counts.BytesIn + listener.Counts.BytesOut);

    private static Flows Datagrams(ListenerTraffic listener) =>
        listener.Counts.Datagrams is { } counts ? new(counts.ActiveFlows, counts.Flows, counts.BytesIn + counts.BytesOut) : default;

    /// <summary>AWS: in all, they are told also when there are none.</summary>
    private static void AddFlows(List<MetricDatum> metrics, Dimension balancer, string suffix, IReadOnlyList<Flows> flows)
    {
        void Count(string name, long value, StandardUnit unit)
        {
            if (value > 0 || suffix.Length == 0) metrics.Add(new() { MetricName = name + suffix, Dimensions = [balancer], Value = value, Unit = unit });
        }
        Count("ActiveFlowCount", flows.Sum(f => f.Active), StandardUnit.Count);
        Count("NewFlowCount", flows.Sum(f => f.Begun), StandardUnit.Count);
        Count("ProcessedBytes", flows.Sum(f => f.Bytes), StandardUnit.Bytes);
    }

    private readonly record struct Flows(long Active, long Begun, long Bytes);
}
