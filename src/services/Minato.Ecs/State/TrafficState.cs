using System.Collections.Immutable;
using Minato.Contracts.Ecs;

namespace Minato.Ecs.State;

/// <summary>Where a deployment that shifts traffic stands, in the order it goes through.</summary>
internal enum TrafficStage
{
    ReconcileService,
    PreScaleUp,
    ScaleUp,
    PostScaleUp,
    TestTrafficShift,
    PostTestTrafficShift,
    PreProductionTrafficShift,
    ProductionTrafficShift,
    PostProductionTrafficShift,
    BakeTime,
    CleanUp,
}

/// <summary>
/// How a deployment takes over the traffic of the one before it. Blue is the one that serves when it begins, green the deployment
/// itself.
/// </summary>
internal sealed record TrafficState
{
    // Made with the deployment.

    /// <summary>As it was then: a later change of the service is for later deployments.</summary>
    public required DeploymentConfiguration Configuration { get; init; }

    /// <summary>Blue; null when nothing served.</summary>
    public string? SourceId { get; init; }

    // Progress.

    /// <summary>Null once it has nothing to do with traffic any more.</summary>
    public TrafficStage? Stage { get; init; }
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>When the stage, or this step of the shift, began.</summary>
    public DateTimeOffset EnteredAt { get; init; }

    /// <summary>When the listener rules were seen to be what this step asks for.</summary>
    public DateTimeOffset? ShiftedAt { get; init; }

    /// <summary>Steps of the production shift begun.</summary>
    public int Step { get; init; }

    /// <summary>Green's percentage of production and test traffic, as asked for.</summary>
    public double ProductionPercent { get; init; }
    public double TestPercent { get; init; }

    /// <summary>Why it goes back to blue; null while it goes forward.</summary>
    public string? BackBecause { get; init; }

    /// <summary>What is in the way, in words for the service deployment.</summary>
    public string? Obstacle { get; init; }

    public ImmutableArray<RuleShares> Rules { get; init; } = [];

    /// <summary>What functions returned as hookDetails: passed back to the same hook of this deployment.</summary>
    public ImmutableArray<HookMemory> Memories { get; init; } = [];

    /// <summary>Every execution of a hook, of all stages.</summary>
    public ImmutableArray<HookExecution> Hooks { get; init; } = [];

    public bool IsGoingBack => BackBecause is not null;
}

/// <summary>What is known of the share-out of a listener rule.</summary>
internal sealed record RuleShares
{
    public required string Rule { get; init; }

    /// <summary>As it was last seen to be by our own doing; null before.</summary>
    public ImmutableArray<GroupShare>? Seen { get; init; }

    /// <summary>What was about to be written: after a crash it may be there or not.</summary>
    public ImmutableArray<GroupShare>? Asked { get; init; }
}

/// <param name="Percent">More than 0.</param>
internal readonly record struct GroupShare(string TargetGroup, double Percent);

/// <summary>One execution of a lifecycle hook.</summary>
internal sealed record HookExecution
{
    public required string Id { get; init; }

    /// <summary>Its place among the hooks of the deployment's configuration.</summary>
    public required int Hook { get; init; }
    public required TrafficStage Stage { get; init; }
    public required int Step { get; init; }

    /// <summary>It was called on the way back.</summary>
    public bool IsBack { get; init; }
    public required DeploymentLifecycleHookTargetType Type { get; init; }
    public string? TargetArn { get; init; }
    public required DeploymentLifecycleHookStatus Status { get; init; }
    public required DateTimeOffset ExpiresAt { get; init; }
    public required DeploymentLifecycleHookAction TimeoutAction { get; init; }

    /// <summary>When it is called next.</summary>
    public DateTimeOffset? CallAt { get; init; }
    public DateTimeOffset? EndedAt { get; init; }

    /// <summary>What went wrong.</summary>
    public string? Failure { get; init; }

    public bool IsOpen => Status is DeploymentLifecycleHookStatus.AwaitingAction or DeploymentLifecycleHookStatus.InProgress;
}

/// <summary>A user's word to a pause hook.</summary>
internal sealed record HookDecision(string HookId, DeploymentLifecycleHookAction Action);

/// <param name="Hook">Its place among the hooks of the deployment's configuration.</param>
/// <param name="Details">A JSON object.</param>
internal sealed record HookMemory(int Hook, string Details);
