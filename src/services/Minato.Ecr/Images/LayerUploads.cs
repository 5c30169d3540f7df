using Minato.Contracts.Ecr;
using Minato.Ecr.State;
using Minato.Platform;

namespace Minato.Ecr.Images;

/// <summary>Layers on their way in, over either protocol.</summary>
internal sealed class LayerUploads(Store store, IBlobStore blobs, KeyedLocks locks, Ids ids, TimeProvider clock)
{
    private static readonly TimeSpan s_noted = TimeSpan.FromHours(1); // Life signs need not be finer: they are writes.

    /// <exception cref="RepositoryNotFoundException"/>
    public async ValueTask<UploadState> StartAsync(RepositoryKey repository, CancellationToken ct)
    {
        var upload = new UploadState { Key = new(ids.Uuid()), Repository = repository, StartedAt = clock.GetUtcNow() };
        await store.UpdateAsync(
            tx =>
            {
                Require(tx, repository);
                tx.Put(EcrTables.Uploads, upload);
            },
            ct);
        return upload;
    }

    /// <summary>The upload for this caller alone, until it is disposed. Who resumes waits for the broken request to end.</summary>
    /// <exception cref="UploadNotFoundException"/>
    public async ValueTask<OpenUpload> OpenAsync(RepositoryKey repository, string id, CancellationToken ct)
    {
        var turn = await locks.EnterAsync($"upload {id}", ct);
        try
        {
            Require(store.Current, repository);
            if (store.Current.Find(EcrTables.Uploads, new(id)) is not { } state || state.Repository != repository || state.ExpiresAt <= clock.GetUtcNow())
                throw Texts.NoUpload(repository, id);
            return new(turn, state, await blobs.StartUploadAsync(id, ct));
        }
        catch
        {
            turn.Dispose();
            throw;
        }
    }

    /// <summary>Adds content as it comes. When the disk is full the upload is given up: what it took is free again.</summary>
    /// <returns>The new offset.</returns>
    /// <exception cref="DiskFullException"/>
    public async ValueTask<long> AppendAsync(OpenUpload upload, Stream content, CancellationToken ct)
    {
        try
        {
            var offset = await upload.Blob.AppendAsync(content, ct);
            var now = clock.GetUtcNow();
            if (now - (upload.State.TouchedAt ?? upload.State.StartedAt) >= s_noted) await NoteAsync(upload.State with { TouchedAt = now }, ct);
            return offset;
        }
        catch (IOException e) when (DiskFullException.Is(e))
        {
            await AbortAsync(upload, CancellationToken.None);
            throw new DiskFullException(e);
        }
    }

    /// <summary>Somebody relies on a layer that no image has yet: it is kept for another day.</summary>
    public async ValueTask TouchAsync(LayerState layer, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        if (layer.UnusedSince is not { } since || now - since < s_noted) return;
        await store.UpdateAsync(
            tx =>
            {
                if (tx.Find(EcrTables.Layers, layer.Key) is { UnusedSince: not null } current) tx.Put(EcrTables.Layers, current with { UnusedSince = now });
            },
            ct);
    }

    /// <summary>Verifies the content and makes it a layer of the repository.</summary>
    /// <exception cref="BlobDigestException"/>
    public async ValueTask<BlobInfo> CompleteAsync(OpenUpload upload, string digest, CancellationToken ct)
    {
        // From here on the blob may exist without a record: the sweeper must not find it now.
        using var turn = await locks.EnterAsync(digest, ct);
        var blob = await CompleteBlobAsync(upload, digest, ct);
        await store.UpdateAsync(
            tx =>
            {
                tx.Delete(EcrTables.Uploads, upload.State.Key);
                Require(tx, upload.State.Repository);
                tx.AddLayer(upload.State.Repository, blob, clock.GetUtcNow());
            },
            ct);
        return blob;
    }

    // The last bytes reach the disk here, so here it may be full, too.
    private async ValueTask<BlobInfo> CompleteBlobAsync(OpenUpload upload, string digest, CancellationToken ct)
    {
        try
        {
            return await upload.Blob.CompleteAsync(digest, ct);
        }
        catch (IOException e) when (DiskFullException.Is(e))
        {
            await AbortAsync(upload, CancellationToken.None);
            throw new DiskFullException(e);
        }
    }

    /// <summary>Gives a repository a layer that another one of the registry has, without its bytes moving.</summary>
    /// <returns>Null when there is no such layer.</returns>
    public async ValueTask<BlobInfo?> MountAsync(RepositoryKey from, RepositoryKey to, string digest, CancellationToken ct)
    {
        using var turn = await locks.EnterAsync(digest, ct);
        return await store.UpdateAsync(
            tx =>
            {
                Require(tx, to);
                if (tx.Find(EcrTables.Layers, new(from, digest)) is not { } layer) return null;
                var blob = new BlobInfo(digest, layer.Size);
                tx.AddLayer(to, blob, clock.GetUtcNow());
                return blob;
            },
            ct);
    }

    public async ValueTask AbortAsync(OpenUpload upload, CancellationToken ct)
    {
        await upload.Blob.AbortAsync(ct);
        await store.UpdateAsync(tx => { tx.Delete(EcrTables.Uploads, upload.State.Key); }, ct);
    }

    /// <summary>Forgets an upload that nobody went on with for a day.</summary>
    /// <returns>When to look again; null: it is gone.</returns>
    public async ValueTask<DateTimeOffset?> ExpireAsync(UploadKey key, CancellationToken ct)
    {
        using var turn = await locks.EnterAsync($"upload {key.Id}", ct); // Whoever holds it is going on with it.
        if (store.Current.Find(EcrTables.Uploads, key) is not { } upload) return null;
        if (upload.ExpiresAt > clock.GetUtcNow()) return upload.ExpiresAt;
        if (await blobs.FindUploadAsync(key.Id, ct) is { } content) await content.AbortAsync(ct);
        await store.UpdateAsync(tx => { tx.Delete(EcrTables.Uploads, key); }, ct);
        return null;
    }

    public async ValueTask NoteAsync(UploadState state, CancellationToken ct) => await store.UpdateAsync(tx => tx.Put(EcrTables.Uploads, state), ct);

    private static void Require(IReadState state, RepositoryKey repository)
    {
        if (state.Find(EcrTables.Repositories, repository) is null) throw Texts.NoRepository(repository);
    }
}

/// <summary>An upload in use.</summary>
internal sealed class OpenUpload(IDisposable turn, UploadState state, IBlobUpload blob) : IAsyncDisposable
{
    public UploadState State => state;

    public IBlobUpload Blob => blob;

    public async ValueTask DisposeAsync()
    {
        await blob.DisposeAsync();
        turn.Dispose();
    }
}
