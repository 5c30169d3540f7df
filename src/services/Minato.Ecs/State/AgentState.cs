using System.Collections.Immutable;
using Minato.Contracts.Ecs;

namespace Minato.Ecs.State;

/// <summary>What a container instance has when the official agent runs its tasks.</summary>
internal sealed record AgentState
{
    /// <summary>Who registered it: nobody else speaks for it.</summary>
    public required string Principal { get; init; }

    /// <summary>It was connected at some time.</summary>
    public bool HasConnected { get; init; }
    public AgentUpdateStatus? UpdateStatus { get; init; }
    public InstanceHealthCheckState? Runtime { get; init; }
    public DateTimeOffset? RuntimeUpdatedAt { get; init; }
    public DateTimeOffset? RuntimeChangedAt { get; init; }
}

internal enum ReportedStatus { Pending, Running, Stopped }

/// <summary>
/// What a task's host said of it so far. An agent repeats nothing that was acknowledged, so it is kept; the reconciler folds it into
/// the task's progress.
/// </summary>
internal sealed record HostReport
{
    public static HostReport Empty { get; } = new();

    public ReportedStatus? Status { get; init; }
    public string? Reason { get; init; }
    public DateTimeOffset? PullStartedAt { get; init; }
    public DateTimeOffset? PullStoppedAt { get; init; }
    public DateTimeOffset? ExecutionStoppedAt { get; init; }
    public ImmutableArray<ContainerReport> Containers { get; init; } = [];

    public bool Equals(HostReport? other) => other is not null && Status == other.Status && Reason == other.Reason
        && PullStartedAt == other.PullStartedAt && PullStoppedAt == other.PullStoppedAt && ExecutionStoppedAt == other.ExecutionStoppedAt
        && Containers.AsSpan().SequenceEqual(other.Containers.AsSpan());

    public override int GetHashCode() => HashCode.Combine(Status, Reason, Containers.Length);
}

internal sealed record ContainerReport
{
    public required string Name { get; init; }
    public ReportedStatus Status { get; init; }
    public bool HasRun { get; init; }
    public string? RuntimeId { get; init; }
    public int? ExitCode { get; init; }
    public string? Reason { get; init; }
    public string? ImageDigest { get; init; }
    public ImmutableArray<NetworkBinding> NetworkBindings { get; init; } = [];
    public HealthStatus Health { get; init; } = HealthStatus.Unknown;
}

/// <summary>What a task has when its host runs it as a whole. Written before the host hears of it.</summary>
internal sealed record HostedProgress
{
    /// <summary>Of the keys of the execution role; no container knows it.</summary>
    public required string ExecutionKeysId { get; init; }

    /// <summary>The host may have it.</summary>
    public bool IsOffered { get; init; }

    /// <summary>The host said that it has it.</summary>
    public bool IsTaken { get; init; }

    /// <summary>When the first of its keys end; null without a role.</summary>
    public DateTimeOffset? KeysExpireAt { get; init; }
}
