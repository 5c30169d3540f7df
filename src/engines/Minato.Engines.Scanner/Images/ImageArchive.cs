using System.Formats.Tar;
using System.Security.Cryptography;
using System.Text.Json;
using Minato.Engines.Scanning;

namespace Minato.Engines.Scanner.Images;

/// <summary>An image in a file: what <c>docker save</c> writes, or an OCI layout as an archive or a folder. Blobs are read in place.</summary>
internal sealed class ImageArchive : IScanSource, IDisposable
{
    private const int MaxDocument = 8 << 20;
    private const int MaxDepth = 3;

    private readonly string _path;
    private readonly Dictionary<string, (long Offset, long Length)>? _entries;

    private ImageArchive(string path)
    {
        _path = path;
        if (Directory.Exists(path)) return;
        _entries = new(StringComparer.Ordinal);
        using var file = File.OpenRead(path);
        using var tar = new System.Formats.Tar.TarReader(file);
        while (tar.GetNextEntry(copyData: false) is { } entry)
        {
            var name = entry.Name.StartsWith("./", StringComparison.Ordinal) ? entry.Name[2..] : entry.Name;
            if (entry.EntryType is TarEntryType.RegularFile or TarEntryType.V7RegularFile) _entries[name] = (entry.DataOffset, entry.Length);
            // docker save writes a layer that several images share once, and links to it.
            else if (entry.EntryType is TarEntryType.SymbolicLink or TarEntryType.HardLink && _entries.TryGetValue(Resolve(name, entry.LinkName), out var there)) _entries[name] = there;
        }
    }

    /// <param name="platform"><c>os/architecture</c>: which image of an index.</param>
    /// <exception cref="InvalidDataException">It is no image.</exception>
    public static (ImageArchive Archive, ScanRequest Request) Open(string path, string platform)
    {
        try
        {
            var archive = new ImageArchive(path);
            return (archive, archive.Has("index.json") ? archive.Layout(path, platform) : archive.Has("manifest.json") ? archive.Saved(path) : throw new InvalidDataException($"{path} is no image: it has neither index.json nor manifest.json."));
        }
        catch (Exception e) when (e is JsonException or InvalidOperationException or KeyNotFoundException or FormatException or EndOfStreamException)
        {
            throw new InvalidDataException($"{path} is no image that can be read: {e.Message}", e);
        }
    }

    public ValueTask<Stream> OpenAsync(ScanBlob blob, CancellationToken ct) => new(OpenEntry(blob.Digest.Contains('/', StringComparison.Ordinal) || !blob.Digest.Contains(':', StringComparison.Ordinal) ? blob.Digest : BlobPath(blob.Digest)));

    public void Dispose() { }

    private ScanRequest Layout(string path, string platform)
    {
        using var index = JsonDocument.Parse(Document("index.json"));
        var manifest = Choose(index.RootElement, platform, depth: 0);
        var bytes = Document(BlobPath(manifest.Digest));
        using var json = JsonDocument.Parse(bytes);
        return new()
        {
            Name = Path.GetFileName(path), Manifest = bytes, ManifestMediaType = manifest.MediaType ?? "application/vnd.oci.image.manifest.v1+json",
            Config = Descriptor(json.RootElement.GetProperty("config")), Layers = [.. json.RootElement.GetProperty("layers").EnumerateArray().Select(Descriptor)], Source = this,
        };
    }

    private ScanBlob Choose(JsonElement index, string platform, int depth)
    {
        if (depth > MaxDepth) throw new InvalidDataException("its indexes point to each other.");
        var manifests = index.GetProperty("manifests").EnumerateArray().ToList();
        var chosen = manifests.FirstOrDefault(m => IsFor(m, platform));
        if (chosen.ValueKind is JsonValueKind.Undefined) chosen = manifests.Count == 1 ? manifests[0] : throw new InvalidDataException($"it has no image for {platform}.");
        var blob = Descriptor(chosen);
        if (blob.MediaType?.Contains("index", StringComparison.Ordinal) is not true && blob.MediaType?.Contains("manifest.list", StringComparison.Ordinal) is not true) return blob;
        using var inner = JsonDocument.Parse(Document(BlobPath(blob.Digest)));
        return Choose(inner.RootElement, platform, depth + 1);
    }

