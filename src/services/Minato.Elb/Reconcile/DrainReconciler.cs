using Minato.Elb.State;
using Minato.Platform;

namespace Minato.Elb.Reconcile;

internal sealed record DrainKey(TargetKey Target);

/// <summary>Removes targets when their deregistration delay is over, but not before the proxy has stopped sending to them.</summary>
internal sealed class DrainReconciler(Store store, ProxyProgress proxy, TimeProvider clock, Hints hints) : IReconciler<DrainKey>
{
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(20);

    /// <summary>A proxy that is away sends nothing to anybody: waiting for it longer would hold up whoever stops the target.</summary>
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(10);

    public async ValueTask<Next> ReconcileAsync(DrainKey key, CancellationToken ct)
    {
        if (store.Current.Find(ElbTables.Targets, key.Target) is not { DrainUntil: { } until } target) return Next.Done;
        var now = clock.GetUtcNow();
        if (now < until) return Next.At(until);
        if (now < until + s_patience && !proxy.KnowsDrained(target)) return Next.After(s_look);
        await store.UpdateAsync(tx =>
        {
            tx.Expect(ElbTables.Targets, key.Target, target);
            tx.Delete(ElbTables.Targets, key.Target);
            tx.Delete(ElbTables.Health, key.Target);
        }, ct);
        hints.Publish(ElbRoom.TargetHealthTopic, key.Target.GroupArn);
        return Next.Done;
    }
}
