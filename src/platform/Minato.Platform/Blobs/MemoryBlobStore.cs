using System.Security.Cryptography;

namespace Minato.Platform;

/// <summary>Blobs that last as long as the object: for tests and simulated worlds.</summary>
public sealed class MemoryBlobStore : IBlobStore
{
    private readonly Lock _gate = new();
    private readonly SortedDictionary<string, byte[]> _blobs = new(StringComparer.Ordinal);
    private readonly Dictionary<string, Upload> _uploads = new(StringComparer.Ordinal);

    public ValueTask<BlobInfo?> FindAsync(string digest, CancellationToken ct)
    {
        lock (_gate) return ValueTask.FromResult(_blobs.TryGetValue(digest, out var bytes) ? new BlobInfo(digest, bytes.Length) : null);
    }

    public ValueTask<Stream> OpenReadAsync(string digest, CancellationToken ct)
    {
        lock (_gate)
        {
            return _blobs.TryGetValue(digest, out var bytes)
                ? ValueTask.FromResult<Stream>(new MemoryStream(bytes, writable: false))
                : throw new BlobNotFoundException(digest);
        }
    }

    public ValueTask<IBlobUpload> StartUploadAsync(string uploadId, CancellationToken ct)
    {
        lock (_gate)
        {
            if (!_uploads.TryGetValue(uploadId, out var upload)) _uploads.Add(uploadId, upload = new(this, uploadId));
            return ValueTask.FromResult<IBlobUpload>(upload);
        }
    }

    public ValueTask<IBlobUpload?> FindUploadAsync(string uploadId, CancellationToken ct)
    {
        lock (_gate) return ValueTask.FromResult<IBlobUpload?>(_uploads.GetValueOrDefault(uploadId));
    }

    public ValueTask DeleteAsync(string digest, CancellationToken ct)
    {
        lock (_gate) _blobs.Remove(digest);
        return ValueTask.CompletedTask;
    }

    public async IAsyncEnumerable<BlobInfo> ListAsync([System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken ct)
    {
        BlobInfo[] all;
        lock (_gate) all = [.. _blobs.Select(b => new BlobInfo(b.Key, b.Value.Length))];
        foreach (var blob in all) yield return blob;
        await ValueTask.CompletedTask;
    }

    public ValueTask ClearAsync(CancellationToken ct)
    {
        lock (_gate)
        {
            _blobs.Clear();
            _uploads.Clear();
        }

        return ValueTask.CompletedTask;
    }

    private sealed class Upload(MemoryBlobStore store, string id) : IBlobUpload
    {
        private readonly MemoryStream _content = new();

        public string Id => id;

        public long Offset => _content.Length;

        public async ValueTask<long> AppendAsync(Stream content, CancellationToken ct)
        {
            await content.CopyToAsync(_content, ct);
            return Offset;
        }

        public ValueTask<string> DigestAsync(CancellationToken ct) =>
            ValueTask.FromResult(new BlobDigest("sha256", Convert.ToHexStringLower(SHA256.HashData(_content.ToArray()))).ToString());

        public ValueTask<BlobInfo> CompleteAsync(string digest, CancellationToken ct)
        {
            var wanted = BlobDigest.Parse(digest);
            var bytes = _content.ToArray();
            wanted.Verify(CryptographicOperations.HashData(wanted.HashName, bytes));
            lock (store._gate)
            {
                store._blobs[digest] = bytes;
                store._uploads.Remove(id);
            }

            return ValueTask.FromResult(new BlobInfo(digest, bytes.Length));
        }

        public ValueTask AbortAsync(CancellationToken ct)
        {
            lock (store._gate) store._uploads.Remove(id);
            return ValueTask.CompletedTask;
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
