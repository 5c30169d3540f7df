using Minato.Ecs.State;

namespace Minato.Ecs.Planning.Services;

/// <summary>Tells of target groups that somebody deleted under the tasks in them. Nobody is stopped for it: health is unknown then, not bad.</summary>
internal static class MissingTargets
{
    public static void Tell(ServiceDraft draft)
    {
        if (draft.View.MissingGroups.IsEmpty) return;
        foreach (var task in draft.View.Tasks.Where(t => t is { Status: TaskLastStatus.Running, IsStopWanted: false }))
            foreach (var target in task.Targets.Where(t => draft.View.MissingGroups.Contains(t.TargetGroupArn)))
                draft.Tell(ServiceEvents.TargetGroupGone(draft.View.Name, task.DeploymentId, task.Id, target.TargetGroupArn), repeatable: false);
    }
}
