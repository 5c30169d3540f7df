using System.Collections.Immutable;
using System.Security.Cryptography.X509Certificates;
using Minato.Acm.Planning;
using Minato.Acm.State;
using Minato.Aws;
using Minato.Contracts.Acm;

namespace Minato.Acm.Api;

// Lists, tags and settings.
internal sealed partial class AcmApi
{
    private const int DefaultPage = 100;
    private const int MostDaysBeforeExpiry = 90;

    public Task<ListCertificatesResponse> ListCertificatesAsync(ListCertificatesRequest request, Caller caller, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var after = request.NextToken is null ? null
            : tokens.Decode(nameof(ListCertificatesAsync), request.NextToken) ?? throw new InvalidArgsException("The NextToken is not valid.");
        IEnumerable<CertificateState> found = store.Current.Where(AcmTables.CertificatesByHome, Home.Of(caller));
        if (request.SortBy is SortBy.CreatedAt)
        {
            found = request.SortOrder is SortOrder.Descending ? found.OrderByDescending(Position, StringComparer.Ordinal) : found.OrderBy(Position, StringComparer.Ordinal);
        }
        // What stands before the token stays before it, whatever came or went meanwhile.
        if (after is not null) found = found.SkipWhile(c => c.Arn != after).Skip(1);
        var size = request.MaxItems ?? DefaultPage;
        var page = found.Where(c => Matches(c, request, now)).Take(size + 1).ToList();
        return Task.FromResult(new ListCertificatesResponse
        {
            CertificateSummaryList = [.. page.Take(size).Select(c => Summarize(c, now))],
            NextToken = page.Count > size ? tokens.Encode(nameof(ListCertificatesAsync), page[size - 1].Arn) : null,
        });

        static string Position(CertificateState certificate) => $"{certificate.CreatedAt:O}{certificate.Arn}";
    }

    public async Task<AddTagsToCertificateResponse> AddTagsToCertificateAsync(AddTagsToCertificateRequest request, Caller caller, CancellationToken ct)
    {
        await ChangeAsync(caller, request.CertificateArn, c => c with { Tags = Merge(c.Tags, request.Tags) }, ct);
        return new();
    }

    public async Task<RemoveTagsFromCertificateResponse> RemoveTagsFromCertificateAsync(RemoveTagsFromCertificateRequest request, Caller caller, CancellationToken ct)
    {
        // AWS: with a value, a tag goes only if it has that value.
        await ChangeAsync(caller, request.CertificateArn, c => c with
        {
            Tags = c.Tags.RemoveRange(request.Tags.Where(t => t.Value is null || c.Tags.GetValueOrDefault(t.Key) == t.Value).Select(t => t.Key)),
        }, ct);
        return new();
    }

    public Task<ListTagsForCertificateResponse> ListTagsForCertificateAsync(ListTagsForCertificateRequest request, Caller caller, CancellationToken ct) =>
        Task.FromResult(new ListTagsForCertificateResponse
        {
            Tags = [.. Find(store.Current, caller, request.CertificateArn).Tags.Select(t => new Tag { Key = t.Key, Value = t.Value })],
        });

    public Task<GetAccountConfigurationResponse> GetAccountConfigurationAsync(GetAccountConfigurationRequest request, Caller caller, CancellationToken ct) =>
        Task.FromResult(new GetAccountConfigurationResponse
        {
            ExpiryEvents = new() { DaysBeforeExpiry = store.Current.Find(AcmTables.Accounts, AccountState.KeyOf(Home.Of(caller)))?.DaysBeforeExpiry ?? ExpiryPlanner.DefaultDays },
        });

