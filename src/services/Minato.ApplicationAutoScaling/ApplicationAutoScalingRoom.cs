using Microsoft.Extensions.DependencyInjection;
using Minato.ApplicationAutoScaling.Api;
using Minato.ApplicationAutoScaling.Reconcile;
using Minato.ApplicationAutoScaling.State;
using Minato.ApplicationAutoScaling.Templates;
using Minato.Contracts.ApplicationAutoScaling;
using Minato.Platform;

namespace Minato.ApplicationAutoScaling;

/// <summary>The door of Application Auto Scaling: the counts of ECS services.</summary>
public static class ApplicationAutoScalingRoom
{
    /// <param name="services">Needs page tokens, ECS and CloudWatch.</param>
    public static IServiceCollection AddApplicationAutoScaling(this IServiceCollection services) => services
        .AddTable(Tables.Targets).AddTable(Tables.Policies).AddTable(Tables.Scheduled).AddTable(Tables.Activities)
        .AddSingleton<Scaler>()
        .AddSingleton<AlarmReader>()
        .AddSingleton<IApplicationAutoScaling, ScalingApi>()
        .AddApplicationAutoScalingResourceTypes()
        .AddRoomService<AlarmListener>()
        .AddReconciler<AlarmReconciler, AlarmRef>(o =>
        {
            o.Name = "application-autoscaling.alarm";
            o.Workers = 2;
        })
        .AddReconciler<ScheduledReconciler, ScheduledRef>(o =>
        {
            o.Name = "application-autoscaling.scheduled";
            o.Workers = 2;
            o.On(Tables.Scheduled, s => s.NextAt is null ? [] : [new ScheduledRef(s.Key)]);
        })
        .AddReconciler<TargetReconciler, TargetKey>(o =>
        {
            o.Name = "application-autoscaling.target";
            o.On(Tables.Targets, t => [t.Key]);
            o.On(Tables.Policies, p => [p.Key.Target]);
        });
}
