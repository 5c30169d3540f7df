using System.Collections.Immutable;
using Minato.AutoScaling.State;

namespace Minato.AutoScaling.Planning;

/// <summary>What a group needs now.</summary>
/// <param name="Launches">The zone of each new instance.</param>
/// <param name="Withdrawn">Launches that EC2 refused so far, and that nobody wants any more.</param>
/// <param name="Terminations">Instances that begin to go.</param>
/// <param name="WakeAt">When a wait ends by itself.</param>
internal sealed record GroupPlan(ImmutableArray<string> Launches, ImmutableArray<LaunchState> Withdrawn, ImmutableArray<InstanceState> Terminations, DateTimeOffset? WakeAt);

/// <summary>Brings a group to its desired capacity, evenly over its zones. Pure.</summary>
internal static class GroupPlanner
{
    public static GroupPlan Plan(
        GroupState group, IReadOnlyCollection<InstanceState> instances, IReadOnlyCollection<LaunchState> launches, DateTimeOffset now)
    {
        var live = instances.Where(i => i.IsLive).ToList();
        var desired = group.IsDeleting ? 0 : group.DesiredCapacity;
        var waits = instances.Where(i => i.Stage == InstanceStage.TerminatingWait && i.WaitsUntil > now).Select(i => i.WaitsUntil)
            .Concat(launches.Where(l => l.RetryAt > now).Select(l => l.RetryAt)).Min();
        var starting = live.Count + launches.Count;
        return new(
            Launches(group, [.. live.Select(i => i.Zone), .. launches.Select(l => l.Zone)], desired - starting),
            [.. launches.OrderByDescending(l => l.AskedAt).ThenBy(l => l.Token, StringComparer.Ordinal).Where(l => l.Failures > 0).Take(Math.Max(0, starting - desired))],
            Terminations(group, live, live.Count - desired), waits);
    }

    /// <summary>What happens to an instance that begins to go: hooks may hold it.</summary>
    public static InstanceState Terminate(GroupState group, InstanceState instance, DateTimeOffset now)
    {
        var hooks = group.IsDeleting || instance.IsLost ? [] : group.Hooks.Where(h => h.LifecycleTransition == "autoscaling:EC2_INSTANCE_TERMINATING").ToArray();
        if (hooks.Length == 0) return instance with { Stage = InstanceStage.Terminating };
        return instance with
        {
            Stage = InstanceStage.TerminatingWait,
            Held = [.. hooks.Select(h => h.LifecycleHookName ?? "")],
            WaitsUntil = now + TimeSpan.FromSeconds(hooks.Max(h => h.HeartbeatTimeout ?? 0)),
        };
    }

    private static ImmutableArray<string> Launches(GroupState group, IReadOnlyCollection<string> taken, int missing)
    {
        if (missing <= 0) return [];
        var counts = group.Zones.ToDictionary(z => z, z => taken.Count(t => t == z), StringComparer.Ordinal);
        var zones = ImmutableArray.CreateBuilder<string>(missing);
        for (var i = 0; i < missing; i++)
        {
            var zone = group.Zones.MinBy(z => counts[z]) ?? "";
            counts[zone]++;
            zones.Add(zone);
        }

        return zones.MoveToImmutable();
    }

    /// <summary>Never one that is protected; from the zone with the most, and there the oldest.</summary>
    private static ImmutableArray<InstanceState> Terminations(GroupState group, List<InstanceState> live, int surplus)
    {
        var going = ImmutableArray.CreateBuilder<InstanceState>();
        while (going.Count < surplus)
        {
            var next = live.Where(i => group.IsDeleting || !i.IsProtected)
                .OrderByDescending(i => live.Count(o => o.Zone == i.Zone)).ThenBy(i => i.Zone, StringComparer.Ordinal)
                .ThenBy(i => i.LaunchedAt).ThenBy(i => i.Id, StringComparer.Ordinal).FirstOrDefault();
            if (next is null) break;
            live.Remove(next);
            going.Add(next);
        }

        return going.ToImmutable();
    }
}
