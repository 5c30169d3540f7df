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
            Failure = change.Failure ?? record.Failure,
        };
        if (change.Status == ServiceDeploymentStatus.RollbackInProgress)
            next = next with { BreakerAtEnd = Breaker(next, deployment, desired), AlarmsAtEnd = Alarms(next, deployment) };
        if (!next.IsOver) return next;
        return next with
        {
            FinishedAt = now,
            StoppedAt = change.Status == ServiceDeploymentStatus.Stopped ? now : null,
            BreakerAtEnd = next.BreakerAtEnd ?? Breaker(next, deployment, desired),
            AlarmsAtEnd = next.AlarmsAtEnd ?? Alarms(next, deployment),
            TrafficAtEnd = deployment?.Traffic,
            TargetAtEnd = deployment is null
                ? new(record.TargetRevision, 0, 0, 0)
                : new(record.TargetRevision, deployment.DesiredCount, deployment.RunningCount, deployment.PendingCount),
        };
    }

    public static ServiceDeploymentCircuitBreaker Breaker(ServiceDeploymentState record, DeploymentState? deployment, int desired)
    {
        var asked = record.Configuration.DeploymentCircuitBreaker;
        var isTriggered = record.Failure is { IsByAlarm: false };
        return new()
        {
            Status = Status(record, asked is { Enable: true }, isTriggered),
            FailureCount = record.Failure?.FailureCount ?? deployment?.Breaker.FailureCount ?? 0,
            Threshold = CircuitBreaker.Threshold(desired, asked?.ThresholdConfiguration),
        };
    }

    public static ServiceDeploymentAlarms Alarms(ServiceDeploymentState record, DeploymentState? deployment)
    {
        var asked = record.Configuration.Alarms;
        var isOn = asked is { Enable: true } && deployment?.Alarms is not { IsWatched: false };
        return new()
        {
            Status = Status(record, isOn, record.Failure is { IsByAlarm: true }),
            AlarmNames = asked?.AlarmNames ?? [],
            TriggeredAlarmNames = record.Failure is { IsByAlarm: true } failure ? failure.Alarms : [],
        };
    }

    private static ServiceDeploymentRollbackMonitorsStatus Status(ServiceDeploymentState record, bool isOn, bool isTriggered) =>
        !isOn ? ServiceDeploymentRollbackMonitorsStatus.Disabled
        : isTriggered ? ServiceDeploymentRollbackMonitorsStatus.Triggered
        : record.IsOver || record.Rollback is not null ? ServiceDeploymentRollbackMonitorsStatus.MonitoringComplete
        : ServiceDeploymentRollbackMonitorsStatus.Monitoring;
}
