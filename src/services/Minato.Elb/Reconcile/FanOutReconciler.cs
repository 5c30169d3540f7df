using Minato.Elb.State;
using Minato.Platform;

namespace Minato.Elb.Reconcile;

/// <summary>A load balancer or a target group that changed.</summary>
internal sealed record FanOutKey(string Arn);

/// <summary>What changes for a group, a rule or a load balancer may change for its targets: they look again.</summary>
internal sealed class FanOutReconciler(Store store, IWorkQueue<TargetKey> targets, Hints hints) : IReconciler<FanOutKey>
{
    public ValueTask<Next> ReconcileAsync(FanOutKey key, CancellationToken ct)
    {
        var state = store.Current;
        var groups = state.Where(ElbTables.UsesByBalancer, key.Arn).Select(u => u.Key.GroupArn).Append(key.Arn).Distinct(StringComparer.Ordinal);
        foreach (var group in groups)
        {
            var keys = state.Keys(ElbTables.TargetsByGroup, group);
            foreach (var target in keys) targets.Enqueue(target);
            if (keys.Count > 0) hints.Publish(ElbRoom.TargetHealthTopic, group);
        }
        if (key.Arn.Contains(":loadbalancer/", StringComparison.Ordinal)) hints.Publish(ElbRoom.LoadBalancerTopic, key.Arn);
        return ValueTask.FromResult(Next.Done);
    }
}
