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

/// <summary>Forgets uploads that nobody went on with.</summary>
internal sealed class StaleUploadReconciler(Store store, IBlobStore blobs, TimeProvider clock) : IReconciler<UploadKey>
{
    private static readonly TimeSpan s_look = TimeSpan.FromDays(2); // Later than the blob store, which knows of progress.

    public async ValueTask<Next> ReconcileAsync(UploadKey key, CancellationToken ct)
    {
        if (store.Current.Find(EcrTables.Uploads, key) is not { } upload) return Next.Done;
        if (upload.StartedAt + s_look > clock.GetUtcNow()) return Next.At(upload.StartedAt + s_look);
        if (await blobs.FindUploadAsync(key.Id, ct) is { } alive)
        {
            await alive.DisposeAsync();
            return Next.After(s_look);
        }

        await store.UpdateAsync(tx => { tx.Delete(EcrTables.Uploads, key); }, ct);
        return Next.Done;
    }
}
