using Minato.Contracts.Ecs;
using Minato.Ecs.State;

namespace Minato.Ecs.Planning.Services;

/// <summary>
/// Starts and stops of a service whose deployments are task sets: each is kept at its share of the desired count, whatever becomes of
/// the others. What is unhealthy is replaced inside its own task set.
/// </summary>
internal static class TaskSetSchedule
{
    /// <summary>A percentage of a count is a binary fraction: what is a whole number on paper must not be rounded up.</summary>
    private const double Whole = 1e-9;

    public static int Computed(int desired, double scale) => (int)Math.Ceiling(desired * scale / 100 - Whole);

    public static void Plan(ServiceDraft draft)
    {
        Draining.StopPending(draft);
        foreach (var set in draft.Deployments.ToArray())
        {
            if (set.TaskSet is not { } asked) continue;
            var computed = asked.IsDeleted ? 0 : Computed(draft.View.DesiredCount, asked.Scale);
            draft.Change(set.Id, d => d with { DesiredCount = computed });
            if (asked.IsDeleted) StopAll(draft, set.Id);
            else Scale(draft, set.Id, computed);
        }

        draft.KeepDeployments(d => d.TaskSet is { IsDeleted: false } || HasTasks(draft, d.Id));
        Steady(draft);
    }

    private static void Scale(ServiceDraft draft, string set, int desired)
    {
        var lower = RollingUpdate.LowerBound(desired, draft.View.MinimumHealthyPercent);
        var upper = Math.Max(desired, RollingUpdate.UpperBound(desired, draft.View.MaximumPercent));
        StopSurplus(draft, set, desired);
        StopReplaced(draft, set, desired);
        StopDisplaced(draft, set, lower);
        var missing = desired - Staying(draft, set).Count(t => t.IsSound);
        var room = upper - Of(draft, set).Count(t => t.IsOccupying);
        if (missing <= 0) return;
        if (room > 0) Start(draft, set, Math.Min(missing, room));
        else MakeRoom(draft, set);
    }

    private static IEnumerable<JudgedTask> Of(ServiceDraft draft, string set) => draft.Tasks.Where(t => t.Task.DeploymentId == set);

    /// <summary>Those on draining instances have to go and count for nothing.</summary>
    private static IEnumerable<JudgedTask> Staying(ServiceDraft draft, string set) => Of(draft, set).Where(t => !t.Task.IsDisplaced);

    private static void StopAll(ServiceDraft draft, string set)
    {
        foreach (var task in Of(draft, set).Where(t => t.Verdict is not (TaskVerdict.Gone or TaskVerdict.Leaving)).ToArray())
            draft.Stop(task, RolloutReasons.Scaling(set));
    }

    private static void StopSurplus(ServiceDraft draft, string set, int desired)
    {
        var sound = Staying(draft, set).Where(t => t.IsSound).ToArray();
        if (sound.Length <= desired) return;
        foreach (var task in ScaleIn.Choose(sound, sound.Length - desired, draft.View.Strategies).ToArray()) draft.Stop(task, RolloutReasons.Scaling(set));
        if (Staying(draft, set).Count(t => t.IsSound) > desired) draft.Tell(ServiceEvents.ProtectedTasks(draft.View.Name, set), repeatable: false);
    }

    /// <summary>The replacement comes first: unhealthy tasks go once enough healthy ones are there.</summary>
    private static void StopReplaced(ServiceDraft draft, string set, int desired)
    {
        var unhealthy = Staying(draft, set).Where(t => t.Verdict == TaskVerdict.Unhealthy).ToArray();
        var enough = Staying(draft, set).Count(t => t.Verdict == TaskVerdict.Healthy) + unhealthy.Length - desired;
        foreach (var task in unhealthy.Take(Math.Max(0, enough))) RollingUpdate.StopUnhealthy(draft, task);
    }

    private static void StopDisplaced(ServiceDraft draft, string set, int lower)
    {
        var healthy = Of(draft, set).Count(t => t.Verdict == TaskVerdict.Healthy);
        foreach (var task in Of(draft, set).Where(t => t.Task is { IsDisplaced: true, IsProtected: false } && t.Verdict is not (TaskVerdict.Gone or TaskVerdict.Leaving)).ToArray())
        {
            if (task.Verdict == TaskVerdict.Healthy && --healthy < lower) return;
            draft.Stop(task, RolloutReasons.Scaling(set));
        }
    }

    private static void Start(ServiceDraft draft, string id, int count)
    {
        if (draft.Find(id) is not { } set) return;
        if (set.Backoff.RetryAt is { } retry && retry > draft.Now)
        {
            draft.WakeBy(retry);
            return;
        }

        draft.Start(set, count);
        draft.Replaced += Math.Min(count, Staying(draft, id).Count(t => t.Verdict == TaskVerdict.Unhealthy));
    }

    /// <summary>Without room for a replacement one unhealthy task goes first, one at a time.</summary>
    private static void MakeRoom(ServiceDraft draft, string set)
    {
        if (Of(draft, set).Any(t => t.Verdict == TaskVerdict.Leaving)) return;
        var unhealthy = Staying(draft, set).FirstOrDefault(t => t.Verdict == TaskVerdict.Unhealthy);
        if (unhealthy is not null) RollingUpdate.StopUnhealthy(draft, unhealthy);
    }

    private static bool HasTasks(ServiceDraft draft, string set) =>
        draft.View.Tasks.Any(t => t.DeploymentId == set && t.Status != TaskLastStatus.Stopped);

    private static void Steady(ServiceDraft draft)
    {
        foreach (var set in draft.Deployments.ToArray()) Judge(draft, set);
        if (draft.HasMoves || draft.Deployments.Count == 0 || draft.Deployments.Any(d => d.TaskSet is not { Stability: StabilityStatus.SteadyState }))
        {
            draft.SteadySince = null;
            return;
        }

        draft.SteadySince = draft.View.SteadySince;
        if (draft.SteadySince is null || draft.Now - draft.SteadySince >= Rollouts.SteadyRepeat)
        {
            draft.SteadySince = draft.Now;
            draft.Tell(ServiceEvents.SteadyState(draft.View.Name));
        }

        draft.WakeBy(draft.SteadySince + Rollouts.SteadyRepeat);
    }

    private static void Judge(ServiceDraft draft, DeploymentState set)
    {
        if (set.TaskSet is not { } asked) return;
        var stability = IsSteady(draft, set) ? StabilityStatus.SteadyState : StabilityStatus.Stabilizing;
        if (stability == asked.Stability) return;
        draft.Change(set.Id, d => d with { TaskSet = asked with { Stability = stability, StabilityAt = draft.Now } });
    }

    private static bool IsSteady(ServiceDraft draft, DeploymentState set)
    {
        if (set.TaskSet is not { IsDeleted: false } || draft.IsStarting(set.Id)) return false;
        var tasks = Of(draft, set.Id).Where(t => t.IsOccupying).ToArray();
        return tasks.Length == set.DesiredCount && tasks.All(t => !t.Task.IsDisplaced && IsWell(draft.View, t));
    }

    // AWS: without any check there is nothing to wait for but RUNNING; the forty seconds are of roll-outs.
    private static bool IsWell(ServiceView view, JudgedTask task) => task.Verdict == TaskVerdict.Healthy
        || (task is { Verdict: TaskVerdict.Starting, Task.Targets.IsEmpty: true } && !view.WithHealthCheck.Contains(task.Task.DeploymentId));
}
