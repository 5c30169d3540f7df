using Minato.Ecr.State;
using Minato.Platform;

namespace Minato.Ecr.Images;

/// <summary>Blobs that come at once: manifests, and what scans found.</summary>
internal sealed class SmallBlobs(Store store, IBlobStore blobs, KeyedLocks locks, IWorkQueue<BlobKey> sweeps, Ids ids)
{
    /// <summary>Makes a blob durable, then records who needs it. Nobody sweeps it away in between.</summary>
    /// <exception cref="BlobDigestException"/>
    public async ValueTask KeepAsync(ReadOnlyMemory<byte> bytes, string digest, Action<Transaction, string> record, CancellationToken ct)
    {
        using var turn = await locks.EnterAsync(digest, ct);
        await StoreAsync(bytes, digest, ct);
        try
        {
            await store.UpdateAsync(tx => record(tx, digest), ct);
        }
        catch
        {
            sweeps.Enqueue(new(digest)); // The bytes may belong to nobody now.
            throw;
        }
    }

    private async ValueTask StoreAsync(ReadOnlyMemory<byte> bytes, string digest, CancellationToken ct)
    {
        if (await blobs.FindAsync(digest, ct) is not null) return;
        await using var upload = await blobs.StartUploadAsync(ids.Uuid(), ct);
        try
        {
            using var content = new MemoryStream(bytes.ToArray(), writable: false);
            await upload.AppendAsync(content, ct);
            await upload.CompleteAsync(digest, ct);
        }
        catch
        {
            await upload.AbortAsync(CancellationToken.None); // Nobody knows this upload.
            throw;
        }
    }
}
