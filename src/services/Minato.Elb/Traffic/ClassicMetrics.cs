using System.Collections.Immutable;
using Minato.Contracts.CloudWatch;
using Minato.Contracts.ElasticLoadBalancingV2;

namespace Minato.Elb.Traffic;

/// <summary>The metrics of AWS/ELB, of a Classic Load Balancer, for a minute.</summary>
internal static class ClassicMetrics
{
    public static void Add(List<MetricDatum> metrics, BalancerTraffic traffic)
    {
        ImmutableArray<Dimension> dimensions = [new() { Name = "LoadBalancerName", Value = traffic.Balancer.Name }];
        void Put(string name, double value) => metrics.Add(new() { MetricName = name, Dimensions = dimensions, Value = value, Unit = StandardUnit.Count });
        void Count(string name, double value)
        {
            if (value > 0) Put(name, value);
        }
        var servers = traffic.Groups.SelectMany(g => g.Servers).ToList();
        // AWS: of listeners without HTTP each connection counts as a request.
        var connections = traffic.Listeners.Where(l => l.Protocol is ProtocolEnum.Tcp or ProtocolEnum.Tls).Sum(l => l.Counts.Connections);
        Count("RequestCount", traffic.Groups.Where(g => !g.Group.IsNetwork).Sum(g => g.Servers.Sum(s => s.Requests)) + connections);
        Count("BackendConnectionErrors", servers.Sum(s => s.ConnectionErrors));
        var errors = traffic.Listeners.Select(l => l.Tally).OfType<ListenerTally>().SelectMany(t => t.Errors).ToList();
        Count("HTTPCode_ELB_4XX", errors.Where(e => e.Key / 100 == 4).Sum(e => e.Value));
        Count("HTTPCode_ELB_5XX", errors.Where(e => e.Key / 100 == 5).Sum(e => e.Value));
        TrafficMetrics.AddAnswers(metrics, servers, dimensions, "HTTPCode_Backend_{0}XX");
        TrafficMetrics.AddTimes(metrics, traffic.Groups.SelectMany(g => g.Times?.Values() ?? []), servers.Sum(TrafficMetrics.Answers), dimensions, "Latency");
        // All listeners of it have the same instances: those of one port are counted.
        if (traffic.Groups.Count == 0) return;
        Put("HealthyHostCount", traffic.Groups.Max(g => g.Healthy));
        Put("UnHealthyHostCount", traffic.Groups.Max(g => g.Unhealthy));
    }
}
