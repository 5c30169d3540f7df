using Microsoft.Extensions.DependencyInjection;
using Minato.Ecs.Api;
using Minato.Ecs.Reconcile;
using Minato.Ecs.State;
using Minato.Engines.Hosts;
using Minato.Platform;

namespace Minato.Ecs;

/// <summary>Container instances that the official agent runs.</summary>
internal static class EcsAgentRegistration
{
    public static IServiceCollection AddEcsHosts(this IServiceCollection services) => services
        .AddSingleton<AgentDesk>()
        .AddSingleton<HostedTaskMoves>()
        .AddSingleton<AgentDoor>()
        .AddSingleton<ITaskHostOwner>(p => p.GetRequiredService<AgentDoor>())
        .AddReconciler<AgentInstanceReconciler, ContainerInstanceKey>(o =>
        {
            o.Name = "ecs.container-instance";
            o.Workers = 4;
            o.On(EcsTables.Instances, i => [i.Key]);
        });
}
