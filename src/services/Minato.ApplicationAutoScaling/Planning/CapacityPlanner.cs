using System.Collections.Immutable;
using Minato.ApplicationAutoScaling.State;

namespace Minato.ApplicationAutoScaling.Planning;

/// <summary>What a decision rests on.</summary>
internal sealed record CapacityView
{
    public required int Min { get; init; }
    public required int Max { get; init; }
    public required int Desired { get; init; }

    /// <summary>AWS: decisions start from what runs, not from what is wanted.</summary>
    public required int Running { get; init; }

    /// <summary>A rolling deployment is under way: nothing is taken away meanwhile.</summary>
    public bool IsDeploying { get; init; }
    public bool IsInSuspended { get; init; }
    public bool IsOutSuspended { get; init; }
    public Scaled? LastOut { get; init; }
    public Scaled? LastIn { get; init; }
    public ImmutableArray<TrackingView> Tracking { get; init; } = [];
    public ImmutableArray<StepView> Steps { get; init; } = [];
}

/// <param name="Metric">Its newest value; null without one.</param>
/// <param name="IsHigh">Its upper alarm is in ALARM.</param>
/// <param name="IsLow">Its lower alarm is.</param>
internal sealed record TrackingView(string Policy, double Target, double? Metric, bool IsHigh, bool IsLow, string HighAlarm, string LowAlarm, bool IsInDisabled, int OutCooldown, int InCooldown);

/// <summary>A step policy whose alarm is in ALARM.</summary>
internal sealed record StepView(string Policy, string Alarm, StepRules Rules, double Threshold, double Metric);

/// <summary>What is decided.</summary>
internal abstract record CapacityDecision
{
    private CapacityDecision()
    {
    }

    internal sealed record Scale(int Desired, string Policy, string Alarm, bool IsOut, int Cooldown) : CapacityDecision;

    /// <param name="Reason">AWS's code for it.</param>
    /// <param name="Bound">Of AlreadyAtMaxCapacity and AlreadyAtMinCapacity.</param>
    internal sealed record Stay(string Reason, string Policy, string Alarm, int? Bound = null) : CapacityDecision;

    /// <summary>Nobody wants anything.</summary>
    internal sealed record Nothing : CapacityDecision;
}

/// <summary>How many tasks there should be: out if any policy wants out, in only if all of target tracking want in, and the largest of several answers.</summary>
internal static class CapacityPlanner
{
    public const string AtMax = "AlreadyAtMaxCapacity";
    public const string AtMin = "AlreadyAtMinCapacity";
    public const string AtDesired = "AlreadyAtDesiredCapacity";
    public const string Flapping = "AutoScalingAnticipatedFlapping";

    private readonly record struct Wish(int Capacity, string Policy, string Alarm, int Cooldown);

    public static CapacityDecision Plan(CapacityView view, DateTimeOffset now)
    {
        var outs = OutWishes(view, now).ToArray();
        if (outs.Length > 0) return Out(view, outs.MaxBy(w => w.Capacity), now);
        var ins = InWishes(view, now).ToArray();
        return ins.Length > 0 ? In(view, ins.MaxBy(w => w.Capacity), now) : new CapacityDecision.Nothing();
    }

    /// <summary>AWS rounds up in both directions: more when growing, less taken when shrinking.</summary>
    public static int Proportional(int running, double metric, double target) =>
        (int)Math.Min(int.MaxValue, Math.Ceiling(Math.Round(running * metric / target, 6)));

    /// <summary>Would fewer tasks be above the target again at once?</summary>
    public static bool WouldFlap(int running, double metric, double target, int capacity) => capacity < 1 ? metric > 0 : Math.Round(running * metric / capacity, 6) > target;

