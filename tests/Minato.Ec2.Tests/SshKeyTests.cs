using System.Buffers.Binary;
using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Text;
using Minato.Aws.Payloads;
using Minato.Contracts.Ec2;
using Minato.Ec2.Planning;
using Minato.Platform;

namespace Minato.Ec2.Tests;

/// <summary>Keys of SSH and their fingerprints. What is expected was told by ssh-keygen and openssl.</summary>
public sealed class SshKeyTests
{
    public const string Rsa = "AAAAB3NzaC1yc2EAAAADAQABAAABAQDeYMQkKtqhZW0chXGB/VTztd5PeJrN6ZHl9jcHDvN4VqFsCSkt2ki5BbwZm/xDMCrGsbroAsnwmT6psLq0Dq/RShHjwAr7T5Ba0e18M/CUZVlnS3jfWW162buScwOnDLwqd/WfS4H58W5yBqIBSntHtEjAhWenqjuCKHOrGjN5TM0S/tpzWXD59U59fUpwoAAE3Q5lxZdmDN0rTj7UeCPcHIvEr7CkQWB4s21903dCv89R1HlyzDO+kXiVv53QtVxfQbw1FldlpDxZ4w0uXH3BE2kOtTfzjGzS0bQYcxw1V+jb5BtXlrUCN6LC/aUWb9F4EXuHrl+DzRq2DFthVn/5";
    public const string Ed = "AAAAC3NzaC1lZDI1NTE5AAAAIHdutDDBi2RX5mO6UU46HPZCikS4RytleagQz+SZbkFh";
    public const string RsaFingerprint = "2b:17:8c:b8:89:3b:99:3a:fd:b8:76:b0:18:2b:d6:36";
    public const string EdFingerprint = "o5mIgo0Wzbp1/uy7EQQTsRAD6ssJj6pj1l70qsZ6ZXk=";

    private const string Elliptic = "AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBBgw7rt9hRtt8CKiYypYm43+JZ4gJW5ftTfYkz/oSBr+hkBI0YbGpWPwTchJDCZrQXfGLlv1NFhk+t3AMG+7qf0=";
    private const string Der = "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA3mDEJCraoWVtHIVxgf1U87XeT3iazemR5fY3Bw7zeFahbAkpLdpIuQW8GZv8QzAqxrG66ALJ8Jk+qbC6tA6v0UoR48AK+0+QWtHtfDPwlGVZZ0t431ltetm7knMDpwy8Knf1n0uB+fFucgaiAUp7R7RIwIVnp6o7gihzqxozeUzNEv7ac1lw+fVOfX1KcKAABN0OZcWXZgzdK04+1Hgj3ByLxK+wpEFgeLNtfdN3Qr/PUdR5cswzvpF4lb+d0LVcX0G8NRZXZaQ8WeMNLlx9wRNpDrU384xs0tG0GHMcNVfo2+QbV5a1Ajeiwv2lFm/ReBF7h65fg80atgxbYVZ/+QIDAQAB";

    private static SshPublicKey? Read(string text) => SshPublicKey.Read(Encoding.UTF8.GetBytes(text));

    [Theory]
    [InlineData("9d61b19deffd5a60ba844af492ec2cc44449c5697b326919703bac031cae7f60", "d75a980182b10ab7d54bfed3c964073a0ee172f3daa62325af021a68f707511a")]
    [InlineData("4ccd089b28ff96da9db6c346ec114e0f5b8a319f35aba624da8cf6ed4fb8a6fb", "3d4017c3e843895a92b70aa74d1b7ebc9c982ccf2ec4968cc0cd55f12af4660c")]
    [InlineData("ffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff", "76a1592044a6e4f511265bca73a604d90b0529d1df602be30a19a9257660d1f5")]
    public void Public_keys_of_ed25519_are_those_of_RFC_8032(string seed, string key) =>
        Convert.ToHexStringLower(Ed25519.PublicKeyOf(Convert.FromHexString(seed))).ShouldBe(key);

    [Fact]
    public void An_rsa_key_is_read_in_three_forms_and_its_fingerprint_is_the_md5_of_its_der_form()
    {
        var wrapped = string.Join('\n', Rsa.Chunk(70).Select(c => new string(c)));
        string[] forms =
        [
            $"ssh-rsa {Rsa}", $"ssh-rsa {Rsa} me@here\n", $"---- BEGIN SSH2 PUBLIC KEY ----\r\nComment: \"of \\\nmine\"\n{wrapped}\n---- END SSH2 PUBLIC KEY ----\n", Der, Der.Insert(64, "\n"),
        ];
        foreach (var key in forms.Select(Read))
            (key?.Type, key?.Line, key?.Fingerprint).ShouldBe((KeyType.Rsa, $"ssh-rsa {Rsa}", RsaFingerprint));
    }

