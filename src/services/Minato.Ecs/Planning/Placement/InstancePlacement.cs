using System.Collections.Immutable;
using Minato.Contracts.Ecs;
using Minato.Ecs.State;
using Minato.Platform;

namespace Minato.Ecs.Planning.Placement;

internal abstract record PlacementOutcome
{
    private PlacementOutcome() { }

    public sealed record Placed(ContainerInstanceKey Instance) : PlacementOutcome;

    /// <param name="Failures">One an instance that was looked at, as RunTask answers them.</param>
    /// <param name="Nearest">The instance that came closest, for a service's event; null when the cluster has none.</param>
    public sealed record Refused(ImmutableArray<Failure> Failures, ContainerInstanceKey? Nearest, string Reason) : PlacementOutcome;
}

/// <summary>What is to be placed.</summary>
internal sealed record PlacementRequest
{
    public required TaskDemand Demand { get; init; }
    public required string Group { get; init; }
    public ImmutableArray<PlacementConstraint> Constraints { get; init; } = [];
    public ImmutableArray<PlacementStrategy> Strategies { get; init; } = [];
}

/// <summary>Chooses the container instance of a task: filters first, then strategies in their order.</summary>
internal static class InstancePlacement
{
    private const string NoInstances = "NO ACTIVE INSTANCES";

    public static PlacementOutcome Place(IReadState ecs, ClusterKey cluster, PlacementRequest request, Ids ids)
    {
        var active = ecs.Where(EcsTables.InstancesByCluster, cluster)
            .Where(i => i.Status == ContainerInstanceStatus.Active).Select(i => InstanceView.Of(ecs, i)).ToImmutableArray();
        return Choose(active, request, ids);
    }

    public static PlacementOutcome Choose(ImmutableArray<InstanceView> instances, PlacementRequest request, Ids ids)
    {
        if (instances.IsEmpty) return new PlacementOutcome.Refused([], null, NoInstances);
        var looked = instances.Select(i => (View: i, Reason: Explain(i, request))).ToArray();
        var fitting = looked.Where(l => l.Reason is null).Select(l => l.View).ToImmutableArray();
        if (fitting.IsEmpty)
        {
            var nearest = looked.MaxBy(l => l.View.MemoryLeft);
            return new PlacementOutcome.Refused(
                [.. looked.Select(l => new Failure { Arn = l.View.Instance.Key.Arn, Reason = l.Reason })],
                nearest.View.Instance.Key, nearest.Reason ?? "");
        }

        foreach (var strategy in request.Strategies) fitting = Narrow(fitting, strategy, request);
        return new PlacementOutcome.Placed(fitting[ids.Next(fitting.Length)].Instance.Key);
    }

    /// <returns>Why the instance cannot take it, in AWS's words; null when it can.</returns>
    public static string? Explain(InstanceView instance, PlacementRequest request)
    {
        if (!instance.Instance.AgentConnected) return "AGENT";
        if (instance.CpuLeft < request.Demand.Cpu) return "RESOURCE:CPU";
        if (instance.MemoryLeft < request.Demand.Memory) return "RESOURCE:MEMORY";
        if (request.Demand.TcpPorts.Any(instance.TcpPortsUsed.Contains) || request.Demand.UdpPorts.Any(instance.UdpPortsUsed.Contains))
            return "RESOURCE:PORTS";
        foreach (var constraint in request.Constraints)
        {
            if (constraint.Type == PlacementConstraintType.DistinctInstance && instance.Tasks.Any(t => t.Group == request.Group))
                return "DistinctInstance placement constraint unsatisfied.";
            if (constraint.Type == PlacementConstraintType.MemberOf && !ClusterQuery.Matches(constraint.Expression ?? "", instance))
                return "MemberOf placement constraint unsatisfied.";
        }

        return null;
    }

    private static ImmutableArray<InstanceView> Narrow(ImmutableArray<InstanceView> from, PlacementStrategy strategy, PlacementRequest request)
    {
        switch (strategy.Type)
        {
            case PlacementStrategyType.Binpack:
                Func<InstanceView, int> left = string.Equals(strategy.Field, "cpu", StringComparison.OrdinalIgnoreCase)
                    ? i => i.CpuLeft : i => i.MemoryLeft;
                var least = from.Min(left);
                return [.. from.Where(i => left(i) == least)];
            case PlacementStrategyType.Spread:
                var groups = from.GroupBy(i => SpreadValue(i, strategy.Field ?? "")).ToArray();
                var fewest = groups.Min(Tasks);
                return [.. groups.Where(g => Tasks(g) == fewest).SelectMany(g => g)];
            default:
                return from;
        }

        int Tasks(IEnumerable<InstanceView> group) => group.Sum(i => i.Tasks.Count(t => t.Group == request.Group));
    }

    private static string SpreadValue(InstanceView instance, string field)
    {
        if (field.StartsWith("attribute:", StringComparison.Ordinal))
        {
            var name = field["attribute:".Length..];
            return instance.Instance.Attributes.FirstOrDefault(a => a.Name == name)?.Value ?? "";
        }

        return instance.Instance.Key.Id;
    }
}
