using System.Collections.Immutable;
using Minato.Aws;
using Minato.Contracts.Sns;
using Minato.Platform;
using Minato.Sns.Planning;
using Minato.Sns.State;

namespace Minato.Sns.Api;

internal sealed partial class SnsApi
{
    private const string Pending = "pending confirmation";
    private const int TokenLength = 256;
    private static readonly TimeSpan s_tokenLives = TimeSpan.FromDays(2);

    public async Task<SubscribeResponse> SubscribeAsync(SubscribeRequest request, Caller caller, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var subscription = await store.UpdateAsync(tx =>
        {
            var topic = FindTopic(tx, request.TopicArn, caller, "Subscribe");
            SubscriptionRules.CheckEndpoint(request.Protocol, request.Endpoint, topic);
            var attributes = (request.Attributes ?? []).Aggregate(ImmutableSortedDictionary<string, string>.Empty, (all, one) => SubscriptionRules.Set(all, request.Protocol, one.Key, one.Value));
            var endpoint = request.Endpoint ?? "";
            if (tx.Where(SnsTables.SubscriptionsByEndpoint, (topic.Arn, request.Protocol, endpoint)).FirstOrDefault() is { } there)
            {
                // AWS: the same again answers what is there, and asks an endpoint once more that has not confirmed.
                if (attributes.Any(a => there.Attributes.GetValueOrDefault(a.Key) != a.Value)) throw SnsErrors.Invalid("Attributes Reason: Subscription already exists with different attributes");
                if (there.Status is SubscriptionStatus.Pending) Ask(tx, there, now);
                return there;
            }

            var made = new SubscriptionState
            {
                Arn = $"{topic.Arn}:{ids.Uuid()}", TopicArn = topic.Arn, Home = topic.Home, Owner = caller.AccountId, Protocol = request.Protocol, Endpoint = endpoint,
                Principal = caller.PrincipalArn, Attributes = attributes, Status = SubscriptionStatus.Confirmed, WasConfirmedWithSignature = true,
            };
            if (SubscriptionRules.NeedsConfirmation(request.Protocol))
            {
                made = made with { Status = SubscriptionStatus.Pending, Token = ids.Hex(TokenLength), TokenUntil = now + s_tokenLives, WasConfirmedWithSignature = false };
                Ask(tx, made, now);
            }

            tx.Put(SnsTables.Subscriptions, made);
            return made;
        }, ct);
        return new() { SubscriptionArn = subscription.Status is SubscriptionStatus.Pending && request.ReturnSubscriptionArn is not true ? Pending : subscription.Arn };
    }

    public async Task<ConfirmSubscriptionResponse> ConfirmSubscriptionAsync(ConfirmSubscriptionRequest request, Caller caller, CancellationToken ct)
    {
        SnsErrors.TopicArn(request.TopicArn);
        var now = clock.GetUtcNow();
        var confirmed = await store.UpdateAsync(tx =>
        {
            if (tx.Find(SnsTables.Topics, request.TopicArn) is null) throw SnsErrors.NoTopic;
            if (tx.Where(SnsTables.SubscriptionsByToken, request.Token).FirstOrDefault() is not { } found || found.TopicArn != request.TopicArn || found.TokenUntil <= now)
                throw SnsErrors.Invalid("Token");
            if (found.Status is SubscriptionStatus.Confirmed) return found; // AWS: a second visit of the link changes nothing.
            var after = found with
            {
                Status = SubscriptionStatus.Confirmed, WasConfirmedWithSignature = !caller.IsAnonymous,
                NeedsSignatureToEnd = string.Equals(request.AuthenticateOnUnsubscribe, "true", StringComparison.OrdinalIgnoreCase) && !caller.IsAnonymous,
            };
            tx.Put(SnsTables.Subscriptions, after);
            return after;
        }, ct);
        return new() { SubscriptionArn = confirmed.Arn };
    }

