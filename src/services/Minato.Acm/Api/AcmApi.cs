using System.Collections.Immutable;
using System.Security.Cryptography.X509Certificates;
using Minato.Acm.Planning;
using Minato.Acm.Reconcile;
using Minato.Acm.State;
using Minato.Aws;
using Minato.Contracts.Acm;
using Minato.Engines.Certificates;
using Minato.Platform;

namespace Minato.Acm.Api;

/// <summary>Certificate Manager. The local authority signs what is requested; private keys are sealed and in no answer.</summary>
internal sealed partial class AcmApi(
    Store store, ISealer sealer, IEnumerable<ICertificateUsers> users, PageTokens tokens, Ids ids, Hints hints, IWorkQueue<ExpiryKey> ends, TimeProvider clock) : IAcm
{
    private const int MostCertificates = 2500;
    private const int MostTags = 50;

    public Task<DescribeCertificateResponse> DescribeCertificateAsync(DescribeCertificateRequest request, Caller caller, CancellationToken ct)
    {
        var certificate = Find(store.Current, caller, request.CertificateArn);
        var detail = new CertificateDetail
        {
            CertificateArn = certificate.Arn,
            DomainName = certificate.DomainName,
            SubjectAlternativeNames = certificate.Names,
            Type = certificate.Type,
            Status = certificate.StatusAt(clock.GetUtcNow()),
            KeyAlgorithm = certificate.KeyAlgorithm,
            CreatedAt = certificate.CreatedAt,
            FailureReason = certificate.Failure,
            RevokedAt = certificate.RevokedAt,
            RevocationReason = certificate.RevocationReason,
            CertificateAuthorityArn = certificate.AuthorityArn,
            InUseBy = [.. UsersOf(certificate.Arn)],
            RenewalEligibility = EligibilityOf(certificate),
            Options = new()
            {
                CertificateTransparencyLoggingPreference = certificate.IsLogged && certificate.IsManaged
                    ? CertificateTransparencyLoggingPreference.Enabled : CertificateTransparencyLoggingPreference.Disabled,
                Export = certificate.CanExport ? CertificateExport.Enabled : CertificateExport.Disabled,
            },
            DomainValidationOptions = certificate.IsManaged ? Validation.Of(certificate) : null,
            RenewalSummary = certificate.RenewedAt is { } renewed
                ? new() { RenewalStatus = RenewalStatus.Success, DomainValidationOptions = Validation.Of(certificate), UpdatedAt = renewed } : null,
        };
        return Task.FromResult(new DescribeCertificateResponse { Certificate = certificate.Issued is { } issued ? WithContents(detail, issued) : detail });
    }

    private static CertificateDetail WithContents(CertificateDetail detail, IssuedState issued)
    {
        using var parsed = X509Certificate2.CreateFromPem(issued.Certificate);
        return detail with
        {
            Serial = issued.Serial,
            Subject = parsed.Subject,
            Issuer = CertificateFacts.Issuer(parsed),
            NotBefore = issued.NotBefore,
            NotAfter = issued.NotAfter,
            IssuedAt = detail.Type is CertificateType.Imported ? null : issued.At,
            ImportedAt = detail.Type is CertificateType.Imported ? issued.At : null,
            SignatureAlgorithm = KeyAlgorithms.Signature(parsed),
            KeyUsages = [.. CertificateFacts.Usages(parsed).Select(u => new KeyUsage { Name = u })],
            ExtendedKeyUsages = [.. CertificateFacts.ExtendedUsages(parsed).Select(u => new ExtendedKeyUsage { Name = u.Name, OID = u.Oid })],
        };
    }

    private IEnumerable<string> UsersOf(string arn) => users.SelectMany(u => u.UsersOf(arn)).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal);

    // AWS: what nobody uses is not renewed.
    private RenewalEligibility EligibilityOf(CertificateState certificate) =>
        certificate.IsManaged && certificate.Issued is not null && (certificate.WasExported || UsersOf(certificate.Arn).Any())
            ? RenewalEligibility.Eligible : RenewalEligibility.Ineligible;

    private static CertificateState Find(IReadState state, Caller caller, string text)
    {
        if (!Arn.TryParse(text, out var arn) || arn.Service != "acm" || !arn.Resource.StartsWith("certificate/", StringComparison.Ordinal))
        {
            throw new InvalidArnException($"{text} is not a valid certificate ARN.");
        }
        var isTheirs = arn.AccountId == caller.AccountId && arn.Region == caller.Region;
        return isTheirs && state.Find(AcmTables.Certificates, text) is { } certificate ? certificate : throw AcmErrors.NotFound(text);
    }

    private ValueTask<CertificateState> ChangeAsync(Caller caller, string arn, Func<CertificateState, CertificateState> change, CancellationToken ct) =>
        store.UpdateAsync(tx =>
        {
            var changed = change(Find(tx, caller, arn));
            tx.Put(AcmTables.Certificates, changed);
            return changed;
        }, ct);

    private string NewArn(Caller caller) => new Arn("acm", caller.Region, caller.AccountId, $"certificate/{ids.Uuid()}").ToString();

    private static void DemandRoom(IReadState state, Caller caller)
    {
        if (state.Count(AcmTables.CertificatesByHome, Home.Of(caller)) >= MostCertificates)
        {
            throw new LimitExceededException($"Error: you have reached your limit of {MostCertificates} certificates in the last year.");
        }
    }
}
