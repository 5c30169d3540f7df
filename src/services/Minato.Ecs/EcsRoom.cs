using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Minato.Aws.Authorization;
using Minato.Aws.Dispatch;
using Minato.Contracts.Ecs;
using Minato.Ecs.Api;
using Minato.Ecs.State;
using Minato.Ecs.Templates;
using Minato.Engines.Sessions;
using Minato.Platform;

namespace Minato.Ecs;

/// <summary>The door of the ECS room.</summary>
public static class EcsRoom
{
    /// <summary>How often AWS lets an account call ECS.</summary>
    public static IReadOnlyCollection<ActionRate> Rates => EcsRates.All;

    public static IServiceCollection AddEcs(this IServiceCollection services)
    {
        services.TryAddSingleton(new EcsOptions());
        services.AddSingleton<IEcs, EcsApi>().AddSingleton<IResourcePolicies, EcsResources>();
        services.AddTable(EcsTables.Clusters).AddTable(EcsTables.Families).AddTable(EcsTables.TaskDefinitions)
            .AddTable(EcsTables.Tasks).AddTable(EcsTables.Instances).AddTable(EcsTables.LogCursors)
            .AddTable(EcsTables.Settings).AddTable(EcsTables.ClientTokens);
        services.AddEcsTasks();
        services.AddEcsServices();
        services.AddEcsCapacity();
        services.AddEcsRecords();
        services.AddEcsHosts();
        services.AddEcsResourceTypes();
        services.AddEcsEvents();
        services.AddSingleton<ExecSessions>().AddSingleton<ISessionOwner>(p => p.GetRequiredService<ExecSessions>())
            .AddSingleton<IResettable>(p => p.GetRequiredService<ExecSessions>());
        return services;
    }

    /// <summary>Answers with the story of a service, task or deployment. It is for the installation's owner: let in nobody else.</summary>
    public static RequestDelegate Stories(IServiceProvider services) => services.GetRequiredService<StoryEndpoint>().HandleAsync;

    /// <summary>Interrupts tasks of FARGATE_SPOT, as AWS does when it takes its capacity back. For the installation's owner as well.</summary>
    public static RequestDelegate Spot(IServiceProvider services) => services.GetRequiredService<SpotEndpoint>().HandleAsync;
}
