using Minato.Contracts.Ecs;
using Minato.Ecs.State;

namespace Minato.Ecs.Planning.Tasks;

/// <summary>
/// The next moves of a task that its host runs as a whole: handed over once, ordered to stop when it is to end. Everything in between
/// is what the host reports.
/// </summary>
internal static class HostedTaskPlanner
{
    private static readonly TimeSpan s_earlyRenewal = TimeSpan.FromMinutes(15);

    public static void Plan(TaskDraft draft, HostView host)
    {
        if (draft.Status == TaskLastStatus.Stopped)
        {
            TaskStopPlanner.PlanCleanup(draft);
            return;
        }

        ReadOrders(draft, host);
        FoldReport(draft);
        if (!draft.IsStopping) PlanStart(draft, host);
        if (draft.IsStopping) PlanStop(draft, host);
    }

    private static HostedProgress Hosted(TaskDraft draft) =>
        draft.Progress.Hosted ?? throw new InvalidOperationException($"Task {draft.View.Task.Key} was not prepared for its host.");

    private static void ReadOrders(TaskDraft draft, HostView host)
    {
        switch (host.Start)
        {
            case OrderState.Taken taken:
                Change(draft, h => h with { IsTaken = true, KeysExpireAt = h.KeysExpireAt ?? taken.KeysExpireAt });
                break;
            case OrderState.Refused refused:
                Change(draft, h => h with { IsOffered = h.IsTaken });
                draft.Stop(TaskStopCode.TaskFailedToStart, refused.Reason);
                break;
        }

        if (host.Renewal is OrderState.Taken renewed) Change(draft, h => h with { KeysExpireAt = renewed.KeysExpireAt });
    }

    private static void FoldReport(TaskDraft draft)
    {
        if (draft.View.Task.Report is not { } report) return;
        Change(draft, h => h with { IsTaken = true }); // Whoever speaks of it has it.
        foreach (var container in report.Containers) draft.Put(Fold(draft, container));
        draft.Progress = draft.Progress with
        {
            PullStartedAt = draft.Progress.PullStartedAt ?? report.PullStartedAt,
            PullStoppedAt = draft.Progress.PullStoppedAt ?? report.PullStoppedAt,
            ExecutionStoppedAt = draft.Progress.ExecutionStoppedAt ?? report.ExecutionStoppedAt,
        };
        if (report.Status != ReportedStatus.Stopped) return;
        // AWS: the agent gives no reason when its container ended; that is ours to say.
        if (draft.Status >= TaskLastStatus.Running || report.Containers.Any(c => c.HasRun))
            draft.Stop(TaskStopCode.EssentialContainerExited, StopReasons.EssentialContainerExited);
        else
            draft.Stop(TaskStopCode.TaskFailedToStart, report.Reason ?? StopReasons.FailedToStart(draft, null));
    }

    private static ContainerProgress Fold(TaskDraft draft, ContainerReport said)
    {
        var known = draft.Progress.Container(said.Name);
        var status = said.Status switch
        {
            ReportedStatus.Pending => ContainerLastStatus.Pending,
            ReportedStatus.Running => ContainerLastStatus.Running,
            _ => ContainerLastStatus.Stopped,
        };
        return known with
        {
            LastStatus = status > known.LastStatus ? status : known.LastStatus,
            HasRun = said.HasRun,
            IsPulled = known.IsPulled || status != ContainerLastStatus.Pending || said.ImageDigest is not null,
            RuntimeId = said.RuntimeId ?? known.RuntimeId,
            ExitCode = status == ContainerLastStatus.Stopped ? said.ExitCode ?? known.ExitCode : known.ExitCode,
            Reason = said.Reason ?? known.Reason,
            ImageDigest = said.ImageDigest ?? known.ImageDigest,
            NetworkBindings = said.NetworkBindings.IsEmpty ? known.NetworkBindings : said.NetworkBindings,
            HealthStatus = said.Health,
            StartedAt = known.StartedAt ?? (said.HasRun ? draft.Now : null),
            FinishedAt = known.FinishedAt ?? (status == ContainerLastStatus.Stopped ? draft.Now : null),
        };
    }

    private static void PlanStart(TaskDraft draft, HostView host)
    {
        if (draft.Status == TaskLastStatus.Provisioning)
        {
            draft.Stop(TaskStopCode.TaskFailedToStart,
                "ResourceInitializationError: the network mode awsvpc is not available on container instances of the ECS agent");
            return;
        }

        if (!host.IsActive)
        {
            draft.Stop(TaskStopCode.TaskFailedToStart, "The container instance was deregistered.");
            return;
        }

        if (!Hosted(draft).IsTaken)
        {
            if (host is not { IsConnected: true, Start: OrderState.None }) return;
            // AWS: an agent would ask AWS itself for secrets; it is given them instead.
            draft.Add(draft.View.InputsReady ? new TaskMove.HandOver() : new TaskMove.ReadInputs());
            return;
        }

        if (draft.Progress.Containers.Any(c => c.LastStatus != ContainerLastStatus.Pending)) draft.Advance(TaskLastStatus.Activating);
        if (draft.View.Task.Report?.Status == ReportedStatus.Running) TaskStartPlanner.PlanRunning(draft);
        PlanRenewal(draft, host);
    }

    private static void PlanRenewal(TaskDraft draft, HostView host)
    {
        if (Hosted(draft).KeysExpireAt is not { } end || !host.IsConnected || host.Renewal is OrderState.InFlight) return;
        if (host.NeedsKeys || end - s_earlyRenewal <= draft.Now) draft.Add(new TaskMove.RenewKeys());
        else draft.WakeAt(end - s_earlyRenewal);
    }

    private static void PlanStop(TaskDraft draft, HostView host)
    {
        draft.Progress = draft.Progress with { StoppingAt = draft.Progress.StoppingAt ?? draft.View.Task.StopRequestedAt ?? draft.Now };
        if (TaskStopPlanner.IsStillDraining(draft)) return;
        if (!HasEnded(draft, host)) return;
        foreach (var container in draft.Progress.Containers.Where(c => c.LastStatus != ContainerLastStatus.Stopped))
            draft.Put(container with { LastStatus = ContainerLastStatus.Stopped, FinishedAt = container.HasRun ? draft.Now : null });
        draft.Progress = draft.Progress with
        {
            ExecutionStoppedAt = draft.Progress.ExecutionStoppedAt ?? draft.Now,
            StoppedAt = draft.Now,
            IsCleanedUp = true, // The host sees to what is left of it.
        };
        draft.Advance(TaskLastStatus.Stopped);
        TaskStopPlanner.PlanCleanup(draft);
    }

    /// <summary>Orders the end where it is still to be ordered.</summary>
    private static bool HasEnded(TaskDraft draft, HostView host)
    {
        if (draft.View.Task.Report?.Status == ReportedStatus.Stopped) return true;
        if (!Hosted(draft).IsOffered) return true;
        if (!host.IsConnected) return !host.IsActive; // Nobody will ever hear of it again.
        if (host.Start is OrderState.InFlight) return false; // So that the order to stop cannot come first.
        if (host.Stop is OrderState.None) draft.Add(new TaskMove.OrderStop());
        if (host.Stop is not OrderState.Taken) return false;
        draft.Advance(TaskLastStatus.Stopping);
        // AWS: what a deregistered instance still has to say of its tasks is not waited for.
        return !host.IsActive;
    }

    private static void Change(TaskDraft draft, Func<HostedProgress, HostedProgress> change)
    {
        var hosted = change(Hosted(draft));
        if (hosted != draft.Progress.Hosted) draft.Progress = draft.Progress with { Hosted = hosted };
    }
}
