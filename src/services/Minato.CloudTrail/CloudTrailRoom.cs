using Microsoft.Extensions.DependencyInjection;
using Minato.Aws.Dispatch;
using Minato.Aws.Templates;
using Minato.CloudTrail.Api;
using Minato.CloudTrail.Reconcile;
using Minato.CloudTrail.Recording;
using Minato.CloudTrail.State;
using Minato.CloudTrail.Templates;
using Minato.Contracts.Cloudtrail;
using Minato.Platform;

namespace Minato.CloudTrail;

/// <summary>The door of CloudTrail: the record of every call.</summary>
public static class CloudTrailRoom
{
    /// <param name="services">Needs page tokens and an append log. With S3 it delivers trails, with EventBridge it tells of calls.</param>
    public static IServiceCollection AddCloudTrail(this IServiceCollection services) => services
        .AddTable(CloudTrailTables.Homes).AddTable(CloudTrailTables.Kept).AddTable(CloudTrailTables.Trails).AddTable(CloudTrailTables.Deliveries)
        .AddSingleton<CallRecorder>()
        .AddSingleton<ICallLedger>(p => p.GetRequiredService<CallRecorder>())
        .AddSingleton<EventLog>()
        .AddSingleton<IResettable>(p => p.GetRequiredService<EventLog>())
        .AddSingleton<ICloudtrail, CloudTrailApi>()
        .AddSingleton<IResourceType, TrailType>()
        .AddRoomService<FirstAndLastFlush>()
        .AddReconciler<FlushReconciler, FlushKey>(o =>
        {
            o.Name = "cloudtrail.flush";
            o.Workers = 1;
        })
        .AddReconciler<RetentionReconciler, Home>(o =>
        {
            o.Name = "cloudtrail.retention";
            o.Workers = 1;
            o.On(CloudTrailTables.Homes, h => [h.Home]);
        })
        .AddReconciler<DeliveryReconciler, TrailKey>(o =>
        {
            o.Name = "cloudtrail.delivery";
            o.Workers = 2;
            o.On(CloudTrailTables.Trails, t => [new TrailKey(t.Arn)]);
        });
}
