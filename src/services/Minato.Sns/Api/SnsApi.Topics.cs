using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Minato.Aws;
using Minato.Contracts.Sns;
using Minato.Platform;
using Minato.Sns.Planning;
using Minato.Sns.State;

namespace Minato.Sns.Api;

internal sealed partial class SnsApi
{
    private const int MostTopics = 100_000;

    /// <summary>AWS: the same name again answers the topic that is there, as long as nothing else is asked of it.</summary>
    public async Task<CreateTopicResponse> CreateTopicAsync(CreateTopicRequest request, Caller caller, CancellationToken ct)
    {
        var isFifo = request.Attributes?.GetValueOrDefault("FifoTopic") is "true";
        CheckName(request.Name, isFifo);
        var home = Home.Of(caller);
        var asked = new TopicState
        {
            Arn = home.Arn(request.Name), Home = home, Name = request.Name, CreatedAt = clock.GetUtcNow(), DataProtectionPolicy = request.DataProtectionPolicy,
            Attributes = (request.Attributes ?? []).Aggregate(ImmutableSortedDictionary<string, string>.Empty, (all, one) => TopicAttributes.Set(all, one.Key, one.Value)),
            Tags = Retag(ImmutableSortedDictionary<string, string>.Empty, request.Tags ?? []),
        };
        await store.UpdateAsync(tx =>
        {
            if (tx.Find(SnsTables.Topics, asked.Arn) is { } there)
            {
                if (asked.Attributes.Any(a => there.Attributes.GetValueOrDefault(a.Key) != a.Value)) throw SnsErrors.Invalid("Attributes Reason: Topic already exists with different attributes");
                if (asked.Tags.Any(t => there.Tags.GetValueOrDefault(t.Key) != t.Value)) throw SnsErrors.Invalid("Tags Reason: Topic already exists with different tags");
                return;
            }

            if (tx.Count(SnsTables.TopicsByHome, home) >= MostTopics) throw new TopicLimitExceededException("Topic limit exceeded");
            tx.Put(SnsTables.Topics, asked);
        }, ct);
        return new() { TopicArn = asked.Arn };
    }

    public async Task<DeleteTopicResponse> DeleteTopicAsync(DeleteTopicRequest request, Caller caller, CancellationToken ct)
    {
        SnsErrors.TopicArn(request.TopicArn);
        await store.UpdateAsync(tx =>
        {
            // AWS: a topic that is not there is gone already.
            if (tx.Find(SnsTables.Topics, request.TopicArn) is null) return;
            FindTopic(tx, request.TopicArn, caller, "DeleteTopic");
            foreach (var subscription in tx.Keys(SnsTables.SubscriptionsByTopic, request.TopicArn).ToArray()) tx.Delete(SnsTables.Subscriptions, subscription);
            foreach (var removed in tx.Keys(SnsTables.SubscriptionsByStatus, (request.TopicArn, SubscriptionStatus.Removed)).ToArray()) tx.Delete(SnsTables.Subscriptions, removed);
            tx.Delete(SnsTables.Topics, request.TopicArn);
        }, ct);
        return new();
    }

    public Task<GetTopicAttributesResponse> GetTopicAttributesAsync(GetTopicAttributesRequest request, Caller caller, CancellationToken ct)
    {
        var state = store.Current;
        return Task.FromResult(new GetTopicAttributesResponse { Attributes = TopicAttributes.Shown(FindTopic(state, request.TopicArn, caller, "GetTopicAttributes"), state) });
    }

    public async Task<SetTopicAttributesResponse> SetTopicAttributesAsync(SetTopicAttributesRequest request, Caller caller, CancellationToken ct)
    {
        if (request.AttributeName is "FifoTopic") throw SnsErrors.Invalid("AttributeName");
        await ChangeTopicAsync(request.TopicArn, caller, "SetTopicAttributes",
            t => t with { Attributes = TopicAttributes.Set(t.Attributes, request.AttributeName, request.AttributeValue ?? "") }, ct);
        return new();
    }

    public Task<ListTopicsResponse> ListTopicsAsync(ListTopicsRequest request, Caller caller, CancellationToken ct)
    {
        var (page, next) = Page("ListTopics", store.Current.After(SnsTables.TopicsByHome, Home.Of(caller), Position("ListTopics", request.NextToken)), t => t.Arn);
        return Task.FromResult(new ListTopicsResponse { Topics = [.. page.Select(t => new Topic { TopicArn = t.Arn })], NextToken = next });
    }

