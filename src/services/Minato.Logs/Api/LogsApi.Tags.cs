using System.Collections.Immutable;
using Minato.Aws;
using Minato.Contracts.CloudWatchLogs;
using Minato.Logs.State;

namespace Minato.Logs.Api;

// Tags by ARN, and by group name as older clients do it.
internal sealed partial class LogsApi
{
    public Task<TagResourceResponse> TagResourceAsync(TagResourceRequest request, Caller caller, CancellationToken ct) => ChangeAsync(
        Tagged(caller, request.ResourceArn), caller,
        g => g with { Tags = Tagging.Add(g.Tags, request.Tags, () => TooMany(request.ResourceArn)) }, new TagResourceResponse(), ct);

    public Task<UntagResourceResponse> UntagResourceAsync(UntagResourceRequest request, Caller caller, CancellationToken ct) => ChangeAsync(
        Tagged(caller, request.ResourceArn), caller, g => g with { Tags = g.Tags.RemoveRange(request.TagKeys) }, new UntagResourceResponse(), ct);

    public Task<ListTagsForResourceResponse> ListTagsForResourceAsync(ListTagsForResourceRequest request, Caller caller, CancellationToken ct) =>
        Task.FromResult(new ListTagsForResourceResponse { Tags = TagsOf(caller, Tagged(caller, request.ResourceArn)) });

    public Task<TagLogGroupResponse> TagLogGroupAsync(TagLogGroupRequest request, Caller caller, CancellationToken ct) => ChangeAsync(
        request.LogGroupName, caller, g => g with { Tags = Tagging.Add(g.Tags, request.Tags, Tagging.TooMany) }, new TagLogGroupResponse(), ct);

    public Task<UntagLogGroupResponse> UntagLogGroupAsync(UntagLogGroupRequest request, Caller caller, CancellationToken ct) => ChangeAsync(
        request.LogGroupName, caller, g => g with { Tags = g.Tags.RemoveRange(request.Tags) }, new UntagLogGroupResponse(), ct);

    public Task<ListTagsLogGroupResponse> ListTagsLogGroupAsync(ListTagsLogGroupRequest request, Caller caller, CancellationToken ct) =>
        Task.FromResult(new ListTagsLogGroupResponse { Tags = TagsOf(caller, request.LogGroupName) });

    private static string Tagged(Caller caller, string arn) =>
        FromArn(caller, arn)?.Name ?? throw new ResourceNotFoundException("The specified resource does not exist.");

    private static TooManyTagsException TooMany(string arn) => new("The maximum number of tags per resource is 50.") { ResourceName = arn };

    private ImmutableDictionary<string, string> TagsOf(Caller caller, string name) =>
        Group(store.Current, new(caller, name)).Tags.ToImmutableDictionary();
}
