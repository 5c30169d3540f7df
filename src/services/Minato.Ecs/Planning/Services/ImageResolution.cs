using Minato.Ecs.State;

namespace Minato.Ecs.Planning.Services;

/// <summary>
/// AWS: the first task of a deployment finds out which bytes the tags of its images stand for. The others wait until it has, and run
/// the same. When three tasks in a row could not, the deployment goes on with tags, or is given up where a circuit breaker watches.
/// </summary>
internal static class ImageResolution
{
    public const int MostAttempts = 3;

    public static bool HasFailed(DeploymentState deployment) => deployment.FailedResolutions >= MostAttempts;

    /// <summary>How many tasks of the deployment may be started now.</summary>
    public static int Room(ServiceDraft draft, DeploymentState deployment)
    {
        if (draft.Find(deployment.Id) is not { } now || !IsOpen(draft.View, now)) return int.MaxValue;
        var isTrying = draft.IsStarting(deployment.Id)
            || draft.Tasks.Any(t => t.Task.DeploymentId == deployment.Id && t.Verdict is not (TaskVerdict.Gone or TaskVerdict.Leaving));
        return isTrying ? 0 : 1;
    }

    /// <summary>Takes notice of a task that has its images, with what they are where a registry told.</summary>
    public static void NoteImages(ServiceDraft draft, TaskInService task)
    {
        if (draft.Find(task.DeploymentId) is not { ImageDigests.IsEmpty: true } deployment) return;
        if (task.ImageDigests is { IsEmpty: false } digests)
            draft.Change(deployment.Id, d => d with { ImageDigests = digests, IsResolved = true, FailedResolutions = 0 });
        else if (task.HasImages && !deployment.IsResolved)
            draft.Change(deployment.Id, d => d with { IsResolved = true, FailedResolutions = 0 }); // The engine's own image: nobody knows another name of it.
    }

    /// <summary>A task ended before it ran.</summary>
    public static void NoteFailure(ServiceDraft draft, TaskInService task)
    {
        if (task.HasImages || draft.Find(task.DeploymentId) is not { } deployment || !IsOpen(draft.View, deployment)) return;
        draft.Change(deployment.Id, d => d with
        {
            FailedResolutions = d.FailedResolutions + 1, IsResolved = d.FailedResolutions + 1 >= MostAttempts,
        });
    }

    private static bool IsOpen(ServiceView view, DeploymentState deployment) =>
        deployment is { IsResolved: false, ImageDigests.IsEmpty: true } && view.WithTags.Contains(deployment.Id);
}
