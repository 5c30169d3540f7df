using Minato.Logs.State;
using Minato.Platform;

namespace Minato.Logs.Reconcile;

/// <summary>Stores what memory knows of a stream, half a minute after it began to know it.</summary>
internal sealed class FlushReconciler(Store store, Activities activities) : IReconciler<FlushKey>
{
    public async ValueTask<Next> ReconcileAsync(FlushKey key, CancellationToken ct)
    {
        if (activities.Known(key.Partition) is not { } known) return Next.Done;
        var exists = await store.UpdateAsync(
            tx =>
            {
                if (tx.Find(LogsTables.Streams, key.Stream)?.Partition != key.Partition) return false;
                var before = tx.Find(LogsTables.Activity, key.Partition);
                if (before == known) return true;
                tx.AddUsage(key.Stream.Group, known.Bytes - (before?.Bytes ?? 0));
                tx.Put(LogsTables.Activity, known);
                return true;
            },
            ct);
        if (!exists) activities.Forget(key.Partition);
        return Next.Done;
    }
}
