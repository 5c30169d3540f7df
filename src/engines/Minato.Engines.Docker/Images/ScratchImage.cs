using System.Formats.Tar;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using System.Text.Json;

namespace Minato.Engines.Docker;

/// <summary>An archive for <c>docker load</c> with an image of one layer. The same content makes the same image id.</summary>
internal static class ScratchImage
{
    internal sealed record File(string Path, byte[] Content);

    /// <param name="Id">What the engine will call the image.</param>
    internal sealed record Loadable(string Id, byte[] Archive);

    public static Loadable Make(string reference, ImageRunConfig run, IReadOnlyList<File> files)
    {
        var layer = Tar(files, executable: true);
        var config = JsonSerializer.SerializeToUtf8Bytes(new ImageConfig
        {
            Created = "1970-01-01T00:00:00Z",
            Architecture = RuntimeInformation.OSArchitecture is Architecture.Arm64 ? "arm64" : "amd64",
            Os = "linux",
            Config = run,
            Layers = new("layers", ["sha256:" + Hash(layer)]),
        }, DockerJson.Default.ImageConfig);
        var id = Hash(config);
        var manifest = JsonSerializer.SerializeToUtf8Bytes<ImageManifest[]>(
            [new(id + ".json", [reference], ["layer.tar"])], DockerJson.Default.ImageManifestArray);
        return new("sha256:" + id,
            Tar([new(id + ".json", config), new("layer.tar", layer), new("manifest.json", manifest)], executable: false));
    }

    public static byte[] Tar(IReadOnlyList<File> files, bool executable)
    {
        using var stream = new MemoryStream();
        using (var tar = new TarWriter(stream, TarEntryFormat.Ustar, leaveOpen: true))
        {
            foreach (var file in files)
            {
                tar.WriteEntry(new UstarTarEntry(TarEntryType.RegularFile, file.Path)
                {
                    Mode = (UnixFileMode)(executable ? 0b111_101_101 : 0b110_100_100),
                    ModificationTime = DateTimeOffset.UnixEpoch,
                    DataStream = new MemoryStream(file.Content),
                });
            }
        }
        return stream.ToArray();
    }

    private static string Hash(byte[] content) => Convert.ToHexStringLower(SHA256.HashData(content));
}
