using System.Collections.Immutable;
using Minato.Contracts.Ecs;
using Minato.Ecs.State;

namespace Minato.Ecs.Planning.Services;

/// <summary>
/// Moves tasks of a steady service from the zone with the most to the zone with the fewest, one at a time: first one is started
/// there, and once it is healthy scale-in takes the surplus from where most are. Nothing healthy is ever missing for it.
/// </summary>
internal static class ZoneRebalancing
{
    private const string ZoneAttribute = "attribute:ecs.availability-zone";

    /// <summary>A difference of one is as even as it gets.</summary>
    private const int Uneven = 2;

    /// <returns>What of the service rules it out, in words; null when nothing does.</returns>
    public static string? Explain(ServiceState service) => service switch
    {
        { SchedulingStrategy: SchedulingStrategy.Daemon } => "the DAEMON scheduling strategy",
        { Controller: not DeploymentControllerType.Ecs } => $"the {service.Controller.ToWire()} deployment controller",
        { Spec.LaunchType: LaunchType.External } => "the EXTERNAL launch type",
        { DeploymentConfiguration.MaximumPercent: 100 } => "a maximumPercent of 100",
        _ when service.Spec.LoadBalancers.Any(b => b.LoadBalancerName is not null) => "a Classic Load Balancer",
        _ when service.PlacementConstraints.Any(c => c.Expression?.Contains(ZoneAttribute, StringComparison.Ordinal) == true) =>
            $"a placement constraint on {ZoneAttribute}",
        { PlacementStrategy: [var first, ..] } when first is not { Type: PlacementStrategyType.Spread, Field: ZoneAttribute } =>
            $"a placement strategy that does not begin with a spread over {ZoneAttribute}",
        _ => null,
    };

    /// <summary>Tasks above the desired count that are meant to replace one elsewhere, and cannot yet.</summary>
    public static int OnTheirWay(ServiceDraft draft) => draft.View.Zones.Length < 2 ? 0 : draft.Tasks.Count(t =>
        t.IsSound && t.Task.DeploymentId == draft.Primary.Id && draft.MemoryOf(t.Task) is { IsRebalancing: true, WasHealthy: false });

    public static void Plan(ServiceDraft draft)
    {
        foreach (var older in draft.Deployments.Skip(1).Where(d => d.IsRebalancing).ToArray())
        {
            draft.Change(older.Id, d => d with { IsRebalancing = false });
            draft.Tell(ServiceEvents.RebalancingStopped(draft.View.Name));
        }

        if (draft.View.Zones.Length < 2 || !IsQuiet(draft)) return;
        var counts = Counts(draft);
        var shortest = draft.View.Zones.Min(z => (counts[z], z));
        var longest = counts.Where(z => HasMovable(draft, z.Key)).Select(z => z.Value).DefaultIfEmpty().Max();
        if (longest - shortest.Item1 < Uneven) Finish(draft, counts);
        else Move(draft, counts, shortest.z);
    }

    /// <summary>Completed, as many tasks as wanted, all of them healthy, and room for one more.</summary>
    private static bool IsQuiet(ServiceDraft draft)
    {
        var tasks = draft.Tasks.Where(t => t.IsOccupying).ToArray();
        return !draft.HasMoves && draft.Primary.Rollout == DeploymentRolloutState.Completed
            && tasks.Length == draft.View.DesiredCount
            && tasks.Length < RollingUpdate.UpperBound(draft.View.DesiredCount, draft.View.MaximumPercent)
            && tasks.All(t => t is { Verdict: TaskVerdict.Healthy, Task: { Zone: not null, IsDisplaced: false } } && t.Task.DeploymentId == draft.Primary.Id);
    }

    private static void Move(ServiceDraft draft, ImmutableSortedDictionary<string, int> counts, string to)
    {
        if (draft.Primary.Backoff.RetryAt is { } retry && retry > draft.Now)
        {
            draft.WakeBy(retry);
            return;
        }

        if (!draft.Primary.IsRebalancing) draft.Tell(ServiceEvents.Rebalancing(draft.View.Name, counts));
        draft.Change(draft.Primary.Id, d => d with { IsRebalancing = true });
        draft.StartIn(draft.Primary, to);
    }

    private static void Finish(ServiceDraft draft, ImmutableSortedDictionary<string, int> counts)
    {
        if (!draft.Primary.IsRebalancing) return;
        draft.Change(draft.Primary.Id, d => d with { IsRebalancing = false });
        draft.Tell(ServiceEvents.Rebalanced(draft.View.Name, counts));
    }

    private static ImmutableSortedDictionary<string, int> Counts(ServiceDraft draft) => draft.View.Zones
        .Concat(draft.Tasks.Select(t => t.Task.Zone).OfType<string>()).Distinct(StringComparer.Ordinal)
        .ToImmutableSortedDictionary(z => z, z => draft.Tasks.Count(t => t.IsOccupying && t.Task.Zone == z), StringComparer.Ordinal);

    private static bool HasMovable(ServiceDraft draft, string zone) =>
        draft.Tasks.Any(t => t.IsOccupying && t.Task.Zone == zone && !t.Task.IsProtected);
}
