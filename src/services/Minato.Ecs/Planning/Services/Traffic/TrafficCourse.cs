using Minato.Ecs.State;

namespace Minato.Ecs.Planning.Services.Traffic;

/// <summary>How far the work of a stage is.</summary>
/// <param name="IsDone">The next stage may begin.</param>
/// <param name="Failure">Why the deployment has to go back.</param>
internal readonly record struct StageProgress(bool IsDone, string? Failure = null)
{
    public static StageProgress Waiting => default;
    public static StageProgress Done => new(true);
    public static StageProgress If(bool done) => new(done);
    public static StageProgress Failed(string why) => new(false, why);
}

/// <summary>The work of each stage, on the way to green and back to blue.</summary>
internal static class TrafficCourse
{
    public static StageProgress Work(ServiceDraft draft, TrafficState traffic, TrafficStage stage) => stage switch
    {
        TrafficStage.ReconcileService => Reconcile(draft, stage),
        TrafficStage.ScaleUp => StageProgress.If(TrafficScaling.Healthy(draft, draft.Primary.Id) >= draft.View.DesiredCount),
        TrafficStage.TestTrafficShift => Shift(draft, traffic, stage, TrafficShift.Test),
        TrafficStage.ProductionTrafficShift => Shift(draft, traffic, stage, TrafficShift.Production),
        TrafficStage.BakeTime => Bake(draft, traffic.EnteredAt, Minutes(traffic)),
        TrafficStage.CleanUp => StageProgress.If(!draft.Tasks.Any(t => t.IsOccupying && t.Task.DeploymentId != Serving(draft, traffic))),
        _ => AfterHooks(draft, stage, StageProgress.Done),
    };

    /// <summary>Tasks that belong neither to blue nor to green: of deployments that were not finished.</summary>
    public static bool IsStray(ServiceDraft draft, JudgedTask task) =>
        task.Task.DeploymentId != draft.Primary.Id && task.Task.DeploymentId != draft.Primary.Traffic?.SourceId;

    /// <summary>The deployment that has the traffic when the course is over.</summary>
    public static string? Serving(ServiceDraft draft, TrafficState traffic) => traffic.IsGoingBack ? traffic.SourceId : draft.Primary.Id;

    /// <summary>How long the stage may take: 24 hours, and what it is told to wait. Null while a person is waited for.</summary>
    public static DateTimeOffset? Deadline(TrafficState traffic, TrafficStage stage)
    {
        var hooks = traffic.Hooks.Where(h => h.Stage == stage && h.Step == traffic.Step && h.Type == Contracts.Ecs.DeploymentLifecycleHookTargetType.Pause).ToArray();
        if (hooks.Any(h => h.IsOpen)) return null;
        var from = hooks.Select(h => h.EndedAt).Append(traffic.EnteredAt).Max() ?? traffic.EnteredAt;
        var told = stage switch
        {
            TrafficStage.BakeTime => Minutes(traffic),
            TrafficStage.ProductionTrafficShift => TrafficSteps.Bake(traffic.Configuration, traffic.ProductionPercent),
            _ => TimeSpan.Zero,
        };
        return from + TrafficLimits.Stage + told;
    }

    private static TimeSpan Minutes(TrafficState traffic) => TimeSpan.FromMinutes(traffic.Configuration.BakeTimeInMinutes ?? 0);

    private static StageProgress Reconcile(ServiceDraft draft, TrafficStage stage)
    {
        if (LifecycleHooks.Run(draft, stage) is not { IsOpen: false } hooks) return StageProgress.Waiting;
        if (hooks.Failure is { } failure) return StageProgress.Failed(TrafficWords.HookFailed(TrafficStages.Name(stage), failure));
        // Without blue there is nobody to give the traffic back to; what still runs goes as it did before.
        if (draft.Primary.Traffic?.SourceId is not null)
        {
            var (production, test) = (TrafficShift.Production(draft), TrafficShift.Test(draft));
            if (production == ShiftProgress.Lost || test == ShiftProgress.Lost) return StageProgress.Failed(TrafficWords.RuleIsGone(TrafficStages.Name(stage)));
            if (production != ShiftProgress.Done || test != ShiftProgress.Done) return StageProgress.Waiting;
        }

        TrafficScaling.StopAll(draft, t => IsStray(draft, t));
        return StageProgress.If(!draft.Tasks.Any(t => t.IsOccupying && IsStray(draft, t)));
    }

    private static StageProgress Shift(ServiceDraft draft, TrafficState traffic, TrafficStage stage, Func<ServiceDraft, ShiftProgress> shift)
    {
        if (traffic.ShiftedAt is null)
        {
            if (!CanTake(draft, traffic)) return StageProgress.Waiting;
            var progress = shift(draft);
            if (progress == ShiftProgress.Lost) return StageProgress.Failed(TrafficWords.RuleIsGone(TrafficStages.Name(stage)));
            if (progress == ShiftProgress.Waiting) return StageProgress.Waiting;
            draft.ChangeTraffic(t => t with { ShiftedAt = draft.Now });
            if (stage == TrafficStage.ProductionTrafficShift) draft.Tell(TrafficEvents.Shifted(draft.View.Name, draft.Primary.Id, traffic.ProductionPercent));
        }

        var shiftedAt = draft.Primary.Traffic?.ShiftedAt ?? draft.Now;
        var bake = stage == TrafficStage.ProductionTrafficShift && !traffic.IsGoingBack ? TrafficSteps.Bake(traffic.Configuration, traffic.ProductionPercent) : TimeSpan.Zero;
        if (HasNetworkBalancer(draft) && bake < TrafficLimits.NetworkBalancerSettles && !traffic.IsGoingBack) bake = TrafficLimits.NetworkBalancerSettles;
        return AfterHooks(draft, stage, Bake(draft, shiftedAt, bake));
    }

    /// <summary>Nobody gets traffic who has no healthy task while the other has some.</summary>
    private static bool CanTake(ServiceDraft draft, TrafficState traffic)
    {
        if (!traffic.IsGoingBack) return TrafficScaling.Healthy(draft, draft.Primary.Id) >= draft.View.DesiredCount;
        return traffic.SourceId is { } blue
            && (TrafficScaling.Healthy(draft, blue) > 0 || TrafficScaling.Healthy(draft, draft.Primary.Id) == 0);
    }

    private static StageProgress AfterHooks(ServiceDraft draft, TrafficStage stage, StageProgress then)
    {
        var hooks = LifecycleHooks.Run(draft, stage);
        if (hooks.IsOpen) return StageProgress.Waiting;
        return hooks.Failure is { } failure ? StageProgress.Failed(TrafficWords.HookFailed(TrafficStages.Name(stage), failure)) : then;
    }

    private static StageProgress Bake(ServiceDraft draft, DateTimeOffset from, TimeSpan time)
    {
        if (draft.Now >= from + time) return StageProgress.Done;
        draft.WakeBy(from + time);
        return StageProgress.Waiting;
    }

    private static bool HasNetworkBalancer(ServiceDraft draft) => draft.Primary.Spec.LoadBalancers.Any(b =>
        b.AdvancedConfiguration?.ProductionListenerRule?.Contains("/net/", StringComparison.Ordinal) == true);
}
