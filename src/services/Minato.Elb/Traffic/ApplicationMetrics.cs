using Minato.Contracts.CloudWatch;
using Minato.Elb.Planning;

namespace Minato.Elb.Traffic;

/// <summary>The metrics of AWS/ApplicationELB for a minute: what clients got of the load balancer, and what targets got, in all, by group and by zone.</summary>
internal static class ApplicationMetrics
{
    public static void Add(List<MetricDatum> metrics, BalancerTraffic traffic)
    {
        var balancer = TrafficMetrics.DimensionOf(traffic.Balancer);
        var sheet = new MetricSheet(metrics, balancer);
        AddClients(sheet, traffic);
        AddFunctions(metrics, sheet, traffic, balancer);
        AddRequests(sheet, traffic.Targets, traffic.IsFlowing);
        foreach (var (zone, targets) in traffic.Zones) AddRequests(new(metrics, TrafficMetrics.DimensionOf(zone), balancer), targets, traffic.IsFlowing);
        sheet.Count("GrpcRequestCount", traffic.Groups.Where(IsGrpc).Sum(g => g.Targets.Requests));
        foreach (var group in traffic.Groups) AddGroup(metrics, traffic, group, balancer);
    }

    /// <summary>What the load balancer does itself. All zones have one address, so nobody knows of which zone it would have been.</summary>
    private static void AddClients(MetricSheet sheet, BalancerTraffic traffic)
    {
        var listeners = traffic.Listeners.Select(l => l.Counts).ToList();
        var servers = traffic.Targets.Servers;
        sheet.Count("ActiveConnectionCount", listeners.Sum(l => l.ActiveConnections) + servers.Sum(s => s.ActiveSessions));
        sheet.Count("NewConnectionCount", listeners.Sum(l => l.Connections) + servers.Sum(s => s.Connections));
        sheet.Count("ProcessedBytes", listeners.Sum(l => l.BytesIn + l.BytesOut), StandardUnit.Bytes);
        sheet.Count("ClientTLSNegotiationErrorCount", listeners.Sum(l => l.TlsErrors));
        // What clients got and no target gave.
        sheet.Count("HTTPCode_ELB_3XX_Count", listeners.Sum(l => l.Responses3xx) - servers.Sum(s => s.Responses3xx));
        var tallies = traffic.Listeners.Select(l => l.Tally).OfType<ListenerTally>().ToList();
        sheet.Count("HTTP_Redirect_Count", tallies.Sum(t => t.Redirects));
        sheet.Count("HTTP_Fixed_Response_Count", tallies.Sum(t => t.FixedResponses));
        var errors = tallies.SelectMany(t => t.Errors).Concat(traffic.Groups.SelectMany(g => g.Faults?.Statuses ?? []))
            .GroupBy(e => e.Key).ToDictionary(g => g.Key, g => g.Sum(e => e.Value));
        sheet.Count("HTTPCode_ELB_4XX_Count", errors.Where(e => e.Key / 100 == 4).Sum(e => e.Value));
        sheet.Count("HTTPCode_ELB_5XX_Count", errors.Where(e => e.Key / 100 == 5).Sum(e => e.Value));
        foreach (var status in (int[])[500, 502, 503, 504]) sheet.Count($"HTTPCode_ELB_{status}_Count", errors.GetValueOrDefault(status));
    }

    private static void AddFunctions(List<MetricDatum> metrics, MetricSheet sheet, BalancerTraffic traffic, Dimension balancer)
    {
        sheet.Count("LambdaTargetProcessedBytes", traffic.Groups.Where(g => g.Group.IsFunction).Sum(g => g.Targets.Servers.Sum(s => s.Bytes)), StandardUnit.Bytes);
        foreach (var group in traffic.Groups)
        {
            var own = TrafficMetrics.DimensionOf(group.Group);
            foreach (var of in (MetricSheet[])[new(metrics, own), new(metrics, own, balancer)])
            {
                of.Count("LambdaUserError", group.Faults?.UserErrors ?? 0);
                of.Count("LambdaInternalError", group.Faults?.InternalErrors ?? 0);
            }
        }
    }

