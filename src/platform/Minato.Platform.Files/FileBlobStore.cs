using System.Collections.Concurrent;
using System.Runtime.CompilerServices;

namespace Minato.Platform.Files;

/// <summary>
/// Blobs as files named by their digest under <c>blobs/</c>, uploads under <c>uploads/</c> of a directory. A file is moved to its
/// place when it is complete, verified and on the disk, so what stands under <c>blobs/</c> is right.
/// </summary>
public sealed class FileBlobStore : IBlobStore
{
    private static readonly TimeSpan s_uploadLife = TimeSpan.FromDays(1);
    private static readonly TimeSpan s_trimEvery = TimeSpan.FromHours(1);

    private readonly ConcurrentDictionary<string, FileUpload> _uploads = new(StringComparer.Ordinal);
    private readonly BlobPaths _paths;
    private readonly TimeProvider _clock;
    private readonly Lock _trimming = new();
    private DateTimeOffset _trimmed;

    public FileBlobStore(string directory, TimeProvider clock)
    {
        _paths = new(directory);
        _clock = clock;
        _paths.Prepare();
    }

    public ValueTask<BlobInfo?> FindAsync(string digest, CancellationToken ct)
    {
        if (!BlobDigest.TryParse(digest, out var wanted)) return ValueTask.FromResult<BlobInfo?>(null);
        var file = new FileInfo(_paths.Blob(wanted));
        return ValueTask.FromResult(file.Exists ? new BlobInfo(digest, file.Length) : null);
    }

    public ValueTask<Stream> OpenReadAsync(string digest, CancellationToken ct)
    {
        if (!BlobDigest.TryParse(digest, out var wanted)) throw new BlobNotFoundException(digest);
        try
        {
            return ValueTask.FromResult<Stream>(new FileStream(_paths.Blob(wanted), new FileStreamOptions
            {
                Mode = FileMode.Open,
                Access = FileAccess.Read,
                Share = FileShare.ReadWrite | FileShare.Delete,
                Options = FileOptions.Asynchronous | FileOptions.SequentialScan,
                BufferSize = 0,
            }));
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new BlobNotFoundException(digest);
        }
    }

    public ValueTask<IBlobUpload> StartUploadAsync(string uploadId, CancellationToken ct)
    {
        TrimUploads();
        var path = _paths.Upload(uploadId) ?? throw new ArgumentException($"'{uploadId}' is not an upload id.", nameof(uploadId));
        var upload = _uploads.GetOrAdd(uploadId, id => FileUpload.Open(this, id, path));
        return ValueTask.FromResult<IBlobUpload>(upload);
    }

    public ValueTask<IBlobUpload?> FindUploadAsync(string uploadId, CancellationToken ct)
    {
        if (_uploads.TryGetValue(uploadId, out var upload)) return ValueTask.FromResult<IBlobUpload?>(upload);
        var path = _paths.Upload(uploadId);
        if (path is null || !File.Exists(path)) return ValueTask.FromResult<IBlobUpload?>(null);
        return ValueTask.FromResult<IBlobUpload?>(_uploads.GetOrAdd(uploadId, id => FileUpload.Open(this, id, path)));
    }

    public ValueTask DeleteAsync(string digest, CancellationToken ct)
    {
        if (!BlobDigest.TryParse(digest, out var wanted)) return ValueTask.CompletedTask;
        try
        {
            File.Delete(_paths.Blob(wanted));
        }
        catch (DirectoryNotFoundException)
        {
            // Never had one that begins like it.
        }

        return ValueTask.CompletedTask;
    }

    public async IAsyncEnumerable<BlobInfo> ListAsync([EnumeratorCancellation] CancellationToken ct)
    {
        foreach (var (digest, file) in _paths.Blobs())
        {
            ct.ThrowIfCancellationRequested();
            yield return new(digest.ToString(), file.Length);
        }

        await ValueTask.CompletedTask;
    }

    public ValueTask ClearAsync(CancellationToken ct)
    {
        _uploads.Clear();
        _paths.Clear();
        return ValueTask.CompletedTask;
    }

    internal TimeProvider Clock => _clock;

    internal void Forget(string uploadId) => _uploads.TryRemove(uploadId, out _);

    internal void Publish(string upload, BlobDigest digest)
    {
        var path = _paths.Blob(digest);
        var folder = _paths.FolderOf(digest);
        Directory.CreateDirectory(folder);
        File.Move(upload, path, overwrite: true);
        Durable.Directory(folder);
    }

    private void TrimUploads()
    {
        var now = _clock.GetUtcNow();
        lock (_trimming)
        {
            if (now - _trimmed < s_trimEvery) return;
            _trimmed = now;
        }

        foreach (var file in _paths.Uploads())
        {
            if (now.UtcDateTime - file.LastWriteTimeUtc < s_uploadLife) continue;
            Forget(file.Name);
            file.Delete();
        }
    }
}