    public async Task<PutAccountConfigurationResponse> PutAccountConfigurationAsync(PutAccountConfigurationRequest request, Caller caller, CancellationToken ct)
    {
        var days = request.ExpiryEvents?.DaysBeforeExpiry ?? ExpiryPlanner.DefaultDays;
        if (days > MostDaysBeforeExpiry) throw AcmErrors.Validation($"DaysBeforeExpiry must be between 1 and {MostDaysBeforeExpiry}");
        await store.UpdateAsync(tx => tx.Put(AcmTables.Accounts, new(Home.Of(caller), days)), ct);
        foreach (var arn in store.Current.Keys(AcmTables.CertificatesByHome, Home.Of(caller))) ends.Enqueue(new(arn)); // Each has another day to be told of.
        return new();
    }

    private static bool Matches(CertificateState certificate, ListCertificatesRequest request, DateTimeOffset now)
    {
        if (request.CertificateStatuses is { IsDefaultOrEmpty: false } statuses && !statuses.Contains(certificate.StatusAt(now))) return false;
        // AWS: without a filter of key types, only the two oldest are listed.
        var kinds = request.Includes?.KeyTypes is { IsDefaultOrEmpty: false } types ? types : [KeyAlgorithm.Rsa1024, KeyAlgorithm.Rsa2048];
        if (!kinds.Contains(certificate.KeyAlgorithm)) return false;
        if (request.Includes?.ExportOption is { } export && export is CertificateExport.Enabled != certificate.CanExport) return false;
        if (request.Includes?.ManagedBy is not null) return false; // CloudFront is not here.
        var (usages, extended) = (request.Includes?.KeyUsage ?? [], request.Includes?.ExtendedKeyUsage ?? []);
        if (usages.IsEmpty && extended.IsEmpty) return true;
        if (certificate.Issued is not { } issued) return false;
        using var parsed = X509Certificate2.CreateFromPem(issued.Certificate);
        return usages.All(u => u is KeyUsageName.Any || CertificateFacts.Usages(parsed).Contains(u))
            && extended.All(u => u is ExtendedKeyUsageName.Any || CertificateFacts.ExtendedUsages(parsed).Any(e => e.Name == u));
    }

    private CertificateSummary Summarize(CertificateState certificate, DateTimeOffset now)
    {
        var summary = new CertificateSummary
        {
            CertificateArn = certificate.Arn, DomainName = certificate.DomainName, SubjectAlternativeNameSummaries = certificate.Names,
            HasAdditionalSubjectAlternativeNames = false, Status = certificate.StatusAt(now), Type = certificate.Type, KeyAlgorithm = certificate.KeyAlgorithm,
            InUse = UsersOf(certificate.Arn).Any(), RenewalEligibility = EligibilityOf(certificate), CreatedAt = certificate.CreatedAt,
            ExportOption = certificate.CanExport ? CertificateExport.Enabled : CertificateExport.Disabled,
            Exported = certificate.CanExport ? certificate.WasExported : null, RevokedAt = certificate.RevokedAt,
        };
        if (certificate.Issued is not { } issued) return summary;
        using var parsed = X509Certificate2.CreateFromPem(issued.Certificate);
        return summary with
        {
            NotBefore = issued.NotBefore, NotAfter = issued.NotAfter,
            IssuedAt = certificate.IsManaged ? issued.At : null, ImportedAt = certificate.IsManaged ? null : issued.At,
            KeyUsages = CertificateFacts.Usages(parsed), ExtendedKeyUsages = [.. CertificateFacts.ExtendedUsages(parsed).Select(u => u.Name)],
        };
    }

    private static ImmutableSortedDictionary<string, string> Merge(ImmutableSortedDictionary<string, string> tags, ImmutableArray<Tag>? added)
    {
        foreach (var tag in added ?? [])
        {
            if (tag.Key.StartsWith("aws:", StringComparison.OrdinalIgnoreCase))
            {
                throw AcmErrors.Validation($"Invalid Tag Key: \"{tag.Key}\". AWS internal tags cannot be changed with this API");
            }
            tags = tags.SetItem(tag.Key, tag.Value ?? "");
        }
        return tags.Count <= MostTags ? tags : throw new TooManyTagsException(
            $"the TagSet: '{{{string.Join(", ", tags.Select(t => $"{t.Key}={t.Value}"))}}}' contains too many Tags");
    }
}
