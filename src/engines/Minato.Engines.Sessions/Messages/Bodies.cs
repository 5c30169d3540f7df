using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;

namespace Minato.Engines.Sessions.Messages;

// What payloads say in JSON, with the names of the protocol.

/// <summary>The first frame, the only one that is text.</summary>
internal sealed record OpenBody
{
    public string MessageSchemaVersion { get; init; } = "1.0";
    public string? RequestId { get; init; }
    public string? TokenValue { get; init; }
    public string? ClientId { get; init; }
    public string? ClientVersion { get; init; }
}

internal sealed record AcknowledgeBody(
    string? AcknowledgedMessageType, string? AcknowledgedMessageId, long AcknowledgedMessageSequenceNumber, bool IsSequentialMessage);

internal sealed record HandshakeRequestBody(string AgentVersion, ClientAction[] RequestedClientActions);

internal sealed record ClientAction(string ActionType, SessionTypeParameters ActionParameters);

internal sealed record SessionTypeParameters(string SessionType, Dictionary<string, string>? Properties);

internal sealed record HandshakeResponseBody(string? ClientVersion, ProcessedAction[]? ProcessedClientActions, string[]? Errors);

internal sealed record ProcessedAction(string? ActionType, int ActionStatus, string? Error);

/// <param name="HandshakeTimeToComplete">Nanoseconds.</param>
internal sealed record HandshakeCompleteBody(long HandshakeTimeToComplete, string CustomerMessage);

internal sealed record SizeBody([property: JsonPropertyName("cols")] int Columns, [property: JsonPropertyName("rows")] int Rows);

/// <param name="ExitCode">Not in AWS: its clients pass over what they do not know, ours ends with it.</param>
internal sealed record ChannelClosedBody(string? SessionId, string? Output, int? ExitCode);

[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, MaxDepth = 8)]
[JsonSerializable(typeof(OpenBody))]
[JsonSerializable(typeof(AcknowledgeBody))]
[JsonSerializable(typeof(HandshakeRequestBody))]
[JsonSerializable(typeof(HandshakeResponseBody))]
[JsonSerializable(typeof(HandshakeCompleteBody))]
[JsonSerializable(typeof(SizeBody))]
[JsonSerializable(typeof(ChannelClosedBody))]
internal sealed partial class SessionJson : JsonSerializerContext
{
    /// <returns>Null for what is not such JSON.</returns>
    public static T? Read<T>(ReadOnlyMemory<byte> text, JsonTypeInfo<T> json) where T : class
    {
        try
        {
            return JsonSerializer.Deserialize(text.Span, json);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
