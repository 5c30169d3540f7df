using Minato.Contracts.Ecs;

namespace Minato.Ecs.Planning.Services;

/// <summary>Says it when protected tasks keep a deployment from getting as small as it should be.</summary>
internal static class ProtectedTasks
{
    public static void Tell(ServiceDraft draft)
    {
        foreach (var deployment in draft.Deployments)
        {
            if (Kept(draft, deployment.Id) > Wanted(draft, deployment.Id))
                draft.Tell(ServiceEvents.ProtectedTasks(draft.View.Name, deployment.Id), repeatable: false);
        }
    }

    private static int Kept(ServiceDraft draft, string deployment) => draft.Tasks.Count(t =>
        t.Task.DeploymentId == deployment && t.Task.IsProtected && t.Verdict is not (TaskVerdict.Gone or TaskVerdict.Leaving));

    /// <summary>An older deployment is to be gone once the PRIMARY does without it.</summary>
    private static int Wanted(ServiceDraft draft, string deployment)
    {
        var desired = draft.View.DesiredCount;
        if (deployment == draft.Primary.Id) return desired;
        var isReplaced = draft.Primary.Rollout != DeploymentRolloutState.Failed
            && draft.Tasks.Count(t => t.Verdict == TaskVerdict.Healthy && t.Task.DeploymentId == draft.Primary.Id) >= desired;
        return isReplaced ? 0 : int.MaxValue;
    }
}
