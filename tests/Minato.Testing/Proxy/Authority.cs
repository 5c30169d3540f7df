using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace Minato.Testing.Proxy;

/// <summary>An authority of a test: signs certificates of clients, and says which of them count no more.</summary>
public sealed class Authority : IDisposable
{
    private readonly RSA _key = RSA.Create(2048);
    private readonly X509Certificate2 _own;

    public Authority(string name)
    {
        var request = new CertificateRequest(NameOf(name), _key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.CrlSign, true));
        request.CertificateExtensions.Add(new X509SubjectKeyIdentifierExtension(request.PublicKey, false));
        _own = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-10), DateTimeOffset.UtcNow.AddDays(30));
    }

    public string Pem => _own.ExportCertificatePem() + "\n";

    /// <summary>With its key.</summary>
    public X509Certificate2 Issue(string name, DateTimeOffset? end = null)
    {
        using var key = RSA.Create(2048);
        var request = new CertificateRequest(NameOf(name), key, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        Span<byte> serial = stackalloc byte[8];
        RandomNumberGenerator.Fill(serial);
        serial[0] = (byte)(serial[0] & 0x7f | 0x40); // Positive, and as long as it is.
        using var signed = request.Create(_own, DateTimeOffset.UtcNow.AddDays(-5), end ?? DateTimeOffset.UtcNow.AddDays(5), serial);
        using var both = signed.CopyWithPrivateKey(key);
        return X509CertificateLoader.LoadPkcs12(both.Export(X509ContentType.Pkcs12), null);
    }

    /// <summary>A revocation list, PEM.</summary>
    public string ListOf(params X509Certificate2[] revoked)
    {
        var list = new CertificateRevocationListBuilder();
        foreach (var one in revoked) list.AddEntry(one);
        var der = list.Build(_own, 1, DateTimeOffset.UtcNow.AddDays(10), HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1);
        return PemEncoding.WriteString("X509 CRL", der) + "\n";
    }

    public void Dispose()
    {
        _own.Dispose();
        _key.Dispose();
    }

    private static X500DistinguishedName NameOf(string name) => new($"CN={name}, O=Minato");
}
