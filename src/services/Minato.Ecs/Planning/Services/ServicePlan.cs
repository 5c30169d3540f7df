using System.Collections.Immutable;
using Minato.Contracts.Ecs;
using Minato.Ecs.Planning.Services.Traffic;
using Minato.Ecs.State;

namespace Minato.Ecs.Planning.Services;

/// <summary>What to do for a service, and what its records are to be afterwards.</summary>
internal sealed record ServicePlan
{
    public required ImmutableArray<DeploymentState> Deployments { get; init; }
    public ImmutableArray<TaskStart> Starts { get; init; } = [];
    public ImmutableArray<TaskStop> Stops { get; init; } = [];

    /// <summary>How many of the starts replace unhealthy tasks.</summary>
    public int Replaced { get; init; }

    /// <summary>In the order they happened; "has started" comes after them.</summary>
    public ImmutableArray<PlannedEvent> Events { get; init; } = [];

    /// <summary>Memories that changed; those of accounted tasks are in <see cref="Forget"/>.</summary>
    public ImmutableArray<ServiceTaskState> Remember { get; init; } = [];
    public ImmutableArray<TaskKey> Forget { get; init; } = [];
    public ImmutableArray<ServiceDeploymentChange> Outcomes { get; init; } = [];
    public DateTimeOffset? SteadySince { get; init; }
    public ServiceStatus Status { get; init; } = ServiceStatus.Active;

    /// <summary>The deployment whose content the service takes over; set by a rollback.</summary>
    public DeploymentState? RolledBackTo { get; init; }

    /// <summary>What to write into listener rules once the plan is on record.</summary>
    public ImmutableArray<RuleShift> Shifts { get; init; } = [];

    /// <summary>Hooks whose function is to be called once the plan is on record.</summary>
    public ImmutableArray<HookExecution> Calls { get; init; } = [];

    /// <summary>Hooks whose answer the plan has used.</summary>
    public ImmutableArray<string> Answered { get; init; } = [];

    /// <summary>When time alone changes the plan.</summary>
    public DateTimeOffset? WakeAt { get; init; }

    public (int Starts, int Stops) Moves => (Starts.Length, Stops.Length);
}

/// <param name="Subnet">Where its interface goes; null outside awsvpc.</param>
/// <param name="Instance">The one container instance it may go to; null when placement chooses.</param>
/// <param name="RebalancedTo">The zone it has to go to, because the service has too few tasks there.</param>
internal sealed record TaskStart(string DeploymentId, string? Subnet = null, string? Instance = null, string? RebalancedTo = null);

internal sealed record TaskStop(string TaskId, string Reason);

/// <param name="IsRepeatable">False: the same words are not said again for six hours.</param>
internal sealed record PlannedEvent(string Message, bool IsRepeatable = true);

/// <summary>A step of a service deployment's record.</summary>
internal sealed record ServiceDeploymentChange(string ServiceDeploymentId, ServiceDeploymentStatus Status, string? Reason = null)
{
    /// <summary>Revision that a rollback goes to.</summary>
    public string? RollbackToRevision { get; init; }

    /// <summary>Set by the step with which it failed.</summary>
    public DeploymentFailure? Failure { get; init; }
}
