using Minato.Contracts.Ecr;
using Minato.Ecr.Images;
using Minato.Ecr.State;
using Minato.Platform;

namespace Minato.Ecr.Reconcile;

/// <summary>Brings images back from the archive. AWS needs up to 20 minutes; here it is a moment, long enough to be seen.</summary>
internal sealed class ArchiveReconciler(Store store, EcrEvents events, TimeProvider clock) : IReconciler<ArchiveKey>
{
    private static readonly TimeSpan s_moment = TimeSpan.FromSeconds(10);

    public async ValueTask<Next> ReconcileAsync(ArchiveKey key, CancellationToken ct)
    {
        if (store.Current.Find(EcrTables.Images, key.Image) is not { Status: ImageStatus.Activating, ActivatingSince: { } since } seen) return Next.Done;
        var now = clock.GetUtcNow();
        if (since + s_moment > now) return Next.At(since + s_moment);
        await store.UpdateAsync(
            tx =>
            {
                tx.Expect(EcrTables.Images, key.Image, seen);
                var active = seen with { Status = ImageStatus.Active, ActivatedAt = now, ActivatingSince = null };
                tx.Put(EcrTables.Images, active);
                events.StorageClassChanged(tx, active, TargetStorageClass.Standard);
            },
            ct);
        return Next.Done;
    }
}
