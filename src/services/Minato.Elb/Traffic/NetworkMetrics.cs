using Minato.Contracts.CloudWatch;
using Minato.Contracts.ElasticLoadBalancingV2;

namespace Minato.Elb.Traffic;

/// <summary>The metrics of AWS/NetworkELB for a minute: flows and bytes, in all and by protocol; targets, also by zone.</summary>
internal static class NetworkMetrics
{
    public static void Add(List<MetricDatum> metrics, BalancerTraffic traffic)
    {
        var balancer = TrafficMetrics.DimensionOf(traffic.Balancer);
        var sheet = new MetricSheet(metrics, balancer);
        AddFlows(sheet, "", [.. traffic.Listeners.Select(Connections), .. traffic.Listeners.Select(Datagrams)]);
        AddFlows(sheet, "_TCP", [.. traffic.Listeners.Where(l => l.Protocol is ProtocolEnum.Tcp or ProtocolEnum.TcpUdp).Select(Connections)]);
        AddFlows(sheet, "_TLS", [.. traffic.Listeners.Where(l => l.Protocol is ProtocolEnum.Tls).Select(Connections)]);
        AddFlows(sheet, "_UDP", [.. traffic.Listeners.Select(Datagrams)]);
        sheet.Count("ClientTLSNegotiationErrorCount", traffic.Listeners.Sum(l => l.Counts.TlsErrors));
        AddTargets(sheet, traffic.Targets);
        foreach (var (zone, targets) in traffic.Zones) AddTargets(new(metrics, TrafficMetrics.DimensionOf(zone), balancer), targets);
        foreach (var group in traffic.Groups.Where(g => g.IsChecked)) AddHosts(metrics, group, balancer);
    }

    private static void AddHosts(List<MetricDatum> metrics, GroupTraffic group, Dimension balancer)
    {
        var own = TrafficMetrics.DimensionOf(group.Group);
        ApplicationMetrics.AddHosts(new(metrics, own, balancer), group.Targets);
        foreach (var (zone, targets) in group.Zones.Where(z => z.Value.Registered > 0))
        {
            ApplicationMetrics.AddHosts(new(metrics, TrafficMetrics.DimensionOf(zone), own, balancer), targets);
        }
    }

    private static void AddTargets(MetricSheet sheet, TargetsTraffic targets)
    {
        sheet.Count("TargetTLSNegotiationErrorCount", targets.Servers.Sum(s => s.TlsErrors));
        sheet.Count("UnhealthyRoutingFlowCount", targets.FailedOpen);
    }

    private static Flows Connections(ListenerTraffic listener) =>
        new(listener.Counts.ActiveConnections, listener.Counts.Connections, listener.Counts.BytesIn + listener.Counts.BytesOut);

    private static Flows Datagrams(ListenerTraffic listener) =>
        listener.Counts.Datagrams is { } counts ? new(counts.ActiveFlows, counts.Flows, counts.BytesIn + counts.BytesOut) : default;

    /// <summary>AWS: in all, they are told also when there are none.</summary>
    private static void AddFlows(MetricSheet sheet, string suffix, IReadOnlyList<Flows> flows)
    {
        void Count(string name, long value, StandardUnit unit)
        {
            if (value > 0 || suffix.Length == 0) sheet.Put(name + suffix, value, unit);
        }
        Count("ActiveFlowCount", flows.Sum(f => f.Active), StandardUnit.Count);
        Count("NewFlowCount", flows.Sum(f => f.Begun), StandardUnit.Count);
        Count("ProcessedBytes", flows.Sum(f => f.Bytes), StandardUnit.Bytes);
    }

    private readonly record struct Flows(long Active, long Begun, long Bytes);
}
