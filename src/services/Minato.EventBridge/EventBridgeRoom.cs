using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.DependencyInjection;
using Minato.Aws;
using Minato.Aws.Authorization;
using Minato.Contracts.Ecs;
using Minato.Contracts.Eventbridge;
using Minato.Contracts.Sts;
using Minato.EventBridge.Api;
using Minato.EventBridge.Reconcile;
using Minato.EventBridge.State;
using Minato.EventBridge.Targets;
using Minato.EventBridge.Templates;
using Minato.EventBridge.Watching;
using Minato.Platform;

namespace Minato.EventBridge;

/// <summary>The door of EventBridge.</summary>
public static class EventBridgeRoom
{
    /// <param name="services">Needs page tokens and an append log. Rooms that are there can be targets.</param>
    public static IServiceCollection AddEventBridge(this IServiceCollection services) => services
        .AddTable(EventTables.Buses).AddTable(EventTables.Rules).AddTable(EventTables.Entries).AddTable(EventTables.Targets)
        .AddTable(EventTables.Deliveries).AddTable(EventTables.Archives).AddTable(EventTables.Replays)
        .AddSingleton<EventRouter>()
        .AddSingleton<EventWatch>()
        .AddSingleton<IEventbridge, EventBridgeApi>()
        .AddSingleton<IResourcePolicies, BusPolicies>()
        .AddEventBridgeResourceTypes()
        .AddSingleton<TargetDispatcher>()
        .AddSingleton<ITargetKind, LogGroupTarget>()
        .AddSingleton<ITargetKind, TopicTarget>()
        .AddSingleton<ITargetKind, FunctionTarget>()
        .AddSingleton<ITargetKind>(TaskTargetOf)
        .AddSingleton<ITargetKind, BusTarget>()
        .AddReconciler<DeliveryReconciler, DeliveryKey>(o =>
        {
            o.Name = "events.delivery";
            o.Workers = 32; // They wait for targets most of the time.
            o.Deadline = TimeSpan.FromMinutes(16); // A function may take a quarter of an hour.
            o.On(EventTables.Deliveries, d => [new(d.Id)]);
        })
        .AddReconciler<ScheduleReconciler, ScheduleKey>(o =>
        {
            o.Name = "events.schedule";
            o.Workers = 4;
            o.On(EventTables.Rules, r => r.ScheduleExpression is null ? [] : [new(r.Key)]);
        })
        .AddReconciler<ReplayReconciler, ReplayKey>(o =>
        {
            o.Name = "events.replay";
            o.Workers = 2;
            o.On(EventTables.Replays, r => [new(r.Key)]);
        })
        .AddReconciler<ArchiveRetention, ArchiveKey>(o =>
        {
            o.Name = "events.archive-retention";
            o.Workers = 1;
            o.On(EventTables.Archives, a => [new(a.Key)]);
        });

    // The role of a target may run what its policies allow.
    private static TaskTarget TaskTargetOf(IServiceProvider rooms)
    {
        var guard = new GuardedInvoker(rooms, rooms.GetService<IAuthorizer>(), rooms.GetService<PageTokens>());
        return new(rooms.GetService<IEcs>() is null ? null : new EcsClient(guard), rooms.GetService<ISts>());
    }

    /// <summary>Answers with every event from now on, a line each. It is for the installation's owner: let in nobody else.</summary>
    public static RequestDelegate Watch(IServiceProvider services) => services.GetRequiredService<EventWatch>().HandleAsync;
}
