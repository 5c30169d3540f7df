using System.Collections.Immutable;
using Minato.Contracts.Ecs;
using Minato.Ecs.Planning.Services;
using Minato.Ecs.State;
using Minato.Platform;

namespace Minato.Ecs.Planning.Records;

/// <summary>Makes the record of a service deployment, and the moments on its way.</summary>
internal static class DeploymentRecords
{
    /// <param name="shown">The deployment as the API answers it: stage and traffic weights.</param>
    public static DeploymentMoment MomentOf(IReadState ecs, ServiceState service, ServiceDeployment shown, DateTimeOffset now)
    {
        var weights = (shown.SourceServiceRevisions ?? []).Append(shown.TargetServiceRevision ?? new())
            .Where(r => r.Arn is not null).GroupBy(r => r.Arn ?? "", StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.Last(), StringComparer.Ordinal);
        var healthy = ecs.Where(ServiceTables.ServiceTasksByService, service.Key)
            .Where(t => t is { WasHealthy: true, ToldUnhealthy: false, StoppedByScheduler: false })
            .GroupBy(t => t.DeploymentId, StringComparer.Ordinal).ToDictionary(g => g.Key, g => g.Count(), StringComparer.Ordinal);
        return new(now, shown.LifecycleStage?.ToWire(),
        [
            .. service.Deployments.Where((d, i) => i == 0 || d.RunningCount + d.PendingCount > 0).Select(d =>
            {
                var weight = weights.GetValueOrDefault(new ServiceRevisionKey(service.Key, d.RevisionId).Arn);
                return new RevisionMoment(
                    TaskRecords.NameOf(d.Spec.TaskDefinition), d.Id, d.DesiredCount, d.PendingCount, d.RunningCount,
                    Math.Min(healthy.GetValueOrDefault(d.Id), d.RunningCount), d.FailedTasks,
                    weight?.RequestedProductionTrafficWeight, weight?.RequestedTestTrafficWeight);
            }),
        ]);
    }

    public static DeploymentRecord Of(IReadState ecs, ServiceDeploymentState deployment, ServiceState? service)
    {
        var key = deployment.Key.Service;
        var end = deployment.FinishedAt ?? DateTimeOffset.MaxValue;
        var breaker = deployment.BreakerAtEnd
            ?? ServiceDeploymentRecords.Breaker(deployment, service?.Deployments.FirstOrDefault(d => d.Id == deployment.DeploymentId), service?.DesiredCount ?? 0);
        return new()
        {
            ServiceDeploymentArn = deployment.Key.Arn,
            Service = key.Name,
            DeploymentId = deployment.DeploymentId,
            TaskDefinition = DefinitionOf(ecs, key, deployment.TargetRevision) ?? "?",
            Sources = [.. deployment.SourceRevisions.Select(r => DefinitionOf(ecs, key, r.RevisionId)).OfType<string>()],
            Images = [.. (ecs.Find(ServiceTables.ServiceRevisions, new(key, deployment.TargetRevision))?.Images ?? [])
                .Select(i => new ImageRecord(i.ContainerName ?? "", i.Image, i.ImageDigest))],
            Status = deployment.Status.ToWire(),
            StatusReason = deployment.StatusReason,
            CreatedAt = deployment.CreatedAt,
            StartedAt = deployment.StartedAt,
            FinishedAt = deployment.FinishedAt,
            RolledBackTo = deployment.Rollback?.ServiceRevisionArn is { } arn ? DefinitionOf(ecs, key, arn[(arn.LastIndexOf('/') + 1)..]) : null,
            Strategy = deployment.Configuration.Strategy?.ToWire(),
            DesiredCount = service?.DesiredCount ?? deployment.TargetRequested,
            MinimumHealthyPercent = deployment.Configuration.MinimumHealthyPercent ?? 100,
            MaximumPercent = deployment.Configuration.MaximumPercent ?? 200,
            FailureCount = breaker.FailureCount ?? 0,
            FailureThreshold = breaker.Status == ServiceDeploymentRollbackMonitorsStatus.Disabled ? null : breaker.Threshold,
            Events =
            [
                .. ecs.Where(ServiceTables.EventsByService, key).Where(e => e.CreatedAt >= deployment.CreatedAt && e.CreatedAt <= end)
                    .Select(e => new TimelineEntry(e.CreatedAt, e.Message)),
            ],
        };
    }

    private static string? DefinitionOf(IReadState ecs, ServiceKey service, string revision) =>
        ecs.Find(ServiceTables.ServiceRevisions, new(service, revision)) is { } found ? TaskRecords.NameOf(found.Spec.TaskDefinition) : null;
}
