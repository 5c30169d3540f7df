using System.Collections.Immutable;
using Minato.Acm.Planning;
using Minato.Acm.State;
using Minato.Aws;
using Minato.Contracts.Acm;

namespace Minato.Acm.Api;

// The life of what is requested: asked for, renewed, revoked, deleted.
internal sealed partial class AcmApi
{
    private const int MostNames = 10;
    private const int LongestCommonName = 64;

    public async Task<RequestCertificateResponse> RequestCertificateAsync(RequestCertificateRequest request, Caller caller, CancellationToken ct)
    {
        var names = NamesOf(request);
        if (request is { KeyAlgorithm: { } asked, CertificateAuthorityArn: null } && !KeyAlgorithms.IsRequested(asked)) throw AcmErrors.Algorithm(asked, caller);
        if (request.ValidationMethod is ValidationMethod.Http) throw AcmErrors.Validation("HTTP validation is only supported for certificates managed by CloudFront.");
        foreach (var option in request.DomainValidationOptions ?? []) DemandParent(option, names);
        var wanted = new CertificateState
        {
            Arn = NewArn(caller), Home = Home.Of(caller), DomainName = names[0], Names = names, CreatedAt = clock.GetUtcNow(),
            Type = request.CertificateAuthorityArn is null ? CertificateType.AmazonIssued : CertificateType.Private,
            KeyAlgorithm = request.KeyAlgorithm ?? KeyAlgorithm.Rsa2048,
            ValidationMethod = request.CertificateAuthorityArn is null ? request.ValidationMethod ?? ValidationMethod.Email : null,
            ValidationDomains = DomainsOf(request),
            CanExport = request.Options?.Export is CertificateExport.Enabled,
            IsLogged = request.Options?.CertificateTransparencyLoggingPreference is not CertificateTransparencyLoggingPreference.Disabled,
            IdempotencyToken = request.IdempotencyToken,
            AuthorityArn = request.CertificateAuthorityArn,
            // AWS: a request is accepted first and fails afterwards. No private authority exists here.
            Failure = request.CertificateAuthorityArn is null ? null : FailureReason.PcaResourceNotFound,
            Tags = Merge(ImmutableSortedDictionary<string, string>.Empty, request.Tags),
        };
        var made = await store.UpdateAsync(tx =>
        {
            if (Repeated(tx.Where(AcmTables.CertificatesByToken, (wanted.Home, wanted.IdempotencyToken ?? "")), wanted) is { } same) return same;
            DemandRoom(tx, caller);
            tx.Put(AcmTables.Certificates, wanted);
            return wanted;
        }, ct);
        return new() { CertificateArn = made.Arn };
    }

    public async Task<RenewCertificateResponse> RenewCertificateAsync(RenewCertificateRequest request, Caller caller, CancellationToken ct)
    {
        await ChangeAsync(caller, request.CertificateArn, certificate => certificate switch
        {
            { IsManaged: true, Issued: null } => throw AcmErrors.InProgress(certificate.Arn),
            { IsManaged: true, RevokedAt: null } when EligibilityOf(certificate) is RenewalEligibility.Eligible => certificate with { RenewNow = true },
            _ => throw AcmErrors.Validation($"Certificate {certificate.Arn} is not eligible for renewal."),
        }, ct);
        return new();
    }

    public async Task<RevokeCertificateResponse> RevokeCertificateAsync(RevokeCertificateRequest request, Caller caller, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var revoked = await ChangeAsync(caller, request.CertificateArn, certificate => certificate switch
        {
            { IsManaged: false } or { CanExport: false } => throw AcmErrors.Validation($"Certificate {certificate.Arn} is not an exportable public certificate."),
            { Issued: null } => throw new ConflictException($"Certificate {certificate.Arn} has not been issued yet."),
            { RevokedAt: not null } => certificate,
            _ when UsersOf(certificate.Arn).Any() => throw AcmErrors.InUse(certificate.Arn),
            _ => certificate with { RevokedAt = now, RevocationReason = request.RevocationReason },
        }, ct);
        return new() { CertificateArn = revoked.Arn };
    }

