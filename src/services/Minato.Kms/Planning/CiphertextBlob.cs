using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Security.Cryptography;
using System.Text;

namespace Minato.Kms.Planning;

/// <summary>
/// What Encrypt answers: it names its key and the key's material, so that Decrypt needs nothing but the blob and the encryption context.
/// Layout: magic, length and text of the key's id, 32 bytes of the material's id, nonce, text, tag. All of it is authenticated.
/// </summary>
internal sealed record CiphertextBlob(string KeyId, string MaterialId, byte[] Header, ReadOnlyMemory<byte> Nonce, ReadOnlyMemory<byte> Text, ReadOnlyMemory<byte> Tag)
{
    public const int NonceLength = 12;
    private const int TagLength = 16;
    private const int MaterialIdLength = 32;
    private const int LongestKeyId = 64;
    private static ReadOnlySpan<byte> Magic => [1, 2, 2, 0];

    public static byte[] Encrypt(
        string keyId, string materialId, ReadOnlySpan<byte> key, ReadOnlySpan<byte> nonce, ReadOnlySpan<byte> plain, ReadOnlySpan<byte> context)
    {
        byte[] header = [.. Magic, (byte)keyId.Length, .. Encoding.ASCII.GetBytes(keyId), .. Convert.FromHexString(materialId)];
        var blob = new byte[header.Length + NonceLength + plain.Length + TagLength];
        header.CopyTo(blob, 0);
        nonce.CopyTo(blob.AsSpan(header.Length));
        using var cipher = new AesGcm(key, TagLength);
        cipher.Encrypt(nonce, plain, blob.AsSpan(header.Length + NonceLength, plain.Length), blob.AsSpan(blob.Length - TagLength), Bound(header, context));
        return blob;
    }

    public static bool TryRead(ReadOnlyMemory<byte> blob, [NotNullWhen(true)] out CiphertextBlob? read)
    {
        read = null;
        var bytes = blob.Span;
        if (bytes.Length < Magic.Length + 1 || !bytes[..Magic.Length].SequenceEqual(Magic)) return false;
        var idLength = bytes[Magic.Length];
        var headerLength = Magic.Length + 1 + idLength + MaterialIdLength;
        if (idLength is 0 or > LongestKeyId || bytes.Length < headerLength + NonceLength + TagLength) return false;
        read = new(
            Encoding.ASCII.GetString(bytes.Slice(Magic.Length + 1, idLength)), Convert.ToHexStringLower(bytes.Slice(Magic.Length + 1 + idLength, MaterialIdLength)),
            bytes[..headerLength].ToArray(), blob.Slice(headerLength, NonceLength), blob[(headerLength + NonceLength)..^TagLength], blob[^TagLength..]);
        return true;
    }

    /// <returns>Null when key, context or blob are not those of the encryption.</returns>
    public byte[]? Decrypt(ReadOnlySpan<byte> key, ReadOnlySpan<byte> context)
    {
        var plain = new byte[Text.Length];
        using var cipher = new AesGcm(key, TagLength);
        try
        {
            cipher.Decrypt(Nonce.Span, Text.Span, Tag.Span, plain, Bound(Header, context));
        }
        catch (AuthenticationTagMismatchException)
        {
            return null;
        }

        return plain;
    }

    private static byte[] Bound(ReadOnlySpan<byte> header, ReadOnlySpan<byte> context) => [.. header, .. context];

    /// <summary>An encryption context as bytes: the same for every order of its pairs, and different for different pairs.</summary>
    public static byte[] ContextBytes(IReadOnlyDictionary<string, string>? context)
    {
        if (context is not { Count: > 0 }) return [];
        var bytes = new MemoryStream();
        Span<byte> length = stackalloc byte[4];
        foreach (var (name, value) in context.OrderBy(p => p.Key, StringComparer.Ordinal))
        {
            foreach (var text in (ReadOnlySpan<string>)[name, value])
            {
                var encoded = Encoding.UTF8.GetBytes(text);
                BinaryPrimitives.WriteInt32BigEndian(length, encoded.Length);
                bytes.Write(length);
                bytes.Write(encoded);
            }
        }

        return bytes.ToArray();
    }
}
