using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Minato.Engines.Proxy;

namespace Minato.Testing.Proxy;

/// <summary>Certificates and settings of TLS as listeners have them.</summary>
public static class GivenTls
{
    public static ProxyCertificate Certificate(string id, bool isElliptic = false, params string[] names)
    {
        using AsymmetricAlgorithm key = isElliptic ? ECDsa.Create(ECCurve.NamedCurves.nistP256) : RSA.Create(2048);
        var subject = $"CN={id}";
        var request = key is RSA rsa
            ? new CertificateRequest(subject, rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1)
            : new CertificateRequest(subject, (ECDsa)key, HashAlgorithmName.SHA256);
        var alternatives = new SubjectAlternativeNameBuilder();
        foreach (var name in names) alternatives.AddDnsName(name);
        alternatives.AddIpAddress(IPAddress.Loopback);
        request.CertificateExtensions.Add(alternatives.Build());
        using var made = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(30));
        return new(id, $"{made.ExportCertificatePem()}\n{key.ExportPkcs8PrivateKeyPem()}\n");
    }

    public static ProxyTls Of(ProxyCertificate first, params ProxyCertificate[] others) => new()
    {
        Default = first,
        Certificates = [.. others],
        Oldest = "TLSv1.2",
        Newest = "TLSv1.3",
        Ciphers = ["TLS_AES_128_GCM_SHA256", "TLS_AES_256_GCM_SHA384", "ECDHE-ECDSA-AES128-GCM-SHA256", "ECDHE-RSA-AES128-GCM-SHA256"],
        Alpn = ["h2", "http/1.1"],
    };
}
