using Minato.Contracts.Ecs;
using Minato.Ecs.State;

namespace Minato.Ecs.Planning.Services.Traffic;

/// <summary>From one stage to the next, or round to go back.</summary>
internal static class TrafficTurn
{
    public static bool Next(ServiceDraft draft, TrafficStage stage)
    {
        if (draft.Primary.Traffic is not { } traffic) return false;
        if (traffic.IsGoingBack) return Back(draft, stage);
        if (!TrafficRoles.IsShifting(traffic.Configuration)) return Leave(draft);
        switch (stage)
        {
            case TrafficStage.CleanUp: return false; // The deployment is completed when it is steady.
            case TrafficStage.PostTestTrafficShift: return Step(draft);
            case TrafficStage.ProductionTrafficShift when traffic.ProductionPercent < TrafficSteps.All: return Step(draft);
            case TrafficStage.PreProductionTrafficShift:
                var percent = Percent(traffic);
                return Enter(draft, TrafficStage.ProductionTrafficShift, t => t with { ProductionPercent = percent });
            case TrafficStage.PostScaleUp: return Enter(draft, TrafficStage.TestTrafficShift, t => t with { TestPercent = TrafficSteps.All });
            // Nothing is watched when there is nothing to go back to.
            case TrafficStage.PostProductionTrafficShift when traffic.SourceId is null: return Enter(draft, TrafficStage.CleanUp);
            default: return Enter(draft, stage + 1);
        }
    }

    /// <summary>The deployment failed in its stage, whichever it is.</summary>
    public static bool Fail(ServiceDraft draft, string reason, bool isRollback, DeploymentFailure? failure = null)
    {
        var green = draft.Primary;
        if (green.Traffic is not { } traffic) return false;
        if (traffic.IsGoingBack) return GiveUpGoingBack(draft, reason);
        draft.ChangeTraffic(t => t with { Hooks = LifecycleHooks.Closed(t.Hooks, draft.Now) });
        draft.Tell(TrafficEvents.Failed(draft.View.Name, green.Id, reason));
        if (!isRollback || traffic.SourceId is not { } source || draft.Find(source) is not { } blue)
        {
            draft.Change(green.Id, d => d with { Rollout = DeploymentRolloutState.Failed, RolloutReason = reason, IsOutcomeRecorded = true });
            draft.Record(new(green.ServiceDeploymentId, ServiceDeploymentStatus.Stopped, reason) { Failure = failure });
            return true;
        }

        draft.Tell(ServiceEvents.RollingBack(draft.View.Name, blue.Id));
        draft.Record(new(green.ServiceDeploymentId, ServiceDeploymentStatus.RollbackInProgress, reason) { RollbackToRevision = blue.RevisionId, Failure = failure });
        draft.Change(green.Id, d => d with { RolloutReason = RolloutReasons.RollingBack(blue.Id) });
        draft.ChangeTraffic(t => t with { BackBecause = reason });
        return traffic.ProductionPercent > 0 ? BackTo(draft, TrafficStage.ProductionTrafficShift)
            : traffic.TestPercent > 0 ? BackTo(draft, TrafficStage.TestTrafficShift)
            : BackTo(draft, TrafficStage.CleanUp);
    }

    /// <summary>Nothing had to be shifted: the deployment rolls on.</summary>
    private static bool Leave(ServiceDraft draft)
    {
        draft.ChangeTraffic(t => t with { Stage = null });
        return true;
    }

    private static bool Step(ServiceDraft draft) => Enter(draft, TrafficStage.PreProductionTrafficShift, t => t with { Step = t.Step + 1 });

    // Where nothing served before there is nothing to compare green with.
    private static double Percent(TrafficState traffic) =>
        traffic.SourceId is null ? TrafficSteps.All : TrafficSteps.Percent(traffic.Configuration, traffic.Step);

    private static bool Back(ServiceDraft draft, TrafficStage stage)
    {
        if (stage == TrafficStage.ProductionTrafficShift && draft.Primary.Traffic is { TestPercent: > 0 }) return BackTo(draft, TrafficStage.TestTrafficShift);
        return stage == TrafficStage.CleanUp ? Arrive(draft, ServiceDeploymentStatus.RollbackSuccessful, null) : BackTo(draft, TrafficStage.CleanUp);
    }

    private static bool BackTo(ServiceDraft draft, TrafficStage stage) => Enter(draft, stage, t => stage switch
    {
        TrafficStage.ProductionTrafficShift => t with { ProductionPercent = 0 },
        TrafficStage.TestTrafficShift => t with { TestPercent = 0 },
        _ => t,
    });

    private static bool Enter(ServiceDraft draft, TrafficStage stage, Func<TrafficState, TrafficState>? change = null)
    {
        draft.ChangeTraffic(t => (change?.Invoke(t) ?? t) with { Stage = stage, EnteredAt = draft.Now, ShiftedAt = null, Obstacle = null });
        return true;
    }

    /// <summary>The traffic could not be given back: green keeps what it has, and a person has to look.</summary>
    private static bool GiveUpGoingBack(ServiceDraft draft, string reason)
    {
        var green = draft.Primary;
        draft.Tell(TrafficEvents.Failed(draft.View.Name, green.Id, reason));
        draft.Change(green.Id, d => d with { Rollout = DeploymentRolloutState.Failed, RolloutReason = reason, IsOutcomeRecorded = true });
        draft.Record(new(green.ServiceDeploymentId, ServiceDeploymentStatus.RollbackFailed, reason));
        return true;
    }

    /// <summary>Blue has all the traffic again and green is gone.</summary>
    private static bool Arrive(ServiceDraft draft, ServiceDeploymentStatus outcome, string? reason)
    {
        var green = draft.Primary;
        if (green.Traffic is not { SourceId: { } source } traffic || draft.Find(source) is not { } blue) return false;
        draft.Record(new(green.ServiceDeploymentId, outcome, reason));
        draft.Change(green.Id, d => d with { Rollout = DeploymentRolloutState.Failed, RolloutReason = traffic.BackBecause ?? d.RolloutReason, IsOutcomeRecorded = true });
        draft.Promote(blue with
        {
            Rollout = DeploymentRolloutState.Completed,
            RolloutReason = RolloutReasons.Completed(blue.Id),
            DesiredCount = draft.View.DesiredCount,
            Traffic = (blue.Traffic ?? new() { Configuration = traffic.Configuration }) with { Stage = TrafficStage.CleanUp, Rules = traffic.Rules },
        });
        draft.Tell(ServiceEvents.Completed(draft.View.Name, blue.Id));
        return true;
    }
}
