using System.Security.Cryptography;

namespace Minato.Platform.Files;

/// <summary>
/// The key that secrets are sealed with: 32 random bytes that their owner alone can read, made when first needed; or given from outside, and
/// then in no file at all.
/// </summary>
internal static class KeyFile
{
    /// <summary>The key in Base64 or hexadecimal digits.</summary>
    public const string Variable = "MINATO_MASTER_KEY";
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite;

    /// <param name="directory">Where the file is kept.</param>
    /// <param name="given">What stands in <see cref="Variable"/>; null or empty when nothing does.</param>
    /// <exception cref="InvalidDataException">What is given or kept is no key, or both are and differ.</exception>
    public static byte[] Open(string directory, string? given = null)
    {
        var path = Path.Combine(directory, "sealing.key");
        if (!string.IsNullOrWhiteSpace(given)) return Given(given.Trim(), path);
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

    // Silently taking one of two keys would leave what the other has sealed unreadable.
    private static byte[] Given(string text, string path)
    {
        var key = Decode(text) ?? throw new InvalidDataException($"{Variable} is not a key: it must be {AesSealer.KeyLength} bytes in Base64 or hexadecimal digits.");
        if (!File.Exists(path) || CryptographicOperations.FixedTimeEquals(Read(path), key)) return key;
        throw new InvalidDataException($"{Variable} and {path} are different keys. What is there is sealed with the one in the file: unset {Variable}, or give that key.");
    }

    private static byte[]? Decode(string text)
    {
        var bytes = new byte[AesSealer.KeyLength];
        if (text.Length == bytes.Length * 2) return Convert.FromHexString(text, bytes, out _, out _) is System.Buffers.OperationStatus.Done ? bytes : null;
        return Convert.TryFromBase64String(text, bytes, out var length) && length == bytes.Length ? bytes : null;
    }

    private static byte[] Read(string path)
    {
        var key = File.ReadAllBytes(path);
        if (key.Length == AesSealer.KeyLength) return key;
        throw new InvalidDataException($"{path} is not a key: it has {key.Length} bytes. Restore it from a backup; without it no secret of this installation can be read.");
    }
}
