using System.Collections.Immutable;
using System.Globalization;
using Minato.Aws;
using Minato.Contracts.Sns;
using Minato.Platform;
using Minato.Sns.Planning;
using Minato.Sns.State;

namespace Minato.Sns.Api;

internal sealed partial class SnsApi
{
    private const int MostInABatch = 10;

    public async Task<PublishResponse> PublishAsync(PublishRequest request, Caller caller, CancellationToken ct)
    {
        if (request.PhoneNumber is not null) throw SnsErrors.Invalid("PhoneNumber Reason: This installation has no network to send text messages with");
        var arn = request.TopicArn ?? request.TargetArn ?? throw SnsErrors.Invalid("TopicArn or TargetArn Reason: no value for required parameter");
        var asked = new Publication(
            request.Message, request.Subject, request.MessageStructure, request.MessageAttributes ?? ImmutableDictionary<string, MessageAttributeValue>.Empty,
            request.MessageDeduplicationId, request.MessageGroupId);
        PublishRules.Check(asked, FindTopic(store.Current, arn, caller, "Publish", request.TopicArn is null ? "TargetArn" : "TopicArn"));
        return await store.UpdateAsync(tx =>
        {
            var (id, sequence) = Accept(tx, FindTopic(tx, arn, caller, "Publish"), asked);
            return new PublishResponse { MessageId = id, SequenceNumber = sequence };
        }, ct);
    }

    public async Task<PublishBatchResponse> PublishBatchAsync(PublishBatchRequest request, Caller caller, CancellationToken ct)
    {
        var entries = request.PublishBatchRequestEntries;
        if (entries.Length == 0) throw new EmptyBatchRequestException("The batch request doesn't contain any entries.");
        if (entries.Length > MostInABatch) throw new TooManyEntriesInBatchRequestException("The batch request contains more entries than permissible.");
        if (entries.Select(e => e.Id).Distinct(StringComparer.Ordinal).Count() != entries.Length)
            throw new BatchEntryIdsNotDistinctException("Two or more batch entries in the request have the same Id.");
        var topic = FindTopic(store.Current, request.TopicArn, caller, "Publish");
        var asked = entries.Select(e => (e.Id, Asked: new Publication(
            e.Message, e.Subject, e.MessageStructure, e.MessageAttributes ?? ImmutableDictionary<string, MessageAttributeValue>.Empty, e.MessageDeduplicationId, e.MessageGroupId))).ToArray();
        if (asked.Sum(e => e.Asked.Size) > PublishRules.LongestMessage) throw new BatchRequestTooLongException("The length of all the messages put together is more than the limit.");
        var failed = asked.Select(e => (e.Id, Refusal: Refusal(e.Asked, topic))).Where(e => e.Refusal is not null).ToDictionary(e => e.Id, e => e.Refusal, StringComparer.Ordinal);
        var done = await store.UpdateAsync(tx => asked.Where(e => !failed.ContainsKey(e.Id)).Select(e =>
        {
            var (id, sequence) = Accept(tx, FindTopic(tx, request.TopicArn, caller, "Publish"), e.Asked);
            return new PublishBatchResultEntry { Id = e.Id, MessageId = id, SequenceNumber = sequence };
        }).ToImmutableArray(), ct);
        return new()
        {
            Successful = done,
            Failed = [.. failed.Select(f => new BatchResultErrorEntry { Id = f.Key, Code = f.Value?.Code ?? "", Message = f.Value?.Message, SenderFault = f.Value?.IsClientFault ?? true })],
        };
    }

    private static AwsException? Refusal(Publication asked, TopicState topic)
    {
        try
        {
            PublishRules.Check(asked, topic);
            return null;
        }
        catch (AwsException e)
        {
            return e;
        }
    }

    /// <summary>Puts the message on record for everybody who wants it.</summary>
    private (string Id, string? Sequence) Accept(Transaction tx, TopicState topic, Publication asked)
    {
        var id = ids.Uuid();
        var now = clock.GetUtcNow();
        var attributes = asked.Attributes.ToImmutableSortedDictionary(StringComparer.Ordinal);
        foreach (var subscription in tx.Where(SnsTables.SubscriptionsByStatus, (topic.Arn, SubscriptionStatus.Confirmed)).ToArray())
        {
            var message = new DeliveryState
            {
                Id = ids.Uuid(), SubscriptionArn = subscription.Arn, TopicArn = topic.Arn, MessageId = id, Message = PublishRules.MessageFor(asked, subscription.Protocol),
                Subject = asked.Subject, At = now, Attributes = attributes,
            };
            if (!FilterPolicies.Wants(subscription, message)) continue;
            if (tx.Count(SnsTables.Deliveries) >= MostPending) throw new AwsException("Throttled", "Rate exceeded", 429);
            tx.Put(SnsTables.Deliveries, message);
        }

        if (!topic.IsFifo) return (id, null);
        tx.Put(SnsTables.Topics, topic with { NextSequence = topic.NextSequence + 1 });
        return (id, (10_000_000_000_000_000_000m + topic.NextSequence).ToString("00000000000000000000", CultureInfo.InvariantCulture));
    }
}
