using Minato.Contracts.Ecs;
using Minato.Ecs.State;

namespace Minato.Ecs.Planning.Tasks;

/// <summary>From PROVISIONING to RUNNING, and what keeps a task RUNNING.</summary>
internal static class TaskStartPlanner
{
    public static void Plan(TaskDraft draft)
    {
        if (draft.View.Task.IsAwaitingCapacity) return;
        if (draft.Status == TaskLastStatus.Provisioning)
        {
            if (draft.Progress.Interface is { InterfaceId: null })
            {
                draft.Add(new TaskMove.AttachInterface());
                return;
            }

            draft.Progress = draft.Progress with { ConnectivityAt = draft.Now };
            draft.Advance(TaskLastStatus.Pending);
        }

        var isReady = !AreInputsMissing(draft);
        if (isReady) PlanPulls(draft);
        PlanRestarts(draft);
        EndWithEssential(draft);
        if (draft.IsStopping) return;
        if (isReady) PlanContainers(draft);
        EndWithEssential(draft);
        if (!draft.IsStopping) PlanRunning(draft);
    }

    /// <summary>Secrets come first: a registry may want one of them before its image is pulled.</summary>
    private static bool AreInputsMissing(TaskDraft draft)
    {
        if (draft.View.InputsReady || draft.Progress.Containers.All(c => c.LastStatus != ContainerLastStatus.Pending)) return false;
        draft.Add(new TaskMove.ReadInputs());
        return true;
    }

    private static void PlanPulls(TaskDraft draft)
    {
        foreach (var definition in draft.Definitions)
        {
            var container = draft.Container(definition);
            if (container.IsPulled || container.LastStatus != ContainerLastStatus.Pending) continue;
            if (draft.Progress.PullStartedAt is null) draft.Progress = draft.Progress with { PullStartedAt = draft.Now };
            switch (draft.View.Pulls.GetValueOrDefault(container.Name))
            {
                case null:
                    draft.Add(new TaskMove.Pull(container.Name));
                    break;
                case PullState.Done done:
                    draft.Put(container with { IsPulled = true, Reason = null, ImageDigest = done.Image?.Digest });
                    break;
                case PullState.Failed failed:
                    draft.Put(container with { LastStatus = ContainerLastStatus.Stopped, Reason = failed.Reason });
                    if (failed.StopsTask) draft.Stop(TaskStopCode.TaskFailedToStart, StopReasons.FailedToStart(draft, failed.Reason));
                    break;
            }
        }

        if (draft.Progress.PullStoppedAt is null && IsPullingOver(draft)) draft.Progress = draft.Progress with { PullStoppedAt = draft.Now };
    }

    private static bool IsPullingOver(TaskDraft draft) =>
        draft.Progress.Containers.All(c => c.IsPulled || c.LastStatus != ContainerLastStatus.Pending);

    private static void PlanRestarts(TaskDraft draft)
    {
        foreach (var definition in draft.Definitions)
        {
            var container = draft.Container(definition);
            if (container is not { LastStatus: ContainerLastStatus.Stopped, HasRun: true, RuntimeId: not null }) continue;
            if (!RestartRule.Allows(definition, container, draft.Now)) continue;
            draft.Put(container with
            {
                LastStatus = ContainerLastStatus.Running, ExitCode = null, Reason = null, FinishedAt = null,
                RestartCount = container.RestartCount + 1, RestartedAt = draft.Now,
            });
            draft.Add(new TaskMove.Restart(container.Name));
        }
    }

    private static void PlanContainers(TaskDraft draft)
    {
        var pause = draft.Progress.Interface;
        if (pause is { PauseId: null }) draft.Add(new TaskMove.MakePause());
        else if (pause is { IsPauseUp: false }) draft.Add(new TaskMove.StartPause());
        if (!draft.View.LogsReady && draft.Status < TaskLastStatus.Running) draft.Add(new TaskMove.PrepareLogs());
        if (pause is { PauseId: null } || !draft.View.LogsReady || !IsPullingOver(draft)) return;
        if (pause is { IsPauseUp: false })
        {
            MakeFirst(draft);
            return;
        }

        draft.Advance(TaskLastStatus.Activating);
        foreach (var definition in draft.Definitions)
        {
            var container = draft.Container(definition);
            if (container.LastStatus != ContainerLastStatus.Pending) continue;
            switch (DependencyRule.Check(draft, definition))
            {
                case DependencyAnswer.Ready:
                    draft.Add(new TaskMove.Run(container.Name));
                    break;
                case DependencyAnswer.Wait { Until: { } until }:
                    draft.WakeAt(until);
                    break;
                case DependencyAnswer.Never never:
                    draft.Put(container with { LastStatus = ContainerLastStatus.Stopped, ExitCode = never.ExitCode, Reason = never.Reason });
                    break;
            }
        }
    }

    /// <summary>Most of a start is the network: what depends on nothing is created meanwhile.</summary>
    private static void MakeFirst(TaskDraft draft)
    {
        foreach (var definition in draft.Definitions)
        {
            var container = draft.Container(definition);
            if (container is { LastStatus: ContainerLastStatus.Pending, RuntimeId: null } && DependencyRule.Check(draft, definition) is DependencyAnswer.Ready)
                draft.Add(new TaskMove.Make(container.Name));
        }
    }

    private static void EndWithEssential(TaskDraft draft)
    {
        foreach (var definition in draft.Definitions)
        {
            var container = draft.Container(definition);
            if (definition.Essential == false || container.LastStatus != ContainerLastStatus.Stopped) continue;
            draft.Progress = draft.Progress with { ExecutionStoppedAt = draft.Progress.ExecutionStoppedAt ?? container.FinishedAt ?? draft.Now };
            if (container.HasRun) draft.Stop(TaskStopCode.EssentialContainerExited, StopReasons.EssentialContainerExited);
            else draft.Stop(TaskStopCode.TaskFailedToStart, StopReasons.FailedToStart(draft, container.Reason));
        }
    }

    public static void PlanRunning(TaskDraft draft)
    {
        if (draft.Status >= TaskLastStatus.Running) return;
        // AWS: also the containers that are not essential must have run, or have ended, before the task is RUNNING.
        if (draft.Progress.Containers.Any(c => c.LastStatus == ContainerLastStatus.Pending)) return;
        if (draft.View.Task.LoadBalancers.Any(b => b.TargetGroupArn is not null) && !draft.Progress.TargetsRegistered)
        {
            draft.Add(new TaskMove.RegisterTargets());
            return;
        }

        draft.Advance(TaskLastStatus.Running);
        draft.Progress = draft.Progress with { StartedAt = draft.Now };
    }
}
