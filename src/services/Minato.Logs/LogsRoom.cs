using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Minato.Contracts.CloudWatchLogs;
using Minato.Logs.Api;
using Minato.Logs.Reconcile;
using Minato.Logs.State;
using Minato.Logs.Templates;
using Minato.Platform;

namespace Minato.Logs;

/// <summary>The door of CloudWatch Logs: groups, streams, and events in the append log.</summary>
public static class LogsRoom
{
    public static IServiceCollection AddLogs(this IServiceCollection services)
    {
        services.AddTable(LogsTables.Groups).AddTable(LogsTables.Streams).AddTable(LogsTables.Activity)
            .AddTable(LogsTables.Usage).AddTable(LogsTables.Dropped).AddTable(LogsTables.Policies);
        services.TryAddSingleton<Activities>();
        services.TryAddSingleton<ICloudWatchLogs, LogsApi>();
        services.AddLogsResourceTypes();
        services.AddSingleton<IResettable, LogsReset>();
        services.AddReconciler<RetentionReconciler, GroupKey>(o =>
        {
            o.Name = "logs.retention";
            o.Workers = 1;
            o.On(LogsTables.Groups, g => g.RetentionInDays is null ? [] : [g.Key]);
        });
        services.AddReconciler<FlushReconciler, FlushKey>(o =>
        {
            o.Name = "logs.flush";
            o.Workers = 4;
        });
        services.AddReconciler<DroppedReconciler, DroppedKey>(o =>
        {
            o.Name = "logs.dropped";
            o.Workers = 2;
            o.On(LogsTables.Dropped, d => [new DroppedKey(d.Partition)]);
        });
        return services;
    }
}
