using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Minato.Aws;
using Minato.Aws.Authorization;
using Minato.Contracts.Ecs;
using Minato.Contracts.S3;
using Minato.Contracts.SecretsManager;
using Minato.Contracts.Ssm;
using Minato.Ecs.Inside;
using Minato.Ecs.Planning.Tasks;
using Minato.Ecs.Reconcile;
using Minato.Ecs.State;
using Minato.Engines.Containers;
using Minato.Platform;

namespace Minato.Ecs;

/// <summary>What runs tasks.</summary>
internal static class EcsTaskRegistration
{
    // As a task's execution role one may read what the role's policies allow.
    private static TaskInputsResolver InputsOf(IServiceProvider rooms)
    {
        var guard = new GuardedInvoker(rooms, rooms.GetService<IAuthorizer>(), rooms.GetService<PageTokens>());
        return new(
            rooms.GetRequiredService<RoleCredentials>(),
            rooms.GetService<ISecretsManager>() is null ? null : new SecretsManagerClient(guard),
            rooms.GetService<ISsm>() is null ? null : new SsmClient(guard),
            rooms.GetService<IS3>() is null ? null : new S3Client(guard));
    }

    public static IServiceCollection AddEcsTasks(this IServiceCollection services)
    {
        services.AddSingleton<TaskBoard>().AddSingleton<TaskEngines>().AddSingleton<ContainerWatcher>().AddSingleton<TaskMoves>().AddSingleton<TaskObserver>().AddSingleton<TaskNetwork>()
            .AddSingleton<TaskLogStreams>().AddSingleton<RoleCredentials>().AddSingleton<InsideNetworks>().AddSingleton<InsideHandler>().AddSingleton<InsideReader>().AddSingleton(InputsOf).AddSingleton<ImagePuller>().AddSingleton<OrphanSweeper>().AddSingleton<TargetHints>().AddSingleton<HostFacts>();
        services.AddSingleton<PlacementBook>();
        services.TryAddSingleton<IContainerEngines, LoneEngine>();
        // First of all rooms: the networks that EC2 removes, and the addresses it gives anew, are held by these containers.
        services.Insert(0, ServiceDescriptor.Singleton<IResettable>(p => p.GetRequiredService<OrphanSweeper>()));
        services.AddRoomService<OrphanSweeper>();
        services.AddRoomService<EngineWatch>();
        services.AddRoomService<LogShipper>();
        services.AddRoomService<InsideRecovery>();
        services.AddReconciler<TaskReconciler, TaskKey>(o =>
        {
            o.Name = "ecs.task";
            o.Workers = 64; // They wait for the engine most of the time.
            o.On(EcsTables.Tasks, t => [t.Key]);
            o.On(EcsTables.LogCursors, c => c.IsDrained ? [c.Key.Task] : []);
        });
        services.AddReconciler<RegistryReconciler, RegistryKey>(o =>
        {
            o.Name = "ecs.registry";
            o.On(EcsTables.Tasks, t => t.ServiceRegistries.IsEmpty ? [] : [new(t.Key)]);
        });
        services.AddReconciler<TaskDefinitionReconciler, TaskDefinitionKey>(o =>
        {
            o.Name = "ecs.task-definition";
            o.Workers = 2;
            o.On(EcsTables.TaskDefinitions, d => d.Status == TaskDefinitionStatus.DeleteInProgress ? [d.Key] : []);
            o.On(EcsTables.Tasks, t => t.Progress.IsCleanedUp ? [t.TaskDefinition] : []);
        });
        services.AddReconciler<ClientTokenReconciler, ClientTokenKey>(o =>
        {
            o.Name = "ecs.client-token";
            o.Workers = 1;
            o.On(EcsTables.ClientTokens, t => [t.Key]);
        });
        return services;
    }
}
