using Minato.Contracts.CloudWatch;
using Minato.Contracts.ElasticLoadBalancingV2;

namespace Minato.Elb.Traffic;

/// <summary>The metrics of AWS/NetworkELB for a minute: flows and bytes, in all and by protocol. Datagrams are not among what the proxy counts.</summary>
internal static class NetworkMetrics
{
    private static readonly (ProtocolEnum Protocol, string Suffix)[] s_protocols = [(ProtocolEnum.Tcp, "_TCP"), (ProtocolEnum.Tls, "_TLS")];

    public static void Add(List<MetricDatum> metrics, BalancerTraffic traffic)
    {
        Dimension balancer = new() { Name = "LoadBalancer", Value = traffic.Balancer.Path };
        AddFlows(metrics, traffic.Listeners, balancer, "");
        foreach (var (protocol, suffix) in s_protocols)
            if (traffic.Listeners.Where(l => l.Protocol == protocol).ToList() is { Count: > 0 } some) AddFlows(metrics, some, balancer, suffix);
        foreach (var group in traffic.Groups)
        {
            var own = TrafficMetrics.DimensionOf(group);
            metrics.Add(new() { MetricName = "HealthyHostCount", Dimensions = [own, balancer], Value = group.Healthy, Unit = StandardUnit.Count });
            metrics.Add(new() { MetricName = "UnHealthyHostCount", Dimensions = [own, balancer], Value = group.Unhealthy, Unit = StandardUnit.Count });
        }
    }

    /// <summary>AWS: in all, they are told also when there are none.</summary>
    private static void AddFlows(List<MetricDatum> metrics, IReadOnlyList<ListenerTraffic> listeners, Dimension balancer, string suffix)
    {
        void Count(string name, long value, StandardUnit unit)
        {
            if (value > 0 || suffix.Length == 0) metrics.Add(new() { MetricName = name + suffix, Dimensions = [balancer], Value = value, Unit = unit });
        }
        Count("ActiveFlowCount", listeners.Sum(l => l.Counts.ActiveConnections), StandardUnit.Count);
        Count("NewFlowCount", listeners.Sum(l => l.Counts.Connections), StandardUnit.Count);
        Count("ProcessedBytes", listeners.Sum(l => l.Counts.BytesIn + l.Counts.BytesOut), StandardUnit.Bytes);
    }
}
