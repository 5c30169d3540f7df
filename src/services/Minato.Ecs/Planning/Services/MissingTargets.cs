using Minato.Ecs.State;

namespace Minato.Ecs.Planning.Services;

/// <summary>
/// Tells of target groups that somebody deleted under the tasks in them, and of targets that somebody took out of theirs. Nobody is stopped
/// for it: health is unknown then, not bad.
/// </summary>
internal static class MissingTargets
{
    /// <summary>A reading may be as much older than the registration.</summary>
    private static readonly TimeSpan s_lag = TimeSpan.FromSeconds(10);

    public static void Tell(ServiceDraft draft)
    {
        foreach (var task in draft.View.Tasks.Where(t => t is { Status: TaskLastStatus.Running, IsStopWanted: false }))
        {
            foreach (var target in task.Targets)
            {
                if (draft.View.MissingGroups.Contains(target.TargetGroupArn))
                    draft.Tell(ServiceEvents.TargetGroupGone(draft.View.Name, task.DeploymentId, task.Id, target.TargetGroupArn), repeatable: false);
                else if (target.State is null && task.TargetsRegistered && task.StartedAt + s_lag < draft.Now)
                    draft.Tell(ServiceEvents.TargetGone(draft.View.Name, task.DeploymentId, task.Id, target.TargetGroupArn), repeatable: false);
            }
        }
    }
}
