using System.Buffers.Text;
using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json;

namespace Minato.Sts.Planning;

/// <summary>A token of a provider of identities (a signed JWT), taken apart. Nothing of it may be believed before <see cref="IsSignedBy"/>.</summary>
internal sealed class WebToken
{
    private const int LongestToken = 20_000;
    private readonly string _signed;
    private readonly byte[] _signature;
    private readonly JsonElement _header;
    private readonly JsonElement _claims;

    private WebToken(string signed, byte[] signature, JsonElement header, JsonElement claims) => (_signed, _signature, _header, _claims) = (signed, signature, header, claims);

    public string? Issuer => Text(_claims, "iss");
    public string? Subject => Text(_claims, "sub");
    public DateTimeOffset? ExpiresAt => Time("exp");
    public DateTimeOffset? NotBefore => Time("nbf");
    public ImmutableArray<string> Audiences => Texts("aud");

    public ImmutableArray<string> Texts(string claim) => !_claims.TryGetProperty(claim, out var value) ? [] : value.ValueKind switch
    {
        JsonValueKind.Array => [.. value.EnumerateArray().Where(v => v.ValueKind is JsonValueKind.String).Select(v => v.GetString() ?? "")],
        JsonValueKind.String => [value.GetString() ?? ""],
        _ => [],
    };

    /// <returns>Null for what is no such token.</returns>
    public static WebToken? Read(string text)
    {
        if (text.Length > LongestToken || text.Split('.') is not [var header, var claims, var signature]) return null;
        try
        {
            return new($"{header}.{claims}", Base64Url.DecodeFromChars(signature), Json(header), Json(claims));
        }
        catch (Exception e) when (e is FormatException or JsonException)
        {
            return null;
        }
    }

    /// <param name="keys">The provider's keys, as it publishes them (a JSON Web Key Set).</param>
    public bool IsSignedBy(string keys)
    {
        try
        {
            using var set = JsonDocument.Parse(keys, new() { MaxDepth = 8 });
            var id = Text(_header, "kid");
            return set.RootElement.ValueKind is JsonValueKind.Object && set.RootElement.TryGetProperty("keys", out var all) && all.ValueKind is JsonValueKind.Array
                && all.EnumerateArray().Where(k => k.ValueKind is JsonValueKind.Object && (id is null || Text(k, "kid") == id)).Any(IsSignedBy);
        }
        catch (JsonException)
        {
            return false;
        }
    }

    // The algorithm must be one of the key's kind: "none" and keyed hashes are nobody's signature.
    private bool IsSignedBy(JsonElement key)
    {
        try
        {
            var data = Encoding.ASCII.GetBytes(_signed);
            return (Text(_header, "alg"), Text(key, "kty")) switch
            {
                ("RS256", "RSA") => Rsa(key, data, HashAlgorithmName.SHA256),
                ("RS384", "RSA") => Rsa(key, data, HashAlgorithmName.SHA384),
                ("RS512", "RSA") => Rsa(key, data, HashAlgorithmName.SHA512),
                ("ES256", "EC") => Ec(key, data, ECCurve.NamedCurves.nistP256, HashAlgorithmName.SHA256),
                ("ES384", "EC") => Ec(key, data, ECCurve.NamedCurves.nistP384, HashAlgorithmName.SHA384),
                _ => false,
            };
        }
        catch (Exception e) when (e is CryptographicException or FormatException)
        {
            return false;
        }
    }

    private bool Rsa(JsonElement key, byte[] data, HashAlgorithmName hash)
    {
        using var rsa = RSA.Create(new RSAParameters { Modulus = Bytes(key, "n"), Exponent = Bytes(key, "e") });
        return rsa.VerifyData(data, _signature, hash, RSASignaturePadding.Pkcs1);
    }

    private bool Ec(JsonElement key, byte[] data, ECCurve curve, HashAlgorithmName hash)
    {
        using var ec = ECDsa.Create(new ECParameters { Curve = curve, Q = new() { X = Bytes(key, "x"), Y = Bytes(key, "y") } });
        return ec.VerifyData(data, _signature, hash);
    }

    private DateTimeOffset? Time(string claim) => _claims.TryGetProperty(claim, out var value) && value.ValueKind is JsonValueKind.Number && value.TryGetDouble(out var seconds)
        && seconds is > 0 and < 32_503_680_000 ? DateTimeOffset.FromUnixTimeSeconds((long)seconds) : null;

    private static byte[] Bytes(JsonElement key, string name) => Base64Url.DecodeFromChars(Text(key, name) ?? "");

    private static string? Text(JsonElement json, string name) => json.TryGetProperty(name, out var value) && value.ValueKind is JsonValueKind.String ? value.GetString() : null;

    private static JsonElement Json(string part)
    {
        using var document = JsonDocument.Parse(Base64Url.DecodeFromChars(part), new() { MaxDepth = 8 });
        return document.RootElement.ValueKind is JsonValueKind.Object ? document.RootElement.Clone() : throw new JsonException("An object was expected.");
    }
}
