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
    /// <exception cref="Aws.AwsException">The body is not what its sender said; nothing is kept then.</exception>
    public async Task<T> WriteAsync<T>(Stream body, Claims claims, Func<Written, Task<T>> record, CancellationToken ct)
    {
        await using var upload = await blobs.StartUploadAsync(ids.Uuid(), ct);
        string? digest = null;
        try
        {
            using var measured = new MeasuringStream(body, claims);
            await upload.AppendAsync(measured, ct);
            var checksum = claims.Check(measured);
            digest = await upload.DigestAsync(ct);
            // From here on the file exists without a record: the sweeper must not find it now.
            using var turn = await locks.EnterAsync($"{Store} {digest}", ct);
            var blob = await upload.CompleteAsync(digest, ct);
            return await record(new(digest, blob.Size, measured.Md5, checksum));
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
    public async Task<Stream> ReadAsync(ImmutableArray<(string Digest, long Size)> pieces, ByteRange range, CancellationToken ct)
    {
        var stream = new PiecesStream(blobs, pieces, range);
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
internal sealed record Written(string Digest, long Size, string Md5, ChecksumState Checksum);
