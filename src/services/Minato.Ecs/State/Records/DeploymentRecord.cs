using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace Minato.Ecs.State;

/// <summary>Everything known of a service deployment. Its moments are appended as they come, the rest when it has ended.</summary>
internal sealed record DeploymentRecord
{
    public required string ServiceDeploymentArn { get; init; }
    public required string Service { get; init; }
    public required string DeploymentId { get; init; }

    /// <summary>FAMILY:REVISION that it brings.</summary>
    public required string TaskDefinition { get; init; }

    /// <summary>FAMILY:REVISION of what there was before, newest first.</summary>
    public ImmutableArray<string> Sources { get; init; } = [];
    public ImmutableArray<ImageRecord> Images { get; init; } = [];
    public required string Status { get; init; }
    public string? StatusReason { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset? StartedAt { get; init; }
    public DateTimeOffset? FinishedAt { get; init; }

    /// <summary>FAMILY:REVISION that it was rolled back to.</summary>
    public string? RolledBackTo { get; init; }
    public string? Strategy { get; init; }
    public int DesiredCount { get; init; }
    public int MinimumHealthyPercent { get; init; }
    public int MaximumPercent { get; init; }
    public int FailureCount { get; init; }
    public int? FailureThreshold { get; init; }
    public ImmutableArray<TimelineEntry> Events { get; init; } = [];
    public ImmutableArray<DeploymentMoment> Moments { get; init; } = [];
}

internal sealed record ImageRecord(string Container, string? Image, string? Digest);

/// <summary>How the revisions of a service stood to each other from a moment on.</summary>
internal sealed record DeploymentMoment(DateTimeOffset At, string? Stage, ImmutableArray<RevisionMoment> Revisions)
{
    public bool SaysTheSame(DeploymentMoment other) => Stage == other.Stage && Revisions.SequenceEqual(other.Revisions);
}

/// <param name="Weight">Percent of production traffic; null when the strategy shifts none.</param>
internal sealed record RevisionMoment(
    string TaskDefinition, string DeploymentId, int Desired, int Pending, int Running, int Healthy, int Failed, double? Weight = null, double? TestWeight = null);

/// <summary>One entry of a deployment's partition: a moment, or the end.</summary>
internal sealed record DiaryEntry(DeploymentMoment? Moment = null, DeploymentRecord? Outcome = null);

[JsonSourceGenerationOptions(
    PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull, UseStringEnumConverter = true)]
[JsonSerializable(typeof(TaskRecord))]
[JsonSerializable(typeof(DeploymentRecord))]
[JsonSerializable(typeof(DiaryEntry))]
[JsonSerializable(typeof(Story))]
internal sealed partial class RecordJson : JsonSerializerContext;
