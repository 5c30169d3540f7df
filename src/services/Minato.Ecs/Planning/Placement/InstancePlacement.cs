using System.Collections.Immutable;
using Minato.Contracts.Ecs;
using Minato.Ecs.Planning.Placement.Filters;
using Minato.Ecs.State;
using Minato.Platform;

namespace Minato.Ecs.Planning.Placement;

/// <summary>Chooses the container instance of a task: filters first, then strategies in their order.</summary>
internal static class InstancePlacement
{
    public const string NoInstances = "NO ACTIVE INSTANCES";

    // AWS: what the instance has left comes before what the task asks of its place. The agent is looked at first of all: without
    // one nothing starts.
    private static readonly ImmutableArray<IPlacementFilter> s_filters =
    [
        new CapacityProviderFilter(), new AgentFilter(), new LaunchTypeFilter(), new AttributeFilter(), new CpuFilter(), new MemoryFilter(), new GpuFilter(), new PortFilter(),
        new InterfaceFilter(), new LocationFilter(), new DistinctInstanceFilter(), new MemberOfFilter(),
    ];

    /// <summary>For one task alone; <c>PlacementBook</c> is for many.</summary>
    public static PlacementOutcome Place(IReadState ecs, ClusterKey cluster, PlacementRequest request, Ids ids)
    {
        var active = ecs.Where(EcsTables.InstancesByCluster, cluster)
            .Where(i => i.Status == ContainerInstanceStatus.Active).Select(i => InstanceView.Of(ecs, i));
        return Choose([.. active], request, ids);
    }

    public static PlacementOutcome Choose(ImmutableArray<InstanceView> instances, PlacementRequest request, Ids ids)
    {
        var ranking = new Ranking(request);
        foreach (var instance in instances) ranking.Put(instance);
        return ranking.Best(ids) is { } best ? new PlacementOutcome.Placed(best.Instance.Key) : Refuse(instances, request);
    }

    /// <returns>Why the instance cannot take it, in AWS's words; null when it can.</returns>
    public static string? Explain(InstanceView instance, PlacementRequest request)
    {
        foreach (var filter in s_filters)
            if (filter.Explain(instance, request) is { } reason) return reason;
        return null;
    }

    /// <summary>The closest match is the one that passed most filters; of equals the one with most memory left.</summary>
    public static PlacementOutcome.Refused Refuse(IReadOnlyCollection<InstanceView> instances, PlacementRequest request)
    {
        if (instances.Count == 0) return new([], null, NoInstances);
        var looked = instances.Select(i => (View: i, Reason: Explain(i, request) ?? "")).ToArray();
        var nearest = looked.MaxBy(l => (Passed(l.View, request), l.View.MemoryLeft));
        return new(
            [.. looked.Select(l => new Failure { Arn = l.View.Instance.Key.Arn, Reason = l.Reason })],
            nearest.View.Instance.Key, nearest.Reason);
    }

    private static int Passed(InstanceView instance, PlacementRequest request)
    {
        var passed = 0;
        while (passed < s_filters.Length && s_filters[passed].Explain(instance, request) is null) passed++;
        return passed;
    }
}
