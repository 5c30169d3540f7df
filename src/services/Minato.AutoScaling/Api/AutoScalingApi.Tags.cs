using Minato.Aws;
using Minato.AutoScaling.State;
using Minato.Contracts.AutoScaling;

namespace Minato.AutoScaling.Api;

internal sealed partial class AutoScalingApi
{
    private const int MostTags = 50;

    public async Task<CreateOrUpdateTagsResponse> CreateOrUpdateTagsAsync(CreateOrUpdateTagsRequest request, Caller caller, CancellationToken ct)
    {
        await store.UpdateAsync(state =>
        {
            foreach (var tag in request.Tags)
            {
                var group = Group(state, caller, tag.ResourceId ?? "");
                var tags = group.Tags.SetItem(tag.Key, new(tag.Value, tag.PropagateAtLaunch ?? false));
                if (tags.Count > MostTags) throw new LimitExceededFault("The number of tags has reached the maximum limit.");
                state.Put(AutoScalingTables.Groups, group with { Tags = tags });
            }
        }, ct);
        return new();
    }

    public async Task<DeleteTagsResponse> DeleteTagsAsync(DeleteTagsRequest request, Caller caller, CancellationToken ct)
    {
        await store.UpdateAsync(state =>
        {
            foreach (var tag in request.Tags)
            {
                var group = Group(state, caller, tag.ResourceId ?? "");
                state.Put(AutoScalingTables.Groups, group with { Tags = group.Tags.Remove(tag.Key) });
            }
        }, ct);
        return new();
    }

    public Task<DescribeTagsResponse> DescribeTagsAsync(DescribeTagsRequest request, Caller caller, CancellationToken ct)
    {
        var tags = store.Current.Where(AutoScalingTables.GroupsByHome, HomeOf(caller)).SelectMany(g => g.TagsToWire())
            .Where(t => (request.Filters ?? []).All(f => Matches(t, f)));
        var (page, next) = Page("DescribeTags", tags, t => $"{t.ResourceId}/{t.Key}", request.MaxRecords, request.NextToken);
        return Task.FromResult(new DescribeTagsResponse { Tags = [.. page], NextToken = next });
    }

    private static bool Matches(TagDescription tag, Filter filter) => filter.Values is not { } values || values.Contains(filter.Name switch
    {
        "auto-scaling-group" => tag.ResourceId ?? "",
        "key" => tag.Key ?? "",
        "value" => tag.Value ?? "",
        "propagate-at-launch" => tag.PropagateAtLaunch == true ? "true" : "false",
        _ => throw Invalid($"Filter type {filter.Name} is not correct. Allowed Filter types are: auto-scaling-group key value propagate-at-launch"),
    });
}
