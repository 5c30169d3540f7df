using Microsoft.Extensions.DependencyInjection;
using Minato.Contracts.Ecs;
using Minato.Ecs.Api;
using Minato.Ecs.Reconcile;
using Minato.Ecs.State;
using Minato.Platform;

namespace Minato.Ecs;

/// <summary>The capacity providers' part of the room.</summary>
internal static class EcsCapacity
{
    public static IServiceCollection AddEcsCapacity(this IServiceCollection services) => services
        .AddTable(CapacityTables.Providers).AddTable(CapacityTables.Clusters).AddTable(CapacityTables.Attachments)
        .AddSingleton<CapacityGroups>().AddSingleton<CapacityMetric>()
        .AddSingleton<WaitingTasks>()
        .AddSingleton<SpotInterruptions>().AddSingleton<SpotEndpoint>()
        .AddRoomService<CapacityHints>()
        .AddReconciler<CapacityReconciler, ClusterKey>(o =>
        {
            o.Name = "ecs.capacity";
            o.Workers = 4;
            o.On(EcsTables.Clusters, c => c.AttachmentsVersion == 0 ? [] : [c.Key]);
            o.On(EcsTables.Instances, i => [i.Key.Cluster]);
            o.On(EcsTables.Tasks, t => t is { CapacityProviderName: not null, LaunchType: LaunchType.Ec2 } ? [t.Key.Cluster] : []);
        });
}
