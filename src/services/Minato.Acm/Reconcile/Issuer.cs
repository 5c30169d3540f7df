using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using Minato.Acm.Planning;
using Minato.Acm.State;
using Minato.Contracts.Acm;
using Minato.Platform;

namespace Minato.Acm.Reconcile;

/// <summary>Makes a key and has the local authority sign for it.</summary>
internal sealed class Issuer(ICertificateAuthority authority, ISealer sealer)
{
    /// <summary>As long as ACM's certificates are valid: thirteen months.</summary>
    public static readonly TimeSpan Life = TimeSpan.FromDays(395);

    public IssuedState Issue(CertificateState certificate, DateTimeOffset now)
    {
        using var key = KeyAlgorithms.Make(certificate.KeyAlgorithm);
        var subject = new X500DistinguishedName($"CN={certificate.DomainName}");
        var request = key switch
        {
            RSA rsa => new CertificateRequest(subject, rsa, HashAlgorithmName.SHA256, RSASignaturePadding.Pkcs1),
            ECDsa ec => new CertificateRequest(subject, ec, HashAlgorithmName.SHA256),
            _ => throw new InvalidOperationException($"A key of {certificate.KeyAlgorithm} cannot be certified."),
        };
        var names = new SubjectAlternativeNameBuilder();
        foreach (var name in certificate.Names) names.AddDnsName(name);
        request.CertificateExtensions.Add(names.Build());
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(certificateAuthority: false, hasPathLengthConstraint: false, pathLengthConstraint: 0, critical: true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature | X509KeyUsageFlags.KeyEncipherment, critical: true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new("1.3.6.1.5.5.7.3.1"), new("1.3.6.1.5.5.7.3.2")], critical: false));
        // AWS: valid from the midnight before.
        using var signed = authority.Sign(request, new(now.UtcDateTime.Date, TimeSpan.Zero), now + Life);
        return Keep(certificate.Arn, signed, key, now);
    }

    private IssuedState Keep(string arn, X509Certificate2 signed, AsymmetricAlgorithm key, DateTimeOffset now)
    {
        var serial = CertificateFacts.Serial(signed);
        return new()
        {
            At = now, Certificate = signed.ExportCertificatePem() + "\n", Chain = authority.RootPem, Serial = serial,
            NotBefore = new(signed.NotBefore.ToUniversalTime()), NotAfter = new(signed.NotAfter.ToUniversalTime()),
            SealedKey = sealer.Seal(Encoding.UTF8.GetBytes(key.ExportPkcs8PrivateKeyPem() + "\n"), IssuedState.ContextOf(arn, serial)),
        };
    }
}
