using Minato.Contracts.ElasticLoadBalancingV2;
using Minato.Contracts.Ecs;
using Minato.Ecs.State;

namespace Minato.Ecs.Planning.Services;

/// <summary>What a task is worth to its service.</summary>
internal enum TaskVerdict
{
    /// <summary>Stopping or stopped: takes no place any more.</summary>
    Gone,

    /// <summary>On its way out, but still running or draining connections.</summary>
    Leaving,
    Pending,

    /// <summary>RUNNING, and not yet known to be healthy.</summary>
    Starting,
    Unhealthy,
    Healthy,
}

internal static class TaskVerdicts
{
    /// <summary>A task without any health check counts as healthy once it ran this long.</summary>
    public static readonly TimeSpan UncheckedUntilHealthy = TimeSpan.FromSeconds(40);

    public static TaskVerdict Of(TaskInService task, ServiceView view, DateTimeOffset now) => task switch
    {
        { Status: > TaskLastStatus.Deactivating } => TaskVerdict.Gone,
        { IsStopWanted: true } or { Status: TaskLastStatus.Deactivating } => TaskVerdict.Leaving,
        { StartedAt: null } or { Status: < TaskLastStatus.Running } => TaskVerdict.Pending,
        _ when IsFailing(task, view) && now >= GraceEnd(task, view) => TaskVerdict.Unhealthy,
        _ when IsFailing(task, view) => TaskVerdict.Starting,
        _ => IsHealthy(task, view, now) ? TaskVerdict.Healthy : TaskVerdict.Starting,
    };

    /// <summary>When the verdict changes by time alone.</summary>
    public static DateTimeOffset? ChangesAt(TaskInService task, ServiceView view, DateTimeOffset now)
    {
        if (task.IsStopWanted || task is not { Status: TaskLastStatus.Running, StartedAt: { } started }) return null;
        var at = IsFailing(task, view) ? GraceEnd(task, view)
            : !HasTargets(task, view) && !view.WithHealthCheck.Contains(task.DeploymentId) ? started + UncheckedUntilHealthy
            : (DateTimeOffset?)null;
        return at > now ? at : null;
    }

    /// <summary>The first target group that finds it unhealthy.</summary>
    public static TargetInService? FailingTarget(TaskInService task)
    {
        foreach (var target in task.Targets)
            if (target.State is TargetHealthStateEnum.Unhealthy or TargetHealthStateEnum.UnhealthyDraining) return target;
        return null;
    }

    public static bool FailsContainerChecks(TaskInService task, ServiceView view) =>
        task.Health == HealthStatus.Unhealthy && view.WithHealthCheck.Contains(task.DeploymentId);

    private static bool IsFailing(TaskInService task, ServiceView view) =>
        FailsContainerChecks(task, view) || FailingTarget(task) is not null;

    private static bool IsHealthy(TaskInService task, ServiceView view, DateTimeOffset now)
    {
        var isChecked = view.WithHealthCheck.Contains(task.DeploymentId);
        if (isChecked && task.Health != HealthStatus.Healthy) return false;
        foreach (var target in Counted(task, view))
        {
            // AWS: unavailable says that the target group makes no health checks.
            if (target.State is not (TargetHealthStateEnum.Healthy or TargetHealthStateEnum.Unavailable)) return false;
        }

        return isChecked || HasTargets(task, view) || now >= task.StartedAt + UncheckedUntilHealthy;
    }

    /// <summary>
    /// A target group that is gone says nothing any more of older tasks: they give way like healthy ones, or a deployment that brings another
    /// group would wait for ever. Of the PRIMARY's tasks it keeps saying that they are not healthy.
    /// </summary>
    private static IEnumerable<TargetInService> Counted(TaskInService task, ServiceView view) =>
        view.MissingGroups.IsEmpty || view.Deployments is not [var primary, ..] || primary.Id == task.DeploymentId
            ? task.Targets : task.Targets.Where(t => !view.MissingGroups.Contains(t.TargetGroupArn));

    private static bool HasTargets(TaskInService task, ServiceView view) => Counted(task, view).Any();

    private static DateTimeOffset? GraceEnd(TaskInService task, ServiceView view) => task.StartedAt + view.GracePeriod;
}
