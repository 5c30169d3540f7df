using System.Formats.Tar;
using System.IO.Compression;
using System.Text;
using System.Text.Json.Nodes;
using Minato.Engines.Scanning;

namespace Minato.Engines.Scanner.Tests;

/// <summary>Images made in memory.</summary>
internal static class Given
{
    public const string DebianRelease = "ID=debian\nVERSION_ID=\"12\"\nPRETTY_NAME=\"Debian GNU/Linux 12 (bookworm)\"\n";

    public static byte[] Layer(params ReadOnlySpan<(string Path, string Text)> files)
    {
        using var tar = new MemoryStream();
        using (var writer = new TarWriter(tar, TarEntryFormat.Pax, leaveOpen: true))
        {
            foreach (var (path, text) in files)
                writer.WriteEntry(new PaxTarEntry(TarEntryType.RegularFile, path) { DataStream = new MemoryStream(Encoding.UTF8.GetBytes(text)), Mode = UnixFileMode.UserRead });
        }

        return tar.ToArray();
    }

    public static byte[] Entries(params ReadOnlySpan<TarEntry> entries)
    {
        using var tar = new MemoryStream();
        using (var writer = new TarWriter(tar, TarEntryFormat.Pax, leaveOpen: true)) foreach (var entry in entries) writer.WriteEntry(entry);
        return tar.ToArray();
    }

    public static byte[] GZip(byte[] bytes)
    {
        using var packed = new MemoryStream();
        using (var gzip = new GZipStream(packed, CompressionLevel.Fastest, leaveOpen: true)) gzip.Write(bytes);
        return packed.ToArray();
    }

    public static ScanRequest Image(params byte[][] layers) => Image([], layers);

    public static ScanRequest Image(string[] environment, params byte[][] layers)
    {
        var config = Encoding.UTF8.GetBytes(new JsonObject
        {
            ["architecture"] = "amd64", ["os"] = "linux", ["rootfs"] = new JsonObject { ["type"] = "layers" },
            ["config"] = new JsonObject { ["Env"] = new JsonArray([.. environment.Select(e => (JsonNode)e)]) },
        }.ToJsonString());
        var blobs = layers.Select((l, i) => new ScanBlob($"sha256:{i:d64}", l.Length, "application/vnd.oci.image.layer.v1.tar+gzip")).ToList();
        return new()
        {
            Name = "test", Manifest = Array.Empty<byte>(), ManifestMediaType = "application/vnd.oci.image.manifest.v1+json",
            Config = new("config", config.Length, null), Layers = blobs, Source = new Blobs(layers, config),
        };
    }

    private sealed class Blobs(byte[][] layers, byte[] config) : IScanSource
    {
        public ValueTask<Stream> OpenAsync(ScanBlob blob, CancellationToken ct) =>
            new(new MemoryStream(blob.Digest == "config" ? config : layers[int.Parse(blob.Digest.AsSpan(7))]));
    }
}
