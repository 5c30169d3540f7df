using System.Security.Cryptography;
using System.Text;

namespace Minato.Platform;

/// <summary>AES-256-GCM. Layout: version, nonce, text, tag.</summary>
public sealed class AesSealer : ISealer
{
    public const int KeyLength = 32;
    private const byte Version = 1;
    private const int NonceLength = 12;
    private const int TagLength = 16;

    private readonly byte[] _key;
    private readonly Ids _ids;

    public AesSealer(ReadOnlySpan<byte> key, Ids ids)
    {
        if (key.Length != KeyLength) throw new ArgumentException($"The key of a sealer has {KeyLength} bytes.", nameof(key));
        _key = key.ToArray();
        _ids = ids;
    }

    /// <summary>With a key that nobody keeps: what it seals is as short-lived as the state in memory.</summary>
    internal static AesSealer Passing(Ids ids)
    {
        Span<byte> key = stackalloc byte[KeyLength];
        ids.Fill(key);
        return new(key, ids);
    }

    public byte[] Seal(ReadOnlySpan<byte> plain, string context)
    {
        var result = new byte[1 + NonceLength + plain.Length + TagLength];
        result[0] = Version;
        var nonce = result.AsSpan(1, NonceLength);
        _ids.Fill(nonce);
        using var cipher = new AesGcm(_key, TagLength);
        cipher.Encrypt(nonce, plain, result.AsSpan(1 + NonceLength, plain.Length), result.AsSpan(result.Length - TagLength), Encoding.UTF8.GetBytes(context));
        return result;
    }

    public byte[] Open(ReadOnlySpan<byte> closed, string context)
    {
        if (closed.Length < 1 + NonceLength + TagLength || closed[0] != Version) throw new SealBrokenException();
        var plain = new byte[closed.Length - 1 - NonceLength - TagLength];
        using var cipher = new AesGcm(_key, TagLength);
        try
        {
            cipher.Decrypt(closed.Slice(1, NonceLength), closed.Slice(1 + NonceLength, plain.Length), closed[^TagLength..], plain, Encoding.UTF8.GetBytes(context));
        }
        catch (AuthenticationTagMismatchException e)
        {
            throw new SealBrokenException(e);
        }

        return plain;
    }
}
