using Minato.Contracts.Ecs;
using Minato.Ecs.State;

namespace Minato.Ecs.Planning.Services;

/// <summary>
/// Starts and stops of a REPLICA service: to the desired count, from older deployments to the PRIMARY, within minimumHealthyPercent
/// and maximumPercent.
/// </summary>
internal static class RollingUpdate
{
    public static int LowerBound(int desired, int minimumHealthyPercent) => (int)(((long)desired * minimumHealthyPercent + 99) / 100);

    public static int UpperBound(int desired, int maximumPercent) => (int)((long)desired * maximumPercent / 100);

    /// <summary>
    /// While a deployment is on its way, its tasks that never became healthy go at once: older ones still serve. Each counts for the
    /// circuit breaker. Those that were healthy may only have a bad moment: they wait for their replacement.
    /// </summary>
    public static void StopFailedTasks(ServiceDraft draft)
    {
        if (draft.Primary.Rollout != DeploymentRolloutState.InProgress) return;
        foreach (var task in Current(draft).Where(t => t.Verdict == TaskVerdict.Unhealthy && !draft.MemoryOf(t.Task).WasHealthy).ToArray())
        {
            StopUnhealthy(draft, task);
            draft.Replaced++;
        }
    }

    public static void Plan(ServiceDraft draft)
    {
        var desired = draft.View.DesiredCount;
        var lower = LowerBound(desired, draft.View.MinimumHealthyPercent);
#if SEEDED_BUG // Breaks one rule, so that a test can show that the worlds find it.
        lower--;
#endif
        var upper = UpperBound(desired, draft.View.MaximumPercent);
        var sound = Current(draft).Count(t => t.IsSound);
        var missing = draft.Primary.Rollout == DeploymentRolloutState.Failed ? 0 : desired - sound;

        StopSurplus(draft, sound - desired - ZoneRebalancing.OnTheirWay(draft));
        StopReplaced(draft, desired);
        StopOlder(draft, lower);

        var room = upper - draft.Tasks.Count(t => t.IsOccupying);
        room -= Start(draft, OwnRevisionNeed(draft, lower), room);
        var started = Start(draft, (draft.Primary, missing), room);
        draft.Replaced = Math.Min(started, draft.Replaced + Current(draft).Count(t => t.Verdict == TaskVerdict.Unhealthy));
        if (missing > 0 && room <= 0) MakeRoom(draft);
    }

    /// <summary>Tells every task of a service that is being deleted to stop.</summary>
    public static void StopAll(ServiceDraft draft)
    {
        foreach (var task in draft.Tasks.Where(t => t.Verdict is not (TaskVerdict.Gone or TaskVerdict.Leaving)).ToArray())
            draft.Stop(task, RolloutReasons.Scaling(task.Task.DeploymentId));
    }

    private static IEnumerable<JudgedTask> Current(ServiceDraft draft) =>
        draft.Tasks.Where(t => t.Task.DeploymentId == draft.Primary.Id && !t.Task.IsDisplaced);

    /// <summary>Tasks that have to go: of older deployments, or on draining instances.</summary>
    private static IEnumerable<JudgedTask> Older(ServiceDraft draft) =>
        draft.Tasks.Where(t => t.Task.DeploymentId != draft.Primary.Id || t.Task.IsDisplaced);

    private static void StopSurplus(ServiceDraft draft, int surplus)
    {
        if (surplus <= 0) return;
        foreach (var task in ScaleIn.Choose(Current(draft).Where(t => t.IsSound).ToArray(), surplus, draft.View.Strategies).ToArray())
            draft.Stop(task, RolloutReasons.Scaling(draft.Primary.Id));
    }

    /// <summary>The replacement comes first: unhealthy tasks go once enough healthy ones are there.</summary>
    private static void StopReplaced(ServiceDraft draft, int desired)
    {
        if (draft.Primary.Rollout == DeploymentRolloutState.Failed) return;
        var current = Current(draft).ToArray();
        var unhealthy = current.Where(t => t.Verdict == TaskVerdict.Unhealthy).ToArray();
        var enough = current.Count(t => t.Verdict == TaskVerdict.Healthy) + unhealthy.Length - desired;
        foreach (var task in unhealthy.Take(Math.Max(0, enough))) StopUnhealthy(draft, task);
    }

