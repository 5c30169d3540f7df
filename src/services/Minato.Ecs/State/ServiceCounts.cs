using System.Collections.Immutable;
using Minato.Contracts.Ecs;
using Minato.Platform;

namespace Minato.Ecs.State;

/// <summary>What a cluster wants to know of its services.</summary>
internal static class ServiceCounts
{
    /// <summary>Services that are not INACTIVE.</summary>
    public static int Active(IReadState ecs, ClusterKey cluster) => 0;

    /// <summary>activeEC2ServiceCount and its like.</summary>
    public static ImmutableArray<KeyValuePair> Statistics(IReadState ecs, ClusterKey cluster) =>
    [
        ClusterCounts.One("activeEC2ServiceCount", 0),
        ClusterCounts.One("activeFargateServiceCount", 0),
        ClusterCounts.One("drainingEC2ServiceCount", 0),
        ClusterCounts.One("drainingFargateServiceCount", 0),
    ];
}
