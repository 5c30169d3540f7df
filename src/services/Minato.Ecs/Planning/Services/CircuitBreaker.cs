using Minato.Contracts.Ecs;
using Minato.Ecs.State;

namespace Minato.Ecs.Planning.Services;

/// <summary>When a deployment is given up.</summary>
internal static class CircuitBreaker
{
    private const int Fewest = 3;
    private const int Most = 200;

    /// <summary>Half of the desired count, rounded up, but at least 3 and at most 200.</summary>
    public static int Threshold(int desired) => Math.Clamp((desired + 1) / 2, Fewest, Most);

    /// <summary>
    /// A rollback is not given up: nothing is left to go back to, so that it is tried until it succeeds or the service is updated.
    /// </summary>
    public static bool IsTripped(DeploymentState deployment, ServiceView view) =>
        view.Breaker.Enable
        && deployment.RollingBackServiceDeployment is null
        && deployment.Rollout == DeploymentRolloutState.InProgress
        && deployment.Breaker.FailureCount >= Threshold(view.DesiredCount);

    /// <summary>Stage 1: until a task of the deployment reached RUNNING, every one that does not get there counts.</summary>
    public static DeploymentState CountFailedStart(DeploymentState deployment) => deployment.Breaker.HasReachedRunning
        ? deployment with { FailedTasks = deployment.FailedTasks + 1 }
        : Counted(deployment);

    /// <summary>Stage 2: every task that is replaced for its health counts.</summary>
    public static DeploymentState CountUnhealthy(DeploymentState deployment) => Counted(deployment);

    /// <summary>A healthy task starts the count anew.</summary>
    public static DeploymentState CountHealthy(DeploymentState deployment) => deployment with
    {
        FailedTasks = 0,
        Breaker = deployment.Breaker with { FailureCount = 0 },
    };

    private static DeploymentState Counted(DeploymentState deployment) => deployment with
    {
        FailedTasks = deployment.FailedTasks + 1,
        Breaker = deployment.Breaker with { FailureCount = deployment.Breaker.FailureCount + 1 },
    };
}
