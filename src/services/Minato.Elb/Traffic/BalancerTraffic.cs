using System.Collections.Immutable;
using Minato.Contracts.ElasticLoadBalancingV2;
using Minato.Elb.State;
using Minato.Engines.Proxy;

namespace Minato.Elb.Traffic;

/// <summary>A minute of a load balancer.</summary>
internal sealed record BalancerTraffic(BalancerState Balancer, IReadOnlyList<ListenerTraffic> Listeners, IReadOnlyList<GroupTraffic> Groups)
{
    /// <summary>The targets of all groups.</summary>
    public TargetsTraffic Targets => TargetsTraffic.Sum(Groups.Select(g => g.Targets));

    /// <summary>The same, zone by zone.</summary>
    public IEnumerable<(string Zone, TargetsTraffic Targets)> Zones => Groups.SelectMany(g => g.Zones)
        .GroupBy(z => z.Key, z => z.Value, StringComparer.Ordinal).OrderBy(z => z.Key, StringComparer.Ordinal).Select(z => (z.Key, TargetsTraffic.Sum(z)));

    /// <summary>Whether anybody asked for anything.</summary>
    public bool IsFlowing => Listeners.Any(l => l.Counts.Requests > 0) || Groups.Any(g => g.Targets.Requests > 0);
}

internal sealed record ListenerTraffic(ListenerStatistics Counts, ListenerTally? Tally)
{
    public ProtocolEnum Protocol { get; init; } = ProtocolEnum.Http;
}

internal sealed record GroupTraffic(TargetGroupState Group, TargetsTraffic Targets)
{
    /// <summary>For every zone of the load balancer, the targets that are there. Functions are nowhere.</summary>
    public ImmutableSortedDictionary<string, TargetsTraffic> Zones { get; init; } = ImmutableSortedDictionary.Create<string, TargetsTraffic>(StringComparer.Ordinal);

    /// <summary>Whether too few targets are healthy, so that all of them get requests.</summary>
    public bool FailsOpen { get; init; }

    /// <summary>What went wrong with a function; null where nothing did.</summary>
    public FunctionTally? Faults { get; init; }

    /// <summary>Whether somebody looks how its targets are.</summary>
    public bool IsChecked => Group.HealthCheck.IsEnabled && Targets.Registered > 0;
}
