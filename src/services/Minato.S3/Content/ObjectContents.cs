using System.Collections.Immutable;
using Microsoft.Extensions.DependencyInjection;
using Minato.Platform;
using Minato.S3.Planning;
using Minato.S3.State;

namespace Minato.S3.Content;

/// <summary>The bytes of objects: files named by their content, which become visible whole or not at all.</summary>
internal sealed class ObjectContents([FromKeyedServices(ObjectContents.Store)] IBlobStore blobs, KeyedLocks locks, IWorkQueue<BlobKey> sweeps, Ids ids)
{
    public const string Store = "s3";

    /// <summary>Takes in a body, checks it, and gives it to <paramref name="record"/> while nobody can sweep it away.</summary>
    /// <param name="key">What the file is encrypted with; null leaves it as it is.</param>
    /// <exception cref="Aws.AwsException">The body is not what its sender said; nothing is kept then.</exception>
    public async Task<T> WriteAsync<T>(Stream body, Claims claims, CustomerKey? key, Func<Written, Task<T>> record, CancellationToken ct)
    {
        var nonce = key is null ? null : new byte[CounterStream.NonceLength];
        if (nonce is not null) ids.Fill(nonce);
        await using var upload = await blobs.StartUploadAsync(ids.Uuid(), ct);
        string? digest = null;
        try
        {
            using var measured = new MeasuringStream(body, claims);
            using var sealing = key is null || nonce is null ? null : new CounterStream(measured, key.Bytes, nonce, 0);
            await upload.AppendAsync(sealing ?? (Stream)measured, ct);
            var checksum = claims.Check(measured);
            digest = await upload.DigestAsync(ct);
            // From here on the file exists without a record: the sweeper must not find it now.
            using var turn = await locks.EnterAsync($"{Store} {digest}", ct);
            var blob = await upload.CompleteAsync(digest, ct);
            // AWS: the ETag of what a customer's key hides tells nothing of it.
            return await record(new(digest, blob.Size, key is null ? measured.Md5 : ids.Hex(32), checksum, nonce));
        }
        catch
        {
            await upload.AbortAsync(CancellationToken.None);
            // What is refused at last, such as a write on a condition, leaves a file that nobody may refer to.
            if (digest is not null) sweeps.Enqueue(new(digest));
            throw;
        }
    }

    /// <summary>The pieces one after the other, or what of them is in the range.</summary>
    /// <exception cref="BlobNotFoundException">The object was deleted just now.</exception>
    public async Task<Stream> ReadAsync(ImmutableArray<Piece> pieces, ByteRange range, CustomerKey? key, CancellationToken ct)
    {
        var stream = new PiecesStream(blobs, pieces, range, key);
        // A file that is open can be deleted without harm.
        await stream.OpenAsync(ct);
        return stream;
    }

    /// <summary>Deletes a file that nobody refers to.</summary>
    public async ValueTask SweepAsync(string digest, Func<bool> isUsed, CancellationToken ct)
    {
        if (isUsed()) return;
        using var turn = await locks.EnterAsync($"{Store} {digest}", ct);
        if (!isUsed()) await blobs.DeleteAsync(digest, ct);
    }

    public IAsyncEnumerable<BlobInfo> ListAsync(CancellationToken ct) => blobs.ListAsync(ct);

    public ValueTask ClearAsync(CancellationToken ct) => blobs.ClearAsync(ct);
}

/// <summary>Content that is complete and on the disk.</summary>
internal sealed record Written(string Digest, long Size, string Md5, ChecksumState Checksum, byte[]? Nonce);

/// <summary>A file of an object; encrypted where it has a nonce.</summary>
internal sealed record Piece(string Digest, long Size, byte[]? Nonce);
