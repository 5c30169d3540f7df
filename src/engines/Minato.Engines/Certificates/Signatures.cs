using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Minato.Engines.Certificates;

/// <summary>Who signed a certificate: by name and by key, nothing else. Whether anybody trusts the signer is not ours to say.</summary>
public static class Signatures
{
    /// <summary>Proxies and clients of today refuse what is signed over MD5 or SHA-1.</summary>
    public static bool IsStrong(X509Certificate2 certificate) => HashOf(certificate.SignatureAlgorithm.Value) is { } hash && hash != HashAlgorithmName.SHA1;

    /// <returns>Whether this issuer's name is on the certificate, and its key signed it.</returns>
    public static bool IsBy(X509Certificate2 certificate, X509Certificate2 issuer)
    {
        if (!certificate.IssuerName.RawData.AsSpan().SequenceEqual(issuer.SubjectName.RawData)) return false;
        if (HashOf(certificate.SignatureAlgorithm.Value) is not { } hash) return false;
        try
        {
            var (signed, signature) = Parts(certificate.RawData);
            using var rsa = issuer.GetRSAPublicKey();
            if (rsa is not null) return rsa.VerifyData(signed.Span, signature, hash, RSASignaturePadding.Pkcs1);
            using var ec = issuer.GetECDsaPublicKey();
            return ec?.VerifyData(signed.Span, signature, hash, DSASignatureFormat.Rfc3279DerSequence) is true;
        }
        catch (Exception e) when (e is CryptographicException or AsnContentException)
        {
            return false;
        }
    }

    // A certificate is a sequence of what is signed, the algorithm, and the signature.
    private static (ReadOnlyMemory<byte> Signed, byte[] Signature) Parts(byte[] der)
    {
        var certificate = new AsnReader(der, AsnEncodingRules.DER).ReadSequence();
        var signed = certificate.ReadEncodedValue();
        certificate.ReadEncodedValue();
        return (signed, certificate.ReadBitString(out _));
    }

    private static HashAlgorithmName? HashOf(string? oid) => oid switch
    {
        "1.2.840.113549.1.1.11" or "1.2.840.10045.4.3.2" => HashAlgorithmName.SHA256,
        "1.2.840.113549.1.1.12" or "1.2.840.10045.4.3.3" => HashAlgorithmName.SHA384,
        "1.2.840.113549.1.1.13" or "1.2.840.10045.4.3.4" => HashAlgorithmName.SHA512,
        "1.2.840.113549.1.1.5" or "1.2.840.10045.4.1" => HashAlgorithmName.SHA1,
        _ => null,
    };
}
