using Minato.Ecr.Images;
using Minato.Ecr.State;
using Minato.Platform;

namespace Minato.Ecr.Reconcile;

/// <summary>Deletes a blob that no repository refers to any more.</summary>
internal sealed class BlobReconciler(Store store, IBlobStore blobs, KeyedLocks locks) : IReconciler<BlobKey>
{
    public async ValueTask<Next> ReconcileAsync(BlobKey key, CancellationToken ct)
    {
        if (IsUsed(key)) return Next.Done;
        // Whoever makes the blob visible holds this lock until it is recorded.
        using var turn = await locks.EnterAsync(key.Digest, ct);
        if (!IsUsed(key)) await blobs.DeleteAsync(key.Digest, ct);
        return Next.Done;
    }

    private bool IsUsed(BlobKey key) =>
        store.Current.Count(EcrTables.LayersByDigest, key.Digest) > 0 || store.Current.Count(EcrTables.ImagesByDigest, key.Digest) > 0
        || store.Current.Count(EcrTables.ScansByFindings, key.Digest) > 0;
}

/// <summary>After a start: blobs that were complete but not recorded when the last process died.</summary>
internal sealed class BlobSweep(IBlobStore blobs, IWorkQueue<BlobKey> sweeps) : IRoomService
{
    public async Task RunAsync(CancellationToken ct)
    {
        await foreach (var blob in blobs.ListAsync(ct)) sweeps.Enqueue(new(blob.Digest));
    }
}
