using System.Collections.Immutable;
using System.Text;
using Minato.Aws;
using Minato.Contracts.Ecr;
using Minato.Ecr.Images;
using Minato.Ecr.Planning;
using Minato.Ecr.State;
using Minato.Platform;

namespace Minato.Ecr.Api;

internal sealed partial class EcrApi
{
    public async Task<PutImageResponse> PutImageAsync(PutImageRequest request, Caller caller, CancellationToken ct)
    {
        var key = Key(caller, request.RegistryId, request.RepositoryName, "PutImage");
        if (request.ImageTag is { } tag && !Names.IsTag(tag))
            throw Texts.Invalid("imageTag", "must satisfy regular expression '[a-zA-Z0-9_][a-zA-Z0-9._-]{0,127}'");
        var bytes = Encoding.UTF8.GetBytes(request.ImageManifest);
        var digest = ImagePushes.DigestOf(bytes);
        if (request.ImageDigest is { } given && given != digest)
            throw new ImageDigestDoesNotMatchException("The specified image digest does not match the digest that Amazon ECR calculated for the image.");
        try
        {
            var (image, _) = await pushes.PushAsync(key, bytes, request.ImageManifestMediaType, digest, request.ImageTag, repeats: false, ct);
            return new() { Image = ToWire(image, new() { ImageDigest = digest, ImageTag = request.ImageTag }, request.ImageManifest) };
        }
        catch (ManifestException e)
        {
            throw Texts.Invalid("ImageManifest", e.Message);
        }
    }

    public async Task<BatchGetImageResponse> BatchGetImageAsync(BatchGetImageRequest request, Caller caller, CancellationToken ct)
    {
        var key = Key(caller, request.RegistryId, request.RepositoryName, "BatchGetImage");
        var images = ImmutableArray.CreateBuilder<Image>();
        var failures = ImmutableArray.CreateBuilder<ImageFailure>();
        foreach (var id in request.ImageIds)
        {
            if (Reference(id) is { } reference && await cache.ManifestAsync(key, reference, ct) is { } upstream)
            {
                images.Add(new()
                {
                    RegistryId = key.AccountId, RepositoryName = key.Name, ImageId = id with { ImageDigest = upstream.Digest },
                    ImageManifest = Encoding.UTF8.GetString(upstream.Bytes.Span), ImageManifestMediaType = upstream.MediaType,
                });
                continue;
            }

            var (image, code, reason) = ImageReads.Find(store.Current, Repository(store.Current, key).Key, id);
            if (image is null)
            {
                failures.Add(new() { ImageId = id, FailureCode = code, FailureReason = reason });
                continue;
            }

            if (image.Status != ImageStatus.Active)
            {
                failures.Add(new() { ImageId = id, FailureCode = ImageFailureCode.ImageInaccessible, FailureReason = Texts.Archived(image.Key).Message });
                continue;
            }

            await reads.NotePullAsync(image, caller.PrincipalArn, ct);
            images.Add(ToWire(image, id with { ImageDigest = image.Key.Digest }, Encoding.UTF8.GetString((await reads.ManifestAsync(image, ct)).Span)));
        }

        return new() { Images = images.ToImmutable(), Failures = failures.ToImmutable() };
    }

    public async Task<BatchDeleteImageResponse> BatchDeleteImageAsync(BatchDeleteImageRequest request, Caller caller, CancellationToken ct)
    {
        var key = Key(caller, request.RegistryId, request.RepositoryName, "BatchDeleteImage");
        var now = clock.GetUtcNow();
        var results = await store.UpdateAsync(
            tx =>
            {
                Repository(tx, key);
                return request.ImageIds.Select(id => deletes.Delete(tx, key, id, now)).ToList();
            },
            ct);
        return new() { ImageIds = [.. results.SelectMany(r => r.Deleted)], Failures = [.. results.Select(r => r.Failure).OfType<ImageFailure>()] };
    }

    public Task<ListImagesResponse> ListImagesAsync(ListImagesRequest request, Caller caller, CancellationToken ct)
    {
        var state = store.Current;
        var key = Repository(state, Key(caller, request.RegistryId, request.RepositoryName, "ListImages")).Key;
        var (page, next) = Page(
            $"ecr:ListImages:{key}:{request.Filter}", request.NextToken, request.MaxResults,
            after => IdentifiersAfter(state, key, after, i => Shows(request.Filter?.ImageStatus, i)).Where(id => Selects(request.Filter?.TagStatus, id.ImageTag is not null)),
            id => $"{id.ImageDigest} {id.ImageTag}");
        return Task.FromResult(new ListImagesResponse { ImageIds = page, NextToken = next });
    }

