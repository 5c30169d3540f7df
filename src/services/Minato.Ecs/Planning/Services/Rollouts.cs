using Minato.Contracts.Ecs;
using Minato.Ecs.State;

namespace Minato.Ecs.Planning.Services;

/// <summary>The course of deployments: taken up, superseded, given up, rolled back, completed.</summary>
internal static class Rollouts
{
    private const string Superseded = "Service deployment was superseded by a newer one.";
    private const string AskedByUser = "Service deployment was stopped on request.";

    /// <summary>"has reached a steady state" is said again after this long.</summary>
    public static readonly TimeSpan SteadyRepeat = TimeSpan.FromHours(6);

    public static void TakeUp(ServiceDraft draft)
    {
        var primary = draft.Primary;
        draft.Change(primary.Id, d => d with { IsTakenUp = true, DesiredCount = draft.View.DesiredCount });
        if (primary is { IsTakenUp: false, IsOutcomeRecorded: false })
            draft.Record(new(primary.ServiceDeploymentId, ServiceDeploymentStatus.InProgress));
        foreach (var older in draft.Deployments.Skip(1).ToArray()) Supersede(draft, older);
    }

    /// <summary>Ends a deployment whose failures tripped the breaker, or that a user asked to roll back.</summary>
    public static void GiveUp(ServiceDraft draft)
    {
        var primary = draft.Primary;
        var isTripped = CircuitBreaker.IsTripped(primary, draft.View);
        var alarms = isTripped ? [] : DeploymentAlarms.Tripped(primary, draft.View);
        var isFailed = isTripped || !alarms.IsEmpty;
        var isAborted = IsAsked(primary, draft.View.AbortRequested);
        var isAsked = isAborted || IsAsked(primary, draft.View.RollbackRequested);
        if (!isFailed && !isAsked) return;

        var reason = isTripped ? RolloutReasons.FailedToStart : isFailed ? RolloutReasons.AlarmDetected : AskedByUser;
        var failure = isFailed ? new DeploymentFailure(primary.Breaker.FailureCount, alarms) : null;
        draft.Change(primary.Id, d => d with { Rollout = DeploymentRolloutState.Failed, RolloutReason = reason, IsOutcomeRecorded = true });
        if (isTripped) draft.Tell(ServiceEvents.Failed(draft.View.Name, primary.Id));
        else if (isFailed) draft.Tell(ServiceEvents.Alarmed(draft.View.Name, primary.Id));
        // Whichever trips first decides, and its own setting says whether to roll back.
        var isRollback = isTripped ? draft.View.Breaker.Rollback : isFailed ? draft.View.Alarms is { Rollback: true } : !isAborted;
        var target = isRollback ? RollbackTarget(draft) : null;
        if (target is null)
        {
            draft.Record(new(primary.ServiceDeploymentId, ServiceDeploymentStatus.Stopped, reason) { Failure = failure });
        }
        else
        {
            RollBack(draft, primary, target, reason, failure);
        }
    }

    /// <summary>Ends a deployment whose images the gate does not let through, before anything of it started.</summary>
    public static void Refuse(ServiceDraft draft, string why)
    {
        var primary = draft.Primary;
        var reason = RolloutReasons.Refused(why);
        // Without its traffic's stage: nothing of it was shifted, and nothing will be.
        draft.Change(primary.Id, d => d with { Rollout = DeploymentRolloutState.Failed, RolloutReason = reason, IsOutcomeRecorded = true, Traffic = d.Traffic is { } traffic ? traffic with { Stage = null } : null });
        draft.Tell(ServiceEvents.Refused(draft.View.Name, primary.Id, why));
        if (draft.View.Breaker is { Enable: true, Rollback: true } && RollbackTarget(draft) is { } target) RollBack(draft, primary, target, reason, failure: null);
        else draft.Record(new(primary.ServiceDeploymentId, ServiceDeploymentStatus.Stopped, reason));
    }

