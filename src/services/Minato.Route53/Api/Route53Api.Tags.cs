using System.Collections.Immutable;
using Minato.Aws;
using Minato.Contracts.Route53;
using Minato.Platform;
using Minato.Route53.Planning;
using Minato.Route53.State;

namespace Minato.Route53.Api;

// Tags of hosted zones and health checks.
internal sealed partial class Route53Api
{
    private const int MostTags = 50;

    public async Task<ChangeTagsForResourceResponse> ChangeTagsForResourceAsync(ChangeTagsForResourceRequest request, Caller caller, CancellationToken ct)
    {
        if (request.AddTags is null && request.RemoveTagKeys is null) throw new InvalidInput("At least one of AddTags and RemoveTagKeys has to be given.");
        await store.UpdateAsync(tx =>
        {
            if (request.ResourceType == TagResourceType.Hostedzone)
            {
                var zone = FindZone(tx, caller, request.ResourceId);
                tx.Put(Route53Tables.Zones, zone with { Tags = Changed(zone.Tags, request) });
            }
            else
            {
                var check = FindHealthCheck(tx, caller, request.ResourceId);
                tx.Put(Route53Tables.HealthChecks, check with { Tags = Changed(check.Tags, request) });
            }
        }, ct);
        return new();
    }

    public Task<ListTagsForResourceResponse> ListTagsForResourceAsync(ListTagsForResourceRequest request, Caller caller, CancellationToken ct) =>
        Task.FromResult(new ListTagsForResourceResponse { ResourceTagSet = TagsOf(request.ResourceType, request.ResourceId, caller) });

    public Task<ListTagsForResourcesResponse> ListTagsForResourcesAsync(ListTagsForResourcesRequest request, Caller caller, CancellationToken ct) =>
        Task.FromResult(new ListTagsForResourcesResponse { ResourceTagSets = [.. request.ResourceIds.Select(id => TagsOf(request.ResourceType, id, caller))] });

    private ResourceTagSet TagsOf(TagResourceType type, string id, Caller caller)
    {
        var state = store.Current;
        var tags = type == TagResourceType.Hostedzone ? FindZone(state, caller, id).Tags : FindHealthCheck(state, caller, id).Tags;
        return new() { ResourceType = type, ResourceId = ResourceIds.Plain(id), Tags = [.. tags.Select(t => new Tag { Key = t.Key, Value = t.Value })] };
    }

    private static ImmutableSortedDictionary<string, string> Changed(ImmutableSortedDictionary<string, string> tags, ChangeTagsForResourceRequest request)
    {
        tags = tags.RemoveRange(request.RemoveTagKeys ?? []);
        foreach (var tag in request.AddTags ?? [])
        {
            if (tag.Key?.StartsWith("aws:", StringComparison.OrdinalIgnoreCase) == true) throw new InvalidInput("Tag keys that begin with 'aws:' are reserved.");
            tags = tags.SetItem(tag.Key ?? "", tag.Value ?? "");
        }

        return tags.Count <= MostTags ? tags : throw new InvalidInput($"A resource has at most {MostTags} tags.");
    }
}
