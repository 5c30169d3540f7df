using System.Text.Json.Serialization;
using Minato.Platform;

namespace Minato.Sns.State;

internal static class SnsTables
{
    private static readonly SnsJson Json = SnsJson.Default;

    public static readonly Table<string, TopicState> Topics = new("sns.topics", t => t.Arn, () => Json.TopicState);
    public static readonly Index<Home, string, TopicState> TopicsByHome = Topics.AddIndex<Home>("home", t => t.Home);

    public static readonly Table<string, SubscriptionState> Subscriptions = new("sns.subscriptions", s => s.Arn, () => Json.SubscriptionState);
    public static readonly Index<string, string, SubscriptionState> SubscriptionsByTopic =
        Subscriptions.AddIndex<string>("topic", s => s.Status is SubscriptionStatus.Removed ? null : s.TopicArn);
    public static readonly Index<(string, SubscriptionStatus), string, SubscriptionState> SubscriptionsByStatus =
        Subscriptions.AddIndex<(string, SubscriptionStatus)>("status", s => (s.TopicArn, s.Status));
    public static readonly Index<Home, string, SubscriptionState> SubscriptionsByHome =
        Subscriptions.AddIndex<Home>("home", s => s.Status is SubscriptionStatus.Removed ? null : s.Home);
    public static readonly Index<(string, string, string), string, SubscriptionState> SubscriptionsByEndpoint =
        Subscriptions.AddIndex<(string, string, string)>("endpoint", s => s.Status is SubscriptionStatus.Removed ? null : (s.TopicArn, s.Protocol, s.Endpoint));
    public static readonly Index<string, string, SubscriptionState> SubscriptionsByToken = Subscriptions.AddIndex<string>("token", s => s.Token);

    public static readonly Table<string, DeliveryState> Deliveries = new("sns.deliveries", d => d.Id, () => Json.DeliveryState);

    public static readonly Table<string, SignerState> Signers = new("sns.signers", s => s.Id, () => Json.SignerState);
}

[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, UseStringEnumConverter = true, IgnoreReadOnlyProperties = true)]
[JsonSerializable(typeof(TopicState))]
[JsonSerializable(typeof(SubscriptionState))]
[JsonSerializable(typeof(DeliveryState))]
[JsonSerializable(typeof(SignerState))]
internal sealed partial class SnsJson : JsonSerializerContext;
