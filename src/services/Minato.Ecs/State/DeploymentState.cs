using System.Collections.Immutable;
using Minato.Contracts.Ecs;

namespace Minato.Ecs.State;

/// <summary>
/// A deployment of a service. The API makes it and never touches it again; all but what it was made with is progress, written by
/// <c>ServiceReconciler</c>.
/// </summary>
internal sealed record DeploymentState
{
    /// <summary><c>ecs-svc/</c> and 19 digits.</summary>
    public required string Id { get; init; }
    public required string ServiceDeploymentId { get; init; }
    public required string RevisionId { get; init; }
    public required ServiceSpec Spec { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>Set when it is a task set, which the API goes on changing.</summary>
    public TaskSetState? TaskSet { get; init; }

    /// <summary>Null for tasks that are not in Service Connect.</summary>
    public ConnectTask? Connect { get; init; }

    // Progress.
    public required DateTimeOffset UpdatedAt { get; init; }

    /// <summary>0 until the scheduler takes the deployment up; of an older deployment, what it still keeps.</summary>
    public int DesiredCount { get; init; }
    public int RunningCount { get; init; }
    public int PendingCount { get; init; }

    /// <summary>Failures in a row, as the API shows them.</summary>
    public int FailedTasks { get; init; }
    public DeploymentRolloutState Rollout { get; init; } = DeploymentRolloutState.InProgress;
    public required string RolloutReason { get; init; }
    public BreakerProgress Breaker { get; init; } = new();
    public StartBackoff Backoff { get; init; } = new();

    /// <summary>Null until its alarms were looked at for the first time.</summary>
    public AlarmWatch? Alarms { get; init; }

    /// <summary>Digests its first task found, by container name: later tasks run the same bytes.</summary>
    public ImmutableSortedDictionary<string, string> ImageDigests { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>Nobody waits any more for a task to find them.</summary>
    public bool IsResolved { get; init; }

    /// <summary>Tasks in a row that ended before they had found them.</summary>
    public int FailedResolutions { get; init; }

    /// <summary>
    /// Target groups that take its tasks, one for each load balancer of the content: of a pair, the one that the deployment before it
    /// does not use.
    /// </summary>
    public ImmutableArray<string> TargetGroups { get; init; } = [];

    /// <summary>Null for a deployment that has no traffic to shift.</summary>
    public TrafficState? Traffic { get; init; }

    /// <summary>The load balancers of its tasks.</summary>
    public ImmutableArray<LoadBalancer> Balancers => TargetGroups.IsEmpty
        ? Spec.LoadBalancers : [.. Spec.LoadBalancers.Select((b, i) => b with { TargetGroupArn = TargetGroups[i] })];

    /// <summary>While it is rolled back to: the service deployment that failed.</summary>
    public string? RollingBackServiceDeployment { get; init; }

    /// <summary>Its tasks are being moved between zones.</summary>
    public bool IsRebalancing { get; init; }

    /// <summary>The scheduler has begun with it.</summary>
    public bool IsTakenUp { get; init; }

    /// <summary>The gate let its images through: it is asked once.</summary>
    public bool IsAdmitted { get; init; }

    /// <summary>How its service deployment ended (or that it is being rolled back) is on record: said once, never twice.</summary>
    public bool IsOutcomeRecorded { get; init; }
}

/// <summary>What the circuit breaker has counted.</summary>
internal sealed record BreakerProgress
{
    public int FailureCount { get; init; }

    /// <summary>A task of the deployment reached RUNNING: from then on only failed health checks count.</summary>
    public bool HasReachedRunning { get; init; }
}

/// <summary>How a deployment watches its alarms.</summary>
internal sealed record AlarmWatch
{
    /// <summary>False when one of them was in ALARM as the deployment began.</summary>
    public required bool IsWatched { get; init; }

    /// <summary>Since when everything is in place and only time has to show that it stays so.</summary>
    public DateTimeOffset? BakingSince { get; init; }
}

/// <summary>How long a deployment waits after tasks that never reached RUNNING.</summary>
internal sealed record StartBackoff
{
    /// <summary>Rounds that failed in a row.</summary>
    public int Level { get; init; }
    public DateTimeOffset? RetryAt { get; init; }
}
