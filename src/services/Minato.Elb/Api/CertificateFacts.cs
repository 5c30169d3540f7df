using Minato.Aws;
using Minato.Contracts.Acm;
using Minato.Contracts.ElasticLoadBalancingV2;

namespace Minato.Elb.Api;

/// <summary>What this room has to know of certificates, asked of ACM as any client would.</summary>
internal sealed class CertificateFacts(IAcm? acm = null)
{
    /// <summary>Refuses what a listener cannot present.</summary>
    public async Task DemandAsync(string arn, Caller caller, CancellationToken ct)
    {
        if (await FindAsync(arn, caller, ct) is not { } certificate) throw new CertificateNotFoundException($"Certificate '{arn}' not found");
        var isUsable = certificate is { Status: CertificateStatus.Issued, KeyAlgorithm: not KeyAlgorithm.Rsa1024 }
            && certificate.DomainName?.Contains('.', StringComparison.Ordinal) is true;
        if (!isUsable)
        {
            throw new AwsException(
                "UnsupportedCertificate", $"The certificate '{arn}' must have a fully-qualified domain name, a supported signature, and a supported key size.");
        }
    }

    private async Task<CertificateDetail?> FindAsync(string arn, Caller caller, CancellationToken ct)
    {
        // Server certificates of IAM are not kept here, and ACM knows its own ARNs alone.
        if (acm is null || !arn.StartsWith("arn:aws:acm:", StringComparison.Ordinal)) return null;
        try
        {
            return (await acm.DescribeCertificateAsync(new() { CertificateArn = arn }, caller, ct)).Certificate;
        }
        catch (AwsException e) when (e.Code is "ResourceNotFoundException" or "InvalidArnException")
        {
            return null;
        }
    }
}
