using Minato.Contracts.CloudWatch;
using Minato.Contracts.ElasticLoadBalancingV2;

namespace Minato.Elb.Traffic;

/// <summary>The metrics of AWS/ELB, of a Classic Load Balancer, for a minute: in all, and what is about instances also by zone.</summary>
internal static class ClassicMetrics
{
    public static void Add(List<MetricDatum> metrics, BalancerTraffic traffic)
    {
        Dimension balancer = new() { Name = "LoadBalancerName", Value = traffic.Balancer.Name };
        var sheet = new MetricSheet(metrics, balancer);
        // AWS: of listeners without HTTP each connection counts as a request.
        var connections = traffic.Listeners.Where(l => l.Protocol is ProtocolEnum.Tcp or ProtocolEnum.Tls).Sum(l => l.Counts.Connections);
        sheet.Count("RequestCount", traffic.Groups.Where(g => !g.Group.IsNetwork).Sum(g => g.Targets.Requests) + connections);
        var errors = traffic.Listeners.Select(l => l.Tally).OfType<ListenerTally>().SelectMany(t => t.Errors).ToList();
        sheet.Count("HTTPCode_ELB_4XX", errors.Where(e => e.Key / 100 == 4).Sum(e => e.Value));
        sheet.Count("HTTPCode_ELB_5XX", errors.Where(e => e.Key / 100 == 5).Sum(e => e.Value));
        AddInstances(sheet, traffic.Targets, [.. traffic.Groups.Select(g => g.Targets)]);
        foreach (var (zone, targets) in traffic.Zones)
        {
            var ofZone = new MetricSheet(metrics, TrafficMetrics.DimensionOf(zone), balancer);
            ofZone.Count("RequestCount", targets.Requests);
            AddInstances(ofZone, targets, [.. traffic.Groups.Select(g => g.Zones.GetValueOrDefault(zone)).OfType<TargetsTraffic>()]);
        }
    }

    private static void AddInstances(MetricSheet sheet, TargetsTraffic targets, IReadOnlyList<TargetsTraffic> groups)
    {
        sheet.Count("BackendConnectionErrors", targets.Servers.Sum(s => s.ConnectionErrors));
        foreach (var (kind, count) in TrafficMetrics.AnswersByClass(targets.Servers)) sheet.Count($"HTTPCode_Backend_{kind}XX", count);
        sheet.Times("Latency", targets.Times, targets.Servers.Sum(TrafficMetrics.Answers));
        if (targets.Registered == 0) return; // AWS: reported if there are registered instances.
        // All listeners of it have the same instances: those of one port are counted.
        sheet.Put("HealthyHostCount", groups.Max(g => g.Healthy));
        sheet.Put("UnHealthyHostCount", groups.Max(g => g.Unhealthy));
    }
}
