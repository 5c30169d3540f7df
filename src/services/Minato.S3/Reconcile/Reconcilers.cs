using Minato.Platform;
using Minato.S3.Content;
using Minato.S3.State;

namespace Minato.S3.Reconcile;

/// <summary>Deletes a file that no object and no part refers to any more.</summary>
internal sealed class BlobReconciler(Store store, ObjectContents contents) : IReconciler<BlobKey>
{
    public async ValueTask<Next> ReconcileAsync(BlobKey key, CancellationToken ct)
    {
        await contents.SweepAsync(key.Digest, () => store.Current.Count(S3Tables.VersionsByDigest, key.Digest) > 0 || store.Current.Count(S3Tables.PartsByDigest, key.Digest) > 0, ct);
        return Next.Done;
    }
}

/// <summary>After a start: files that were complete but not recorded when the last process died.</summary>
internal sealed class BlobSweep(ObjectContents contents, IWorkQueue<BlobKey> sweeps) : IRoomService
{
    public async Task RunAsync(CancellationToken ct)
    {
        await foreach (var blob in contents.ListAsync(ct)) sweeps.Enqueue(new(blob.Digest));
    }
}

/// <summary>Frees a deleted bucket's name for everybody.</summary>
internal sealed class RestReconciler(Store store, TimeProvider clock) : IReconciler<RestKey>
{
    public async ValueTask<Next> ReconcileAsync(RestKey key, CancellationToken ct)
    {
        if (store.Current.Find(S3Tables.Resting, key.Name) is not { } rest) return Next.Done;
        if (rest.Until > clock.GetUtcNow()) return Next.At(rest.Until);
        await store.UpdateAsync(tx => { tx.Delete(S3Tables.Resting, key.Name); }, ct);
        return Next.Done;
    }
}

/// <summary>The bytes of objects are the one thing of this room outside the store.</summary>
internal sealed class S3Reset(ObjectContents contents) : IResettable
{
    public ValueTask ResetAsync(CancellationToken ct) => contents.ClearAsync(ct);
}