    private static void StopOlder(ServiceDraft draft, int lower)
    {
        // A deployment that failed with nothing to roll back to takes nothing away from those before it.
        if (draft.Primary.Rollout == DeploymentRolloutState.Failed) return;
        var healthy = draft.Tasks.Count(t => t.Verdict == TaskVerdict.Healthy);
        foreach (var task in InStopOrder(draft))
        {
            if (task.Task.IsProtected) continue;
            if (task.Verdict == TaskVerdict.Healthy)
            {
                if (healthy - 1 < lower) return;
                healthy--;
            }
            else if (healthy < lower && !ServesNobody(draft, task))
            {
                continue;
            }

            draft.Stop(task, RolloutReasons.Scaling(task.Task.DeploymentId));
            draft.Change(task.Task.DeploymentId, d => d.Id == draft.Primary.Id ? d : d with { DesiredCount = Math.Max(0, d.DesiredCount - 1) });
        }
    }

    /// <summary>What never ran of a deployment that was never completed.</summary>
    private static bool ServesNobody(ServiceDraft draft, JudgedTask task) =>
        task.Verdict == TaskVerdict.Pending && draft.Find(task.Task.DeploymentId)?.Rollout != DeploymentRolloutState.Completed;

    private static JudgedTask[] InStopOrder(ServiceDraft draft)
    {
        var ages = draft.Deployments.Select((d, i) => (d.Id, i)).ToDictionary(p => p.Id, p => p.i, StringComparer.Ordinal);
        var older = Older(draft).Where(t => t.Verdict is not (TaskVerdict.Gone or TaskVerdict.Leaving)).ToArray();
        var zones = older.GroupBy(t => t.Task.Zone ?? "", StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.Count(), StringComparer.Ordinal);
        return
        [
            .. older.OrderBy(t => t.Verdict switch
                {
                    TaskVerdict.Pending => 0,
                    TaskVerdict.Unhealthy => 1,
                    TaskVerdict.Starting => 2,
                    _ => 3,
                })
                .ThenByDescending(t => ages.GetValueOrDefault(t.Task.DeploymentId, int.MaxValue))
                .ThenByDescending(t => zones[t.Task.Zone ?? ""])
                .ThenBy(t => t.Task.CreatedAt).ThenBy(t => t.Task.Id, StringComparer.Ordinal),
        ];
    }

    /// <summary>
    /// A task of the older revision that died or turned unhealthy is replaced with its own revision: as many as it takes to keep the
    /// minimum while the new revision comes up, all of them when the new one was given up.
    /// </summary>
    private static (DeploymentState? Deployment, int Count) OwnRevisionNeed(ServiceDraft draft, int lower)
    {
        if (Rollouts.RollbackTarget(draft) is not { } older) return (null, 0);
        var own = draft.Tasks.Count(t => t.IsSound && t.Task.DeploymentId == older.Id && !t.Task.IsDisplaced);
        var need = older.DesiredCount - own;
        if (draft.Primary.Rollout == DeploymentRolloutState.Failed) return (older, need);
        var serving = Older(draft).Count(t => t.IsSound) + Current(draft).Count(t => t.Verdict == TaskVerdict.Healthy);
        return (older, Math.Min(need, lower - serving));
    }

    private static int Start(ServiceDraft draft, (DeploymentState? Deployment, int Count) need, int room)
    {
        if (need.Deployment is not { } deployment || need.Count <= 0) return 0;
        if (deployment.Backoff.RetryAt is { } retry && retry > draft.Now)
        {
            draft.WakeBy(retry);
            return 0;
        }

        var before = draft.Starting;
        draft.Start(deployment, Math.Min(need.Count, room));
        return draft.Starting - before;
    }

    /// <summary>Without room for a replacement one unhealthy task goes first, one at a time. If that does not help either, say so.</summary>
    private static void MakeRoom(ServiceDraft draft)
    {
        if (draft.HasStops || draft.Tasks.Any(t => t.Verdict is TaskVerdict.Leaving)) return;
        var unhealthy = draft.Tasks.FirstOrDefault(t => t is { Verdict: TaskVerdict.Unhealthy, Task.IsProtected: false });
        if (unhealthy is not null)
            StopUnhealthy(draft, unhealthy);
        else if (draft.Tasks.All(t => t.Verdict is TaskVerdict.Healthy or TaskVerdict.Gone))
            draft.Tell(ServiceEvents.Blocked(draft.View.Name), repeatable: false);
    }

    public static void StopUnhealthy(ServiceDraft draft, JudgedTask task)
    {
        draft.Stop(task, TaskVerdicts.FailingTarget(task.Task) is { } target
            ? RolloutReasons.TargetFailed(target.TargetGroupArn)
            : RolloutReasons.ContainerFailed);
        draft.Change(task.Task.DeploymentId, CircuitBreaker.CountUnhealthy);
    }
}
