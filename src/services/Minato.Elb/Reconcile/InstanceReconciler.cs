using Minato.Aws;
using Minato.Contracts.Ec2;
using Minato.Elb.Api;
using Minato.Elb.State;
using Minato.Platform;

namespace Minato.Elb.Reconcile;

/// <summary>An instance that is a target somewhere.</summary>
internal sealed record InstanceKey(string InstanceId);

/// <summary>
/// AWS: a target that is an instance is not used while it does not run, is new again when it runs, and is deregistered when it is terminated.
/// </summary>
internal sealed class InstanceReconciler(Store store, NetworkFacts network, TimeProvider clock) : IReconciler<InstanceKey>
{
    public async ValueTask<Next> ReconcileAsync(InstanceKey key, CancellationToken ct)
    {
        foreach (var target in store.Current.Where(ElbTables.TargetsByInstance, key.InstanceId).ToList())
        {
            if (store.Current.Find(ElbTables.Groups, target.Key.GroupArn) is not { } group) continue;
            var caller = Caller.ForService(group.Home.AccountId, group.Home.Region, "elasticloadbalancing.amazonaws.com");
            await WriteAsync(target, await network.InstanceStateAsync(key.InstanceId, caller, ct), ct);
        }
        return Next.Done;
    }

    private async ValueTask WriteAsync(TargetState seen, InstanceStateName? state, CancellationToken ct)
    {
        var isGone = state is null or InstanceStateName.Terminated;
        var words = state is InstanceStateName.Running or InstanceStateName.Pending ? null : state?.ToWire();
        if (!isGone && words == seen.InstanceState) return;
        await store.UpdateAsync(tx =>
        {
            if (tx.Find(ElbTables.Targets, seen.Key) is not { DrainUntil: null } target || target.RegisteredAt != seen.RegisteredAt) return;
            var now = clock.GetUtcNow();
            if (isGone && tx.Find(ElbTables.Groups, target.Key.GroupArn) is { IsClassic: true } group && tx.Find(ElbTables.Classics, new(group.Home, group.Name)) is { } classic)
            {
                ClassicShadow.Put(tx, classic with { Instances = classic.Instances.RemoveAll(i => i.Id == target.Key.Id) }, now);
                return;
            }
            tx.Put(ElbTables.Targets, isGone ? target with { DrainUntil = now, InstanceState = null }
                : target with { InstanceState = words, RegisteredAt = words is null ? now : target.RegisteredAt });
        }, ct);
    }
}

/// <summary>EC2 tells when an instance changed.</summary>
internal sealed class InstanceHints(Hints hints, IWorkQueue<InstanceKey> queue) : IRoomService
{
    // EC2 publishes it with the id of the instance.
    private const string Topic = "ec2.instance";

    public async Task RunAsync(CancellationToken ct)
    {
        hints.Subscribe(Topic, id =>
        {
            if (!ct.IsCancellationRequested) queue.Enqueue(new(id));
        });
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = ct.Register(() => ended.TrySetCanceled(ct));
        await ended.Task;
    }
}