    public async Task<UnsubscribeResponse> UnsubscribeAsync(UnsubscribeRequest request, Caller caller, CancellationToken ct)
    {
        if (request.SubscriptionArn.Split(':').Length < 7) throw SnsErrors.Invalid($"SubscriptionArn Reason: An ARN must have at least 6 elements, not {request.SubscriptionArn.Split(':').Length}");
        var now = clock.GetUtcNow();
        await store.UpdateAsync(tx =>
        {
            // AWS: what is not there is gone already.
            if (tx.Find(SnsTables.Subscriptions, request.SubscriptionArn) is not { Status: not SubscriptionStatus.Removed } found) return;
            if (found.Status is SubscriptionStatus.Pending) throw SnsErrors.Invalid("This operation can only be performed on a confirmed subscription");
            if (found.NeedsSignatureToEnd && caller.IsAnonymous) throw SnsErrors.NotAllowed(caller, "Unsubscribe", found.Arn);
            if (!found.IsHttp)
            {
                tx.Delete(SnsTables.Subscriptions, found.Arn);
                return;
            }

            var removed = found with { Status = SubscriptionStatus.Removed, Token = ids.Hex(TokenLength), TokenUntil = now + s_tokenLives };
            tx.Put(SnsTables.Subscriptions, removed);
            tx.Put(SnsTables.Deliveries, Told(removed, MessageKind.UnsubscribeConfirmation, MessageText.Farewell(found.Arn), now));
        }, ct);
        return new();
    }

    public Task<GetSubscriptionAttributesResponse> GetSubscriptionAttributesAsync(GetSubscriptionAttributesRequest request, Caller caller, CancellationToken ct) =>
        Task.FromResult(new GetSubscriptionAttributesResponse { Attributes = SubscriptionRules.Shown(FindSubscription(store.Current, request.SubscriptionArn)) });

    public async Task<SetSubscriptionAttributesResponse> SetSubscriptionAttributesAsync(SetSubscriptionAttributesRequest request, Caller caller, CancellationToken ct)
    {
        await store.UpdateAsync(tx =>
        {
            var found = FindSubscription(tx, request.SubscriptionArn);
            tx.Put(SnsTables.Subscriptions, found with { Attributes = SubscriptionRules.Set(found.Attributes, found.Protocol, request.AttributeName, request.AttributeValue ?? "") });
        }, ct);
        return new();
    }

    public Task<ListSubscriptionsResponse> ListSubscriptionsAsync(ListSubscriptionsRequest request, Caller caller, CancellationToken ct)
    {
        var (page, next) = Page("ListSubscriptions", store.Current.After(SnsTables.SubscriptionsByHome, Home.Of(caller), Position("ListSubscriptions", request.NextToken)), s => s.Arn);
        return Task.FromResult(new ListSubscriptionsResponse { Subscriptions = [.. page.Select(SubscriptionRules.ToWire)], NextToken = next });
    }

    public Task<ListSubscriptionsByTopicResponse> ListSubscriptionsByTopicAsync(ListSubscriptionsByTopicRequest request, Caller caller, CancellationToken ct)
    {
        var topic = FindTopic(store.Current, request.TopicArn, caller, "ListSubscriptionsByTopic");
        var operation = $"ListSubscriptionsByTopic/{topic.Arn}";
        var (page, next) = Page(operation, store.Current.After(SnsTables.SubscriptionsByTopic, topic.Arn, Position(operation, request.NextToken)), s => s.Arn);
        return Task.FromResult(new ListSubscriptionsByTopicResponse { Subscriptions = [.. page.Select(SubscriptionRules.ToWire)], NextToken = next });
    }

    private static SubscriptionState FindSubscription(IReadState state, string arn)
    {
        if (arn.Split(':').Length < 7) throw SnsErrors.Invalid($"SubscriptionArn Reason: An ARN must have at least 6 elements, not {arn.Split(':').Length}");
        return state.Find(SnsTables.Subscriptions, arn) is { Status: not SubscriptionStatus.Removed } found ? found : throw SnsErrors.NoSubscription;
    }

    // Nobody sends mail here: those stay pending until they are forgotten.
    private void Ask(Transaction tx, SubscriptionState subscription, DateTimeOffset now)
    {
        if (subscription.IsHttp) tx.Put(SnsTables.Deliveries, Told(subscription, MessageKind.SubscriptionConfirmation, MessageText.Confirmation(subscription.TopicArn), now));
    }

    private DeliveryState Told(SubscriptionState subscription, MessageKind kind, string message, DateTimeOffset now) => new()
    {
        Id = ids.Uuid(), SubscriptionArn = subscription.Arn, TopicArn = subscription.TopicArn, Kind = kind, MessageId = ids.Uuid(), Message = message, Token = subscription.Token, At = now,
    };
}