    private static IEnumerable<Wish> OutWishes(CapacityView view, DateTimeOffset now)
    {
        foreach (var policy in view.Tracking)
        {
            // AWS: a metric below the target never adds anything.
            if (!policy.IsHigh || policy.Metric is not { } metric || metric <= policy.Target) continue;
            // From nothing to one, whatever the metric says; the next data point tells more.
            var from = Base(view, now);
            var wanted = from == 0 ? 1 : Math.Max(Proportional(from, metric, policy.Target), from + 1);
            yield return new(wanted, policy.Policy, policy.HighAlarm, policy.OutCooldown);
        }

        foreach (var (step, from, to) in Adjusted(view, now))
        {
            if (to > from) yield return new(to, step.Policy, step.Alarm, step.Rules.Cooldown ?? StepRules.DefaultCooldown);
        }
    }

    private static IEnumerable<Wish> InWishes(CapacityView view, DateTimeOffset now)
    {
        // AWS: a step policy's wish to shrink does not wait for target tracking.
        foreach (var (step, from, to) in Adjusted(view, now))
        {
            if (to < from) yield return new(to, step.Policy, step.Alarm, step.Rules.Cooldown ?? StepRules.DefaultCooldown);
        }

        var may = view.Tracking.Where(p => !p.IsInDisabled).ToArray();
        if (may.Length == 0 || !may.All(p => p is { IsLow: true, Metric: { } metric } && metric < p.Target)) yield break;
        foreach (var policy in may)
            yield return new(Proportional(view.Running, policy.Metric ?? 0, policy.Target), policy.Policy, policy.LowAlarm, policy.InCooldown);
    }

    private static IEnumerable<(StepView Step, int From, int To)> Adjusted(CapacityView view, DateTimeOffset now)
    {
        foreach (var step in view.Steps)
        {
            var from = Base(view, now);
            if (StepAdjustments.Find(step.Rules, step.Metric - step.Threshold) is { } rule) yield return (step, from, StepAdjustments.Apply(step.Rules, rule, from));
        }
    }

    // While a scale-out cools down, what it added counts towards the next one: both begin at the same count.
    private static int Base(CapacityView view, DateTimeOffset now) => view.LastOut is { } last && last.Until > now ? last.From : view.Running;

    private static CapacityDecision Out(CapacityView view, Wish wish, DateTimeOffset now)
    {
        if (view.IsOutSuspended) return new CapacityDecision.Nothing();
        if (view.Desired >= view.Max) return new CapacityDecision.Stay(AtMax, wish.Policy, wish.Alarm, view.Max);
        // AWS: a count below the minimum is lifted to it first.
        var wanted = Math.Min(Math.Max(wish.Capacity, view.Min), view.Max);
        // While the last scale-out cools down only a larger one is done.
        if (view.LastOut is { } last && last.Until > now && wanted <= last.To) return new CapacityDecision.Nothing();
        return wanted <= view.Desired ? new CapacityDecision.Stay(AtDesired, wish.Policy, wish.Alarm)
            : new CapacityDecision.Scale(wanted, wish.Policy, wish.Alarm, IsOut: true, wish.Cooldown);
    }

    private static CapacityDecision In(CapacityView view, Wish wish, DateTimeOffset now)
    {
        if (view.IsInSuspended || view.IsDeploying) return new CapacityDecision.Nothing();
        if (view.LastIn is { } last && last.Until > now) return new CapacityDecision.Nothing();
        if (view.Desired <= view.Min) return new CapacityDecision.Stay(AtMin, wish.Policy, wish.Alarm, view.Min);
        // AWS: a count above the maximum is cut to it first.
        if (view.Desired > view.Max) return new CapacityDecision.Scale(view.Max, wish.Policy, wish.Alarm, IsOut: false, wish.Cooldown);
        var wanted = Math.Max(wish.Capacity, view.Min);
        if (wanted >= view.Desired) return new CapacityDecision.Stay(AtDesired, wish.Policy, wish.Alarm);
        var flaps = view.Tracking.Any(p => p.Metric is { } metric && WouldFlap(view.Running, metric, p.Target, wanted));
        return flaps && view.Tracking.Any(p => p.Policy == wish.Policy) ? new CapacityDecision.Stay(Flapping, wish.Policy, wish.Alarm)
            : new CapacityDecision.Scale(wanted, wish.Policy, wish.Alarm, IsOut: false, wish.Cooldown);
    }
}
