using System.Security.Cryptography;
using Minato.Aws.Payloads;
using Minato.Platform;

namespace Minato.Ec2.Planning;

/// <summary>A pair that is made here. Its private half is handed out once and kept nowhere.</summary>
/// <param name="Material">The private half, as PEM.</param>
internal sealed record NewKeyPair(SshPublicKey Public, string Fingerprint, string Material)
{
    private const int RsaBits = 2048; // As AWS makes them.
    private const int Block = 8;

    /// <summary>AWS: the fingerprint is the SHA-1 of the private half's DER form (PKCS #8).</summary>
    public static NewKeyPair Rsa()
    {
        using var rsa = RSA.Create(RsaBits);
        var secret = rsa.ExportPkcs8PrivateKey();
        try
        {
            return new(SshPublicKey.OfRsa(rsa.ExportParameters(includePrivateParameters: false)), SshPublicKey.Hex(Checksum.Compute("SHA1", secret)), rsa.ExportRSAPrivateKeyPem());
        }
        finally
        {
            CryptographicOperations.ZeroMemory(secret);
        }
    }

    /// <summary>In the form of OpenSSH, the only one that it reads Ed25519 from.</summary>
    public static NewKeyPair OfEd25519(Ids ids)
    {
        var seed = new byte[Ed25519.KeyLength];
        ids.Fill(seed);
        var check = new byte[sizeof(uint)]; // Written twice, for who decrypts it to see that he did.
        ids.Fill(check);
        var half = Ed25519.PublicKeyOf(seed);
        var key = SshPublicKey.OfEd25519(half);
        byte[] secret = [.. check, .. check, .. key.Blob, .. SshPublicKey.Counted([.. seed, .. half]), .. SshPublicKey.Text("")];
        byte[] padding = [.. Enumerable.Range(1, (Block - secret.Length % Block) % Block).Select(i => (byte)i)];
        byte[] file =
        [
            .. "openssh-key-v1\0"u8, .. SshPublicKey.Text("none"), .. SshPublicKey.Text("none"), .. SshPublicKey.Text(""), 0, 0, 0, 1,
            .. SshPublicKey.Counted(key.Blob.AsSpan()), .. SshPublicKey.Counted([.. secret, .. padding]),
        ];
        var material = PemEncoding.WriteString("OPENSSH PRIVATE KEY", file) + "\n";
        foreach (var bytes in (byte[][])[seed, secret, file]) CryptographicOperations.ZeroMemory(bytes);
        return new(key, key.Fingerprint, material);
    }
}
