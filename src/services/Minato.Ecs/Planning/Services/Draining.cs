namespace Minato.Ecs.Planning.Services;

/// <summary>Tasks on a DRAINING container instance. Those that run are replaced by <see cref="RollingUpdate"/>, within the percentages.</summary>
internal static class Draining
{
    /// <summary>What does not run yet serves nobody and goes at once.</summary>
    public static void StopPending(ServiceDraft draft)
    {
        foreach (var task in draft.Tasks.Where(t => t is { Verdict: TaskVerdict.Pending, Task.IsDisplaced: true }).ToArray())
            draft.Stop(task, RolloutReasons.Scaling(task.Task.DeploymentId));
    }
}
