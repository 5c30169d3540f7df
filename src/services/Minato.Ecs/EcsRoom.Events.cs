using Microsoft.Extensions.DependencyInjection;
using Minato.Ecs.Events;
using Minato.Platform;

namespace Minato.Ecs;

/// <summary>What tells EventBridge.</summary>
internal static class EcsEvents
{
    public static IServiceCollection AddEcsEvents(this IServiceCollection services) => services
        .AddTable(EventTables.Marks)
        .AddRoomService<EventFeed>();
}
