using System.Collections.Immutable;
using Minato.Aws;
using Minato.Contracts.Iam;
using Minato.Iam.Planning;
using Minato.Iam.State;
using Minato.Platform;

namespace Minato.Iam.Api;

/// <summary>Providers of identities: what they sign counts when a role trusts them.</summary>
internal sealed partial class IamApi
{
    private const string Https = "https://";

    public async Task<CreateOpenIDConnectProviderResponse> CreateOpenIDConnectProviderAsync(
        CreateOpenIDConnectProviderRequest request, Caller caller, CancellationToken ct)
    {
        if (!request.Url.StartsWith(Https, StringComparison.Ordinal) || request.Url.Length == Https.Length) throw new AwsException("ValidationError", "Invalid Open ID Connect Provider URL");
        var url = request.Url[Https.Length..].TrimEnd('/');
        var created = new ProviderState
        {
            Arn = $"arn:aws:iam::{caller.AccountId}:oidc-provider/{url}", AccountId = caller.AccountId, CreatedAt = clock.GetUtcNow(), Url = url,
            ClientIds = request.ClientIDList ?? [], Thumbprints = request.ThumbprintList ?? [], Tags = Merge(ImmutableSortedDictionary<string, string>.Empty, request.Tags),
        };
        await AddProvider(created, ct);
        return new() { OpenIDConnectProviderArn = created.Arn, Tags = created.Tags.IsEmpty ? null : ToWire(created.Tags) };
    }

    public Task<GetOpenIDConnectProviderResponse> GetOpenIDConnectProviderAsync(GetOpenIDConnectProviderRequest request, Caller caller, CancellationToken ct)
    {
        var provider = Oidc(store.Current, caller, request.OpenIDConnectProviderArn);
        return Task.FromResult(new GetOpenIDConnectProviderResponse
        {
            Url = provider.Url, ClientIDList = provider.ClientIds, ThumbprintList = provider.Thumbprints, CreateDate = provider.CreatedAt,
            Tags = provider.Tags.IsEmpty ? null : ToWire(provider.Tags),
        });
    }

    public Task<ListOpenIDConnectProvidersResponse> ListOpenIDConnectProvidersAsync(ListOpenIDConnectProvidersRequest request, Caller caller, CancellationToken ct) =>
        Task.FromResult(new ListOpenIDConnectProvidersResponse
        {
            OpenIDConnectProviderList = [.. store.Current.Where(IamTables.ProvidersByAccount, caller.AccountId).Where(p => !p.IsSaml)
                .Select(p => new OpenIDConnectProviderListEntry { Arn = p.Arn })],
        });

    public async Task<DeleteOpenIDConnectProviderResponse> DeleteOpenIDConnectProviderAsync(
        DeleteOpenIDConnectProviderRequest request, Caller caller, CancellationToken ct)
    {
        await store.UpdateAsync(tx => tx.Delete(IamTables.Providers, Oidc(tx, caller, request.OpenIDConnectProviderArn).Arn), ct);
        return new();
    }

    public async Task<AddClientIDToOpenIDConnectProviderResponse> AddClientIDToOpenIDConnectProviderAsync(
        AddClientIDToOpenIDConnectProviderRequest request, Caller caller, CancellationToken ct)
    {
        await UpdateOidc(caller, request.OpenIDConnectProviderArn, p => p.ClientIds.Contains(request.ClientID) ? p : p with { ClientIds = p.ClientIds.Add(request.ClientID) }, ct);
        return new();
    }

    public async Task<RemoveClientIDFromOpenIDConnectProviderResponse> RemoveClientIDFromOpenIDConnectProviderAsync(
        RemoveClientIDFromOpenIDConnectProviderRequest request, Caller caller, CancellationToken ct)
    {
        await UpdateOidc(caller, request.OpenIDConnectProviderArn, p => p with { ClientIds = p.ClientIds.Remove(request.ClientID) }, ct);
        return new();
    }

    public async Task<UpdateOpenIDConnectProviderThumbprintResponse> UpdateOpenIDConnectProviderThumbprintAsync(
        UpdateOpenIDConnectProviderThumbprintRequest request, Caller caller, CancellationToken ct)
    {
        await UpdateOidc(caller, request.OpenIDConnectProviderArn, p => p with { Thumbprints = request.ThumbprintList }, ct);
        return new();
    }

    public async Task<TagOpenIDConnectProviderResponse> TagOpenIDConnectProviderAsync(TagOpenIDConnectProviderRequest request, Caller caller, CancellationToken ct)
    {
        await UpdateOidc(caller, request.OpenIDConnectProviderArn, p => p with { Tags = Merge(p.Tags, request.Tags) }, ct);
        return new();
    }

    public async Task<UntagOpenIDConnectProviderResponse> UntagOpenIDConnectProviderAsync(UntagOpenIDConnectProviderRequest request, Caller caller, CancellationToken ct)
    {
        await UpdateOidc(caller, request.OpenIDConnectProviderArn, p => p with { Tags = p.Tags.RemoveRange(request.TagKeys) }, ct);
        return new();
    }

    public Task<ListOpenIDConnectProviderTagsResponse> ListOpenIDConnectProviderTagsAsync(
        ListOpenIDConnectProviderTagsRequest request, Caller caller, CancellationToken ct)
    {
        var (tags, marker) = TagPage(nameof(ListOpenIDConnectProviderTagsAsync), Oidc(store.Current, caller, request.OpenIDConnectProviderArn).Tags, request.Marker, request.MaxItems);
        return Task.FromResult(new ListOpenIDConnectProviderTagsResponse { Tags = tags, IsTruncated = marker is not null, Marker = marker });
    }

    private ValueTask UpdateOidc(Caller caller, string arn, Func<ProviderState, ProviderState> change, CancellationToken ct) =>
        store.UpdateAsync(tx => tx.Put(IamTables.Providers, change(Oidc(tx, caller, arn))), ct);

    private ValueTask AddProvider(ProviderState created, CancellationToken ct) => store.UpdateAsync(tx =>
    {
        if (tx.Find(IamTables.Providers, created.Arn) is not null)
            throw new EntityAlreadyExistsException(created.IsSaml ? $"SAMLProvider with name {created.Arn[(created.Arn.LastIndexOf('/') + 1)..]} already exists." : $"Provider with url https://{created.Url} already exists.");
        CheckQuota(tx.Count(IamTables.ProvidersByAccount, created.AccountId), Quotas.Providers, created.IsSaml ? "SAMLProvidersPerAccount" : "OpenIdConnectProvidersPerAccount");
        tx.Put(IamTables.Providers, created);
    }, ct);

    private static ProviderState Oidc(IReadState state, Caller caller, string arn) =>
        state.Find(IamTables.Providers, arn) is { IsSaml: false } provider && provider.AccountId == caller.AccountId
            ? provider : throw new NoSuchEntityException($"OpenIDConnect Provider not found for arn {arn}");
}
