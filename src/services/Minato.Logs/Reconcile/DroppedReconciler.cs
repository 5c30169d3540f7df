using Minato.Logs.State;
using Minato.Platform;

namespace Minato.Logs.Reconcile;

/// <summary>Deletes the events of deleted streams, also after a crash in between.</summary>
internal sealed class DroppedReconciler(Store store, IAppendLog log, Activities activities) : IReconciler<DroppedKey>
{
    public async ValueTask<Next> ReconcileAsync(DroppedKey key, CancellationToken ct)
    {
        if (store.Current.Find(LogsTables.Dropped, key.Partition) is null) return Next.Done;
        await log.DeleteAsync(key.Partition, ct);
        activities.Forget(key.Partition);
        await store.UpdateAsync(tx => { tx.Delete(LogsTables.Dropped, key.Partition); }, ct);
        return Next.Done;
    }
}
