using Microsoft.Extensions.DependencyInjection;
using Minato.Aws.Templates;
using Minato.CloudWatch.Actions;
using Minato.CloudWatch.Api;
using Minato.CloudWatch.Reading;
using Minato.CloudWatch.Reconcile;
using Minato.CloudWatch.State;
using Minato.CloudWatch.Templates;
using Minato.Contracts.CloudWatch;
using Minato.Platform;

namespace Minato.CloudWatch;

/// <summary>The door of CloudWatch: metrics and alarms.</summary>
public static class CloudWatchRoom
{
    /// <param name="services">Needs page tokens and an append log.</param>
    public static IServiceCollection AddCloudWatch(this IServiceCollection services) => services
        .AddTable(CloudWatchTables.Alarms).AddTable(CloudWatchTables.Metrics).AddTable(CloudWatchTables.Actions).AddTable(CloudWatchTables.Links)
        .AddSingleton<AlarmBook>()
        .AddSingleton<MetricReader>()
        .AddSingleton<ICloudWatch, CloudWatchApi>()
        .AddSingleton<IResourceType, MetricAlarmType>()
        .AddSingleton<IResourceType, CompositeAlarmType>()
        .AddReconciler<AlarmReconciler, AlarmKey>(o =>
        {
            o.Name = "cloudwatch.alarm";
            o.On(CloudWatchTables.Alarms, a => a.Composite is null ? [a.Key] : []);
        })
        .AddReconciler<CompositeReconciler, CompositeKey>(o =>
        {
            o.Name = "cloudwatch.composite-alarm";
            o.On(CloudWatchTables.Alarms, a => a.Composite is null ? [] : [new(a.Key)]);
        })
        .AddReconciler<ChildReconciler, ChildKey>(o =>
        {
            o.Name = "cloudwatch.child-alarm";
            o.Workers = 2;
            o.On(CloudWatchTables.Alarms, a => [new(a.Key)]);
        })
        .AddReconciler<AlarmActionReconciler, AlarmActionKey>(o =>
        {
            o.Name = "cloudwatch.alarm-action";
            o.Deadline = TimeSpan.FromMinutes(16); // A function may take a quarter of an hour.
            o.On(CloudWatchTables.Actions, a => [new(a.Id)]);
        })
        .AddReconciler<MetricRetention, MetricKey>(o =>
        {
            o.Name = "cloudwatch.metric-retention";
            o.Workers = 1;
            o.On(CloudWatchTables.Metrics, m => [m.Key]);
        })
        .AddReconciler<HistoryRetention, AlarmHistoryKey>(o =>
        {
            o.Name = "cloudwatch.history-retention";
            o.Workers = 1;
            o.On(CloudWatchTables.Alarms, a => [new AlarmHistoryKey(a.Key)]);
        });
}
