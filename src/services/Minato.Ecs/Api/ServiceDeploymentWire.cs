using System.Collections.Immutable;
using Minato.Contracts.Ecs;
using Minato.Ecs.Planning.Services;
using Minato.Ecs.Planning.Services.Traffic;
using Minato.Ecs.State;

namespace Minato.Ecs.Api;

/// <summary>Service deployments and service revisions as they are answered.</summary>
internal static class ServiceDeploymentWire
{
    public static ServiceDeploymentBrief Brief(ServiceDeploymentState record) => new()
    {
        ServiceDeploymentArn = record.Key.Arn,
        ServiceArn = record.Key.Service.Arn,
        ClusterArn = record.Key.Service.Cluster.Arn,
        StartedAt = record.StartedAt,
        CreatedAt = record.CreatedAt,
        FinishedAt = record.FinishedAt,
        TargetServiceRevisionArn = new ServiceRevisionKey(record.Key.Service, record.TargetRevision).Arn,
        Status = record.Status,
        StatusReason = record.StatusReason,
    };

    public static ServiceDeployment ToWire(ServiceDeploymentState record, ServiceState? service)
    {
        var live = service?.Deployments.FirstOrDefault(d => d.Id == record.DeploymentId);
        var target = record.TargetAtEnd ?? (live is null
            ? new RevisionTasks(record.TargetRevision, record.TargetRequested, 0, 0)
            : new RevisionTasks(record.TargetRevision, live.DesiredCount, live.RunningCount, live.PendingCount));
        var traffic = record.TrafficAtEnd ?? live?.Traffic;
        var weights = Weights.Of(traffic, live ?? service?.Deployments.FirstOrDefault());
        return new()
        {
            ServiceDeploymentArn = record.Key.Arn,
            ServiceArn = record.Key.Service.Arn,
            ClusterArn = record.Key.Service.Cluster.Arn,
            CreatedAt = record.CreatedAt,
            StartedAt = record.StartedAt,
            FinishedAt = record.FinishedAt,
            StoppedAt = record.StoppedAt,
            UpdatedAt = record.UpdatedAt,
            SourceServiceRevisions = [.. record.SourceRevisions.Select(r => Source(Summary(record.Key.Service, Live(r, service)), weights, IsBlue(record, r, traffic, service)))],
            TargetServiceRevision = Green(Summary(record.Key.Service, target), weights),
            LifecycleStage = traffic is { StartedAt: not null, Stage: { } stage } ? TrafficStages.ToWire(stage) : null,
            LifecycleHookDetails = traffic is null ? null : [.. traffic.Hooks.Select(ToWire)],
            Status = record.Status,
            StatusReason = record.IsOver ? record.StatusReason : traffic?.Obstacle ?? record.StatusReason,
            DeploymentConfiguration = record.Configuration,
            Rollback = record.Rollback,
            DeploymentCircuitBreaker = record.BreakerAtEnd ?? ServiceDeploymentRecords.Breaker(record, live, service?.DesiredCount ?? 0),
            Alarms = record.AlarmsAtEnd ?? ServiceDeploymentRecords.Alarms(record, live),
        };
    }

    private static ServiceRevisionSummary Summary(ServiceKey service, RevisionTasks tasks) => new()
    {
        Arn = new ServiceRevisionKey(service, tasks.RevisionId).Arn,
        RequestedTaskCount = tasks.Requested,
        RunningTaskCount = tasks.Running,
        PendingTaskCount = tasks.Pending,
    };

    public static ServiceRevision ToWire(ServiceRevisionState revision) => new()
    {
        ServiceRevisionArn = revision.Key.Arn,
        ServiceArn = revision.Key.Service.Arn,
        ClusterArn = revision.Key.Service.Cluster.Arn,
        TaskDefinition = revision.Spec.TaskDefinition.Arn,
        CapacityProviderStrategy = revision.Spec.CapacityProviderStrategy.IsEmpty ? null : revision.Spec.CapacityProviderStrategy,
        LaunchType = revision.Spec.ShownLaunchType,
        PlatformVersion = revision.Spec.ShownPlatformVersion,
        PlatformFamily = revision.Spec.ShownPlatformFamily,
        LoadBalancers = revision.Spec.LoadBalancers,
        ServiceRegistries = revision.Spec.ServiceRegistries,
        VolumeConfigurations = revision.Spec.Volumes.IsEmpty ? null : revision.Spec.Volumes,
        ServiceConnectConfiguration = revision.Spec.Connect?.Configuration,
        NetworkConfiguration = revision.Spec.NetworkConfiguration,
        ContainerImages = revision.Images,
        GuardDutyEnabled = false,
        CreatedAt = revision.CreatedAt,
        ResolvedConfiguration = new()
        {
            LoadBalancers = [.. revision.Spec.LoadBalancers.Select((b, i) => new ServiceRevisionLoadBalancer
            {
                TargetGroupArn = revision.TargetGroups.IsEmpty ? b.TargetGroupArn : revision.TargetGroups[i],
                ProductionListenerRule = b.AdvancedConfiguration?.ProductionListenerRule,
            })],
        },
    };

    private static ServiceRevisionSummary Green(ServiceRevisionSummary summary, Weights? weights) => weights is null ? summary : summary with
    {
        RequestedProductionTrafficWeight = weights.Production, RequestedTestTrafficWeight = weights.Test,
    };

    private static ServiceRevisionSummary Source(ServiceRevisionSummary summary, Weights? weights, bool isBlue) => weights is null ? summary : summary with
    {
        RequestedProductionTrafficWeight = isBlue ? Math.Round(TrafficSteps.All - weights.Production, 1) : 0,
        RequestedTestTrafficWeight = weights.Test is { } test ? isBlue ? Math.Round(TrafficSteps.All - test, 1) : 0 : null,
    };

    /// <summary>Of several sources one serves; the others belong to deployments that were not finished.</summary>
    private static bool IsBlue(ServiceDeploymentState record, RevisionTasks source, TrafficState? traffic, ServiceState? service)
    {
        if (record.SourceRevisions.Length == 1) return true;
        var blue = service?.Deployments.FirstOrDefault(d => d.Id == traffic?.SourceId)?.RevisionId ?? record.SourceRevisions[^1].RevisionId;
        return source.RevisionId == blue;
    }

    /// <summary>A source revision as it is now; as it was at the beginning once it is gone.</summary>
    private static RevisionTasks Live(RevisionTasks atStart, ServiceState? service) =>
        service?.Deployments.FirstOrDefault(d => d.RevisionId == atStart.RevisionId) is { } now
            ? new(now.RevisionId, now.DesiredCount, now.RunningCount, now.PendingCount) : atStart;

    private static DeploymentLifecycleHookDetail ToWire(HookExecution hook) => new()
    {
        HookId = hook.Id,
        TargetType = hook.Type,
        TargetArn = hook.TargetArn,
        Status = hook.Status,
        ExpiresAt = hook.ExpiresAt,
        TimeoutAction = hook.TimeoutAction,
    };

    /// <summary>Green's percentages; those of blue are what is left.</summary>
    private sealed record Weights(double Production, double? Test)
    {
        public static Weights? Of(TrafficState? traffic, DeploymentState? deployment)
        {
            if (traffic is null || deployment is null || deployment.Spec.LoadBalancers.IsEmpty) return null;
            var isTested = deployment.Spec.LoadBalancers.Any(b => b.AdvancedConfiguration?.TestListenerRule is not null);
            return new(traffic.ProductionPercent, isTested ? traffic.TestPercent : null);
        }
    }
}
