using Minato.Elb.Planning;
using Minato.Elb.State;
using Minato.Engines.Proxy;
using Minato.Platform;

namespace Minato.Elb.Traffic;

/// <summary>Puts what the proxy counted, by its own names, to the load balancers and groups it is about.</summary>
internal static class TrafficView
{
    public static IEnumerable<BalancerTraffic> Read(
        IReadState state, ProxyStatistics counts, IReadOnlyDictionary<string, TargetTimes> times, IReadOnlyDictionary<string, ListenerTally> tallies)
    {
        var listeners = counts.Listeners.ToDictionary(l => l.Listener, StringComparer.Ordinal);
        var servers = counts.Servers.ToLookup(s => s.Backend, StringComparer.Ordinal);
        foreach (var balancer in state.All(ElbTables.Balancers))
        {
            var ofListeners = state.Where(ElbTables.ListenersByBalancer, balancer.Arn).Select(l => (Id: ProxyPlanner.IdOf(l), l.Protocol))
                .Where(l => listeners.ContainsKey(l.Id)).Select(l => new ListenerTraffic(listeners[l.Id], tallies.GetValueOrDefault(l.Id)) { Protocol = l.Protocol }).ToList();
            if (ofListeners.Count == 0) continue;
            var groups = state.Where(ElbTables.UsesByBalancer, balancer.Arn).Select(u => u.Key.GroupArn).Distinct(StringComparer.Ordinal)
                .Select(arn => state.Find(ElbTables.Groups, arn)).OfType<TargetGroupState>().Select(g => GroupOf(state, g, servers, times)).ToList();
            yield return new(balancer, ofListeners, groups);
        }
    }

    private static GroupTraffic GroupOf(IReadState state, TargetGroupState group, ILookup<string, ServerStatistics> servers, IReadOnlyDictionary<string, TargetTimes> times)
    {
        // AWS: a target that drains is neither.
        var targets = TargetView.ReadAll(state, group).Where(t => t.Target.DrainUntil is null && t.Attachment is Attachment.InUse).ToList();
        var healthy = targets.Count(t => t.Health?.Status is HealthStatus.Healthy);
        var unhealthy = targets.Count(t => t.Health?.Status is HealthStatus.Unhealthy or HealthStatus.UnhealthyDraining);
        var id = ProxyPlanner.IdOf(group.Arn);
        return new(group, [.. servers[id]], times.GetValueOrDefault(id), healthy, unhealthy)
        {
            Anomalous = targets.Count(t => t.Anomaly is { IsAnomalous: true }), Mitigated = targets.Count(t => t.Anomaly is not null),
        };
    }
}
