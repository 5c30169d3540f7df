using Minato.Ecs.Planning.Services.Traffic;
using Minato.Ecs.State;

namespace Minato.Ecs.Planning.Services;

/// <summary>What a service needs now. Pure: the same view and time give the same plan.</summary>
internal static class ServicePlanner
{
    public static ServicePlan Plan(ServiceView view, DateTimeOffset now)
    {
        var draft = new ServiceDraft(view, now) { Status = view.Status };
        TaskAccounts.Settle(draft);
        MissingTargets.Tell(draft);
        if (view.Status == ServiceStatus.Draining) Drain(draft);
        else if (view is { Status: ServiceStatus.Active, HasTaskSets: true }) TaskSetSchedule.Plan(draft);
        else if (view.Status == ServiceStatus.Active) Roll(draft);
        return draft.ToPlan();
    }

    private static void Roll(ServiceDraft draft)
    {
        Rollouts.TakeUp(draft);
        if (!Admission.Settle(draft)) return;
        DeploymentAlarms.Begin(draft);
        if (TrafficPlanner.IsOn(draft.Primary))
        {
            TrafficPlanner.Plan(draft);
            return;
        }

        RollingUpdate.StopFailedTasks(draft);
        Rollouts.GiveUp(draft);
        if (draft.View.Daemon is { } instances) DaemonSchedule.Plan(draft, instances);
        else Replicate(draft);
        Rollouts.Complete(draft);
        Rollouts.Forget(draft);
    }

    private static void Replicate(ServiceDraft draft)
    {
        Draining.StopPending(draft);
        RollingUpdate.Plan(draft);
        ZoneRebalancing.Plan(draft);
        ProtectedTasks.Tell(draft);
    }

    private static void Drain(ServiceDraft draft)
    {
        foreach (var deployment in draft.Deployments.ToArray()) draft.Change(deployment.Id, d => d with { DesiredCount = 0 });
        RollingUpdate.StopAll(draft);
        if (draft.View.Tasks.All(t => t.Status == TaskLastStatus.Stopped)) draft.Status = ServiceStatus.Inactive;
        else if (!draft.View.HasTaskSets) Rollouts.Forget(draft);
    }
}
