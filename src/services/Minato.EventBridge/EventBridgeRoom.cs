using Microsoft.Extensions.DependencyInjection;
using Minato.Contracts.Eventbridge;
using Minato.EventBridge.Api;
using Minato.EventBridge.Reconcile;
using Minato.EventBridge.State;
using Minato.EventBridge.Targets;
using Minato.Platform;

namespace Minato.EventBridge;

/// <summary>The door of EventBridge.</summary>
public static class EventBridgeRoom
{
    /// <summary>Topic of <see cref="Hints"/>: carries each event that a bus took in, as JSON, for whoever watches.</summary>
    public const string WatchTopic = EventRouter.WatchTopic;

    /// <param name="services">Needs page tokens and an append log. Rooms that are there can be targets.</param>
    public static IServiceCollection AddEventBridge(this IServiceCollection services) => services
        .AddTable(EventTables.Buses).AddTable(EventTables.Rules).AddTable(EventTables.Entries).AddTable(EventTables.Targets)
        .AddTable(EventTables.Deliveries).AddTable(EventTables.Archives).AddTable(EventTables.Replays)
        .AddSingleton<EventRouter>()
        .AddSingleton<IEventbridge, EventBridgeApi>()
        .AddSingleton<TargetDispatcher>()
        .AddSingleton<ITargetKind, LogGroupTarget>()
        .AddSingleton<ITargetKind, TopicTarget>()
        .AddSingleton<ITargetKind, FunctionTarget>()
        .AddSingleton<ITargetKind, TaskTarget>()
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
}
