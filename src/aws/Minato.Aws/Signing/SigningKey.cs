using System.Security.Cryptography;
using System.Text;
using Minato.Aws.Protocols;

namespace Minato.Aws.Signing;

/// <summary>A secret key narrowed to a day, a region and a service.</summary>
internal sealed class SigningKey
{
    private readonly byte[] _key;

    public SigningKey(string secretKey, string date, string region, string service)
    {
        Scope = $"{date}/{region}/{service}/aws4_request";
        var key = HMACSHA256.HashData(Encoding.UTF8.GetBytes("AWS4" + secretKey), Encoding.UTF8.GetBytes(date));
        key = HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(region));
        key = HMACSHA256.HashData(key, Encoding.UTF8.GetBytes(service));
        _key = HMACSHA256.HashData(key, "aws4_request"u8);
    }

    public string Scope { get; }

    /// <summary>Signs a canonical request.</summary>
    /// <param name="signature">32 bytes.</param>
    public void Sign(string amzDate, ReadOnlySpan<byte> canonicalRequest, Span<byte> signature)
    {
        Span<byte> hash = stackalloc byte[32];
        SHA256.HashData(canonicalRequest, hash);
        using var text = new PooledBuffer(256);
        text.Append("AWS4-HMAC-SHA256\n"u8);
        text.Append(amzDate);
        text.Append((byte)'\n');
        text.Append(Scope);
        text.Append((byte)'\n');
        AppendHex(text, hash);
        SignText(text.Span, signature);
    }

    public void SignText(ReadOnlySpan<byte> stringToSign, Span<byte> signature) => HMACSHA256.HashData(_key, stringToSign, signature);

    public static void AppendHex(PooledBuffer into, ReadOnlySpan<byte> bytes)
    {
        Span<char> hex = stackalloc char[64];
        Convert.TryToHexStringLower(bytes, hex, out var written);
        into.Append(hex[..written]);
    }
}