    public async Task<DeleteCertificateResponse> DeleteCertificateAsync(DeleteCertificateRequest request, Caller caller, CancellationToken ct)
    {
        await store.UpdateAsync(tx =>
        {
            var certificate = Find(tx, caller, request.CertificateArn);
            if (UsersOf(certificate.Arn).Any()) throw AcmErrors.InUse(certificate.Arn);
            tx.Delete(AcmTables.Certificates, certificate.Arn);
        }, ct);
        return new();
    }

    public async Task<ResendValidationEmailResponse> ResendValidationEmailAsync(ResendValidationEmailRequest request, Caller caller, CancellationToken ct)
    {
        await Task.CompletedTask;
        var certificate = Find(store.Current, caller, request.CertificateArn);
        if (certificate.ValidationMethod is not ValidationMethod.Email || certificate.StatusAt(clock.GetUtcNow()) is not CertificateStatus.PendingValidation)
        {
            throw new InvalidStateException($"Certificate {certificate.Arn} is not pending email validation.");
        }
        return new(); // Nobody waits for the mail: the certificate is about to be issued.
    }

    public async Task<UpdateCertificateOptionsResponse> UpdateCertificateOptionsAsync(UpdateCertificateOptionsRequest request, Caller caller, CancellationToken ct)
    {
        await ChangeAsync(caller, request.CertificateArn, certificate =>
        {
            if (!certificate.IsManaged || certificate.StatusAt(clock.GetUtcNow()) is not CertificateStatus.Issued)
            {
                throw new InvalidStateException($"Certificate {certificate.Arn} must be an issued public certificate to update its options.");
            }
            // AWS: whether it may be exported is decided when it is requested.
            if (request.Options.Export is { } export && export is CertificateExport.Enabled != certificate.CanExport)
            {
                throw new InvalidStateException($"The export option of certificate {certificate.Arn} cannot be changed.");
            }
            return request.Options.CertificateTransparencyLoggingPreference is { } logging
                ? certificate with { IsLogged = logging is CertificateTransparencyLoggingPreference.Enabled } : certificate;
        }, ct);
        return new();
    }

    private static ImmutableArray<string> NamesOf(RequestCertificateRequest request)
    {
        if (request.DomainName.Length > LongestCommonName)
        {
            throw new InvalidDomainValidationOptionsException($"The first domain name can be no longer than {LongestCommonName} characters.");
        }
        ImmutableArray<string> names = [.. (request.SubjectAlternativeNames ?? []).Prepend(request.DomainName).Select(n => n.ToLowerInvariant()).Distinct(StringComparer.Ordinal)];
        return names.Length <= MostNames ? names
            : throw new LimitExceededException($"Error: you have requested {names.Length} domain names; the limit is {MostNames} for a certificate.");
    }

    private static ImmutableSortedDictionary<string, string>? DomainsOf(RequestCertificateRequest request) => request.DomainValidationOptions is not { Length: > 0 } options ? null
        : options.GroupBy(o => o.DomainName.ToLowerInvariant(), StringComparer.Ordinal).ToImmutableSortedDictionary(o => o.Key, o => o.Last().ValidationDomain.ToLowerInvariant(), StringComparer.Ordinal);

    private static void DemandParent(DomainValidationOption option, ImmutableArray<string> names)
    {
        var isParent = option.DomainName == option.ValidationDomain || option.DomainName.EndsWith("." + option.ValidationDomain, StringComparison.OrdinalIgnoreCase);
        if (!isParent || !names.Contains(option.DomainName, StringComparer.OrdinalIgnoreCase))
        {
            throw new InvalidDomainValidationOptionsException(
                $"Validation domain {option.ValidationDomain} must be the same as, or a superdomain of, the requested domain {option.DomainName}.");
        }
    }

    // AWS: for an hour, the same token with the same request is the same certificate.
    private static CertificateState? Repeated(IEnumerable<CertificateState> earlier, CertificateState wanted) =>
        wanted.IdempotencyToken is null ? null : earlier.FirstOrDefault(e => wanted.CreatedAt - e.CreatedAt < TimeSpan.FromHours(1)
            && e.Names.SequenceEqual(wanted.Names, StringComparer.Ordinal) && e.KeyAlgorithm == wanted.KeyAlgorithm && e.ValidationMethod == wanted.ValidationMethod);
}
