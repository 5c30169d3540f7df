using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Minato.CloudTrail.State;

namespace Minato.CloudTrail.Recording;

/// <summary>An event of the record: what it is found by, and itself as JSON.</summary>
internal sealed record RecordedEvent
{
    public required string Id { get; init; }
    public required Home Home { get; init; }
    public required DateTimeOffset At { get; init; }
    public required string Name { get; init; }
    public required string Source { get; init; }
    public string Username { get; init; } = "";
    public string AccessKeyId { get; init; } = "";
    public bool IsReadOnly { get; init; }
    public bool IsManagement { get; init; } = true;
    public ImmutableArray<NamedResource> Resources { get; init; } = [];

    [JsonConverter(typeof(RawJson))]
    public required ReadOnlyMemory<byte> Json { get; init; }
}
