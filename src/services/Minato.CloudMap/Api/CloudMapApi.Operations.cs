using System.Collections.Immutable;
using System.Globalization;
using Minato.Aws;
using Minato.CloudMap.Planning;
using Minato.CloudMap.State;
using Minato.Contracts.Servicediscovery;

namespace Minato.CloudMap.Api;

// Operations, and tags.
internal sealed partial class CloudMapApi
{
    public Task<GetOperationResponse> GetOperationAsync(GetOperationRequest request, Caller caller, CancellationToken ct) =>
        store.Current.Find(CloudMapTables.Operations, request.OperationId) is { } o && o.Home == Home.Of(caller)
            ? Task.FromResult(new GetOperationResponse
            {
                Operation = new()
                {
                    Id = o.Id, OwnerAccount = o.Home.AccountId, Type = o.Type, Status = o.Status, ErrorCode = o.ErrorCode, ErrorMessage = o.ErrorMessage,
                    CreateDate = o.CreatedAt, UpdateDate = o.UpdatedAt, Targets = o.Targets.ToImmutableDictionary(),
                },
            })
            : throw new OperationNotFound($"Failed to find operation: {request.OperationId}.");

    public Task<ListOperationsResponse> ListOperationsAsync(ListOperationsRequest request, Caller caller, CancellationToken ct)
    {
        var found = store.Current.Where(CloudMapTables.OperationsByHome, Home.Of(caller)).Where(o => (request.Filters ?? []).All(f => Matches(o, f)));
        var (page, token) = Page(nameof(ListOperationsAsync), found, o => o.Id, request.NextToken, request.MaxResults);
        return Task.FromResult(new ListOperationsResponse { NextToken = token, Operations = [.. page.Select(o => new OperationSummary { Id = o.Id, Status = o.Status })] });
    }

    public Task<ListTagsForResourceResponse> ListTagsForResourceAsync(ListTagsForResourceRequest request, Caller caller, CancellationToken ct)
    {
        var tags = FindTagged(store.Current, caller, request.ResourceARN) switch { NamespaceState ns => ns.Tags, ServiceState service => service.Tags, _ => ImmutableSortedDictionary<string, string>.Empty };
        return Task.FromResult(new ListTagsForResourceResponse { Tags = [.. tags.Select(t => new Tag { Key = t.Key, Value = t.Value })] });
    }

    public async Task<TagResourceResponse> TagResourceAsync(TagResourceRequest request, Caller caller, CancellationToken ct)
    {
        await RetagAsync(request.ResourceARN, caller, tags => Tagged(tags, request.Tags), ct);
        return new();
    }

    public async Task<UntagResourceResponse> UntagResourceAsync(UntagResourceRequest request, Caller caller, CancellationToken ct)
    {
        await RetagAsync(request.ResourceARN, caller, tags => tags.RemoveRange(request.TagKeys), ct);
        return new();
    }

    private ValueTask RetagAsync(string arn, Caller caller, Func<ImmutableSortedDictionary<string, string>, ImmutableSortedDictionary<string, string>> change, CancellationToken ct) =>
        store.UpdateAsync(tx =>
        {
            if (FindTagged(tx, caller, arn) is NamespaceState ns) tx.Put(CloudMapTables.Namespaces, ns with { Tags = change(ns.Tags) });
            else if (FindTagged(tx, caller, arn) is ServiceState service) tx.Put(CloudMapTables.Services, service with { Tags = change(service.Tags) });
        }, ct);

    private static object FindTagged(Platform.IReadState state, Caller caller, string text)
    {
        if (Arn.TryParse(text, out var arn) && arn.Service == "servicediscovery" && arn.AccountId == caller.AccountId && arn.Region == caller.Region)
        {
            if (arn.Resource.StartsWith("namespace/", StringComparison.Ordinal) && state.Find(CloudMapTables.Namespaces, Plain(text)) is { } ns) return ns;
            if (arn.Resource.StartsWith("service/", StringComparison.Ordinal) && state.Find(CloudMapTables.Services, Plain(text)) is { } service) return service;
        }

        throw new ResourceNotFoundException($"Failed to find resource: {text}.");
    }

    private static bool Matches(OperationState operation, OperationFilter filter)
    {
        var value = filter.Name switch
        {
            OperationFilterName.NamespaceId => operation.Targets.GetValueOrDefault("NAMESPACE") ?? "",
            OperationFilterName.ServiceId => operation.Targets.GetValueOrDefault("SERVICE") ?? "",
            OperationFilterName.Status => operation.Status.ToWire(),
            OperationFilterName.Type => operation.Type.ToWire(),
            _ => operation.UpdatedAt.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture),
        };
        return Filters.Matches(value, filter.Condition, filter.Values);
    }
}
