using System.Collections.Immutable;
using Minato.Aws;
using Minato.CloudWatch.State;
using Minato.Contracts.CloudWatch;
using Minato.Platform;

namespace Minato.CloudWatch.Api;

internal sealed partial class CloudWatchApi
{
    public async Task<TagResourceResponse> TagResourceAsync(TagResourceRequest request, Caller caller, CancellationToken ct)
    {
        await ChangeTagsAsync(request.ResourceARN, caller, t => Tagging.Add(t, request.Tags), ct);
        return new();
    }

    public async Task<UntagResourceResponse> UntagResourceAsync(UntagResourceRequest request, Caller caller, CancellationToken ct)
    {
        await ChangeTagsAsync(request.ResourceARN, caller, t => t.RemoveRange(request.TagKeys), ct);
        return new();
    }

    public Task<ListTagsForResourceResponse> ListTagsForResourceAsync(ListTagsForResourceRequest request, Caller caller, CancellationToken ct)
    {
        var tags = Tagged(store.Current, caller, request.ResourceARN).Tags;
        return Task.FromResult(new ListTagsForResourceResponse { Tags = [.. tags.Select(t => new Tag { Key = t.Key, Value = t.Value })] });
    }

    private async Task ChangeTagsAsync(
        string arn, Caller caller, Func<ImmutableSortedDictionary<string, string>, ImmutableSortedDictionary<string, string>> change, CancellationToken ct) =>
        await store.UpdateAsync(tx =>
        {
            var alarm = Tagged(tx, caller, arn);
            tx.Put(CloudWatchTables.Alarms, alarm with { Tags = change(alarm.Tags) });
        }, ct);

    private static AlarmState Tagged(IReadState state, Caller caller, string text)
    {
        const string kind = "alarm:";
        if (!Arn.TryParse(text, out var arn) || arn.Service != "cloudwatch")
            throw new InvalidParameterValueException($"{text} is not a valid ARN of CloudWatch.");
        var name = arn.Resource.StartsWith(kind, StringComparison.Ordinal) ? arn.Resource[kind.Length..] : "";
        return state.Find(CloudWatchTables.Alarms, new AlarmKey(new(arn.AccountId, arn.Region), name)) is { } alarm && alarm.Key.Home == Home.Of(caller)
            ? alarm : throw new ResourceNotFoundException($"{text} does not exist.");
    }
}
