using System.Collections.Immutable;
using Minato.Contracts.Ecs;
using Minato.Ecs.Planning.Placement;
using Minato.Ecs.Planning.Placement.Query;
using Minato.Ecs.Planning.Services;
using Minato.Ecs.State;
using Minato.Platform;

namespace Minato.Ecs.Reconcile;

/// <summary>The container instances of a cluster as one of its services sees them.</summary>
internal static class ServiceInstances
{
    private const string ZoneAttribute = "ecs.availability-zone";

    /// <returns>Null for a service that is not DAEMON.</returns>
    public static ImmutableArray<DaemonInstance>? ForDaemon(IReadState ecs, ServiceState service)
    {
        if (service.SchedulingStrategy != SchedulingStrategy.Daemon) return null;
        var constraints = Constraints(ecs, service);
        return [.. ecs.Where(EcsTables.InstancesByCluster, service.Key.Cluster).Select(instance => new DaemonInstance(
            instance.Key.Id,
            instance.Status == ContainerInstanceStatus.Active && Meets(ecs, instance, constraints),
            instance.AgentConnected,
            instance.Status == ContainerInstanceStatus.Draining && HasReplicas(ecs, instance.Key),
            ZoneOf(instance)))];
    }

    /// <summary>Where tasks of the service could be; empty when it is not to be rebalanced.</summary>
    public static ImmutableArray<string> Zones(IReadState ecs, ServiceState service, ImmutableDictionary<string, string> subnets)
    {
        if (service.AvailabilityZoneRebalancing != AvailabilityZoneRebalancing.Enabled || ZoneRebalancing.Explain(service) is not null) return [];
        ImmutableArray<string> ofSubnets = [.. subnets.Values.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        if (service.Spec.LaunchType == LaunchType.Fargate) return ofSubnets;
        var constraints = Constraints(ecs, service);
        ImmutableArray<string> ofInstances = [.. ecs.Where(EcsTables.InstancesByCluster, service.Key.Cluster)
            .Where(i => i is { Status: ContainerInstanceStatus.Active, AgentConnected: true } && Meets(ecs, i, constraints))
            .Select(ZoneOf).OfType<string>().Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
        return ofSubnets.IsEmpty ? ofInstances : [.. ofInstances.Intersect(ofSubnets, StringComparer.Ordinal)];
    }

    public static string? ZoneOf(IReadState ecs, ContainerInstanceKey? key) =>
        key is { } known && ecs.Find(EcsTables.Instances, known) is { } instance ? ZoneOf(instance) : null;

    /// <summary>What keeps a task in a zone it is to even out.</summary>
    public static ImmutableArray<PlacementConstraint> InZone(string? zone) =>
        zone is null ? [] : [new() { Type = PlacementConstraintType.MemberOf, Expression = $"attribute:{ZoneAttribute} == {zone}" }];

    private static string? ZoneOf(ContainerInstanceState instance) => instance.Attributes.FirstOrDefault(a => a.Name == ZoneAttribute)?.Value;

    private static ImmutableArray<ClusterQuery> Constraints(IReadState ecs, ServiceState service)
    {
        var definition = ecs.Find(EcsTables.TaskDefinitions, service.Spec.TaskDefinition)?.Definition;
        return
        [
            .. service.PlacementConstraints.Where(c => c.Type == PlacementConstraintType.MemberOf)
                .Select(c => ClusterQuery.Parse(c.Expression ?? "")),
            .. (definition?.PlacementConstraints ?? []).Select(c => ClusterQuery.Parse(c.Expression ?? "")),
        ];
    }

    private static bool Meets(IReadState ecs, ContainerInstanceState instance, ImmutableArray<ClusterQuery> constraints)
    {
        if (constraints.IsEmpty) return true;
        var view = InstanceView.Of(ecs, instance);
        return constraints.All(c => c.Matches(view));
    }

    private static bool HasReplicas(IReadState ecs, ContainerInstanceKey instance) =>
        ecs.Where(EcsTables.LiveTasksByInstance, instance).Any(t => t.ServiceKey is { } key
            && ecs.Find(ServiceTables.Services, key) is { SchedulingStrategy: SchedulingStrategy.Replica });
}
