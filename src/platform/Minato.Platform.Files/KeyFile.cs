using System.Security.Cryptography;

namespace Minato.Platform.Files;

/// <summary>The key that secrets are sealed with: 32 random bytes that their owner alone can read, made when first needed.</summary>
internal static class KeyFile
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    public static byte[] Open(string directory)
    {
        var path = Path.Combine(directory, "sealing.key");
        if (File.Exists(path)) return Read(path);
        Directory.CreateDirectory(directory);
        // Complete under another name first: half a key would make everything sealed with it unreadable.
        var unfinished = $"{path}.new";
        using (var stream = new FileStream(unfinished, new FileStreamOptions { Mode = FileMode.Create, Access = FileAccess.Write, UnixCreateMode = OwnerOnly }))
        {
            stream.Write(RandomNumberGenerator.GetBytes(AesSealer.KeyLength));
            stream.Flush(flushToDisk: true);
        }

        File.Move(unfinished, path, overwrite: false);
        return Read(path);
    }

    private static byte[] Read(string path)
    {
        var key = File.ReadAllBytes(path);
        if (key.Length == AesSealer.KeyLength) return key;
        throw new InvalidDataException($"{path} is not a key: it has {key.Length} bytes. Restore it from a backup; without it no secret of this installation can be read.");
    }
}
