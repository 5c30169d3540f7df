using Microsoft.Extensions.DependencyInjection;
using Minato.Contracts.Ecs;
using Minato.Ecs.Api;
using Minato.Ecs.Reconcile;
using Minato.Ecs.State;
using Minato.Platform;

namespace Minato.Ecs;

/// <summary>What keeps the record of outcomes.</summary>
internal static class EcsRecords
{
    public static IServiceCollection AddEcsRecords(this IServiceCollection services) => services
        .AddTable(RecordTables.Records)
        .AddSingleton<TaskEvidence>().AddSingleton<DeploymentDiary>().AddSingleton<Stories>().AddSingleton<StoryEndpoint>()
        .AddReconciler<RecordReconciler, RecordKey>(o =>
        {
            o.Name = "ecs.record";
            o.Workers = 8;
            o.On(RecordTables.Records, r => [r.Key]);
            o.On(EcsTables.Tasks, t => t is { IsStopped: true, Progress.IsCleanedUp: false } ? [RecordKey.Of(t.Key)] : []);
            o.On(EcsTables.LogCursors, c => c.IsDrained ? [RecordKey.Of(c.Key.Task)] : []);
            o.On(ServiceTables.ServiceDeployments, d => [RecordKey.Of(d.Key)]);
            o.On(ServiceTables.Services, Open);
        });

    /// <summary>Service deployments of a service that are still to end.</summary>
    private static IEnumerable<RecordKey> Open(ServiceState service) => service.Deployments
        .Where(d => d.Rollout == DeploymentRolloutState.InProgress || !d.IsOutcomeRecorded)
        .Select(d => RecordKey.Of(new ServiceDeploymentKey(service.Key, d.RollingBackServiceDeployment ?? d.ServiceDeploymentId)));
}
