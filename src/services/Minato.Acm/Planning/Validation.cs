using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Minato.Acm.State;
using Minato.Contracts.Acm;

namespace Minato.Acm.Planning;

/// <summary>How the names of a requested certificate are shown to be their owner's.</summary>
internal static class Validation
{
    private static readonly string[] s_mailboxes = ["administrator", "hostmaster", "postmaster", "webmaster", "admin"];

    public static ImmutableArray<DomainValidation> Of(CertificateState certificate) => [.. certificate.Names.Select(name => Of(certificate, name))];

    private static DomainValidation Of(CertificateState certificate, string name) => new()
    {
        DomainName = name,
        ValidationDomain = DomainOf(certificate, name),
        ValidationStatus = certificate.Failure is not null ? DomainStatus.Failed : certificate.Issued is null ? DomainStatus.PendingValidation : DomainStatus.Success,
        ValidationMethod = certificate.ValidationMethod,
        ResourceRecord = certificate.ValidationMethod is ValidationMethod.Dns ? Record(certificate, name) : null,
        ValidationEmails = certificate.ValidationMethod is ValidationMethod.Email ? [.. s_mailboxes.Select(m => $"{m}@{Base(DomainOf(certificate, name))}")] : null,
    };

    private static string DomainOf(CertificateState certificate, string name) => certificate.ValidationDomains?.GetValueOrDefault(name) ?? name;

    /// <summary>The same name in the same account always asks for the same record, so that one record serves every renewal.</summary>
    private static ResourceRecord Record(CertificateState certificate, string name) => new()
    {
        Name = $"_{Token("name", certificate, name)}.{Base(name)}.",
        Type = RecordType.Cname,
        Value = $"_{Token("value", certificate, name)}.acm-validations.aws.",
    };

    private static string Token(string what, CertificateState certificate, string name) =>
        Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes($"{what}/{certificate.Home.AccountId}/{Base(name)}")))[..32];

    // AWS: a wildcard and its own domain share one record.
    private static string Base(string name) => name.StartsWith("*.", StringComparison.Ordinal) ? name[2..] : name;
}
