using System.Collections.Immutable;
using Minato.Contracts.Ecs;
using Minato.Ecs.State;

namespace Minato.Ecs.Planning.Services;

/// <summary>A container instance as a DAEMON service sees it.</summary>
/// <param name="IsWanted">ACTIVE, and all placement constraints hold: a task belongs there.</param>
/// <param name="IsConnected">A task can be started there now.</param>
/// <param name="HasReplicas">Tasks of REPLICA services are still there.</param>
internal sealed record DaemonInstance(string Id, bool IsWanted, bool IsConnected = true, bool HasReplicas = false, string? Zone = null);

/// <summary>Starts and stops of a DAEMON service: one task on every wanted instance, and never two.</summary>
internal static class DaemonSchedule
{
    public static void Plan(ServiceDraft draft, ImmutableArray<DaemonInstance> instances)
    {
        var known = instances.ToDictionary(i => i.Id, StringComparer.Ordinal);
        StopMisplaced(draft, known);
        StopDoubled(draft);
        StopReplaced(draft);
        StopOlder(draft, RollingUpdate.LowerBound(draft.View.DesiredCount, draft.View.MinimumHealthyPercent));
        Start(draft, instances);
        TellBlocked(draft);
    }

    /// <summary>Off what no longer meets the constraints at once; off what drains when the replicas have left it: last to stop.</summary>
    private static void StopMisplaced(ServiceDraft draft, Dictionary<string, DaemonInstance> instances)
    {
        foreach (var task in Staying(draft).ToArray())
        {
            var instance = instances.GetValueOrDefault(task.Task.Instance ?? "");
            if (instance is { IsWanted: true }) continue;
            if (task.Task.IsDisplaced && instance is { HasReplicas: true }) continue;
            draft.Stop(task, RolloutReasons.Scaling(task.Task.DeploymentId));
        }
    }

    private static void StopDoubled(ServiceDraft draft)
    {
        foreach (var instance in Staying(draft).GroupBy(t => t.Task.Instance, StringComparer.Ordinal).ToArray())
            foreach (var task in instance.OrderByDescending(t => t.Task.DeploymentId == draft.Primary.Id).ThenByDescending(t => t.Verdict).Skip(1))
                draft.Stop(task, RolloutReasons.Scaling(task.Task.DeploymentId));
    }

    // AWS: with a maximum of 100 percent there is no room for a replacement beside the task that is replaced.
    private static void StopReplaced(ServiceDraft draft)
    {
        foreach (var task in Staying(draft).Where(t => t.Verdict == TaskVerdict.Unhealthy && t.Task.DeploymentId == draft.Primary.Id).ToArray())
            RollingUpdate.StopUnhealthy(draft, task);
    }

    private static void StopOlder(ServiceDraft draft, int lower)
    {
        if (draft.Primary.Rollout == DeploymentRolloutState.Failed) return;
        var healthy = draft.Tasks.Count(t => t.Verdict == TaskVerdict.Healthy);
        foreach (var task in Staying(draft).Where(t => t.Task.DeploymentId != draft.Primary.Id)
            .OrderBy(t => t.Verdict).ThenBy(t => t.Task.CreatedAt).ThenBy(t => t.Task.Id, StringComparer.Ordinal).ToArray())
        {
            if (task.Verdict == TaskVerdict.Healthy && --healthy < lower) return;
            draft.Stop(task, RolloutReasons.Scaling(task.Task.DeploymentId));
            draft.Change(task.Task.DeploymentId, d => d with { DesiredCount = Math.Max(0, d.DesiredCount - 1) });
        }
    }

    private static void Start(ServiceDraft draft, ImmutableArray<DaemonInstance> instances)
    {
        // What a given-up deployment leaves empty is filled with the revision before it.
        var deployment = draft.Primary.Rollout == DeploymentRolloutState.Failed ? Rollouts.RollbackTarget(draft) : draft.Primary;
        if (deployment is null) return;
        var taken = draft.Tasks.Where(t => t.IsOccupying).Select(t => t.Task.Instance).OfType<string>().ToHashSet(StringComparer.Ordinal);
        DaemonInstance[] empty = [.. instances.Where(i => i is { IsWanted: true, IsConnected: true } && !taken.Contains(i.Id))];
        if (empty.Length == 0) return;
        if (deployment.Backoff.RetryAt is { } retry && retry > draft.Now) draft.WakeBy(retry);
        else foreach (var instance in empty) draft.StartOn(deployment, instance);
    }

    /// <summary>Older tasks that are all needed, and no instance without one: nothing will move by itself.</summary>
    private static void TellBlocked(ServiceDraft draft)
    {
        if (draft.HasMoves || draft.Primary.Rollout != DeploymentRolloutState.InProgress) return;
        if (draft.Tasks.All(t => t.Verdict is TaskVerdict.Healthy or TaskVerdict.Gone) && Staying(draft).Any(t => t.Task.DeploymentId != draft.Primary.Id))
            draft.Tell(ServiceEvents.Blocked(draft.View.Name), repeatable: false);
    }

    private static IEnumerable<JudgedTask> Staying(ServiceDraft draft) =>
        draft.Tasks.Where(t => t.Verdict is not (TaskVerdict.Gone or TaskVerdict.Leaving));
}
