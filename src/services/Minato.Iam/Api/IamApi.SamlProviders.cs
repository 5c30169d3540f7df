using System.Collections.Immutable;
using Minato.Aws;
using Minato.Contracts.Iam;
using Minato.Iam.State;
using Minato.Platform;

namespace Minato.Iam.Api;

/// <summary>Kept, so that templates and policies can name them; assertions of theirs are not taken.</summary>
internal sealed partial class IamApi
{
    // AWS: metadata is believed for a hundred years when it says no end itself.
    private const int YearsValid = 100;

    public async Task<CreateSAMLProviderResponse> CreateSAMLProviderAsync(CreateSAMLProviderRequest request, Caller caller, CancellationToken ct)
    {
        var created = new ProviderState
        {
            Arn = $"arn:aws:iam::{caller.AccountId}:saml-provider/{request.Name}", AccountId = caller.AccountId, CreatedAt = clock.GetUtcNow(),
            Uuid = NewId("", 24), Metadata = CheckMetadata(request.SAMLMetadataDocument), Tags = Merge(ImmutableSortedDictionary<string, string>.Empty, request.Tags),
        };
        await AddProvider(created, ct);
        return new() { SAMLProviderArn = created.Arn, Tags = created.Tags.IsEmpty ? null : ToWire(created.Tags) };
    }

    public Task<GetSAMLProviderResponse> GetSAMLProviderAsync(GetSAMLProviderRequest request, Caller caller, CancellationToken ct)
    {
        var provider = Saml(store.Current, caller, request.SAMLProviderArn);
        return Task.FromResult(new GetSAMLProviderResponse
        {
            SAMLProviderUUID = provider.Uuid, SAMLMetadataDocument = provider.Metadata, CreateDate = provider.CreatedAt, ValidUntil = provider.CreatedAt.AddYears(YearsValid),
            Tags = provider.Tags.IsEmpty ? null : ToWire(provider.Tags),
        });
    }

    public Task<ListSAMLProvidersResponse> ListSAMLProvidersAsync(ListSAMLProvidersRequest request, Caller caller, CancellationToken ct) =>
        Task.FromResult(new ListSAMLProvidersResponse
        {
            SAMLProviderList = [.. store.Current.Where(IamTables.ProvidersByAccount, caller.AccountId).Where(p => p.IsSaml)
                .Select(p => new SAMLProviderListEntry { Arn = p.Arn, CreateDate = p.CreatedAt, ValidUntil = p.CreatedAt.AddYears(YearsValid) })],
        });

    public async Task<UpdateSAMLProviderResponse> UpdateSAMLProviderAsync(UpdateSAMLProviderRequest request, Caller caller, CancellationToken ct)
    {
        await UpdateSaml(caller, request.SAMLProviderArn, p => p with { Metadata = request.SAMLMetadataDocument is { } given ? CheckMetadata(given) : p.Metadata }, ct);
        return new() { SAMLProviderArn = request.SAMLProviderArn };
    }

    public async Task<DeleteSAMLProviderResponse> DeleteSAMLProviderAsync(DeleteSAMLProviderRequest request, Caller caller, CancellationToken ct)
    {
        await store.UpdateAsync(tx => tx.Delete(IamTables.Providers, Saml(tx, caller, request.SAMLProviderArn).Arn), ct);
        return new();
    }

    public async Task<TagSAMLProviderResponse> TagSAMLProviderAsync(TagSAMLProviderRequest request, Caller caller, CancellationToken ct)
    {
        await UpdateSaml(caller, request.SAMLProviderArn, p => p with { Tags = Merge(p.Tags, request.Tags) }, ct);
        return new();
    }

    public async Task<UntagSAMLProviderResponse> UntagSAMLProviderAsync(UntagSAMLProviderRequest request, Caller caller, CancellationToken ct)
    {
        await UpdateSaml(caller, request.SAMLProviderArn, p => p with { Tags = p.Tags.RemoveRange(request.TagKeys) }, ct);
        return new();
    }

    public Task<ListSAMLProviderTagsResponse> ListSAMLProviderTagsAsync(ListSAMLProviderTagsRequest request, Caller caller, CancellationToken ct)
    {
        var (tags, marker) = TagPage(nameof(ListSAMLProviderTagsAsync), Saml(store.Current, caller, request.SAMLProviderArn).Tags, request.Marker, request.MaxItems);
        return Task.FromResult(new ListSAMLProviderTagsResponse { Tags = tags, IsTruncated = marker is not null, Marker = marker });
    }

    private ValueTask UpdateSaml(Caller caller, string arn, Func<ProviderState, ProviderState> change, CancellationToken ct) =>
        store.UpdateAsync(tx => tx.Put(IamTables.Providers, change(Saml(tx, caller, arn))), ct);

    private static ProviderState Saml(IReadState state, Caller caller, string arn) =>
        state.Find(IamTables.Providers, arn) is { IsSaml: true } provider && provider.AccountId == caller.AccountId
            ? provider : throw new NoSuchEntityException($"Manifest not found for arn {arn}");

    // It is looked at no further: nothing of it is ever used.
    private static string CheckMetadata(string document) => document.Contains("EntityDescriptor", StringComparison.Ordinal)
        ? document : throw new InvalidInputException("Could not parse metadata");
}
