using System.Collections.Immutable;
using Minato.Elb.Planning;
using Minato.Elb.State;
using Minato.Engines.Proxy;
using Minato.Platform;

namespace Minato.Elb.Traffic;

/// <summary>Puts what the proxy counted, by its own names, to the load balancers and groups it is about.</summary>
internal static class TrafficView
{
    public static IEnumerable<BalancerTraffic> Read(IReadState state, TrafficMinute minute)
    {
        var listeners = minute.Counts.Listeners.ToDictionary(l => l.Listener, StringComparer.Ordinal);
        var counted = new Counted(
            minute.Counts.Servers.ToLookup(s => s.Backend, StringComparer.Ordinal), minute.Times.ToLookup(t => t.Key.Backend, t => (t.Key.Server, t.Value), StringComparer.Ordinal),
            minute.FailedOpen.ToLookup(f => f.Key.Backend, f => (f.Key.Server, f.Value), StringComparer.Ordinal),
            minute.Left.ToLookup(l => l.Key.Backend, l => (l.Key.Server, l.Value), StringComparer.Ordinal), minute.Faults);
        foreach (var balancer in state.All(ElbTables.Balancers))
        {
            var ofListeners = state.Where(ElbTables.ListenersByBalancer, balancer.Arn).Select(l => (Id: ProxyPlanner.IdOf(l), l.Protocol)).Where(l => listeners.ContainsKey(l.Id))
                .Select(l => new ListenerTraffic(listeners[l.Id], minute.Tallies.GetValueOrDefault(l.Id)) { Protocol = l.Protocol }).ToList();
            if (ofListeners.Count == 0) continue;
            var groups = state.Where(ElbTables.UsesByBalancer, balancer.Arn).Select(u => u.Key.GroupArn).Distinct(StringComparer.Ordinal)
                .Select(arn => state.Find(ElbTables.Groups, arn)).OfType<TargetGroupState>().Select(g => GroupOf(state, g, balancer, counted)).ToList();
            yield return new(balancer, ofListeners, groups);
        }
    }

    private static GroupTraffic GroupOf(IReadState state, TargetGroupState group, BalancerState balancer, Counted counted)
    {
        var id = ProxyPlanner.IdOf(group.Arn);
        var targets = TargetView.ReadAll(state, group).ToList();
        var faults = counted.Faults.GetValueOrDefault(id);
        return new(group, Of(counted, id, targets, _ => true, group.IsFunction ? row => OfFunction(row, faults) : null))
        {
            Zones = group.IsFunction ? ImmutableSortedDictionary<string, TargetsTraffic>.Empty
                : balancer.Zones.Select(z => z.Name).Distinct(StringComparer.Ordinal).ToImmutableSortedDictionary(z => z, z => OfZone(counted, id, targets, z), StringComparer.Ordinal),
            FailsOpen = ProxyPlanner.FailsOpen(new(group, targets)),
            Faults = faults,
        };
    }

    /// <summary>AWS: a target outside of the VPC is one of every zone. Its requests could be anyone's, and are counted for none.</summary>
    private static TargetsTraffic OfZone(Counted counted, string backend, List<TargetView> targets, string zone)
    {
        var names = targets.Where(t => t.Target.Zone == zone).Select(t => ProxyPlanner.IdOf(t.Target.Key))
            .Concat(counted.Left[backend].Where(l => l.Zone == zone).Select(l => l.Server)).ToHashSet(StringComparer.Ordinal);
        return Of(counted, backend, [.. targets.Where(t => t.Target.Zone == zone || t.Target.Zone is null)], names.Contains, null);
    }

    private static TargetsTraffic Of(
        Counted counted, string backend, List<TargetView> targets, Func<string, bool> isAmong, Func<ServerStatistics, ServerStatistics>? correct)
    {
        // AWS: a target that drains is neither.
        var registered = targets.Where(t => t.Target.DrainUntil is null && t.Attachment is Attachment.InUse).ToList();
        var rows = counted.Servers[backend].Where(s => isAmong(s.Server));
        return new([.. correct is null ? rows : rows.Select(correct)])
        {
            Times = [.. counted.Times[backend].Where(t => isAmong(t.Server)).Select(t => t.Times)],
            FailedOpen = counted.FailedOpen[backend].Where(f => isAmong(f.Server)).Sum(f => f.Requests),
            Registered = registered.Count,
            Healthy = registered.Count(t => t.Health?.Status is HealthStatus.Healthy),
            Unhealthy = registered.Count(t => t.Health?.Status is HealthStatus.Unhealthy or HealthStatus.UnhealthyDraining),
            Anomalous = registered.Count(t => t.Anomaly is { IsAnomalous: true }),
            Mitigated = registered.Count(t => t.Anomaly is not null),
        };
    }

    /// <summary>AWS: errors of connections are not told of functions, and an answer in place of theirs is the load balancer's.</summary>
    private static ServerStatistics OfFunction(ServerStatistics row, FunctionTally? faults) => row with
    {
        ConnectionErrors = 0, TlsErrors = 0,
        Responses4xx = Math.Max(0, row.Responses4xx - (faults?.OfClass(4) ?? 0)), Responses5xx = Math.Max(0, row.Responses5xx - (faults?.OfClass(5) ?? 0)),
    };

    private sealed record Counted(
        ILookup<string, ServerStatistics> Servers, ILookup<string, (string Server, TargetTimes Times)> Times, ILookup<string, (string Server, long Requests)> FailedOpen,
        ILookup<string, (string Server, string Zone)> Left, IReadOnlyDictionary<string, FunctionTally> Faults);
}