    public Task<DescribeImagesResponse> DescribeImagesAsync(DescribeImagesRequest request, Caller caller, CancellationToken ct)
    {
        var state = store.Current;
        var key = Repository(state, Key(caller, request.RegistryId, request.RepositoryName, "DescribeImages")).Key;
        if (request.ImageIds is { } ids)
        {
            var named = ids.Select(id => ImageReads.Find(state, key, id).Image ?? throw Texts.NoImage(key, id)).DistinctBy(i => i.Key);
            return Task.FromResult(new DescribeImagesResponse { ImageDetails = [.. named.Select(i => Detail(state, i))] });
        }

        var (page, next) = Page(
            $"ecr:DescribeImages:{key}:{request.Filter}", request.NextToken, request.MaxResults,
            after => ImagesAfter(state, key, after).Where(i => Shows(request.Filter?.ImageStatus, i) && Selects(request.Filter?.TagStatus, state.Count(EcrTables.TagsByImage, i.Key) > 0)),
            i => i.Key.Digest);
        return Task.FromResult(new DescribeImagesResponse { ImageDetails = [.. page.Select(i => Detail(state, i))], NextToken = next });
    }

    private static bool Selects(TagStatus? wanted, bool isTagged) => wanted switch
    {
        TagStatus.Tagged => isTagged,
        TagStatus.Untagged => !isTagged,
        _ => true,
    };

    // AWS: without a filter only what can be pulled.
    private static bool Shows(ImageStatusFilter? wanted, ImageState image) => wanted switch
    {
        ImageStatusFilter.Any => true,
        ImageStatusFilter.Archived => image.Status == ImageStatus.Archived,
        ImageStatusFilter.Activating => image.Status == ImageStatus.Activating,
        _ => image.Status == ImageStatus.Active,
    };

    private static IEnumerable<ImageState> ImagesAfter(IReadState state, RepositoryKey key, string? digest) =>
        state.After(EcrTables.ImagesByRepository, key, (DigestKey?)new DigestKey(key, digest ?? ""));

    // One entry a tag, one for an image without.
    private static IEnumerable<ImageIdentifier> IdentifiersAfter(IReadState state, RepositoryKey key, string? after, Func<ImageState, bool> shows)
    {
        var split = after?.Split(' ', 2) ?? [];
        if (split is [var digest, var lastTag])
        {
            var rest = state.Where(EcrTables.TagsByImage, new DigestKey(key, digest)).Where(t => lastTag.Length > 0 && string.CompareOrdinal(t.Key.Tag, lastTag) > 0);
            foreach (var tag in rest) yield return new() { ImageDigest = digest, ImageTag = tag.Key.Tag };
        }

        foreach (var image in ImagesAfter(state, key, split.FirstOrDefault()).Where(shows))
        {
            var tags = state.Where(EcrTables.TagsByImage, image.Key).ToList();
            if (tags.Count == 0) yield return new() { ImageDigest = image.Key.Digest };
            foreach (var tag in tags) yield return new() { ImageDigest = image.Key.Digest, ImageTag = tag.Key.Tag };
        }
    }

    // What goes to an upstream becomes part of an address there.
    private static string? Reference(ImageIdentifier id) =>
        id.ImageDigest is { } digest ? (BlobDigest.TryParse(digest, out _) ? digest : null) : id.ImageTag is { } tag && Names.IsTag(tag) ? tag : null;

    private static Image ToWire(ImageState image, ImageIdentifier id, string manifest) => new()
    {
        RegistryId = image.Key.Repository.AccountId,
        RepositoryName = image.Key.Repository.Name,
        ImageId = id,
        ImageManifest = manifest,
        ImageManifestMediaType = image.MediaType,
    };

    private static ImageDetail Detail(IReadState state, ImageState image)
    {
        ImmutableArray<string> tags = [.. state.Where(EcrTables.TagsByImage, image.Key).Select(t => t.Key.Tag)];
        var scan = state.Find(EcrTables.Scans, image.Key);
        return new()
        {
            RegistryId = image.Key.Repository.AccountId,
            RepositoryName = image.Key.Repository.Name,
            ImageDigest = image.Key.Digest,
            ImageTags = tags.IsEmpty ? null : tags,
            ImageSizeInBytes = image.Size,
            ImagePushedAt = image.PushedAt,
            ImageManifestMediaType = image.MediaType,
            ArtifactMediaType = image.ConfigMediaType,
            LastRecordedPullTime = image.LastPulledAt,
            SubjectManifestDigest = image.Subject,
            ImageStatus = image.Status,
            LastArchivedAt = image.ArchivedAt,
            LastActivatedAt = image.ActivatedAt,
            ImageScanStatus = scan is null ? null : new() { Status = scan.Status, Description = scan.Description },
            ImageScanFindingsSummary = scan?.CompletedAt is null ? null : new()
            {
                ImageScanCompletedAt = scan.CompletedAt, VulnerabilitySourceUpdatedAt = scan.SourceUpdatedAt, FindingSeverityCounts = Counts(scan),
            },
        };
    }
}
