using System.Collections.Immutable;
using Minato.Contracts.Ecs;

namespace Minato.Ecs.State;

/// <summary>
/// What makes a deployment a task set: its share of the service's desired count is asked for, by CodeDeploy or somebody else's
/// controller, and no roll-out of ours moves it.
/// </summary>
internal sealed record TaskSetState
{
    // AWS: a controller of somebody's own leaves no name.
    private const string StartedByCodeDeploy = "CODE_DEPLOY";

    // Intent.

    /// <summary>Per cent of the service's desired count.</summary>
    public required double Scale { get; init; }
    public bool IsPrimary { get; init; }

    /// <summary>DRAINING: it goes with its last task.</summary>
    public bool IsDeleted { get; init; }
    public string? ExternalId { get; init; }
    public string? StartedBy { get; init; }
    public ImmutableArray<Tag> Tags { get; init; } = [];
    public string? ClientToken { get; init; }

    /// <summary>Fingerprint of the request that made it.</summary>
    public string? CreatedFrom { get; init; }

    // Progress.
    public StabilityStatus Stability { get; init; } = StabilityStatus.Stabilizing;
    public required DateTimeOffset StabilityAt { get; init; }

    public string Status => IsDeleted ? "DRAINING" : IsPrimary ? "PRIMARY" : "ACTIVE";

    public static string? StarterOf(DeploymentControllerType controller) =>
        controller == DeploymentControllerType.CodeDeploy ? StartedByCodeDeploy : null;

    /// <summary>A new task set of a service; ACTIVE until somebody makes it PRIMARY.</summary>
    public DeploymentState ToDeployment(string id, ServiceSpec spec, DateTimeOffset now) => new()
    {
        Id = id,
        // Service deployments and revisions are for roll-outs of ours.
        ServiceDeploymentId = "",
        RevisionId = "",
        Spec = spec,
        CreatedAt = now,
        UpdatedAt = now,
        RolloutReason = "",
        TaskSet = this,
    };
}
