using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Minato.Contracts.Acm;

namespace Minato.Acm.Planning;

/// <summary>The key algorithms of ACM.</summary>
internal static class KeyAlgorithms
{
    private const string Sha256Rsa = "1.2.840.113549.1.1.11";

    /// <returns>Null when ACM has no such kind of key.</returns>
    public static KeyAlgorithm? Of(X509Certificate2 certificate)
    {
        using var rsa = certificate.GetRSAPublicKey();
        if (rsa is not null) return OfRsa(rsa.KeySize);
        using var ec = certificate.GetECDsaPublicKey();
        return ec?.KeySize switch
        {
            256 when IsCurve(ec, "1.2.840.10045.3.1.7") => KeyAlgorithm.ECPrime256v1,
            384 when IsCurve(ec, "1.3.132.0.34") => KeyAlgorithm.ECSecp384r1,
            521 when IsCurve(ec, "1.3.132.0.35") => KeyAlgorithm.ECSecp521r1,
            _ => null,
        };
    }

    public static bool IsElliptic(KeyAlgorithm algorithm) =>
        algorithm is KeyAlgorithm.ECPrime256v1 or KeyAlgorithm.ECSecp384r1 or KeyAlgorithm.ECSecp521r1;

    /// <summary>AWS: certificates with other keys are imported, not requested.</summary>
    public static bool IsRequested(KeyAlgorithm algorithm) => algorithm is KeyAlgorithm.Rsa2048 or KeyAlgorithm.ECPrime256v1 or KeyAlgorithm.ECSecp384r1;

    public static int Bits(KeyAlgorithm algorithm) => algorithm switch
    {
        KeyAlgorithm.Rsa1024 => 1024,
        KeyAlgorithm.Rsa2048 => 2048,
        KeyAlgorithm.Rsa3072 => 3072,
        KeyAlgorithm.Rsa4096 => 4096,
        KeyAlgorithm.ECPrime256v1 => 256,
        KeyAlgorithm.ECSecp384r1 => 384,
        _ => 521,
    };

    public static AsymmetricAlgorithm Make(KeyAlgorithm algorithm) => algorithm switch
    {
        KeyAlgorithm.ECPrime256v1 => ECDsa.Create(ECCurve.NamedCurves.nistP256),
        KeyAlgorithm.ECSecp384r1 => ECDsa.Create(ECCurve.NamedCurves.nistP384),
        KeyAlgorithm.ECSecp521r1 => ECDsa.Create(ECCurve.NamedCurves.nistP521),
        _ => RSA.Create(Bits(algorithm)),
    };

    /// <summary>As ACM writes it: <c>SHA256WITHRSA</c>.</summary>
    public static string Signature(X509Certificate2 certificate) => certificate.SignatureAlgorithm.Value switch
    {
        Sha256Rsa => "SHA256WITHRSA",
        "1.2.840.113549.1.1.12" => "SHA384WITHRSA",
        "1.2.840.113549.1.1.13" => "SHA512WITHRSA",
        "1.2.840.113549.1.1.5" => "SHA1WITHRSA",
        "1.2.840.10045.4.3.2" => "SHA256WITHECDSA",
        "1.2.840.10045.4.3.3" => "SHA384WITHECDSA",
        "1.2.840.10045.4.3.4" => "SHA512WITHECDSA",
        _ => certificate.SignatureAlgorithm.FriendlyName?.ToUpperInvariant() ?? "UNKNOWN",
    };

    private static KeyAlgorithm? OfRsa(int bits) => bits switch
    {
        1024 => KeyAlgorithm.Rsa1024,
        2048 => KeyAlgorithm.Rsa2048,
        3072 => KeyAlgorithm.Rsa3072,
        4096 => KeyAlgorithm.Rsa4096,
        _ => null,
    };

    private static bool IsCurve(ECDsa key, string oid) => key.ExportParameters(includePrivateParameters: false).Curve.Oid.Value == oid;
}
