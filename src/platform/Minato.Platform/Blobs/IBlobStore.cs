namespace Minato.Platform;

/// <summary>
/// Immutable files named by the digest of their content (<c>sha256:…</c> or <c>sha512:…</c>). A blob is visible whole and verified,
/// or not at all. Uploads survive a restart and go on where they stopped.
/// </summary>
public interface IBlobStore
{
    ValueTask<BlobInfo?> FindAsync(string digest, CancellationToken ct);

    /// <summary>A seekable stream; the blob can be deleted while it is read.</summary>
    /// <exception cref="BlobNotFoundException"/>
    ValueTask<Stream> OpenReadAsync(string digest, CancellationToken ct);

    /// <summary>Begins an upload; one with this id that exists is given instead.</summary>
    /// <param name="uploadId">Letters, digits and dashes; chosen by the caller.</param>
    ValueTask<IBlobUpload> StartUploadAsync(string uploadId, CancellationToken ct);

    /// <returns>Null when there is no such upload: it was completed, aborted, or forgotten after a day without progress.</returns>
    ValueTask<IBlobUpload?> FindUploadAsync(string uploadId, CancellationToken ct);

    /// <summary>Deleting what is not there is fine.</summary>
    ValueTask DeleteAsync(string digest, CancellationToken ct);

    /// <summary>Every blob, for finding those that nothing refers to.</summary>
    IAsyncEnumerable<BlobInfo> ListAsync(CancellationToken ct);

    /// <summary>Forgets every blob and upload.</summary>
    ValueTask ClearAsync(CancellationToken ct);
}

/// <summary>Content on its way into the store. One caller at a time; disposing it keeps what was received.</summary>
public interface IBlobUpload : IAsyncDisposable
{
    string Id { get; }

    /// <summary>Bytes received: where the next chunk must start.</summary>
    long Offset { get; }

    /// <summary>Adds content as it comes, in bounded memory. When the source breaks off, what came before counts as received.</summary>
    /// <returns>The new offset.</returns>
    ValueTask<long> AppendAsync(Stream content, CancellationToken ct);

    /// <summary>What the content received so far would be called.</summary>
    ValueTask<string> DigestAsync(CancellationToken ct);

    /// <summary>Verifies the content and makes it visible and durable; the upload is gone then.</summary>
    /// <exception cref="BlobDigestException">The content is not what the digest says, or the digest is of an unknown kind. The upload is kept.</exception>
    ValueTask<BlobInfo> CompleteAsync(string digest, CancellationToken ct);

    /// <summary>Throws the content away.</summary>
    ValueTask AbortAsync(CancellationToken ct);
}

public sealed record BlobInfo(string Digest, long Size);

/// <summary>There is no blob of this digest.</summary>
public sealed class BlobNotFoundException(string digest) : Exception($"There is no blob {digest}.");

/// <summary>Content and digest do not belong together, or the digest cannot be read.</summary>
public sealed class BlobDigestException(string message) : Exception(message);
