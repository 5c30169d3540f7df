using System.Collections.Immutable;
using Minato.Aws;
using Minato.Contracts.Organizations;
using Minato.Organizations.State;

namespace Minato.Organizations.Api;

internal sealed partial class OrganizationsApi
{
    private const int MostTags = 50;

    public async Task<TagResourceResponse> TagResourceAsync(TagResourceRequest request, Caller caller, CancellationToken ct)
    {
        await ChangeAsync(caller, o => Tagged(o, Taggable(o, request.ResourceId), request.Tags), ct);
        return new();
    }

    public async Task<UntagResourceResponse> UntagResourceAsync(UntagResourceRequest request, Caller caller, CancellationToken ct)
    {
        await ChangeAsync(caller, o => o with { Tags = o.Tags.SetItem(Taggable(o, request.ResourceId), TagsOf(o, request.ResourceId).RemoveRange(request.TagKeys)) }, ct);
        return new();
    }

    public Task<ListTagsForResourceResponse> ListTagsForResourceAsync(ListTagsForResourceRequest request, Caller caller, CancellationToken ct)
    {
        var o = RequireManaged(store.Current, caller);
        return Task.FromResult(new ListTagsForResourceResponse { Tags = [.. TagsOf(o, Taggable(o, request.ResourceId)).Select(t => new Tag { Key = t.Key, Value = t.Value })] });
    }

    private static string Taggable(OrganizationState o, string id) => id != OrganizationState.FullAccess && Names.ArnOf(o, id) is not null ? id : throw NoTarget();

    private static ImmutableSortedDictionary<string, string> TagsOf(OrganizationState o, string id) => o.Tags.GetValueOrDefault(id, OrganizationState.Sorted<string>());

    private static OrganizationState Tagged(OrganizationState o, string id, ImmutableArray<Tag>? given)
    {
        if (given is not { Length: > 0 } tags) return o;
        if (tags.GroupBy(t => t.Key).Any(g => g.Count() > 1))
            throw new InvalidInputException("You specified a tag key more than once.") { Reason = InvalidInputExceptionReason.DuplicateTagKey };
        var all = TagsOf(o, id).SetItems(tags.Select(t => KeyValuePair.Create(t.Key, t.Value)));
        return all.Count <= MostTags ? o with { Tags = o.Tags.SetItem(id, all) }
            : throw Constraint("You have exceeded the number of tags allowed on this resource.", ConstraintViolationExceptionReason.MaxTagLimitExceeded);
    }
}
