using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace Minato.Aws;

/// <summary>
/// Tokens of paginated answers. They show nothing of what they hold, are bound to the operation that made them, and a changed one
/// is recognised. The same position always gives the same token, so that a repeated request gets a repeated answer.
/// </summary>
public sealed class PageTokens
{
    private const int NonceLength = 12;
    private const int TagLength = 16;
    private const int LongestToken = 8192;
    private readonly byte[] _encryptionKey;
    private readonly byte[] _nonceKey;

    /// <param name="secret">A secret of the installation; the keys used here are derived from it.</param>
    public PageTokens(ReadOnlySpan<byte> secret)
    {
        _encryptionKey = HMACSHA256.HashData(secret, "minato page tokens: encryption"u8);
        _nonceKey = HMACSHA256.HashData(secret, "minato page tokens: nonce"u8);
    }

    /// <param name="operation">Binds the token; it may carry more than the operation's name (a filter, an account).</param>
    public string Encode(string operation, string position)
    {
        var bound = Encoding.UTF8.GetBytes(operation);
        var plain = Encoding.UTF8.GetBytes(position);
        var token = new byte[NonceLength + plain.Length + TagLength];
        var nonce = token.AsSpan(0, NonceLength);
        DeriveNonce(bound, plain, nonce);
        using var cipher = new AesGcm(_encryptionKey, TagLength);
        cipher.Encrypt(nonce, plain, token.AsSpan(NonceLength, plain.Length), token.AsSpan(NonceLength + plain.Length), bound);
        return Base64Url.EncodeToString(token);
    }

    /// <returns>Null for a token that was changed, or made by another operation or installation.</returns>
    public string? Decode(string operation, string token)
    {
        if (token.Length > LongestToken || !Base64Url.IsValid(token)) return null;
        var bytes = Base64Url.DecodeFromChars(token);
        if (bytes.Length < NonceLength + TagLength) return null;
        var plain = new byte[bytes.Length - NonceLength - TagLength];
        using var cipher = new AesGcm(_encryptionKey, TagLength);
        try
        {
            cipher.Decrypt(bytes.AsSpan(0, NonceLength), bytes.AsSpan(NonceLength, plain.Length), bytes.AsSpan(NonceLength + plain.Length), plain,
                Encoding.UTF8.GetBytes(operation));
        }
        catch (AuthenticationTagMismatchException)
        {
            return null;
        }
        return Encoding.UTF8.GetString(plain);
    }

    // A nonce may never serve two texts; derived from both, it serves the same text only.
    private void DeriveNonce(ReadOnlySpan<byte> bound, ReadOnlySpan<byte> plain, Span<byte> nonce)
    {
        using var hash = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, _nonceKey);
        Span<byte> length = stackalloc byte[4];
        System.Buffers.Binary.BinaryPrimitives.WriteInt32BigEndian(length, bound.Length);
        hash.AppendData(length);
        hash.AppendData(bound);
        hash.AppendData(plain);
        Span<byte> full = stackalloc byte[32];
        hash.GetHashAndReset(full);
        full[..NonceLength].CopyTo(nonce);
    }
}
