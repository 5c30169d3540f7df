using Minato.Ecr.Images;
using Minato.Ecr.State;
using Minato.Platform;

namespace Minato.Ecr.Reconcile;

/// <summary>Forgets layers that belong to no image for a day.</summary>
internal sealed class UnusedLayerReconciler(Store store, TimeProvider clock) : IReconciler<DigestKey>
{
    private static readonly TimeSpan s_kept = TimeSpan.FromDays(1);

    public async ValueTask<Next> ReconcileAsync(DigestKey key, CancellationToken ct)
    {
        if (store.Current.Find(EcrTables.Layers, key) is not { UnusedSince: { } since } seen) return Next.Done;
        if (since + s_kept > clock.GetUtcNow()) return Next.At(since + s_kept);
        await store.UpdateAsync(
            tx =>
            {
                tx.Expect(EcrTables.Layers, key, seen);
                tx.Delete(EcrTables.Layers, key);
            },
            ct);
        return Next.Done;
    }
}

/// <summary>Forgets uploads that nobody went on with for a day.</summary>
internal sealed class StaleUploadReconciler(LayerUploads uploads) : IReconciler<UploadKey>
{
    public async ValueTask<Next> ReconcileAsync(UploadKey key, CancellationToken ct) =>
        await uploads.ExpireAsync(key, ct) is { } next ? Next.At(next) : Next.Done;
}
