using System.Text.Json.Serialization;

namespace Minato.CloudTrail.Recording;

/// <summary>The record's word about what is missing in it.</summary>
internal sealed record OverloadEvent(
    string EventVersion, OverloadIdentity UserIdentity, string EventTime, string EventSource, string EventName, string AwsRegion, [property: JsonPropertyName("eventID")] string EventId,
    string EventType, OverloadDetails ServiceEventDetails, string RecipientAccountId, string EventCategory);

internal sealed record OverloadIdentity(string Type, string InvokedBy);

internal sealed record OverloadDetails(long LostEvents);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase)]
[JsonSerializable(typeof(OverloadEvent))]
internal sealed partial class OverloadJson : JsonSerializerContext;
