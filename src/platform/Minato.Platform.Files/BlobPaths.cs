namespace Minato.Platform.Files;

/// <summary>Where blobs and uploads stand. Only names that were read strictly become part of a path.</summary>
internal sealed class BlobPaths(string root)
{
    private const int MaxUploadId = 128;

    private readonly string _blobs = Path.Combine(root, "blobs");
    private readonly string _uploads = Path.Combine(root, "uploads");

    public void Prepare()
    {
        Directory.CreateDirectory(_blobs);
        Directory.CreateDirectory(_uploads);
    }

    // Two digits of the digest keep the folders small.
    public string FolderOf(BlobDigest digest) => Path.Combine(_blobs, digest.Algorithm, digest.Hex[..2]);

    public string Blob(BlobDigest digest) => Path.Combine(FolderOf(digest), digest.Hex);

    /// <returns>Null when the id could not be a file name of ours.</returns>
    public string? Upload(string id) =>
        id.Length is > 0 and <= MaxUploadId && id.All(c => char.IsAsciiLetterOrDigit(c) || c is '-' or '_') ? Path.Combine(_uploads, id) : null;

    public IEnumerable<FileInfo> Uploads() => new DirectoryInfo(_uploads).EnumerateFiles();

    public IEnumerable<(BlobDigest Digest, FileInfo File)> Blobs()
    {
        foreach (var file in new DirectoryInfo(_blobs).EnumerateFiles("*", SearchOption.AllDirectories))
        {
            if (BlobDigest.TryParse($"{file.Directory?.Parent?.Name}:{file.Name}", out var digest)) yield return (digest, file);
        }
    }

    public void Clear()
    {
        Directory.Delete(_blobs, recursive: true);
        Directory.Delete(_uploads, recursive: true);
        Prepare();
    }
}
