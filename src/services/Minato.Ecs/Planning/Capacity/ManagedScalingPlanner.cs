using System.Collections.Immutable;
using Minato.Contracts.Ecs;
using Minato.Ecs.State;

namespace Minato.Ecs.Planning.Capacity;

/// <summary>An instance of a provider's group that is there to stay.</summary>
/// <param name="Id">As EC2 names it.</param>
/// <param name="IsRegistered">It has joined the cluster.</param>
/// <param name="HasTasks">It runs tasks other than those of DAEMON services.</param>
internal sealed record CapacityInstance(string Id, bool IsRegistered, bool HasTasks, bool IsProtected = false);

/// <summary>What managed scaling of a provider reads.</summary>
internal sealed record CapacityView
{
    public required AutoScalingGroupProvider Provider { get; init; }
    public required int Desired { get; init; }
    public required int MinSize { get; init; }
    public required int MaxSize { get; init; }
    public ImmutableArray<CapacityInstance> Instances { get; init; } = [];

    /// <summary>CPU and memory of one more instance; null when none was ever seen.</summary>
    public (int Cpu, int Memory)? Size { get; init; }

    /// <summary>What tasks that found no place need.</summary>
    public ImmutableArray<TaskDemand> Waiting { get; init; } = [];
    public DateTimeOffset? LowSince { get; init; }
    public DateTimeOffset? ScaledOutAt { get; init; }
}

/// <param name="Desired">Capacity the group is to have.</param>
/// <param name="Reservation">The metric CapacityProviderReservation, in percent.</param>
internal sealed record CapacityPlan(int Desired, double Reservation, DateTimeOffset? LowSince, DateTimeOffset? ScaledOutAt)
{
    public ImmutableArray<string> Protect { get; init; } = [];
    public ImmutableArray<string> Unprotect { get; init; } = [];
}

/// <summary>Keeps the group of a provider as large as its tasks need: tracks needed over running instances. Pure.</summary>
internal static class ManagedScalingPlanner
{
    /// <summary>AWS: fifteen data points of a minute below the target before instances go.</summary>
    public static readonly TimeSpan ScaleInAfter = TimeSpan.FromMinutes(15);

    // AWS: with no instance to divide by, the metric is 200 when one is needed and 100 when none is.
    private const double NoneRunning = 200;
    private const double Even = 100;

    public static CapacityPlan Plan(CapacityView view, DateTimeOffset now)
    {
        var needed = Needed(view);
        var running = view.Instances.Length;
        var reservation = running > 0 ? Even * needed / running : needed > 0 ? NoneRunning : Even;
        var plan = new CapacityPlan(view.Desired, reservation, null, view.ScaledOutAt)
        {
            Protect = Protection(view, i => i is { HasTasks: true, IsProtected: false }),
            Unprotect = Protection(view, i => i is { HasTasks: false, IsProtected: true, IsRegistered: true }),
        };
        if (view.Provider.ManagedScaling is not { Status: ManagedScalingStatus.Enabled } scaling) return plan;
        var target = scaling.TargetCapacity ?? 100;
        var wanted = (int)Math.Min(view.MaxSize, ((needed * 100L) + target - 1) / target);
        return wanted > view.Desired ? ScaleOut(view, plan, scaling, wanted, now) : ScaleIn(view, plan, scaling, wanted, now);
    }

    /// <summary>Instances with tasks, those that come up, and for tasks that wait as many more as those would fill.</summary>
    private static int Needed(CapacityView view)
    {
        var registered = view.Instances.Count(i => i.IsRegistered);
        if (view.Waiting.IsEmpty) return view.Instances.Count(i => i.HasTasks || !i.IsRegistered);
        return registered + (view.Size is { } size ? Fill(view.Waiting, size) : 1);
    }

    /// <summary>First fit, the largest first. What fits no instance of this size asks for none.</summary>
    private static int Fill(ImmutableArray<TaskDemand> waiting, (int Cpu, int Memory) size)
    {
        List<(int Cpu, int Memory)> left = [];
        foreach (var demand in waiting.Where(d => d.Cpu <= size.Cpu && d.Memory <= size.Memory).OrderByDescending(d => d.Memory).ThenByDescending(d => d.Cpu))
        {
            var at = left.FindIndex(l => l.Cpu >= demand.Cpu && l.Memory >= demand.Memory);
            if (at < 0)
            {
                left.Add(size);
                at = left.Count - 1;
            }

            left[at] = (left[at].Cpu - demand.Cpu, left[at].Memory - demand.Memory);
        }

        return left.Count;
    }

    private static CapacityPlan ScaleOut(CapacityView view, CapacityPlan plan, ManagedScaling scaling, int wanted, DateTimeOffset now)
    {
        var step = Math.Clamp(wanted - view.Desired, scaling.MinimumScalingStepSize ?? 1, scaling.MaximumScalingStepSize ?? int.MaxValue);
        return plan with { Desired = Math.Min(view.MaxSize, view.Desired + step), ScaledOutAt = now };
    }

    private static CapacityPlan ScaleIn(CapacityView view, CapacityPlan plan, ManagedScaling scaling, int wanted, DateTimeOffset now)
    {
        var isWarm = view.ScaledOutAt is not { } at || now >= at + TimeSpan.FromSeconds(scaling.InstanceWarmupPeriod ?? 300);
        var lowest = Math.Max(wanted, view.MinSize);
        if (lowest >= view.Desired || !view.Waiting.IsEmpty || !isWarm) return plan;
        var since = view.LowSince ?? now;
        return now < since + ScaleInAfter
            ? plan with { LowSince = since }
            : plan with { Desired = Math.Max(lowest, view.Desired - (scaling.MaximumScalingStepSize ?? int.MaxValue)) };
    }

    private static ImmutableArray<string> Protection(CapacityView view, Func<CapacityInstance, bool> which) =>
        view.Provider.ManagedTerminationProtection == ManagedTerminationProtection.Enabled ? [.. view.Instances.Where(which).Select(i => i.Id)] : [];
}
