using Minato.Ecs.State;
using Minato.Platform;

namespace Minato.Ecs.Reconcile;

/// <summary>Brings a cluster back as soon as an Auto Scaling group of its capacity providers changes.</summary>
internal sealed class CapacityHints(Store store, Hints hints, IWorkQueue<ClusterKey> queue) : IRoomService
{
    // EC2 Auto Scaling publishes it with the ARN of the group.
    private const string Topic = "auto-scaling.group";

    public async Task RunAsync(CancellationToken ct)
    {
        hints.Subscribe(Topic, group =>
        {
            if (ct.IsCancellationRequested) return;
            foreach (var capacity in store.Current.Keys(CapacityTables.ByGroup, group)) queue.Enqueue(capacity.Cluster);
        });
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = ct.Register(() => ended.TrySetCanceled(ct));
        await ended.Task;
    }
}