    [Fact]
    public void The_fingerprint_of_ed25519_is_that_of_openssh_filled_up()
    {
        var key = Read($"ssh-ed25519 {Ed} me@here");
        (key?.Type, key?.Line, key?.Fingerprint).ShouldBe((KeyType.Ed25519, $"ssh-ed25519 {Ed}", EdFingerprint));
    }

    [Theory]
    [InlineData("")]
    [InlineData("ssh-rsa")]
    [InlineData("ssh-rsa %%%")]
    [InlineData("ssh-rsa " + Ed)] // Another kind than it says.
    [InlineData("ssh-ed25519 " + Rsa)]
    [InlineData("ecdsa-sha2-nistp256 " + Elliptic)]
    [InlineData("ssh-rsa AAAAB3NzaC1yc2E=")]
    [InlineData("ssh-rsa AAAAB3NzaC1yc2H/////")] // A length beyond the end.
    [InlineData("AAAA")]
    [InlineData("-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----")]
    [InlineData("---- BEGIN SSH2 PUBLIC KEY ----")]
    public void What_is_no_key_that_AWS_takes_is_none(string text) => Read(text).ShouldBeNull();

    [Theory]
    [InlineData(512, false)]
    [InlineData(1024, true)]
    public void Rsa_keys_have_a_least_length(int bits, bool isTaken)
    {
        using var rsa = RSA.Create(bits);
        (Read(SshPublicKey.OfRsa(rsa.ExportParameters(false)).Line) is not null).ShouldBe(isTaken);
    }

    [Fact]
    public void Any_bytes_at_all_have_an_answer()
    {
        var chance = new Random(7);
        var blob = Convert.FromBase64String(Rsa);
        for (var i = 0; i < 2000; i++)
        {
            var bytes = blob.ToArray();
            bytes[chance.Next(32)] = (byte)chance.Next(256);
            Read($"ssh-rsa {Convert.ToBase64String(bytes.AsSpan(0, chance.Next(bytes.Length)))}");
            chance.NextBytes(bytes);
            SshPublicKey.Read(bytes);
        }
    }

    [Fact]
    public void A_new_rsa_pair_has_the_sha1_of_its_private_half_as_fingerprint()
    {
        var made = NewKeyPair.Rsa();
        made.Material.ShouldStartWith("-----BEGIN RSA PRIVATE KEY-----\n");
        using var rsa = RSA.Create();
        rsa.ImportFromPem(made.Material);
        rsa.KeySize.ShouldBe(2048);
        SshPublicKey.OfRsa(rsa.ExportParameters(false)).Line.ShouldBe(made.Public.Line);
        var file = new AsnWriter(AsnEncodingRules.DER);
        using (file.PushSequence())
        {
            file.WriteInteger(0);
            using (file.PushSequence())
            {
                file.WriteObjectIdentifier("1.2.840.113549.1.1.1");
                file.WriteNull();
            }
            file.WriteOctetString(rsa.ExportRSAPrivateKey());
        }
        made.Fingerprint.ShouldBe(string.Join(':', Checksum.Compute("SHA1", file.Encode()).Select(b => $"{b:x2}")));
    }

    [Fact]
    public void A_new_ed25519_pair_comes_in_the_form_of_openssh()
    {
        var made = NewKeyPair.OfEd25519(new Ids(1));
        made.Fingerprint.ShouldBe(made.Public.Fingerprint);
        made.Material.ShouldEndWith("-----END OPENSSH PRIVATE KEY-----\n");
        var file = Convert.FromBase64String(string.Concat(made.Material.Split('\n').Where(l => !l.StartsWith('-'))));
        Encoding.ASCII.GetString(file, 0, 15).ShouldBe("openssh-key-v1\0");
        ReadOnlySpan<byte> rest = file.AsSpan(15);
        Encoding.ASCII.GetString(Next(ref rest)).ShouldBe("none");
        Encoding.ASCII.GetString(Next(ref rest)).ShouldBe("none");
        Next(ref rest).ShouldBeEmpty();
        BinaryPrimitives.ReadInt32BigEndian(rest).ShouldBe(1, "one key");
        rest = rest[4..];
        Next(ref rest).ShouldBe(made.Public.Blob.ToArray());
        var secret = Next(ref rest);
        rest.IsEmpty.ShouldBeTrue();
        (secret.Length % 8).ShouldBe(0);
        secret[..4].ShouldBe(secret[4..8]);
        rest = secret.AsSpan(8);
        Encoding.ASCII.GetString(Next(ref rest)).ShouldBe("ssh-ed25519");
        var half = Next(ref rest);
        var whole = Next(ref rest);
        whole[32..].ShouldBe(half);
        Ed25519.PublicKeyOf(whole.AsSpan(0, 32)).ShouldBe(half);

        static byte[] Next(ref ReadOnlySpan<byte> rest)
        {
            var length = BinaryPrimitives.ReadInt32BigEndian(rest);
            var part = rest.Slice(4, length).ToArray();
            rest = rest[(4 + length)..];
            return part;
        }
    }
}