    internal static bool IsFor(JsonElement descriptor, string platform) =>
        descriptor.TryGetProperty("platform", out var p) && p.TryGetProperty("os", out var os) && p.TryGetProperty("architecture", out var architecture) && $"{os.GetString()}/{architecture.GetString()}" == platform;

    // One image with the names of files; the digests of its layers are in the configuration, unpacked ones.
    private ScanRequest Saved(string path)
    {
        var bytes = Document("manifest.json");
        using var json = JsonDocument.Parse(bytes);
        var image = json.RootElement.EnumerateArray().First();
        var name = image.TryGetProperty("RepoTags", out var tags) && tags.ValueKind is JsonValueKind.Array && tags.GetArrayLength() > 0 ? tags[0].GetString() : null;
        ScanBlob Blob(JsonElement file) => file.GetString() is { } entry ? new(entry, LengthOf(entry), null) : throw new InvalidDataException("it has a layer without a name.");
        return new()
        {
            Name = name ?? Path.GetFileName(path), Manifest = bytes, ManifestMediaType = "application/json",
            Config = Blob(image.GetProperty("Config")), Layers = [.. image.GetProperty("Layers").EnumerateArray().Select(Blob)], Source = this,
        };
    }

    internal static ScanBlob Descriptor(JsonElement descriptor) => new(
        descriptor.GetProperty("digest").GetString() ?? "", descriptor.GetProperty("size").GetInt64(), descriptor.TryGetProperty("mediaType", out var type) ? type.GetString() : null);

    public static string DigestOf(ReadOnlySpan<byte> manifest) => $"sha256:{Convert.ToHexStringLower(SHA256.HashData(manifest))}";

    private static string BlobPath(string digest) =>
        digest.Split(':') is [{ Length: > 0 } algorithm, { Length: >= 32 } hex] && hex.All(char.IsAsciiHexDigit) && algorithm.All(char.IsAsciiLetterOrDigit)
            ? $"blobs/{algorithm}/{hex}" : throw new InvalidDataException($"{digest} is no digest.");

    private static string Resolve(string name, string link) => string.Join('/', name.Split('/')[..^1].Concat(link.Split('/')).Aggregate(
        new List<string>(), (path, part) =>
        {
            if (part == ".." && path.Count > 0) path.RemoveAt(path.Count - 1);
            else if (part is not ("." or "..")) path.Add(part);
            return path;
        }));

    private byte[] Document(string entry)
    {
        var length = LengthOf(entry);
        if (length > MaxDocument) throw new InvalidDataException($"{entry} has {length} bytes; {MaxDocument} are read.");
        using var stream = OpenEntry(entry);
        var bytes = new byte[length];
        stream.ReadExactly(bytes);
        return bytes;
    }

    private bool Has(string entry) => _entries?.ContainsKey(entry) ?? File.Exists(Path.Combine(_path, entry));

    private long LengthOf(string entry) => _entries is null ? new FileInfo(Inside(entry)) is { Exists: true } file ? file.Length : throw Missing(entry)
        : _entries.TryGetValue(entry, out var there) ? there.Length : throw Missing(entry);

    private Stream OpenEntry(string entry)
    {
        if (_entries is null) return File.OpenRead(Inside(entry));
        if (!_entries.TryGetValue(entry, out var there)) throw Missing(entry);
        var file = File.OpenRead(_path);
        file.Position = there.Offset;
        return new PartOfFile(file, there.Length);
    }

    private string Inside(string entry) => entry.Split('/').Contains("..") || Path.IsPathRooted(entry) ? throw Missing(entry) : Path.Combine(_path, entry);

    private static InvalidDataException Missing(string entry) => new($"{TarName(entry)} is missing from it.");

    private static string TarName(string entry) => Archives.TarReader.Printable(entry);

    private sealed class PartOfFile(FileStream file, long length) : Archives.ReadOnlyStream
    {
        private long _left = length;

        public override int Read(Span<byte> buffer)
        {
            var count = file.Read(buffer[..(int)Math.Min(buffer.Length, _left)]);
            _left -= count;
            return count;
        }

        protected override void Dispose(bool disposing)
        {
            file.Dispose();
            base.Dispose(disposing);
        }
    }
}
