using Microsoft.Extensions.DependencyInjection;
using Minato.Aws.Templates;
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
        .AddTable(CloudWatchTables.Alarms).AddTable(CloudWatchTables.Metrics)
        .AddSingleton<AlarmBook>()
        .AddSingleton<MetricReader>()
        .AddSingleton<ICloudWatch, CloudWatchApi>()
        .AddSingleton<IResourceType, MetricAlarmType>()
        .AddReconciler<AlarmReconciler, AlarmKey>(o =>
        {
            o.Name = "cloudwatch.alarm";
            o.On(CloudWatchTables.Alarms, a => [a.Key]);
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
