using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Minato.Contracts.Ecs;

namespace Minato.Ecs.State;

/// <summary>One revision of a family. What was registered never changes; only its status does.</summary>
internal sealed record TaskDefinitionState
{
    public required TaskDefinitionKey Key { get; init; }

    /// <summary>Normalised as AWS answers it, without status and its times.</summary>
    public required TaskDefinition Definition { get; init; }
    public TaskDefinitionStatus Status { get; init; } = TaskDefinitionStatus.Active;
    public DateTimeOffset? DeregisteredAt { get; init; }
    public DateTimeOffset? DeleteRequestedAt { get; init; }
    public ImmutableArray<Tag> Tags { get; init; } = [];

    [JsonIgnore]
    public ImmutableArray<ContainerDefinition> Containers => Definition.ContainerDefinitions ?? [];

    // AWS: the default network mode of Linux tasks is bridge, and it is not written into the answer.
    [JsonIgnore]
    public NetworkMode NetworkMode => Definition.NetworkMode ?? NetworkMode.Bridge;

    public string? TaskRoleOf(TaskState task) => task.Overrides.TaskRoleArn ?? Definition.TaskRoleArn;

    public string? ExecutionRoleOf(TaskState task) => task.Overrides.ExecutionRoleArn ?? Definition.ExecutionRoleArn;

    [JsonIgnore]
    public bool IsActive => Status == TaskDefinitionStatus.Active;

    public TaskDefinition ToWire() => Definition with
    {
        Status = Status, DeregisteredAt = DeregisteredAt, DeleteRequestedAt = DeleteRequestedAt,
    };
}

/// <summary>The counter of a family. It outlives its revisions: a number is never given twice.</summary>
internal sealed record FamilyState
{
    public required FamilyKey Key { get; init; }
    public required int LastRevision { get; init; }

    /// <summary>Newest ACTIVE revision; null when there is none.</summary>
    public int? LatestActive { get; init; }
}
