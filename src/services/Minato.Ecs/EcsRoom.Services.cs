using Microsoft.Extensions.DependencyInjection;
using Minato.Ecs.Api;
using Minato.Ecs.Reconcile;
using Minato.Ecs.State;
using Minato.Platform;

namespace Minato.Ecs;

/// <summary>The services' part of the room.</summary>
internal static class EcsServices
{
    public static IServiceCollection AddEcsServices(this IServiceCollection services) => services
        .AddSingleton<ServiceSurroundings>()
        .AddSingleton<ServiceTargetHealth>()
        .AddSingleton<ServiceSubnets>()
        .AddSingleton<ServiceAlarms>()
        .AddSingleton<ImageAdmission>()
        .AddSingleton<ListenerRules>()
        .AddSingleton<LifecycleHookBoard>()
        .AddSingleton<ConnectNamespaces>().AddSingleton<ConnectBalancers>().AddTable(ConnectTables.Connections)
        .AddTable(ServiceTables.Services).AddTable(ServiceTables.Events).AddTable(ServiceTables.ServiceTasks)
        .AddTable(ServiceTables.ServiceDeployments).AddTable(ServiceTables.ServiceRevisions)
        .AddRoomService<ServiceWakeUps>()
        .AddReconciler<ServiceReconciler, ServiceKey>(o =>
        {
            o.Name = "ecs.service";
            o.Workers = 16;
            o.Deadline = TimeSpan.FromMinutes(1);
            o.On(ServiceTables.Services, s => [s.Key]);
            o.On(EcsTables.Tasks, t => t.ServiceKey is { } key ? [key] : []);
        })
        .AddReconciler<ConnectReconciler, ConnectKey>(o =>
        {
            o.Name = "ecs.connect";
            o.Workers = 4;
            o.On(ServiceTables.Services, s => [new(s.Key)]);
            o.On(EcsTables.Tasks, t => t is { Connect: not null, ServiceKey: { } key } ? [new(key)] : []);
            o.On(ConnectTables.Connections, c => [new(c.Key)]);
        })
        .AddReconciler<ServiceHistoryReconciler, ServiceDeploymentKey>(o =>
        {
            o.Name = "ecs.service-history";
            o.Workers = 1;
            o.On(ServiceTables.ServiceDeployments, d => d.IsOver ? [d.Key] : []);
        });
}