    public async Task<AddPermissionResponse> AddPermissionAsync(AddPermissionRequest request, Caller caller, CancellationToken ct)
    {
        await ChangeTopicAsync(request.TopicArn, caller, "AddPermission", t => t with
        {
            Attributes = t.Attributes.SetItem("Policy", TopicPolicy.With(t, request.Label, request.AWSAccountId, request.ActionName) ?? throw SnsErrors.Invalid("Statement already exists")),
        }, ct);
        return new();
    }

    public async Task<RemovePermissionResponse> RemovePermissionAsync(RemovePermissionRequest request, Caller caller, CancellationToken ct)
    {
        await ChangeTopicAsync(request.TopicArn, caller, "RemovePermission", t => t with { Attributes = t.Attributes.SetItem("Policy", TopicPolicy.Without(t, request.Label)) }, ct);
        return new();
    }

    public Task<GetDataProtectionPolicyResponse> GetDataProtectionPolicyAsync(GetDataProtectionPolicyRequest request, Caller caller, CancellationToken ct) =>
        Task.FromResult(new GetDataProtectionPolicyResponse { DataProtectionPolicy = FindTopic(store.Current, request.ResourceArn, caller, "GetDataProtectionPolicy").DataProtectionPolicy ?? "" });

    public Task<ListTagsForResourceResponse> ListTagsForResourceAsync(ListTagsForResourceRequest request, Caller caller, CancellationToken ct) =>
        Task.FromResult(new ListTagsForResourceResponse { Tags = [.. Tagged(store.Current, request.ResourceArn).Tags.Select(t => new Tag { Key = t.Key, Value = t.Value })] });

    public async Task<TagResourceResponse> TagResourceAsync(TagResourceRequest request, Caller caller, CancellationToken ct)
    {
        await store.UpdateAsync(tx => tx.Put(SnsTables.Topics, Tagged(tx, request.ResourceArn) is var t ? t with { Tags = Retag(t.Tags, request.Tags) } : t), ct);
        return new();
    }

    public async Task<UntagResourceResponse> UntagResourceAsync(UntagResourceRequest request, Caller caller, CancellationToken ct)
    {
        await store.UpdateAsync(tx => tx.Put(SnsTables.Topics, Tagged(tx, request.ResourceArn) is var t ? t with { Tags = t.Tags.RemoveRange(request.TagKeys) } : t), ct);
        return new();
    }

    private async ValueTask ChangeTopicAsync(string arn, Caller caller, string action, Func<TopicState, TopicState> change, CancellationToken ct) =>
        await store.UpdateAsync(tx => tx.Put(SnsTables.Topics, change(FindTopic(tx, arn, caller, action))), ct);

    private static TopicState Tagged(IReadState state, string arn) => state.Find(SnsTables.Topics, arn) ?? throw new ResourceNotFoundException("Resource does not exist");

    private static ImmutableSortedDictionary<string, string> Retag(ImmutableSortedDictionary<string, string> tags, ImmutableArray<Tag> more)
    {
        const int most = 50;
        if (more.Select(t => t.Key).Distinct(StringComparer.Ordinal).Count() != more.Length) throw SnsErrors.Invalid("Duplicated keys are not allowed.");
        var after = tags.SetItems(more.Select(t => KeyValuePair.Create(t.Key, t.Value)));
        return after.Count <= most ? after : throw new TagLimitExceededException("Could not complete request: tag quota of per resource exceeded");
    }

    private static void CheckName(string name, bool isFifo)
    {
        if (isFifo && !name.EndsWith(".fifo", StringComparison.Ordinal))
            throw SnsErrors.Invalid("Topic Name Reason: Fifo Topic names must end with .fifo and must be made up of only uppercase and lowercase ASCII letters, numbers, underscores, and hyphens, and must be between 1 and 256 characters long.");
        var plain = isFifo ? name[..^".fifo".Length] : name;
        if (name.Length > 256 || !TopicName().IsMatch(plain)) throw SnsErrors.Invalid("Topic Name");
    }

    [GeneratedRegex(@"^[A-Za-z0-9_-]{1,256}\z", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex TopicName();
}
