using System.Collections.Immutable;
using Minato.Contracts.Ecs;

namespace Minato.Ecs.State;

/// <summary>The history of one roll-out. It has one outcome, recorded once; removed with its service.</summary>
internal sealed record ServiceDeploymentState
{
    public required ServiceDeploymentKey Key { get; init; }
    public required string DeploymentId { get; init; }
    public required string TargetRevision { get; init; }
    public ImmutableArray<RevisionTasks> SourceRevisions { get; init; } = [];
    public required int TargetRequested { get; init; }
    public required DeploymentConfiguration Configuration { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public required DateTimeOffset UpdatedAt { get; init; }
    public DateTimeOffset? StartedAt { get; init; }
    public DateTimeOffset? FinishedAt { get; init; }
    public DateTimeOffset? StoppedAt { get; init; }
    public ServiceDeploymentStatus Status { get; init; } = ServiceDeploymentStatus.Pending;
    public string? StatusReason { get; init; }
    public Rollback? Rollback { get; init; }

    /// <summary>Null unless the circuit breaker or an alarm gave it up.</summary>
    public DeploymentFailure? Failure { get; init; }

    /// <summary>Counters as they stood at the end; while it runs they come from the service.</summary>
    public RevisionTasks? TargetAtEnd { get; init; }
    public ServiceDeploymentCircuitBreaker? BreakerAtEnd { get; init; }
    public ServiceDeploymentAlarms? AlarmsAtEnd { get; init; }
    public TrafficState? TrafficAtEnd { get; init; }

    public bool IsOver => Status is ServiceDeploymentStatus.Successful or ServiceDeploymentStatus.Stopped
        or ServiceDeploymentStatus.RollbackSuccessful or ServiceDeploymentStatus.RollbackFailed;
}

/// <summary>What gave a deployment up.</summary>
/// <param name="FailureCount">What the circuit breaker had counted.</param>
/// <param name="Alarms">Those in ALARM; empty when it was the breaker.</param>
internal sealed record DeploymentFailure(int FailureCount, ImmutableArray<string> Alarms)
{
    public bool IsByAlarm => !Alarms.IsDefaultOrEmpty;
}

/// <summary>Tasks of a revision at some moment.</summary>
internal sealed record RevisionTasks(string RevisionId, int Requested, int Running, int Pending);

/// <summary>What a roll-out brings; never changes but for the image digests its first task finds.</summary>
internal sealed record ServiceRevisionState
{
    public required ServiceRevisionKey Key { get; init; }
    public required ServiceSpec Spec { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public required ImmutableArray<ContainerImage> Images { get; init; }

    /// <summary>Target groups that serve it, one for each load balancer.</summary>
    public ImmutableArray<string> TargetGroups { get; init; } = [];
}
