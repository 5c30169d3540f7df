using Microsoft.Extensions.DependencyInjection;
using Minato.Ecs.State;
using Minato.Platform;

namespace Minato.Ecs;

/// <summary>The services' part of the room.</summary>
internal static class EcsServices
{
    public static IServiceCollection AddEcsServices(this IServiceCollection services) => services
        .AddTable(ServiceTables.Services).AddTable(ServiceTables.Events).AddTable(ServiceTables.ServiceTasks)
        .AddTable(ServiceTables.ServiceDeployments).AddTable(ServiceTables.ServiceRevisions);
}
