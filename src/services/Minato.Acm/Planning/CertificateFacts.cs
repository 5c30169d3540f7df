using System.Collections.Immutable;
using System.Security.Cryptography.X509Certificates;
using Minato.Contracts.Acm;

namespace Minato.Acm.Planning;

/// <summary>What ACM tells of a certificate's contents.</summary>
internal static class CertificateFacts
{
    private const int MostNames = 100;

    private static readonly (X509KeyUsageFlags Flag, KeyUsageName Name)[] s_usages =
    [
        (X509KeyUsageFlags.DigitalSignature, KeyUsageName.DigitalSignature), (X509KeyUsageFlags.NonRepudiation, KeyUsageName.NonRepudiation),
        (X509KeyUsageFlags.KeyEncipherment, KeyUsageName.KeyEncipherment), (X509KeyUsageFlags.DataEncipherment, KeyUsageName.DataEncipherment),
        (X509KeyUsageFlags.KeyAgreement, KeyUsageName.KeyAgreement), (X509KeyUsageFlags.KeyCertSign, KeyUsageName.CertificateSigning),
        (X509KeyUsageFlags.CrlSign, KeyUsageName.CrlSigning), (X509KeyUsageFlags.EncipherOnly, KeyUsageName.EncipherOnly),
        (X509KeyUsageFlags.DecipherOnly, KeyUsageName.DecipherOnly),
    ];

    /// <summary>Common name first, then the alternative names that it does not repeat.</summary>
    public static ImmutableArray<string> Names(X509Certificate2 certificate)
    {
        var common = certificate.GetNameInfo(X509NameType.SimpleName, forIssuer: false);
        var alternative = certificate.Extensions.OfType<X509SubjectAlternativeNameExtension>().SelectMany(e => e.EnumerateDnsNames());
        return [.. (HasCommonName(certificate) ? [common] : Array.Empty<string>()).Concat(alternative).Distinct(StringComparer.OrdinalIgnoreCase).Take(MostNames)];
    }

    /// <summary>Bytes of two hexadecimal digits with colons between them.</summary>
    public static string Serial(X509Certificate2 certificate) =>
        string.Join(':', certificate.SerialNumber.Chunk(2).Select(b => new string(b).ToLowerInvariant()));

    // AWS: the organization or, without one, the common name; "Amazon" for what ACM issued.
    public static string Issuer(X509Certificate2 certificate) =>
        certificate.IssuerName.EnumerateRelativeDistinguishedNames().Where(n => !n.HasMultipleElements && n.GetSingleElementType().Value is "2.5.4.10" or "2.5.4.3")
            .OrderBy(n => n.GetSingleElementType().Value, StringComparer.Ordinal).Select(n => n.GetSingleElementValue()).FirstOrDefault() ?? certificate.Issuer;

    public static ImmutableArray<KeyUsageName> Usages(X509Certificate2 certificate) => certificate.Extensions.OfType<X509KeyUsageExtension>().FirstOrDefault() is { } usage
        ? [.. s_usages.Where(u => usage.KeyUsages.HasFlag(u.Flag)).Select(u => u.Name)]
        : [];

    public static ImmutableArray<(ExtendedKeyUsageName Name, string Oid)> ExtendedUsages(X509Certificate2 certificate) =>
        [.. certificate.Extensions.OfType<X509EnhancedKeyUsageExtension>().SelectMany(e => e.EnhancedKeyUsages.Cast<System.Security.Cryptography.Oid>())
            .Select(o => (NameOf(o.Value), o.Value ?? ""))];

    private static bool HasCommonName(X509Certificate2 certificate) =>
        certificate.SubjectName.EnumerateRelativeDistinguishedNames().Any(n => !n.HasMultipleElements && n.GetSingleElementType().Value == "2.5.4.3");

    private static ExtendedKeyUsageName NameOf(string? oid) => oid switch
    {
        "1.3.6.1.5.5.7.3.1" => ExtendedKeyUsageName.TlsWebServerAuthentication,
        "1.3.6.1.5.5.7.3.2" => ExtendedKeyUsageName.TlsWebClientAuthentication,
        "1.3.6.1.5.5.7.3.3" => ExtendedKeyUsageName.CodeSigning,
        "1.3.6.1.5.5.7.3.4" => ExtendedKeyUsageName.EmailProtection,
        "1.3.6.1.5.5.7.3.8" => ExtendedKeyUsageName.TimeStamping,
        "1.3.6.1.5.5.7.3.9" => ExtendedKeyUsageName.OcspSigning,
        "2.5.29.37.0" => ExtendedKeyUsageName.Any,
        _ => ExtendedKeyUsageName.Custom,
    };
}
