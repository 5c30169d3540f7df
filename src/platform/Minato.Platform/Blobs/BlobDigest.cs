using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;

namespace Minato.Platform;

/// <summary>A digest as the OCI specification writes it, read strictly: it becomes part of a file name.</summary>
public readonly record struct BlobDigest(string Algorithm, string Hex)
{
    public override string ToString() => $"{Algorithm}:{Hex}";

    public static bool TryParse([NotNullWhen(true)] string? text, out BlobDigest digest)
    {
        digest = default;
        if (text?.Split(':') is not [var algorithm, var hex]) return false;
        if (hex.Length != (algorithm switch { "sha256" => 64, "sha512" => 128, _ => -1 })) return false;
        if (!hex.All(char.IsAsciiHexDigitLower)) return false;
        digest = new(algorithm, hex);
        return true;
    }

    /// <exception cref="BlobDigestException">Not a sha256 or sha512 digest.</exception>
    public static BlobDigest Parse(string text) => TryParse(text, out var digest)
        ? digest
        : throw new BlobDigestException($"'{text}' is not a digest: sha256:<64 hex digits> or sha512:<128 hex digits>.");

    public HashAlgorithmName HashName => Algorithm is "sha512" ? HashAlgorithmName.SHA512 : HashAlgorithmName.SHA256;

    /// <exception cref="BlobDigestException">The content's hash is another.</exception>
    public void Verify(ReadOnlySpan<byte> hash)
    {
        var found = Convert.ToHexStringLower(hash);
        if (found != Hex) throw new BlobDigestException($"The content is {Algorithm}:{found}, not {this}.");
    }
}
