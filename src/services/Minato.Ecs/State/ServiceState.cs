using System.Collections.Immutable;
using Minato.Contracts.Ecs;

namespace Minato.Ecs.State;

internal enum ServiceStatus { Active, Draining, Inactive }

/// <summary>
/// A service as stored. The API writes intent (and puts a new deployment in front of the others); <c>ServiceReconciler</c> writes
/// progress. Its events lie in a table of their own, but never change without this record changing too.
/// </summary>
internal sealed record ServiceState
{
    public required ServiceKey Key { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public string? CreatedBy { get; init; }

    // Intent.
    public required int DesiredCount { get; init; }
    public required ServiceSpec Spec { get; init; }
    public SchedulingStrategy SchedulingStrategy { get; init; } = SchedulingStrategy.Replica;
    public DeploymentControllerType Controller { get; init; } = DeploymentControllerType.Ecs;
    public required DeploymentConfiguration DeploymentConfiguration { get; init; }
    public ImmutableArray<PlacementConstraint> PlacementConstraints { get; init; } = [];
    public ImmutableArray<PlacementStrategy> PlacementStrategy { get; init; } = [];

    /// <summary>Null when it was never set: AWS shows 0 only for services with load balancers.</summary>
    public int? HealthCheckGracePeriodSeconds { get; init; }
    public bool EnableExecuteCommand { get; init; }
    public bool EnableECSManagedTags { get; init; }
    public PropagateTags PropagateTags { get; init; } = PropagateTags.None;
    public AvailabilityZoneRebalancing AvailabilityZoneRebalancing { get; init; } = AvailabilityZoneRebalancing.Disabled;
    public string? Role { get; init; }
    public ImmutableArray<Tag> Tags { get; init; } = [];
    public string? ClientToken { get; init; }

    /// <summary>Fingerprint of the request that created it: an exact repeat is answered, not refused.</summary>
    public required string CreatedFrom { get; init; }

    /// <summary>A user asked to stop this service deployment by rolling back.</summary>
    public string? RollbackRequested { get; init; }

    /// <summary>A user asked to stop this service deployment where it is.</summary>
    public string? AbortRequested { get; init; }

    /// <summary>What users decided for pause hooks, by hook id.</summary>
    public ImmutableArray<HookDecision> HookDecisions { get; init; } = [];

    // Progress.
    public ServiceStatus Status { get; init; } = ServiceStatus.Active;

    /// <summary>
    /// The first is PRIMARY. Older ones stay while they have tasks; the newest COMPLETED one stays longer, unseen, to roll back to.
    /// </summary>
    public ImmutableArray<DeploymentState> Deployments { get; init; } = [];

    /// <summary>Sequence of the next event.</summary>
    public long NextEvent { get; init; } = 1;

    /// <summary>When "has reached a steady state" was last said; null while the service is not steady.</summary>
    public DateTimeOffset? SteadySince { get; init; }
    public DateTimeOffset? InactiveAt { get; init; }

    /// <summary>AWS: of a DAEMON service it is counted, never asked for.</summary>
    public int ShownDesiredCount => SchedulingStrategy == SchedulingStrategy.Daemon
        ? Deployments.FirstOrDefault()?.DesiredCount ?? 0 : DesiredCount;

    /// <summary>Its tasks are those of task sets: whoever controls it makes, scales and deletes them.</summary>
    public bool HasTaskSets => Controller != DeploymentControllerType.Ecs;

    /// <summary>Deployments of ours. AWS: a service of task sets shows none.</summary>
    public ImmutableArray<DeploymentState> Rollouts => HasTaskSets ? [] : Deployments;

    public int RunningCount => Deployments.Sum(d => d.RunningCount);

    public int PendingCount => Deployments.Sum(d => d.PendingCount);

    public TimeSpan GracePeriod => TimeSpan.FromSeconds(HealthCheckGracePeriodSeconds ?? 0);
}
