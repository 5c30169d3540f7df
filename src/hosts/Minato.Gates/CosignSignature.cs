using System.Security.Cryptography;
using System.Text.Json;

namespace Minato.Gates;

/// <summary>Signatures as cosign makes them: over a small JSON document that names the image's digest, by ECDSA P-256 and SHA-256.</summary>
internal static class CosignSignature
{
    public const string LayerType = "application/vnd.dev.cosign.simplesigning.v1+json";
    public const string Annotation = "dev.cosignproject.cosign/signature";
    public const int MaxPayload = 64 << 10;

    /// <summary>Where older versions keep them: a tag beside the image.</summary>
    public static string TagOf(string digest) => digest.Replace(':', '-') + ".sig";

    /// <returns>Whether one of the keys made the signature, and the signed document speaks of this very image.</returns>
    public static bool IsValid(ReadOnlySpan<byte> payload, string signature, string digest, IEnumerable<byte[]> keys)
    {
        Span<byte> bytes = stackalloc byte[256];
        if (payload.Length > MaxPayload || !Convert.TryFromBase64String(signature, bytes, out var length)) return false;
        return Names(payload, digest) && IsSigned(payload, bytes[..length], keys);
    }

    private static bool IsSigned(ReadOnlySpan<byte> payload, ReadOnlySpan<byte> signature, IEnumerable<byte[]> keys)
    {
        foreach (var key in keys)
        {
            using var ecdsa = ECDsa.Create();
            ecdsa.ImportSubjectPublicKeyInfo(key, out _);
            if (ecdsa.VerifyData(payload, signature, HashAlgorithmName.SHA256, DSASignatureFormat.Rfc3279DerSequence)) return true;
        }

        return false;
    }

    // A valid signature of another image would be worth nothing.
    private static bool Names(ReadOnlySpan<byte> payload, string digest)
    {
        try
        {
            using var json = JsonDocument.Parse(payload.ToArray());
            var critical = json.RootElement.GetProperty("critical");
            return critical.GetProperty("type").GetString() == "cosign container image signature"
                && critical.GetProperty("image").GetProperty("docker-manifest-digest").GetString() == digest;
        }
        catch (Exception e) when (e is JsonException or KeyNotFoundException or InvalidOperationException)
        {
            return false;
        }
    }
}
