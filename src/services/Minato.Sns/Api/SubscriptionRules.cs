using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json.Nodes;
using Minato.Aws;
using Minato.Contracts.Sns;
using Minato.Sns.Planning;
using Minato.Sns.State;

namespace Minato.Sns.Api;

/// <summary>What AWS wants of a subscription.</summary>
internal static class SubscriptionRules
{
    private static readonly string[] s_protocols = ["http", "https", "email", "email-json", "sms", "sqs", "application", "lambda", "firehose"];
    private static readonly string[] s_attributes = ["DeliveryPolicy", "FilterPolicy", "FilterPolicyScope", "RawMessageDelivery", "RedrivePolicy", "SubscriptionRoleArn", "ReplayPolicy"];

    public static void CheckEndpoint(string protocol, string? endpoint, TopicState topic)
    {
        if (!s_protocols.Contains(protocol, StringComparer.Ordinal)) throw SnsErrors.Invalid($"Amazon SNS does not support this protocol string: {protocol}");
        if (topic.IsFifo && protocol is not ("sqs" or "lambda" or "firehose"))
            throw SnsErrors.Invalid("Invalid protocol type: FIFO topics take subscriptions of SQS queues, Lambda functions and delivery streams");
        switch (protocol)
        {
            case "http" or "https" when endpoint?.StartsWith($"{protocol}://", StringComparison.Ordinal) is not true || !Uri.TryCreate(endpoint, UriKind.Absolute, out _):
                throw SnsErrors.Invalid("Endpoint must match the specified protocol");
            case "email" or "email-json" when endpoint?.Split('@') is not [{ Length: > 0 }, { Length: > 0 }]:
                throw SnsErrors.Invalid("Email address");
            case "sms" when endpoint is null || !IsPhone(endpoint):
                throw SnsErrors.Invalid($"Invalid SMS endpoint: {endpoint}");
            case "sqs" when !IsArnOf(endpoint, "sqs"):
                throw SnsErrors.Invalid("SQS endpoint ARN");
            case "lambda" when !IsArnOf(endpoint, "lambda"):
                throw SnsErrors.Invalid("Lambda endpoint ARN");
            case "firehose" when !IsArnOf(endpoint, "firehose"):
                throw SnsErrors.Invalid("Firehose endpoint ARN");
            case "application" when !IsArnOf(endpoint, "sns"):
                throw SnsErrors.Invalid("Application endpoint arn invalid");
        }
    }

    /// <summary>AWS: what the account owns itself needs no confirmation.</summary>
    public static bool NeedsConfirmation(string protocol) => protocol is "http" or "https" or "email" or "email-json";

    public static ImmutableSortedDictionary<string, string> Set(ImmutableSortedDictionary<string, string> attributes, string protocol, string name, string value)
    {
        if (!s_attributes.Contains(name, StringComparer.Ordinal)) throw SnsErrors.Invalid("AttributeName");
        switch (name)
        {
            case "FilterPolicy" when value.Length > 0 && FilterPolicies.Fault(value) is { } fault:
                throw SnsErrors.Invalid($"FilterPolicy: {fault}");
            case "FilterPolicyScope" when value is not ("MessageAttributes" or FilterPolicies.OfBody):
                throw SnsErrors.Invalid($"FilterPolicyScope: Invalid value [{value}]. Please use either MessageBody or MessageAttributes");
            case "RawMessageDelivery" when !IsBoolean(value):
                throw SnsErrors.Invalid($"RawMessageDelivery: Invalid value [{value}]. Must be true or false.");
            case "RawMessageDelivery" when IsTrue(value) && protocol is not ("http" or "https" or "sqs" or "firehose"):
                throw SnsErrors.Invalid($"Delivery protocol [{protocol}] does not support raw message delivery.");
            case "DeliveryPolicy" when value.Length > 0:
                TopicAttributes.CheckDelivery(value, "healthyRetryPolicy");
                break;
            case "RedrivePolicy" when value.Length > 0 && !IsRedrive(value):
                throw SnsErrors.Invalid("RedrivePolicy: failed to parse JSON.");
        }

        if (name is "RawMessageDelivery") value = IsTrue(value) ? "true" : "false";
        return value.Length == 0 ? attributes.Remove(name) : attributes.SetItem(name, value);
    }

    public static ImmutableDictionary<string, string> Shown(SubscriptionState subscription)
    {
        var shown = ImmutableDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        shown["SubscriptionArn"] = subscription.Arn;
        shown["TopicArn"] = subscription.TopicArn;
        shown["Owner"] = subscription.Owner;
        shown["Protocol"] = subscription.Protocol;
        shown["Endpoint"] = subscription.Endpoint;
        shown["PendingConfirmation"] = Word(subscription.Status is SubscriptionStatus.Pending);
        shown["ConfirmationWasAuthenticated"] = Word(subscription.WasConfirmedWithSignature);
        shown["RawMessageDelivery"] = "false";
        if (subscription.Principal is { } principal) shown["SubscriptionPrincipal"] = principal;
        if (subscription.Attributes.ContainsKey("FilterPolicy")) shown["FilterPolicyScope"] = "MessageAttributes";
        foreach (var (name, value) in subscription.Attributes) shown[name] = value;
        return shown.ToImmutable();
    }

    public static Subscription ToWire(SubscriptionState subscription) => new()
    {
        SubscriptionArn = subscription.Status is SubscriptionStatus.Pending ? "PendingConfirmation" : subscription.Arn,
        Owner = subscription.Owner, Protocol = subscription.Protocol, Endpoint = subscription.Endpoint, TopicArn = subscription.TopicArn,
    };

    private static string Word(bool value) => value ? "true" : "false";

    private static bool IsTrue(string value) => string.Equals(value, "true", StringComparison.OrdinalIgnoreCase);

    private static bool IsBoolean(string value) => IsTrue(value) || string.Equals(value, "false", StringComparison.OrdinalIgnoreCase);

    private static bool IsPhone(string text) =>
        text.StartsWith('+') && text.Length is > 7 and < 17 && long.TryParse(text.AsSpan(1), NumberStyles.None, CultureInfo.InvariantCulture, out _);

    private static bool IsArnOf(string? text, string service) => Arn.TryParse(text, out var arn) && arn.Service == service;

    private static bool IsRedrive(string json)
    {
        try
        {
            return JsonNode.Parse(json)?["deadLetterTargetArn"] is JsonValue;
        }
        catch (System.Text.Json.JsonException)
        {
            return false;
        }
    }
}
