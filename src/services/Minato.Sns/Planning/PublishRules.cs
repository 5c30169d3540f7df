using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using Minato.Aws;
using Minato.Contracts.Sns;
using Minato.Sns.State;

namespace Minato.Sns.Planning;

/// <summary>What was asked to be published, alone or in a batch.</summary>
internal sealed record Publication(
    string Message, string? Subject, string? Structure, ImmutableDictionary<string, MessageAttributeValue> Attributes, string? DeduplicationId, string? GroupId)
{
    public long Size => Bytes(Message) + Attributes.Sum(a => Bytes(a.Key) + Bytes(a.Value.DataType) + Bytes(a.Value.StringValue) + (a.Value.BinaryValue?.Length ?? 0));

    private static long Bytes(string? text) => text is null ? 0 : Encoding.UTF8.GetByteCount(text);
}

/// <summary>What AWS wants of a message before it takes it.</summary>
internal static class PublishRules
{
    public const int LongestMessage = 262_144;
    private const int LongestSubject = 100;

    /// <exception cref="AwsException">It is not taken.</exception>
    public static void Check(Publication asked, TopicState topic)
    {
        if (asked.Message.Length == 0) throw new InvalidParameterException("Invalid parameter: Empty message");
        if (asked.Size > LongestMessage) throw new InvalidParameterException("Invalid parameter: Message too long");
        if (asked.Subject is { } subject && (subject.Length is 0 or > LongestSubject || subject.Any(c => char.IsControl(c) || c > '~') || subject[0] == ' '))
            throw new InvalidParameterException("Invalid parameter: Subject");
        foreach (var (name, value) in asked.Attributes) Check(name, value);
        if (asked.Structure is not null) Parts(asked);
        CheckOrder(asked, topic);
    }

    /// <summary>What those of a protocol get.</summary>
    public static string MessageFor(Publication asked, string protocol) =>
        asked.Structure is null ? asked.Message : Parts(asked) is var parts && (string?)parts[protocol] is { } own ? own : (string?)parts["default"] ?? "";

    private static JsonObject Parts(Publication asked)
    {
        if (asked.Structure is not "json") throw new InvalidParameterException("Invalid parameter: MessageStructure");
        try
        {
            if (JsonNode.Parse(asked.Message) is JsonObject parts && parts.All(p => p.Value is JsonValue v && v.TryGetValue<string>(out _)))
                return parts.ContainsKey("default") ? parts : throw new InvalidParameterException("Invalid parameter: Message Structure - No default entry in JSON message body");
        }
        catch (JsonException)
        {
            // Said below.
        }

        throw new InvalidParameterException("Invalid parameter: Message Structure - JSON message body failed to parse");
    }

    private static void Check(string name, MessageAttributeValue value)
    {
        var type = value.DataType.Split('.')[0];
        if (type is not ("String" or "Number" or "Binary"))
            throw new InvalidParameterValueException($"The message attribute '{name}' has an invalid message attribute type, the set of supported type prefixes is Binary, Number, and String.");
        var isEmpty = type is "Binary" ? value.BinaryValue is not { Length: > 0 } : string.IsNullOrEmpty(value.StringValue);
        if (isEmpty) throw new InvalidParameterValueException($"The message attribute '{name}' must contain non-empty message attribute value for message attribute type '{type}'.");
        if (type is "Number" && !double.TryParse(value.StringValue, NumberStyles.Float, CultureInfo.InvariantCulture, out _))
            throw new InvalidParameterValueException($"Could not cast message attribute '{name}' value to number.");
    }

    private static void CheckOrder(Publication asked, TopicState topic)
    {
        if (!topic.IsFifo)
        {
            if (asked.DeduplicationId is not null)
                throw new InvalidParameterException("Invalid parameter: MessageDeduplicationId Reason: The request includes MessageDeduplicationId parameter that is not valid for this topic type");
            return;
        }

        if (string.IsNullOrEmpty(asked.GroupId)) throw new InvalidParameterException("Invalid parameter: The MessageGroupId parameter is required for FIFO topics");
        if (asked.DeduplicationId is null && topic.Attributes.GetValueOrDefault("ContentBasedDeduplication") is not "true")
            throw new InvalidParameterException("Invalid parameter: The topic should either have ContentBasedDeduplication enabled or MessageDeduplicationId provided explicitly");
    }
}
