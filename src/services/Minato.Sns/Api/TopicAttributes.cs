using System.Collections.Immutable;
using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using Minato.Aws.Policies;
using Minato.Platform;
using Minato.Sns.Planning;
using Minato.Sns.State;

namespace Minato.Sns.Api;

/// <summary>Attributes of topics: which there are, what they may say, and what AWS shows where none was set.</summary>
internal static class TopicAttributes
{
    private const int LongestDisplayName = 100;
    private static readonly string[] s_names =
    [
        "DisplayName", "Policy", "DeliveryPolicy", "KmsMasterKeyId", "FifoTopic", "ContentBasedDeduplication", "SignatureVersion", "TracingConfig", "ArchivePolicy", "FifoThroughputScope",
        "HTTPSuccessFeedbackRoleArn", "HTTPSuccessFeedbackSampleRate", "HTTPFailureFeedbackRoleArn", "LambdaSuccessFeedbackRoleArn", "LambdaSuccessFeedbackSampleRate",
        "LambdaFailureFeedbackRoleArn", "SQSSuccessFeedbackRoleArn", "SQSSuccessFeedbackSampleRate", "SQSFailureFeedbackRoleArn", "FirehoseSuccessFeedbackRoleArn",
        "FirehoseSuccessFeedbackSampleRate", "FirehoseFailureFeedbackRoleArn", "ApplicationSuccessFeedbackRoleArn", "ApplicationSuccessFeedbackSampleRate", "ApplicationFailureFeedbackRoleArn",
    ];

    public static ImmutableSortedDictionary<string, string> Set(ImmutableSortedDictionary<string, string> attributes, string name, string value)
    {
        if (!s_names.Contains(name, StringComparer.Ordinal)) throw SnsErrors.Invalid("AttributeName");
        switch (name)
        {
            case "DisplayName" when value.Length > LongestDisplayName:
            case "SignatureVersion" when value is not ("1" or "2"):
            case "TracingConfig" when value is not ("PassThrough" or "Active"):
            case "FifoTopic" or "ContentBasedDeduplication" when value is not ("true" or "false"):
                throw SnsErrors.Invalid(name);
            case "Policy" when value.Length > 0:
                CheckPolicy(value);
                break;
            case "DeliveryPolicy" when value.Length > 0:
                CheckDelivery(value, "http", "defaultHealthyRetryPolicy");
                break;
        }

        return value.Length == 0 ? attributes.Remove(name) : attributes.SetItem(name, value);
    }

    public static void CheckDelivery(string policy, params string[] member)
    {
        try
        {
            if (JsonNode.Parse(policy) is not JsonObject) throw SnsErrors.Invalid("DeliveryPolicy: failed to parse JSON.");
            if (DeliveryRetries.Of(policy, member).Fault() is { } fault) throw SnsErrors.Invalid($"DeliveryPolicy: {fault}");
        }
        catch (JsonException)
        {
            throw SnsErrors.Invalid("DeliveryPolicy: failed to parse JSON.");
        }
    }

    public static ImmutableDictionary<string, string> Shown(TopicState topic, IReadState state)
    {
        var shown = ImmutableDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        shown["TopicArn"] = topic.Arn;
        shown["Owner"] = topic.Home.AccountId;
        shown["Policy"] = TopicPolicy.Default(topic);
        shown["DisplayName"] = "";
        shown["SubscriptionsPending"] = Count(SubscriptionStatus.Pending);
        shown["SubscriptionsConfirmed"] = Count(SubscriptionStatus.Confirmed);
        shown["SubscriptionsDeleted"] = Count(SubscriptionStatus.Removed);
        shown["EffectiveDeliveryPolicy"] = Effective(DeliveryRetries.Of(topic.Attributes.GetValueOrDefault("DeliveryPolicy"), "http", "defaultHealthyRetryPolicy"));
        if (topic.IsFifo) shown["ContentBasedDeduplication"] = "false";
        foreach (var (name, value) in topic.Attributes) shown[name] = value;
        return shown.ToImmutable();

        string Count(SubscriptionStatus status) => state.Count(SnsTables.SubscriptionsByStatus, (topic.Arn, status)).ToString(CultureInfo.InvariantCulture);
    }

    private static string Effective(DeliveryRetries retries) => new JsonObject
    {
        ["http"] = new JsonObject
        {
            ["defaultHealthyRetryPolicy"] = JsonSerializer.SerializeToNode(retries, RetriesJson.Default.DeliveryRetries),
            ["disableSubscriptionOverrides"] = false,
            ["defaultRequestPolicy"] = new JsonObject { ["headerContentType"] = "text/plain; charset=UTF-8" },
        },
    }.ToJsonString();

    private static void CheckPolicy(string policy)
    {
        try
        {
            PolicyParser.Parse(policy, PolicyKind.Resource);
        }
        catch (PolicySyntaxException e)
        {
            throw SnsErrors.Invalid($"Policy Error: {e.Message}");
        }
    }
}
