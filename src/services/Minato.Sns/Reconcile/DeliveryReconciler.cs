using Microsoft.Extensions.Logging;
using Minato.Engines.Functions;
using Minato.Engines.Webhooks;
using Minato.Platform;
using Minato.Sns.Planning;
using Minato.Sns.State;

namespace Minato.Sns.Reconcile;

internal sealed record MessageKey(string DeliveryId);

/// <summary>Brings one message to one subscription, as often as its delivery policy says.</summary>
internal sealed partial class DeliveryReconciler(
    Store store, MessageSigner signer, Installation installation, TimeProvider clock, ILogger<DeliveryReconciler> log, IWebhookEngine? web = null, IFunctionEngine? functions = null)
    : IReconciler<MessageKey>
{
    public async ValueTask<Next> ReconcileAsync(MessageKey key, CancellationToken ct)
    {
        if (store.Current.Find(SnsTables.Deliveries, key.DeliveryId) is not { } message) return Next.Done;
        if (message.RetryAt is { } due && due > clock.GetUtcNow()) return Next.At(due);
        if (store.Current.Find(SnsTables.Subscriptions, message.SubscriptionArn) is not { } subscription || !IsStillFor(subscription, message)) return await EndAsync(message, ct);
        var (fault, delay) = subscription.IsHttp ? await PostAsync(message, subscription, ct) : subscription.Protocol is "lambda" ? await CallAsync(message, subscription, ct)
            : ($"This installation cannot deliver to {subscription.Protocol}.", null);
        if (fault is null) return await EndAsync(message, ct);
        if (delay is not { } wait)
        {
            LogGivenUp(message.MessageId, subscription.Arn, subscription.Endpoint, fault, message.Attempts + 1);
            return await EndAsync(message, ct);
        }

        var retryAt = clock.GetUtcNow() + wait;
        await store.UpdateAsync(tx =>
        {
            if (tx.Find(SnsTables.Deliveries, message.Id) is { } same) tx.Put(SnsTables.Deliveries, same with { Attempts = same.Attempts + 1, RetryAt = retryAt });
        }, ct);
        return Next.At(retryAt);
    }

    private static bool IsStillFor(SubscriptionState subscription, DeliveryState message) => message.Kind switch
    {
        MessageKind.Notification => subscription.Status is SubscriptionStatus.Confirmed,
        MessageKind.SubscriptionConfirmation => subscription.Status is SubscriptionStatus.Pending,
        _ => subscription.Status is SubscriptionStatus.Removed,
    };

    private async ValueTask<Next> EndAsync(DeliveryState message, CancellationToken ct)
    {
        await store.UpdateAsync(tx => { tx.Delete(SnsTables.Deliveries, message.Id); }, ct);
        return Next.Done;
    }

    private async ValueTask<(string? Fault, TimeSpan? Delay)> PostAsync(DeliveryState message, SubscriptionState subscription, CancellationToken ct)
    {
        if (web is null) return ("Nothing posts messages in this installation.", null);
        var topic = store.Current.Find(SnsTables.Topics, message.TopicArn);
        var outcome = await web.PostAsync(await RequestAsync(message, subscription, topic, ct), ct);
        var delay = Retries(subscription, topic).Delay(message.Attempts);
        return outcome switch
        {
            WebhookOutcome.Answered { Status: >= 200 and < 300 } => (null, null),
            // AWS: an endpoint that says what is wrong with the message itself is not asked again.
            WebhookOutcome.Answered { Status: >= 300 and < 500 and not 429 } refused => ($"it answered with HTTP status {refused.Status}", null),
            WebhookOutcome.Answered busy => ($"it answered with HTTP status {busy.Status}", delay),
            WebhookOutcome.Failed failed => (failed.Error, delay),
            _ => ("nothing is known of its answer", delay),
        };
    }

    private static DeliveryRetries Retries(SubscriptionState subscription, TopicState? topic) => subscription.Attributes.GetValueOrDefault("DeliveryPolicy") is { } own
        ? DeliveryRetries.Of(own, "healthyRetryPolicy") : DeliveryRetries.Of(topic?.Attributes.GetValueOrDefault("DeliveryPolicy"), "http", "defaultHealthyRetryPolicy");

    private async ValueTask<WebhookRequest> RequestAsync(DeliveryState message, SubscriptionState subscription, TopicState? topic, CancellationToken ct)
    {
        var isRaw = subscription.IsRaw && message.Kind is MessageKind.Notification;
        var headers = new List<(string, string)>
        {
            ("x-amz-sns-message-type", message.Kind.ToString()), ("x-amz-sns-message-id", message.MessageId), ("x-amz-sns-topic-arn", message.TopicArn),
            ("User-Agent", "Amazon Simple Notification Service Agent"),
        };
        if (message.Kind is not MessageKind.SubscriptionConfirmation) headers.Add(("x-amz-sns-subscription-arn", message.SubscriptionArn));
        if (isRaw) headers.Add(("x-amz-sns-rawdelivery", "true"));
        var body = message.Message;
        if (!isRaw)
        {
            var (links, signature, version) = await SignAsync(message, topic, ct);
            body = MessageText.Envelope(message, links, signature, version);
        }

        return new(new(subscription.Endpoint), [.. headers], "text/plain; charset=UTF-8", body);
    }

    // AWS: Lambda has the message at once, and tries a function that breaks twice more.
    private async ValueTask<(string? Fault, TimeSpan? Delay)> CallAsync(DeliveryState message, SubscriptionState subscription, CancellationToken ct)
    {
        if (functions is null) return ("Nothing calls functions in this installation.", null);
        var topic = store.Current.Find(SnsTables.Topics, message.TopicArn);
        var (links, signature, version) = await SignAsync(message, topic, ct);
        return await functions.InvokeAsync(subscription.Endpoint, MessageText.FunctionEvent(message, links, signature, version), ct) switch
        {
            FunctionOutcome.Unknown => ("there is no such function", null),
            FunctionOutcome.Failed failed => (failed.Error, message.Attempts < 2 ? TimeSpan.FromMinutes(message.Attempts + 1) : null),
            _ => (null, null),
        };
    }

    private async ValueTask<(MessageLinks Links, string Signature, string Version)> SignAsync(DeliveryState message, TopicState? topic, CancellationToken ct)
    {
        var key = await signer.SignerAsync(ct);
        var version = topic?.Attributes.GetValueOrDefault("SignatureVersion") ?? "1";
        var home = installation.Endpoint;
        var links = new MessageLinks(
            signer.UrlOf(key), new Uri(home, $"/?Action=Unsubscribe&SubscriptionArn={message.SubscriptionArn}").ToString(),
            new Uri(home, $"/?Action=ConfirmSubscription&TopicArn={message.TopicArn}&Token={message.Token}").ToString());
        return (links, signer.Sign(key, MessageText.ToSign(message, links), version), version);
    }

    [LoggerMessage(3201, LogLevel.Warning, "Message {Message} did not reach subscription {Subscription} at {Endpoint}: {Reason} (after {Attempts} attempts)")]
    private partial void LogGivenUp(string message, string subscription, string endpoint, string reason, int attempts);
}

internal sealed record SubscriptionKey(string SubscriptionArn);

/// <summary>Forgets subscriptions that nobody confirmed, and those that were ended.</summary>
internal sealed class SubscriptionRetention(Store store, TimeProvider clock) : IReconciler<SubscriptionKey>
{
    public async ValueTask<Next> ReconcileAsync(SubscriptionKey key, CancellationToken ct)
    {
        if (store.Current.Find(SnsTables.Subscriptions, key.SubscriptionArn) is not { Status: not SubscriptionStatus.Confirmed, TokenUntil: { } until } subscription) return Next.Done;
        if (until > clock.GetUtcNow()) return Next.At(until);
        await store.UpdateAsync(tx =>
        {
            tx.Expect(SnsTables.Subscriptions, key.SubscriptionArn, subscription);
            tx.Delete(SnsTables.Subscriptions, key.SubscriptionArn);
        }, ct);
        return Next.Done;
    }
}