    /// <summary>Whether nothing is left to do, and what is said when that is new.</summary>
    public static void Complete(ServiceDraft draft)
    {
        if (EarlySuccess.IsReached(draft) && !DeploymentAlarms.IsBaking(draft)) Finish(draft, draft.Primary);
        var primary = draft.Primary;
        var view = draft.View;
        if (draft.HasMoves || draft.IsRolledBack || primary.Rollout == DeploymentRolloutState.Failed || !IsSteady(draft) || DeploymentAlarms.IsBaking(draft))
        {
            draft.SteadySince = null;
            return;
        }

        if (primary.Rollout == DeploymentRolloutState.InProgress) Finish(draft, primary);
        draft.SteadySince = view.SteadySince;
        if (view.SteadySince is null || draft.Now - view.SteadySince >= SteadyRepeat)
        {
            draft.SteadySince = draft.Now;
            draft.Tell(ServiceEvents.SteadyState(view.Name));
        }

        draft.WakeBy(draft.SteadySince + SteadyRepeat);
    }

    /// <summary>Older deployments go with their last task; the newest that was completed waits behind one that is not.</summary>
    public static void Forget(ServiceDraft draft)
    {
        var primary = draft.Primary;
        var fallback = primary.Rollout == DeploymentRolloutState.Completed ? null : RollbackTarget(draft);
        draft.KeepDeployments(d => d.Id == primary.Id || d.Id == fallback?.Id || HasTasks(draft, d.Id));
    }

    public static DeploymentState? RollbackTarget(ServiceDraft draft) =>
        draft.Deployments.Skip(1).FirstOrDefault(d => d.Rollout == DeploymentRolloutState.Completed);

    public static bool HasTasks(ServiceDraft draft, string deployment) =>
        draft.Tasks.Any(t => t.IsOccupying && t.Task.DeploymentId == deployment);

    private static bool IsAsked(DeploymentState primary, string? serviceDeployment) =>
        primary is { Rollout: DeploymentRolloutState.InProgress, RollingBackServiceDeployment: null }
        && serviceDeployment is not null && serviceDeployment == primary.ServiceDeploymentId;

    private static void Supersede(ServiceDraft draft, DeploymentState older)
    {
        if (older.RollingBackServiceDeployment is { } rollingBack)
        {
            draft.Change(older.Id, d => d with { RollingBackServiceDeployment = null });
            draft.Record(new(rollingBack, ServiceDeploymentStatus.RollbackFailed, Superseded));
        }
        else if (!older.IsOutcomeRecorded)
        {
            draft.Change(older.Id, d => d with { IsOutcomeRecorded = true });
            var status = older.Traffic is { IsGoingBack: true } ? ServiceDeploymentStatus.RollbackFailed : ServiceDeploymentStatus.Stopped;
            draft.Record(new(older.ServiceDeploymentId, status, Superseded));
        }
    }

    private static void RollBack(ServiceDraft draft, DeploymentState failed, DeploymentState target, string reason, DeploymentFailure? failure)
    {
        draft.Tell(ServiceEvents.RollingBack(draft.View.Name, target.Id));
        draft.Record(new(failed.ServiceDeploymentId, ServiceDeploymentStatus.RollbackInProgress, reason) { RollbackToRevision = target.RevisionId, Failure = failure });
        draft.Promote(target with
        {
            Rollout = DeploymentRolloutState.InProgress,
            RolloutReason = RolloutReasons.RollingBack(target.Id),
            RollingBackServiceDeployment = failed.ServiceDeploymentId,
            Breaker = new(),
            Backoff = new(),
            FailedTasks = 0,
            DesiredCount = draft.View.DesiredCount,
        });
    }

    private static void Finish(ServiceDraft draft, DeploymentState primary)
    {
        if (primary.RollingBackServiceDeployment is { } failed)
            draft.Record(new(failed, ServiceDeploymentStatus.RollbackSuccessful, primary.RolloutReason));
        else if (!primary.IsOutcomeRecorded)
            draft.Record(new(primary.ServiceDeploymentId, ServiceDeploymentStatus.Successful));
        draft.Change(primary.Id, d => d with
        {
            Rollout = DeploymentRolloutState.Completed,
            RolloutReason = RolloutReasons.Completed(d.Id),
            RollingBackServiceDeployment = null,
            IsOutcomeRecorded = true,
        });
        draft.Tell(ServiceEvents.Completed(draft.View.Name, primary.Id));
    }

    private static bool IsSteady(ServiceDraft draft)
    {
        var healthy = 0;
        foreach (var task in draft.Tasks)
        {
            if (task.Verdict == TaskVerdict.Gone) continue;
            if (task.Verdict != TaskVerdict.Healthy || task.Task.DeploymentId != draft.Primary.Id) return false;
            healthy++;
        }

        return healthy == draft.View.DesiredCount;
    }
}
