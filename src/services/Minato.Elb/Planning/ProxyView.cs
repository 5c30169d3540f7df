using Minato.Elb.State;
using Minato.Platform;

namespace Minato.Elb.Planning;

/// <summary>Everything the proxy's configuration is made of.</summary>
internal sealed record ProxyView(IReadOnlyList<ListenerView> Listeners, IReadOnlyList<GroupView> Groups)
{
    public static ProxyView Read(IReadState state)
    {
        var listeners = state.All(ElbTables.Listeners)
            .Select(l => (Listener: l, Balancer: state.Find(ElbTables.Balancers, l.BalancerArn)))
            .Where(l => l.Balancer is not null)
            .Select(l => new ListenerView(l.Listener, l.Balancer ?? throw new InvalidOperationException(), [.. state.Where(ElbTables.RulesByListener, l.Listener.Arn)]))
            .ToList();
        var groups = state.All(ElbTables.Groups)
            .Where(g => state.Count(ElbTables.UsesByGroup, g.Arn) > 0)
            .Select(g => new GroupView(g, [.. TargetView.ReadAll(state, g)]))
            .ToList();
        return new(listeners, groups);
    }
}

internal sealed record ListenerView(ListenerState Listener, BalancerState Balancer, IReadOnlyList<RuleState> Rules);

internal sealed record GroupView(TargetGroupState Group, IReadOnlyList<TargetView> Targets);
