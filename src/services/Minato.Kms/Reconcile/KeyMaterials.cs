using System.Security.Cryptography;
using Minato.Contracts.Kms;
using Minato.Kms.Planning;
using Minato.Kms.State;
using Minato.Platform;

namespace Minato.Kms.Reconcile;

/// <summary>Makes key material and opens it for the one operation that needs it.</summary>
internal sealed class KeyMaterials(ISealer sealer, Ids ids)
{
    private const int IdLength = 64;

    public Material Make(string keyArn, KeySpec spec, DateTimeOffset now)
    {
        var id = ids.Hex(IdLength);
        var (secret, publicKey) = Pair(spec);
        try
        {
            return new() { Id = id, Sealed = sealer.Seal(secret, Material.ContextOf(keyArn, id)), PublicKey = publicKey, MadeAt = now };
        }
        finally
        {
            CryptographicOperations.ZeroMemory(secret);
        }
    }

    /// <summary>Of a data key pair, or of a key: PKCS #8 and SubjectPublicKeyInfo; raw bytes and null for what has one half.</summary>
    public (byte[] Secret, byte[]? PublicKey) Pair(KeySpec spec)
    {
        if (KeySpecs.IsRsa(spec))
        {
            using var rsa = RSA.Create(KeySpecs.RsaBits(spec));
            return (rsa.ExportPkcs8PrivateKey(), rsa.ExportSubjectPublicKeyInfo());
        }

        if (KeySpecs.IsElliptic(spec))
        {
            using var elliptic = ECDsa.Create(KeySpecs.Curve(spec));
            return (elliptic.ExportPkcs8PrivateKey(), elliptic.ExportSubjectPublicKeyInfo());
        }

        var bytes = new byte[KeySpecs.Bytes(spec)];
        ids.Fill(bytes);
        return (bytes, null);
    }

    public byte[] Open(StoredKey key, Material material) => sealer.Open(material.Sealed, Material.ContextOf(key.Arn, material.Id));

    /// <summary>With the key's newest material.</summary>
    public byte[] Encrypt(StoredKey key, ReadOnlySpan<byte> plain, IReadOnlyDictionary<string, string>? context)
    {
        Span<byte> nonce = stackalloc byte[CiphertextBlob.NonceLength];
        ids.Fill(nonce);
        var secret = Open(key, key.Current);
        try
        {
            return CiphertextBlob.Encrypt(key.KeyId, key.Current.Id, secret, nonce, plain, CiphertextBlob.ContextBytes(context));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(secret);
        }
    }

    /// <returns>Null when blob or context are not those of the encryption.</returns>
    public byte[]? Decrypt(StoredKey key, CiphertextBlob blob, IReadOnlyDictionary<string, string>? context)
    {
        if (key.Materials.FirstOrDefault(m => m.Id == blob.MaterialId) is not { } material) return null;
        var secret = Open(key, material);
        try
        {
            return blob.Decrypt(secret, CiphertextBlob.ContextBytes(context));
        }
        finally
        {
            CryptographicOperations.ZeroMemory(secret);
        }
    }
}
