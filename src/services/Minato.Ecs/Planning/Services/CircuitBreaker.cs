using Minato.Contracts.Ecs;
using Minato.Ecs.State;

namespace Minato.Ecs.Planning.Services;

/// <summary>When a deployment is given up.</summary>
internal static class CircuitBreaker
{
    private const int Fewest = 3;
    private const int Most = 200;
    private static readonly ThresholdConfiguration s_half = new() { Type = ThresholdType.BoundedPercent, Value = 50 };

    /// <param name="desired">AWS: the count that is desired now, not the one the deployment began with.</param>
    /// <param name="asked">Null for half of the desired count, at least 3 and at most 200.</param>
    public static int Threshold(int desired, ThresholdConfiguration? asked = null) => (asked ?? s_half) switch
    {
        { Type: ThresholdType.Count, Value: var count } => count,
        { Type: ThresholdType.UnboundedPercent, Value: var percent } => Math.Max(1, Share(desired, percent)),
        { Value: var percent } => Math.Clamp(Share(desired, percent), Fewest, Most),
    };

    /// <summary>
    /// A rollback is not given up: nothing is left to go back to, so that it is tried until it succeeds or the service is updated.
    /// </summary>
    public static bool IsTripped(DeploymentState deployment, ServiceView view) =>
        view.Breaker.Enable
        && deployment.RollingBackServiceDeployment is null
        && deployment.Rollout == DeploymentRolloutState.InProgress
        && (deployment.Breaker.FailureCount >= Threshold(view.DesiredCount, view.Breaker.Threshold) || ImageResolution.HasFailed(deployment));

    /// <summary>Stage 1: until a task of the deployment reached RUNNING, every one that does not get there counts.</summary>
    public static DeploymentState CountFailedStart(DeploymentState deployment) => deployment.Breaker.HasReachedRunning
        ? deployment with { FailedTasks = deployment.FailedTasks + 1 }
        : Counted(deployment);

    /// <summary>Stage 2: every task that is replaced for its health counts.</summary>
    public static DeploymentState CountUnhealthy(DeploymentState deployment) => Counted(deployment);

    /// <summary>A healthy task starts the count anew, unless the service wants failures to add up.</summary>
    public static DeploymentState CountHealthy(DeploymentState deployment, BreakerSettings settings) => deployment with
    {
        FailedTasks = 0,
        Breaker = settings.ResetsOnHealthyTask ? deployment.Breaker with { FailureCount = 0 } : deployment.Breaker,
    };

    private static int Share(int desired, int percent) => (int)(((long)desired * percent + 99) / 100);

    private static DeploymentState Counted(DeploymentState deployment) => deployment with
    {
        FailedTasks = deployment.FailedTasks + 1,
        Breaker = deployment.Breaker with { FailureCount = deployment.Breaker.FailureCount + 1 },
    };
}
