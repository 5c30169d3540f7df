using System.Buffers.Binary;
using System.Collections.Immutable;
using System.Formats.Asn1;
using System.Numerics;
using System.Security.Cryptography;
using System.Text;
using Minato.Aws.Payloads;
using Minato.Contracts.Ec2;

namespace Minato.Ec2.Planning;

/// <summary>A public key as SSH has it.</summary>
/// <param name="Blob">Its name and its numbers, as RFC 4253 writes them.</param>
internal sealed record SshPublicKey(KeyType Type, ImmutableArray<byte> Blob)
{
    private const string Rsa = "ssh-rsa";
    private const string Ed = "ssh-ed25519";
    private const string Begin = "---- BEGIN SSH2 PUBLIC KEY ----";
    private const string End = "---- END SSH2 PUBLIC KEY ----";
    private const int FewestBits = 1024; // AWS's bounds.
    private const int MostBits = 4096;

    /// <summary>A line of <c>authorized_keys</c>, without a comment.</summary>
    public string Line => $"{(Type is KeyType.Rsa ? Rsa : Ed)} {Convert.ToBase64String(Blob.AsSpan())}";

    /// <summary>AWS: of an imported RSA key the MD5 of its DER form, of Ed25519 what OpenSSH shows, filled up.</summary>
    public string Fingerprint => Type is KeyType.Rsa ? Hex(Checksum.Compute("MD5", DerOf(Blob.AsSpan()))) : Convert.ToBase64String(SHA256.HashData(Blob.AsSpan()));

    public static SshPublicKey OfRsa(RSAParameters key) => new(KeyType.Rsa, [.. Text(Rsa), .. Number(key.Exponent), .. Number(key.Modulus)]);

    public static SshPublicKey OfEd25519(ReadOnlySpan<byte> key) => new(KeyType.Ed25519, [.. Text(Ed), .. Counted(key)]);

    /// <summary>AWS takes lines as OpenSSH writes them, files of RFC 4716, and the DER form in Base64.</summary>
    /// <returns>Null when it is none of them, or a kind of key that AWS does not take.</returns>
    public static SshPublicKey? Read(ReadOnlySpan<byte> material)
    {
        var text = Encoding.Latin1.GetString(material).Trim();
        if (text.StartsWith(Begin, StringComparison.Ordinal)) return OfBlob(Decode(FileBody(text)));
        var words = text.Split((char[]?)null, 3, StringSplitOptions.RemoveEmptyEntries);
        return words switch
        {
            [Rsa or Ed, var blob, ..] => OfBlob(Decode(blob)) is { } key && key.Line.StartsWith(words[0] + " ", StringComparison.Ordinal) ? key : null,
            [..] when Decode(string.Concat(text.Split((char[]?)null))) is { } der => OfDer(der),
            _ => null,
        };
    }

    /// <summary>Pairs of hexadecimal digits.</summary>
    public static string Hex(ReadOnlySpan<byte> hash) => string.Join(':', Convert.ToHexStringLower(hash).Chunk(2).Select(c => new string(c)));

    /// <summary>Bytes behind their number.</summary>
    public static byte[] Counted(ReadOnlySpan<byte> bytes)
    {
        var all = new byte[sizeof(uint) + bytes.Length];
        BinaryPrimitives.WriteUInt32BigEndian(all, (uint)bytes.Length);
        bytes.CopyTo(all.AsSpan(sizeof(uint)));
        return all;
    }

    public static byte[] Text(string text) => Counted(Encoding.ASCII.GetBytes(text));

    private static byte[] Number(ReadOnlySpan<byte> unsigned) => Counted(new BigInteger(unsigned, isUnsigned: true, isBigEndian: true).ToByteArray(isBigEndian: true));

    private static string FileBody(string text)
    {
        var body = new StringBuilder();
        var isHeader = false;
        foreach (var line in text.Split('\n').Skip(1).Select(l => l.Trim()).TakeWhile(l => l != End))
        {
            var wasContinued = isHeader;
            isHeader = wasContinued || line.Contains(':', StringComparison.Ordinal);
            if (!isHeader) body.Append(line);
            isHeader = isHeader && line.EndsWith('\\'); // It goes on in the next line.
        }
        return body.ToString();
    }

    private static byte[]? Decode(string base64)
    {
        var bytes = new byte[base64.Length];
        return Convert.TryFromBase64String(base64, bytes, out var length) && length > 0 ? bytes[..length] : null;
    }

    private static SshPublicKey? OfBlob(byte[]? blob)
    {
        if (blob is null || Parts(blob) is not { } parts) return null;
        return (parts.Count, parts.Count == 0 ? "" : Encoding.ASCII.GetString(parts[0])) switch
        {
            (3, Rsa) => OfNumbers(parts[1], parts[2]),
            (2, Ed) when parts[1].Length == Ed25519.KeyLength => OfEd25519(parts[1]),
            _ => null,
        };
    }

    private static SshPublicKey? OfNumbers(ReadOnlySpan<byte> exponent, ReadOnlySpan<byte> modulus)
    {
        var (e, n) = (new BigInteger(exponent, isBigEndian: true), new BigInteger(modulus, isBigEndian: true));
        if (e.Sign <= 0 || e.IsEven || n.Sign <= 0 || n.GetBitLength() is < FewestBits or > MostBits) return null;
        return OfRsa(new() { Exponent = e.ToByteArray(isUnsigned: true, isBigEndian: true), Modulus = n.ToByteArray(isUnsigned: true, isBigEndian: true) });
    }

    private static SshPublicKey? OfDer(byte[] der)
    {
        try
        {
            using var rsa = RSA.Create();
            rsa.ImportSubjectPublicKeyInfo(der, out var length);
            var key = rsa.ExportParameters(includePrivateParameters: false);
            return length == der.Length ? OfNumbers([0, .. key.Exponent ?? []], [0, .. key.Modulus ?? []]) : null;
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    /// <returns>Null when they do not end where the bytes end.</returns>
    private static List<byte[]>? Parts(ReadOnlySpan<byte> blob)
    {
        var parts = new List<byte[]>();
        while (!blob.IsEmpty)
        {
            if (!BinaryPrimitives.TryReadUInt32BigEndian(blob, out var length) || length > blob.Length - sizeof(uint)) return null;
            parts.Add(blob.Slice(sizeof(uint), (int)length).ToArray());
            blob = blob[(sizeof(uint) + (int)length)..];
        }
        return parts;
    }

    /// <summary>SubjectPublicKeyInfo.</summary>
    private static byte[] DerOf(ReadOnlySpan<byte> blob)
    {
        if (Parts(blob) is not [_, var exponent, var modulus]) throw new ArgumentException("This is no RSA key.", nameof(blob));
        var key = new AsnWriter(AsnEncodingRules.DER);
        using (key.PushSequence())
        {
            key.WriteInteger(modulus);
            key.WriteInteger(exponent);
        }
        var all = new AsnWriter(AsnEncodingRules.DER);
        using (all.PushSequence())
        {
            using (all.PushSequence())
            {
                all.WriteObjectIdentifier("1.2.840.113549.1.1.1");
                all.WriteNull();
            }
            all.WriteBitString(key.Encode());
        }
        return all.Encode();
    }
}
