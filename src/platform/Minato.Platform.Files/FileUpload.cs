using System.Buffers;
using System.Security.Cryptography;

namespace Minato.Platform.Files;

/// <summary>Content on its way in. Hashes what it receives, so that the usual upload is read from disk never.</summary>
internal sealed class FileUpload : IBlobUpload
{
    private const int Chunk = 256 * 1024;
    private const long WriteBackEvery = 16 * 1024 * 1024;

    private readonly FileBlobStore _store;
    private readonly string _path;
    private readonly IncrementalHash _hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private long _hashed;

    private FileUpload(FileBlobStore store, string id, string path, long offset)
    {
        _store = store;
        _path = path;
        Id = id;
        Offset = offset;
    }

    public string Id { get; }

    public long Offset { get; private set; }

    public static FileUpload Open(FileBlobStore store, string id, string path)
    {
        using var file = new FileStream(path, FileMode.OpenOrCreate, FileAccess.Write, FileShare.ReadWrite);
        File.SetLastWriteTimeUtc(file.SafeFileHandle, store.Clock.GetUtcNow().UtcDateTime);
        return new(store, id, path, file.Length);
    }

    public async ValueTask<long> AppendAsync(Stream content, CancellationToken ct)
    {
        await using var file = new FileStream(_path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite, bufferSize: 0, useAsync: true);
        var buffer = ArrayPool<byte>.Shared.Rent(Chunk);
        try
        {
            file.Position = Offset;
            while (await FillAsync(content, buffer, ct) is > 0 and var read) await TakeAsync(file, buffer.AsMemory(0, read));
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
            File.SetLastWriteTimeUtc(file.SafeFileHandle, _store.Clock.GetUtcNow().UtcDateTime);
        }

        return Offset;
    }

    public async ValueTask<string> DigestAsync(CancellationToken ct)
    {
        await using var file = new FileStream(_path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0, useAsync: true);
        return new BlobDigest("sha256", Convert.ToHexStringLower(await HashAsync(file, HashAlgorithmName.SHA256, ct))).ToString();
    }

    public async ValueTask<BlobInfo> CompleteAsync(string digest, CancellationToken ct)
    {
        var wanted = BlobDigest.Parse(digest);
        await using (var file = new FileStream(_path, FileMode.Open, FileAccess.ReadWrite, FileShare.ReadWrite, bufferSize: 0, useAsync: true))
        {
            wanted.Verify(await HashAsync(file, wanted.HashName, ct));
            file.Flush(flushToDisk: true);
        }

        _store.Publish(_path, wanted);
        _store.Forget(Id);
        _hash.Dispose();
        return new(digest, Offset);
    }

    public ValueTask AbortAsync(CancellationToken ct)
    {
        _store.Forget(Id);
        File.Delete(_path);
        return ValueTask.CompletedTask;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask; // What was received is kept; so is its hash, for the next chunk.

    private async ValueTask TakeAsync(FileStream file, ReadOnlyMemory<byte> bytes)
    {
        var writing = file.WriteAsync(bytes, CancellationToken.None); // Received is received, even when the sender has just gone.
        var isHashed = _hashed == Offset;
        _hashed = -1; // Until it is written nobody knows what the hash stands for.
        if (isHashed) _hash.AppendData(bytes.Span); // Meanwhile.
        await writing;
        var before = Offset;
        Offset += bytes.Length;
        if (isHashed) _hashed = Offset;
        // The disk begins with what is there, instead of with everything at the end.
        if (before / WriteBackEvery != Offset / WriteBackEvery) Durable.Begin(file.SafeFileHandle, before / WriteBackEvery * WriteBackEvery, WriteBackEvery);
    }

    // Sources give small pieces; the disk likes large ones.
    private static async ValueTask<int> FillAsync(Stream content, byte[] buffer, CancellationToken ct)
    {
        var filled = 0;
        while (filled < buffer.Length)
        {
            int read;
            try
            {
                read = await content.ReadAsync(buffer.AsMemory(filled), ct);
            }
            catch (Exception e) when (filled > 0 && e is IOException or OperationCanceledException)
            {
                return filled; // What came before the break is taken; the next read meets the break again.
            }

            if (read == 0) break;
            filled += read;
        }

        return filled;
    }

    // After a restart the beginning was hashed by nobody: the whole is read once more.
    private async ValueTask<byte[]> HashAsync(FileStream file, HashAlgorithmName name, CancellationToken ct)
    {
        if (name == HashAlgorithmName.SHA256 && _hashed == Offset) return _hash.GetCurrentHash();
        file.Position = 0;
        return await CryptographicOperations.HashDataAsync(name, file, ct);
    }
}
