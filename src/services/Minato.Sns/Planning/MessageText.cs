using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Nodes;
using Minato.Contracts.Sns;
using Minato.Sns.State;

namespace Minato.Sns.Planning;

/// <summary>Where the links of messages lead.</summary>
internal sealed record MessageLinks(string SigningCert, string Unsubscribe, string Subscribe);

/// <summary>Messages as SNS writes them, and what of them is signed.</summary>
internal static class MessageText
{
    private static readonly JsonSerializerOptions s_json = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, WriteIndented = true };

    public static string Time(DateTimeOffset at) => at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    public static string Confirmation(string topic) =>
        $"You have chosen to subscribe to the topic {topic}.\nTo confirm the subscription, visit the SubscribeURL included in this message.";

    public static string Farewell(string subscription) =>
        $"You have chosen to deactivate subscription {subscription}.\nTo cancel this operation and restore the subscription, visit the SubscribeURL included in this message.";

    /// <summary>AWS: names and values in byte order of the names, a line each.</summary>
    public static string ToSign(DeliveryState message, MessageLinks links)
    {
        var text = new StringBuilder();
        Line("Message", message.Message);
        Line("MessageId", message.MessageId);
        if (message.Kind is MessageKind.Notification && message.Subject is { } subject) Line("Subject", subject);
        if (message.Kind is not MessageKind.Notification) Line("SubscribeURL", links.Subscribe);
        Line("Timestamp", Time(message.At));
        if (message.Kind is not MessageKind.Notification) Line("Token", message.Token ?? "");
        Line("TopicArn", message.TopicArn);
        Line("Type", message.Kind.ToString());
        return text.ToString();

        void Line(string name, string value) => text.Append(name).Append('\n').Append(value).Append('\n');
    }

    /// <summary>What is posted to a web address.</summary>
    public static string Envelope(DeliveryState message, MessageLinks links, string signature, string version)
    {
        var json = new JsonObject { ["Type"] = message.Kind.ToString(), ["MessageId"] = message.MessageId };
        if (message.Kind is not MessageKind.Notification) json["Token"] = message.Token;
        json["TopicArn"] = message.TopicArn;
        if (message.Subject is { } subject) json["Subject"] = subject;
        json["Message"] = message.Message;
        if (message.Kind is not MessageKind.Notification) json["SubscribeURL"] = links.Subscribe;
        json["Timestamp"] = Time(message.At);
        json["SignatureVersion"] = version;
        json["Signature"] = signature;
        json["SigningCertURL"] = links.SigningCert;
        if (message.Kind is MessageKind.Notification) json["UnsubscribeURL"] = links.Unsubscribe;
        if (!message.Attributes.IsEmpty) json["MessageAttributes"] = Attributes(message.Attributes);
        return json.ToJsonString(s_json);
    }

    /// <summary>What a Lambda function is called with.</summary>
    public static string FunctionEvent(DeliveryState message, MessageLinks links, string signature, string version) => new JsonObject
    {
        ["Records"] = new JsonArray(new JsonObject
        {
            ["EventSource"] = "aws:sns",
            ["EventVersion"] = "1.0",
            ["EventSubscriptionArn"] = message.SubscriptionArn,
            ["Sns"] = new JsonObject
            {
                ["Type"] = message.Kind.ToString(),
                ["MessageId"] = message.MessageId,
                ["TopicArn"] = message.TopicArn,
                ["Subject"] = message.Subject,
                ["Message"] = message.Message,
                ["Timestamp"] = Time(message.At),
                ["SignatureVersion"] = version,
                ["Signature"] = signature,
                ["SigningCertUrl"] = links.SigningCert,
                ["UnsubscribeUrl"] = links.Unsubscribe,
                ["MessageAttributes"] = Attributes(message.Attributes),
            },
        }),
    }.ToJsonString(s_json);

    private static JsonObject Attributes(ImmutableSortedDictionary<string, MessageAttributeValue> attributes) => new(attributes.Select(a =>
        KeyValuePair.Create(a.Key, (JsonNode?)new JsonObject
        {
            ["Type"] = a.Value.DataType, ["Value"] = a.Value.BinaryValue is { } bytes ? Convert.ToBase64String(bytes.Span) : a.Value.StringValue,
        })));
}