    private static void AddGroup(List<MetricDatum> metrics, BalancerTraffic traffic, GroupTraffic group, Dimension balancer)
    {
        var own = TrafficMetrics.DimensionOf(group.Group);
        AddTargets(new(metrics, own), new(metrics, own, balancer), group, group.Targets, traffic.IsFlowing);
        if (group.IsChecked) AddState(new(metrics, own, balancer), group, traffic.Balancer.Zones.Length);
        foreach (var (name, targets) in group.Zones)
        {
            var zone = TrafficMetrics.DimensionOf(name);
            AddTargets(new(metrics, zone, own), new(metrics, zone, own, balancer), group, targets, traffic.IsFlowing);
            if (group.IsChecked) AddState(new(metrics, zone, own, balancer), group, 1);
        }
    }

    /// <param name="alone">Without the load balancer.</param>
    private static void AddTargets(MetricSheet alone, MetricSheet sheet, GroupTraffic group, TargetsTraffic targets, bool isFlowing)
    {
        AddRequests(sheet, targets, isFlowing);
        if (!group.Group.IsFunction) AddPerTarget([alone, sheet], targets, isFlowing);
        if (IsGrpc(group))
        {
            alone.Count("GrpcRequestCount", targets.Requests);
            sheet.Count("GrpcRequestCount", targets.Requests);
        }
        if (!group.IsChecked || targets.Registered == 0) return; // AWS: reported if there are registered targets.
        AddHosts(sheet, targets);
        if (!GroupAttributes.Mitigates(group.Group)) return;
        sheet.Put("AnomalousHostCount", targets.Anomalous);
        sheet.Put("MitigatedHostCount", targets.Mitigated);
    }

    public static void AddHosts(MetricSheet sheet, TargetsTraffic targets)
    {
        sheet.Put("HealthyHostCount", targets.Healthy);
        sheet.Put("UnHealthyHostCount", targets.Unhealthy);
    }

    /// <summary>AWS: divided by the healthy targets, or by all of them when none is.</summary>
    private static void AddPerTarget(ReadOnlySpan<MetricSheet> sheets, TargetsTraffic targets, bool isFlowing)
    {
        var perTarget = (double)targets.Requests / Math.Max(1, targets.Healthy > 0 ? targets.Healthy : targets.Registered);
        foreach (var sheet in sheets) AddAlways(sheet, "RequestCountPerTarget", perTarget, targets, isFlowing);
    }

    /// <summary>What is told of targets in all, of a group's and of a zone's.</summary>
    private static void AddRequests(MetricSheet sheet, TargetsTraffic targets, bool isFlowing)
    {
        AddAlways(sheet, "RequestCount", targets.Requests, targets, isFlowing); // AWS: only those for which a target was chosen.
        foreach (var (kind, count) in TrafficMetrics.AnswersByClass(targets.Servers)) sheet.Count($"HTTPCode_Target_{kind}XX_Count", count);
        sheet.Times("TargetResponseTime", targets.Times, targets.Servers.Sum(TrafficMetrics.Answers));
        sheet.Count("TargetConnectionErrorCount", targets.Servers.Sum(s => s.ConnectionErrors));
        sheet.Count("TargetTLSNegotiationErrorCount", targets.Servers.Sum(s => s.TlsErrors));
        sheet.Count("UnhealthyRoutingRequestCount", targets.FailedOpen);
    }

    /// <summary>AWS: told of registered targets even when they got none, as long as requests are flowing through the load balancer.</summary>
    private static void AddAlways(MetricSheet sheet, string name, double value, TargetsTraffic targets, bool isFlowing)
    {
        if (value > 0 || (isFlowing && targets.Registered > 0)) sheet.Put(name, Math.Max(0, value));
    }

    /// <summary>Requests go from every zone to every zone, so one that is well is well everywhere.</summary>
    private static void AddState(MetricSheet sheet, GroupTraffic group, int zones)
    {
        sheet.Put("HealthyStateRouting", group.FailsOpen ? 0 : zones);
        sheet.Put("UnhealthyStateRouting", group.FailsOpen ? zones : 0);
    }

    private static bool IsGrpc(GroupTraffic group) => group.Group is { ProtocolVersion: "GRPC", IsNetwork: false };
}
