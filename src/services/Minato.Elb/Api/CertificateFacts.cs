using System.Security.Cryptography.X509Certificates;
using Minato.Aws;
using Minato.Contracts.Acm;
using Minato.Contracts.ElasticLoadBalancingV2;
using Minato.Contracts.Iam;

namespace Minato.Elb.Api;

/// <summary>What this room has to know of certificates, asked of ACM and IAM as any client would.</summary>
internal sealed class CertificateFacts(IAcm? acm = null, IIam? iam = null)
{
    /// <summary>Refuses what a listener cannot present.</summary>
    public async Task DemandAsync(string arn, Caller caller, CancellationToken ct)
    {
        var isUsable = arn.StartsWith("arn:aws:iam:", StringComparison.Ordinal) ? await IsUsableOfIamAsync(arn, caller, ct) : await IsUsableOfAcmAsync(arn, caller, ct);
        switch (isUsable)
        {
            case null:
                throw new CertificateNotFoundException($"Certificate '{arn}' not found");
            case false:
                throw new AwsException(
                    "UnsupportedCertificate", $"The certificate '{arn}' must have a fully-qualified domain name, a supported signature, and a supported key size.");
        }
    }

    /// <returns>Null when there is none.</returns>
    private async Task<bool?> IsUsableOfAcmAsync(string arn, Caller caller, CancellationToken ct)
    {
        if (acm is null || !arn.StartsWith("arn:aws:acm:", StringComparison.Ordinal)) return null;
        try
        {
            var certificate = (await acm.DescribeCertificateAsync(new() { CertificateArn = arn }, caller, ct)).Certificate;
            return certificate is null ? null : certificate is { Status: CertificateStatus.Issued, KeyAlgorithm: not KeyAlgorithm.Rsa1024 } && IsQualified(certificate.DomainName);
        }
        catch (AwsException e) when (e.Code is "ResourceNotFoundException" or "InvalidArnException")
        {
            return null;
        }
    }

    private async Task<bool?> IsUsableOfIamAsync(string arn, Caller caller, CancellationToken ct)
    {
        if (iam is null) return null;
        try
        {
            var found = (await iam.GetServerCertificateAsync(new() { ServerCertificateName = arn[(arn.LastIndexOf('/') + 1)..] }, caller, ct)).ServerCertificate;
            if (found.ServerCertificateMetadata.Arn != arn) return null;
            using var certificate = X509Certificate2.CreateFromPem(found.CertificateBody);
            return IsQualified(certificate.GetNameInfo(X509NameType.DnsName, forIssuer: false));
        }
        catch (NoSuchEntityException)
        {
            return null;
        }
    }

    private static bool IsQualified(string? name) => name?.Contains('.', StringComparison.Ordinal) is true;
}
