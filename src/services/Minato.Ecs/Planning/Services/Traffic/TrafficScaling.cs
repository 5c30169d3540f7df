using Minato.Contracts.Ecs;
using Minato.Ecs.State;

namespace Minato.Ecs.Planning.Services.Traffic;

/// <summary>Tasks of a deployment that shifts traffic: blue and green both run in full, whatever the percentages of a rolling update say.</summary>
internal static class TrafficScaling
{
    /// <summary>Brings a deployment to a number of tasks; without <paramref name="mayStart"/> it only loses what is too much.</summary>
    public static void Keep(ServiceDraft draft, DeploymentState deployment, int count, bool mayStart = true)
    {
        draft.Change(deployment.Id, d => d with { DesiredCount = count });
        var own = Of(draft, deployment.Id).ToArray();
        var sound = own.Where(t => t.IsSound && !t.Task.IsDisplaced).ToArray();
        foreach (var task in ScaleIn.Choose(sound, sound.Length - count, draft.View.Strategies).ToArray()) draft.Stop(task, RolloutReasons.Scaling(deployment.Id));

        // The replacement comes first: what is unhealthy or has to leave its instance goes once enough healthy tasks are there.
        var poor = own.Where(t => t.Verdict == TaskVerdict.Unhealthy || t is { IsSound: true, Task.IsDisplaced: true }).ToArray();
        var enough = sound.Count(t => t.Verdict == TaskVerdict.Healthy) + poor.Length - count;
        foreach (var task in poor.Where(t => !t.Task.IsProtected).Take(Math.Max(0, enough))) StopPoor(draft, task);
        if (mayStart) Start(draft, deployment, count - sound.Length, poor.Length);
    }

    public static void StopAll(ServiceDraft draft, Func<JudgedTask, bool> which)
    {
        foreach (var task in draft.Tasks.Where(t => t.Verdict is not (TaskVerdict.Gone or TaskVerdict.Leaving) && which(t)).ToArray())
        {
            draft.Stop(task, RolloutReasons.Scaling(task.Task.DeploymentId));
            draft.Change(task.Task.DeploymentId, d => d with { DesiredCount = 0 });
        }
    }

    public static int Healthy(ServiceDraft draft, string deployment) => Of(draft, deployment).Count(t => t.Verdict == TaskVerdict.Healthy);

    public static IEnumerable<JudgedTask> Of(ServiceDraft draft, string deployment) => draft.Tasks.Where(t => t.Task.DeploymentId == deployment);

    private static void Start(ServiceDraft draft, DeploymentState deployment, int missing, int replaced)
    {
        if (missing <= 0) return;
        if (deployment.Backoff.RetryAt is { } retry && retry > draft.Now)
        {
            draft.WakeBy(retry);
            return;
        }

        var before = draft.Starting;
        draft.Start(deployment, missing);
        draft.Replaced += Math.Min(draft.Starting - before, replaced);
    }

    private static void StopPoor(ServiceDraft draft, JudgedTask task)
    {
        if (task.Verdict != TaskVerdict.Unhealthy)
        {
            draft.Stop(task, RolloutReasons.Scaling(task.Task.DeploymentId));
            return;
        }

        draft.Stop(task, TaskVerdicts.FailingTarget(task.Task) is { } target
            ? RolloutReasons.TargetFailed(target.TargetGroupArn) : RolloutReasons.ContainerFailed);
        draft.Change(task.Task.DeploymentId, CircuitBreaker.CountUnhealthy);
    }
}
