using Minato.Contracts.Ecs;
using Minato.Ecs.State;

namespace Minato.Ecs.Planning.Services.Traffic;

/// <summary>
/// The course of a deployment that shifts traffic, from RECONCILE_SERVICE to CLEAN_UP, or back to blue. It moves on as soon as the
/// work of its stage is done; whatever fails turns it.
/// </summary>
internal static class TrafficPlanner
{
    /// <summary>Whether the primary deployment is on such a course.</summary>
    public static bool IsOn(DeploymentState primary) =>
        primary is { Traffic.Stage: not null, Rollout: not DeploymentRolloutState.Completed };

    public static void Plan(ServiceDraft draft)
    {
        Begin(draft);
        RollingUpdate.StopFailedTasks(draft);
        for (var moves = 0; moves < TrafficLimits.MovesAPlan && IsMoving(draft) && Move(draft); moves++)
        {
        }

        if (!draft.IsRolledBack && IsOn(draft.Primary)) Scale(draft);
        if (IsOver(draft)) Rollouts.Complete(draft);
        Forget(draft);
    }

    private static bool IsMoving(ServiceDraft draft) => !draft.IsRolledBack && IsOn(draft.Primary) && draft.Primary.Rollout == DeploymentRolloutState.InProgress;

    private static bool IsOver(ServiceDraft draft) =>
        IsMoving(draft) && draft.Primary.Traffic is { Stage: TrafficStage.CleanUp, IsGoingBack: false };

    private static void Begin(ServiceDraft draft)
    {
        if (draft.Primary.Traffic is not { StartedAt: null }) return;
        var isClean = !draft.Tasks.Any(t => t.IsOccupying && TrafficCourse.IsStray(draft, t))
            && !draft.Deployments.Skip(1).Any(d => d.Traffic is { ProductionPercent: > 0 } && d.Id != draft.Primary.Traffic?.SourceId);
        draft.ChangeTraffic(t => t with
        {
            Stage = isClean && TrafficRoles.IsShifting(t.Configuration) ? TrafficStage.PreScaleUp : TrafficStage.ReconcileService,
            StartedAt = draft.Now,
            EnteredAt = draft.Now,
        });
    }

    /// <returns>Whether it is in another stage now.</returns>
    private static bool Move(ServiceDraft draft)
    {
        if (draft.Primary.Traffic is not { Stage: { } stage } traffic) return false;
        if (!traffic.IsGoingBack && (Asked(draft) || Tripped(draft) || Alarmed(draft) || Bereft(draft) || Overdue(draft, traffic))) return true;
        draft.ChangeTraffic(t => t.Obstacle is null ? t : t with { Obstacle = null });
        var progress = TrafficCourse.Work(draft, traffic, stage);
        if (progress.Failure is { } failure) return TrafficTurn.Fail(draft, failure, isRollback: true);
        if (progress.IsDone) return TrafficTurn.Next(draft, stage);
        if (draft.Primary.Traffic is not { } now || TrafficCourse.Deadline(now, stage) is not { } deadline) return false;
        if (draft.Now >= deadline) return TrafficTurn.Fail(draft, now.Obstacle ?? TrafficWords.StageTookTooLong(TrafficStages.Name(stage)), isRollback: true);
        draft.WakeBy(deadline);
        return false;
    }

    private static bool Asked(ServiceDraft draft)
    {
        var own = draft.Primary.ServiceDeploymentId;
        if (draft.View.AbortRequested == own) return TrafficTurn.Fail(draft, TrafficWords.RolledBackOnRequest, isRollback: false);
        return draft.View.RollbackRequested == own && TrafficTurn.Fail(draft, TrafficWords.RolledBackOnRequest, isRollback: true);
    }

    private static bool Tripped(ServiceDraft draft)
    {
        var failures = draft.Primary.Breaker.FailureCount;
        if (CircuitBreaker.IsTripped(draft.Primary, draft.View))
            return TrafficTurn.Fail(draft, RolloutReasons.FailedToStart, draft.View.Breaker.Rollback, new(failures, []));
        return DeploymentAlarms.Tripped(draft.Primary, draft.View) is { IsEmpty: false } alarms
            && TrafficTurn.Fail(draft, RolloutReasons.AlarmDetected, draft.View.Alarms is { Rollback: true }, new(failures, alarms));
    }

    /// <summary>Watched from the first stage to the last: the bake time of a shift is the alarms' as well.</summary>
    private static bool Alarmed(ServiceDraft draft) => !DeploymentAlarms.Tripped(draft.Primary, draft.View).IsEmpty
        && TrafficTurn.Fail(draft, RolloutReasons.AlarmDetected, draft.View.Alarms is { Rollback: true });

    /// <summary>Nothing can be sent to green when its target group is gone.</summary>
    private static bool Bereft(ServiceDraft draft) =>
        draft.Primary.Balancers.FirstOrDefault(b => draft.View.MissingGroups.Contains(b.TargetGroupArn ?? "")) is { TargetGroupArn: { } group }
        && TrafficTurn.Fail(draft, TrafficWords.GroupIsGone(group), isRollback: true);

    private static bool Overdue(ServiceDraft draft, TrafficState traffic)
    {
        var end = traffic.StartedAt + TrafficLimits.Deployment;
        if (draft.Now >= end) return TrafficTurn.Fail(draft, TrafficWords.TookTooLong, isRollback: true);
        draft.WakeBy(end);
        return false;
    }

    private static void Scale(ServiceDraft draft)
    {
        if (draft.Primary.Traffic is not { Stage: { } stage } traffic) return;
        var (green, desired) = (draft.Primary, draft.View.DesiredCount);
        var blue = traffic.SourceId is { } id ? draft.Find(id) : null;
        var isForward = !traffic.IsGoingBack && green.Rollout == DeploymentRolloutState.InProgress;
        if (stage == TrafficStage.CleanUp)
        {
            TrafficScaling.StopAll(draft, t => t.Task.DeploymentId != TrafficCourse.Serving(draft, traffic));
            if (isForward) TrafficScaling.Keep(draft, green, desired);
            else if (blue is not null) TrafficScaling.Keep(draft, blue, desired);
            return;
        }

        if (blue is not null) TrafficScaling.Keep(draft, blue, desired);
        if (stage < TrafficStage.ScaleUp) draft.Change(green.Id, d => d with { DesiredCount = 0 });
        else TrafficScaling.Keep(draft, green, desired, mayStart: isForward);
    }

    /// <summary>Blue stays for as long as the course may lead back to it.</summary>
    private static void Forget(ServiceDraft draft)
    {
        var primary = draft.Primary;
        var source = primary.Rollout == DeploymentRolloutState.Completed ? null : primary.Traffic?.SourceId;
        draft.KeepDeployments(d => d.Id == primary.Id || d.Id == source || Rollouts.HasTasks(draft, d.Id));
    }
}
