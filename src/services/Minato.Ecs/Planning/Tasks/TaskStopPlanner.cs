using Minato.Contracts.Ecs;
using Minato.Ecs.Planning.TaskDefinitions;
using Minato.Ecs.State;

namespace Minato.Ecs.Planning.Tasks;

/// <summary>From the wish to stop to the last trace removed.</summary>
internal static class TaskStopPlanner
{
    private static readonly TimeSpan s_look = TimeSpan.FromSeconds(1); // Hints come earlier; this is for a lost one.

    public static void Plan(TaskDraft draft)
    {
        if (draft.Status == TaskLastStatus.Stopped)
        {
            PlanCleanup(draft);
            return;
        }

        draft.Progress = draft.Progress with { StoppingAt = draft.Progress.StoppingAt ?? draft.View.Task.StopRequestedAt ?? draft.Now };
        if (IsStillDraining(draft)) return;
        StopContainers(draft);
        if (draft.Progress.Containers.Any(c => c.LastStatus != ContainerLastStatus.Stopped)) return;
        draft.Progress = draft.Progress with { ExecutionStoppedAt = draft.Progress.ExecutionStoppedAt ?? draft.Now };
        if (draft.Progress.Interface is { IsDeleted: false } eni)
        {
            if (eni.InterfaceId is not null || eni.PauseId is not null)
            {
                draft.Advance(TaskLastStatus.Deprovisioning);
                draft.Add(new TaskMove.DetachInterface());
                return;
            }

            draft.Progress = draft.Progress with { Interface = eni with { IsDeleted = true } };
        }

        draft.Advance(TaskLastStatus.Stopped);
        draft.Progress = draft.Progress with { StoppedAt = draft.Now };
        PlanCleanup(draft);
    }

    /// <summary>A task that serves goes on serving until its load balancers have let go of it; one that died need not wait.</summary>
    public static bool IsStillDraining(TaskDraft draft)
    {
        // A crash may have come between the registration and its record: deregistering what is not registered does no harm.
        var mayBeRegistered = draft.Progress.TargetsRegistered || draft.Status is TaskLastStatus.Activating or TaskLastStatus.Deactivating;
        if (!mayBeRegistered || draft.Progress.TargetsDeregistered) return false;
        if (!draft.View.Task.LoadBalancers.Any(b => b.TargetGroupArn is not null)) return false;
        draft.Advance(TaskLastStatus.Deactivating);
        var isAlive = draft.Definitions.Where(d => d.Essential != false)
            .All(d => draft.Container(d).LastStatus == ContainerLastStatus.Running);
        switch (draft.View.Targets)
        {
            case TargetsState.NotAsked:
                draft.Add(new TaskMove.DeregisterTargets());
                return true;
            // AWS: capacity that is taken back waits for no connection; SIGTERM comes with the notice.
            case TargetsState.Draining when isAlive && draft.Progress.StopCode != TaskStopCode.SpotInterruption:
                draft.WakeAt(draft.Now + s_look);
                return true;
            default:
                draft.Progress = draft.Progress with { TargetsDeregistered = true };
                return false;
        }
    }

    private static void StopContainers(TaskDraft draft)
    {
        foreach (var container in draft.Progress.Containers.Where(c => c.LastStatus == ContainerLastStatus.Pending))
            draft.Put(container with { LastStatus = ContainerLastStatus.Stopped });
        foreach (var definition in draft.Definitions)
        {
            var container = draft.Container(definition);
            if (container.LastStatus != ContainerLastStatus.Running) continue;
            draft.Advance(TaskLastStatus.Stopping);
            // The reverse of the start: whoever needs this container ends first.
            var isNeeded = draft.Definitions.Any(other =>
                draft.Container(other).LastStatus != ContainerLastStatus.Stopped
                && Dependencies.Of(other, draft.View.Definition.Containers).Any(n => n.ContainerName == container.Name));
            if (isNeeded || draft.View.Stopping.Contains(container.Name)) continue;
            var grace = definition.StopTimeout is { } seconds ? TimeSpan.FromSeconds(seconds) : draft.View.DefaultStopTimeout;
            draft.Add(new TaskMove.Stop(container.Name, grace));
        }
    }

    public static void PlanCleanup(TaskDraft draft)
    {
        if (!draft.Progress.IsCleanedUp)
        {
            if (!draft.View.IsRecorded) return; // Its end brings it back.
            var left = draft.Progress.Containers.Where(c => c.RuntimeId is not null).ToArray();
            if (left.Length == 0) draft.Progress = draft.Progress with { IsCleanedUp = true };
            else if (left.All(IsDrained)) draft.Add(new TaskMove.RemoveContainers());
            if (!draft.Progress.IsCleanedUp) return;
        }

        var end = (draft.Progress.StoppedAt ?? draft.Now) + draft.View.Retention;
        if (end <= draft.Now) draft.Add(new TaskMove.Forget());
        else draft.WakeAt(end);

        // What never ran has nothing to say.
        bool IsDrained(ContainerProgress container) =>
            !container.HasRun || draft.View.Drained.Contains(container.Name)
            || draft.Definitions.First(d => d.Name == container.Name).LogConfiguration?.LogDriver != LogDriver.Awslogs;
    }
}
