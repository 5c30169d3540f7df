using System.Collections.Immutable;
using System.Globalization;
using Minato.Aws;
using Minato.Contracts.Ecr;
using Minato.Ecr.Images;
using Minato.Ecr.Planning;
using Minato.Ecr.Scanning;
using Minato.Ecr.State;
using Minato.Platform;

namespace Minato.Ecr.Api;

internal sealed partial class EcrApi
{
    private static readonly TimeSpan s_scanAgain = TimeSpan.FromHours(24);

    public async Task<StartImageScanResponse> StartImageScanAsync(StartImageScanRequest request, Caller caller, CancellationToken ct)
    {
        var key = Key(caller, request.RegistryId, request.RepositoryName, "StartImageScan");
        var scan = await store.UpdateAsync(
            tx =>
            {
                Repository(tx, key);
                var registry = RegistryState.Of(tx, key.Home);
                if (registry.ScanType == ScanType.Enhanced) throw new ValidationException("This feature is disabled");
                var image = ImageReads.Find(tx, key, request.ImageId).Image ?? throw Texts.NoImage(key, request.ImageId);
                if (image.Status != ImageStatus.Active) throw Texts.Archived(image.Key);
                if (!ScanRequests.CanBeScanned(image))
                    throw new UnsupportedImageTypeException($"The image with manifest media type '{image.MediaType}' and artifact media type '{image.ConfigMediaType}' is not supported for scanning.");
                var now = clock.GetUtcNow();
                if (tx.Find(EcrTables.Scans, image.Key) is { } last && !MayScanAgain(last, now))
                    throw new LimitExceededException("The scan quota per image has been exceeded. Wait and try again.");
                var started = ScanRequests.New(registry, image, ScanFrequency.Manual, now);
                tx.Put(EcrTables.Scans, started);
                return started;
            },
            ct);
        return new()
        {
            RegistryId = key.AccountId,
            RepositoryName = key.Name,
            ImageId = request.ImageId with { ImageDigest = scan.Key.Digest },
            ImageScanStatus = new() { Status = scan.Status },
        };
    }

    public async Task<DescribeImageScanFindingsResponse> DescribeImageScanFindingsAsync(DescribeImageScanFindingsRequest request, Caller caller, CancellationToken ct)
    {
        var state = store.Current;
        var key = Repository(state, Key(caller, request.RegistryId, request.RepositoryName, "DescribeImageScanFindings")).Key;
        var image = ImageReads.Find(state, key, request.ImageId).Image ?? throw Texts.NoImage(key, request.ImageId);
        var scan = state.Find(EcrTables.Scans, image.Key) ?? NeverScanned(state, image) ?? throw NoScan(key, request.ImageId);
        var found = scan.Findings is null ? [] : await findings.ReadAsync(scan.Findings, ct);
        var (page, next) = Page(
            $"ecr:DescribeImageScanFindings:{image.Key}:{scan.CompletedAt?.UtcTicks}", request.NextToken, request.MaxResults,
            after => found.Index().Skip(after is null ? 0 : int.Parse(after, CultureInfo.InvariantCulture) + 1), i => i.Index.ToString(CultureInfo.InvariantCulture));
        return new()
        {
            RegistryId = key.AccountId,
            RepositoryName = key.Name,
            ImageId = request.ImageId with { ImageDigest = image.Key.Digest },
            ImageScanStatus = new() { Status = scan.Status, Description = scan.Description },
            ImageScanFindings = scan.CompletedAt is null ? null : Findings(scan, image, [.. page.Select(i => i.Item)], [.. state.Where(EcrTables.TagsByImage, image.Key).Select(t => t.Key.Tag)]),
            NextToken = next,
        };
    }

    private static ImageScanFindings Findings(ScanState scan, ImageState image, ImmutableArray<Engines.Scanning.ScanFinding> page, ImmutableArray<string> tags) => new()
    {
        ImageScanCompletedAt = scan.CompletedAt,
        VulnerabilitySourceUpdatedAt = scan.SourceUpdatedAt,
        FindingSeverityCounts = Counts(scan),
        Findings = scan.IsEnhanced ? null : [.. page.Select(FindingShapes.Basic)],
        EnhancedFindings = scan.IsEnhanced ? [.. page.Select(f => FindingShapes.Enhanced(f, scan, image, tags))] : null,
    };

    private static ImmutableDictionary<string, int> Counts(ScanState scan) => scan.Counts.ToImmutableDictionary();

    private bool MayScanAgain(ScanState last, DateTimeOffset now) =>
        last.RequestedAt + s_scanAgain <= now || last.Status == ScanStatus.Failed
        || (last.CompletedAt is not null && findings.DataVersion is { } version && version != last.DataVersion); // There is something new to find.

    // AWS: enhanced scanning does not look at what was pushed long before it was turned on.
    private ScanState? NeverScanned(IReadState state, ImageState image) =>
        RegistryState.Of(state, image.Key.Repository.Home).ScanType == ScanType.Enhanced && clock.GetUtcNow() - image.PushedAt > s_eligible
            ? new() { Key = image.Key, RequestedAt = image.PushedAt, Status = ScanStatus.ScanEligibilityExpired } : null;

    private static ScanNotFoundException NoScan(RepositoryKey key, ImageIdentifier id) => new(
        $"Image scan does not exist for the image with '{{imageDigest:'{id.ImageDigest ?? "null"}', imageTag:'{id.ImageTag ?? "null"}'}}' in the repository with name '{key.Name}' in the registry with id '{key.AccountId}'");
}
