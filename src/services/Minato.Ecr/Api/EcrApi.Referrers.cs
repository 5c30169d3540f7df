using System.Collections.Immutable;
using Minato.Aws;
using Minato.Contracts.Ecr;
using Minato.Ecr.Planning;
using Minato.Ecr.State;

namespace Minato.Ecr.Api;

internal sealed partial class EcrApi
{
    private const int ReferrerPage = 50;

    public async Task<ListImageReferrersResponse> ListImageReferrersAsync(ListImageReferrersRequest request, Caller caller, CancellationToken ct)
    {
        var state = store.Current;
        var key = Repository(state, Key(caller, request.RegistryId, request.RepositoryName, "ListImageReferrers")).Key;
        var subject = new DigestKey(key, request.SubjectId.ImageDigest);
        var types = request.Filter?.ArtifactTypes is [_, ..] wanted ? wanted : (ImmutableArray<string>?)null;
        var isShown = request.Filter?.ArtifactStatus is null or ArtifactStatusFilter.Active or ArtifactStatusFilter.Any;
        var (page, next) = Page(
            $"ecr:ListImageReferrers:{subject}:{string.Join(' ', types ?? [])}", request.NextToken, request.MaxResults ?? ReferrerPage,
            after => (isShown ? state.After(EcrTables.Referrers, subject, (DigestKey?)new DigestKey(key, after ?? "")) : [])
                .Where(i => types is null || types.Value.Contains(i.ArtifactType ?? "")),
            i => i.Key.Digest);
        var referrers = ImmutableArray.CreateBuilder<ImageReferrer>();
        foreach (var image in page)
        {
            var manifest = Manifest.Parse(await reads.ManifestAsync(image, ct), image.MediaType);
            referrers.Add(new()
            {
                Digest = image.Key.Digest,
                MediaType = image.MediaType,
                ArtifactType = image.ArtifactType,
                Size = image.ManifestSize,
                Annotations = manifest.Annotations?.ToImmutableDictionary(),
                ArtifactStatus = ArtifactStatus.Active,
            });
        }

        return new() { Referrers = referrers.ToImmutable(), NextToken = next };
    }
}
