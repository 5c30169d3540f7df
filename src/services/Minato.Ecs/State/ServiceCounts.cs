using System.Collections.Immutable;
using Minato.Contracts.Ecs;
using Minato.Platform;

namespace Minato.Ecs.State;

/// <summary>What a cluster wants to know of its services.</summary>
internal static class ServiceCounts
{
    /// <summary>Services that are not INACTIVE.</summary>
    public static int Active(IReadState ecs, ClusterKey cluster) =>
        ecs.Count(ServiceTables.ActiveByCluster, cluster) + ecs.Count(ServiceTables.DrainingByCluster, cluster);

    /// <summary>The service is there, ACTIVE or DRAINING.</summary>
    public static bool Exists(IReadState ecs, ServiceKey service) => ecs.Find(ServiceTables.Services, service) is not null;

    /// <summary>A service still wants to start tasks with this revision.</summary>
    public static bool UsesDefinition(IReadState ecs, TaskDefinitionKey definition) => ecs.Count(ServiceTables.ByDefinition, definition) > 0;

    /// <summary>activeEC2ServiceCount and its like.</summary>
    public static ImmutableArray<KeyValuePair> Statistics(IReadState ecs, ClusterKey cluster) =>
    [
        ClusterCounts.One("activeEC2ServiceCount", Count(ecs, cluster, ServiceStatus.Active, LaunchType.Ec2)),
        ClusterCounts.One("activeFargateServiceCount", Count(ecs, cluster, ServiceStatus.Active, LaunchType.Fargate)),
        ClusterCounts.One("drainingEC2ServiceCount", Count(ecs, cluster, ServiceStatus.Draining, LaunchType.Ec2)),
        ClusterCounts.One("drainingFargateServiceCount", Count(ecs, cluster, ServiceStatus.Draining, LaunchType.Fargate)),
    ];

    private static int Count(IReadState ecs, ClusterKey cluster, ServiceStatus status, LaunchType launchType) =>
        ecs.Count(ServiceTables.ByLaunchType, (cluster, status, launchType));
}
