namespace Minato.Ecs.State;

/// <summary>
/// What the scheduler remembers of a task it started: which of its facts are counted and told already. Written by
/// <c>ServiceReconciler</c> alone, and removed once the task's end is accounted for, so that each failure counts once, crash or not.
/// </summary>
internal sealed record ServiceTaskState
{
    public required TaskKey Key { get; init; }
    public required ServiceKey Service { get; init; }
    public required string DeploymentId { get; init; }

    /// <summary>It reached RUNNING.</summary>
    public bool HasRun { get; init; }
    public bool WasHealthy { get; init; }
    public bool ToldUnhealthy { get; init; }
    public bool ToldRegistered { get; init; }
    public bool ToldDraining { get; init; }
    public bool ToldDeregistered { get; init; }

    /// <summary>The scheduler told it to stop.</summary>
    public bool StoppedByScheduler { get; init; }
    public bool ToldStopped { get; init; }

    /// <summary>Started to even out the zones: it stands above the desired count until it is healthy.</summary>
    public bool IsRebalancing { get; init; }

    /// <summary>Its failure to start was counted.</summary>
    public bool CountedFailure { get; init; }
}

/// <summary>A line of a service's events.</summary>
internal sealed record ServiceEventState
{
    public required ServiceEventKey Key { get; init; }
    public required string Id { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public required string Message { get; init; }
}
