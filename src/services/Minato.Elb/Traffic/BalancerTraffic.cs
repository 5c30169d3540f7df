using Minato.Contracts.ElasticLoadBalancingV2;
using Minato.Elb.State;
using Minato.Engines.Proxy;

namespace Minato.Elb.Traffic;

/// <summary>A minute of a load balancer.</summary>
internal sealed record BalancerTraffic(BalancerState Balancer, IReadOnlyList<ListenerTraffic> Listeners, IReadOnlyList<GroupTraffic> Groups);

internal sealed record ListenerTraffic(ListenerStatistics Counts, ListenerTally? Tally)
{
    public ProtocolEnum Protocol { get; init; } = ProtocolEnum.Http;
}

/// <param name="Servers">A row for each target.</param>
internal sealed record GroupTraffic(TargetGroupState Group, IReadOnlyList<ServerStatistics> Servers, TargetTimes? Times, int Healthy, int Unhealthy)
{
    /// <summary>Those that fail where the others do not, and those that do not have their whole share.</summary>
    public int Anomalous { get; init; }
    public int Mitigated { get; init; }
}
