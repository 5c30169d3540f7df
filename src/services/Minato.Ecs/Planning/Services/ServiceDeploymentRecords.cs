using Minato.Contracts.Ecs;
using Minato.Ecs.State;

namespace Minato.Ecs.Planning.Services;

/// <summary>How the record of a service deployment goes on.</summary>
internal static class ServiceDeploymentRecords
{
    /// <returns>The record with the change; the same when it is over already: an outcome is recorded once.</returns>
    public static ServiceDeploymentState Apply(
        ServiceDeploymentState record, ServiceDeploymentChange change, DeploymentState? deployment, int desired, DateTimeOffset now)
    {
        if (record.IsOver) return record;
        var next = record with
        {
            Status = change.Status,
            StatusReason = change.Reason ?? record.StatusReason,
            UpdatedAt = now,
            StartedAt = record.StartedAt ?? now,
            Rollback = change.RollbackToRevision is { } revision
                ? new() { Reason = change.Reason, StartedAt = now, ServiceRevisionArn = new ServiceRevisionKey(record.Key.Service, revision).Arn }
                : record.Rollback,
            BreakerAtEnd = record.BreakerAtEnd,
        };
        if (change.Status == ServiceDeploymentStatus.RollbackInProgress) next = next with { BreakerAtEnd = Breaker(next, deployment, desired) };
        if (!next.IsOver) return next;
        return next with
        {
            FinishedAt = now,
            StoppedAt = change.Status == ServiceDeploymentStatus.Stopped ? now : null,
            BreakerAtEnd = next.BreakerAtEnd ?? Breaker(next, deployment, desired),
            TrafficAtEnd = deployment?.Traffic,
            TargetAtEnd = deployment is null
                ? new(record.TargetRevision, 0, 0, 0)
                : new(record.TargetRevision, deployment.DesiredCount, deployment.RunningCount, deployment.PendingCount),
        };
    }

    public static ServiceDeploymentCircuitBreaker Breaker(ServiceDeploymentState record, DeploymentState? deployment, int desired)
    {
        var isEnabled = record.Configuration.DeploymentCircuitBreaker is { Enable: true };
        var isTriggered = record.Rollback is not null || deployment?.Rollout == DeploymentRolloutState.Failed;
        return new()
        {
            Status = !isEnabled ? ServiceDeploymentRollbackMonitorsStatus.Disabled
                : isTriggered ? ServiceDeploymentRollbackMonitorsStatus.Triggered
                : record.IsOver ? ServiceDeploymentRollbackMonitorsStatus.MonitoringComplete
                : ServiceDeploymentRollbackMonitorsStatus.Monitoring,
            FailureCount = deployment?.Breaker.FailureCount ?? 0,
            Threshold = CircuitBreaker.Threshold(desired),
        };
    }
}
