using System.Collections.Concurrent;
using System.Collections.Immutable;
using Microsoft.Extensions.DependencyInjection;
using Minato.Aws;
using Minato.Contracts.CloudWatch;
using Minato.Contracts.Ecs;
using Minato.Ecs.Planning.Services;
using Minato.Ecs.State;
using Minato.Platform;

namespace Minato.Ecs.Reconcile;

/// <summary>Asks CloudWatch for the alarms of a deployment under way: at every hint, and now and then without one.</summary>
internal sealed class ServiceAlarms(IServiceProvider rooms, IWorkQueue<ServiceKey> queue)
{
    /// <summary>Between looks at the alarms of a deployment.</summary>
    public static readonly TimeSpan Look = TimeSpan.FromSeconds(5);

    private static readonly ImmutableDictionary<string, AlarmReading> s_none = ImmutableDictionary.Create<string, AlarmReading>(StringComparer.Ordinal);

    private readonly ConcurrentDictionary<ServiceKey, ImmutableHashSet<string>> _watched = new();

    /// <summary>Whoever watches the alarm looks again.</summary>
    public void Changed(string alarm)
    {
        foreach (var (service, arns) in _watched)
            if (arns.Contains(alarm)) queue.Enqueue(service);
    }

    public void Forget(ServiceKey service) => _watched.TryRemove(service, out _);

    public static bool IsWatching(ServiceState service) => service.DeploymentConfiguration.Alarms is { Enable: true }
        && service.Deployments is [{ Rollout: DeploymentRolloutState.InProgress, RollingBackServiceDeployment: null, Alarms: not { IsWatched: false } }, ..];

    /// <returns>Null when there is nothing to watch. An alarm that does not exist is left out: it cannot trip.</returns>
    public async ValueTask<ImmutableDictionary<string, AlarmReading>?> ReadAsync(ServiceState service, CancellationToken ct)
    {
        if (!IsWatching(service) || service.DeploymentConfiguration.Alarms is not { } asked)
        {
            Forget(service.Key);
            return null;
        }

        if (rooms.GetService<ICloudWatch>() is not { } cloudWatch) return s_none;
        var answer = await cloudWatch.DescribeAlarmsAsync(
            new() { AlarmNames = asked.AlarmNames, AlarmTypes = [AlarmType.MetricAlarm, AlarmType.CompositeAlarm] }, service.Key.Cluster.Scope.AsService(), ct);
        var arns = (answer.MetricAlarms ?? []).Select(a => a.AlarmArn).Concat((answer.CompositeAlarms ?? []).Select(a => a.AlarmArn));
        _watched[service.Key] = arns.OfType<string>().ToImmutableHashSet(StringComparer.Ordinal);
        var metric = (answer.MetricAlarms ?? []).Select(a => (a.AlarmName, a.StateValue, Window: TimeSpan.FromSeconds((double)(a.Period ?? 0) * (a.EvaluationPeriods ?? 0))));
        var composite = (answer.CompositeAlarms ?? []).Select(a => (a.AlarmName, a.StateValue, Window: TimeSpan.Zero));
        return s_none.SetItems(metric.Concat(composite)
            .Select(a => new KeyValuePair<string, AlarmReading>(a.AlarmName ?? "", new AlarmReading(a.StateValue ?? StateValue.InsufficientData, a.Window))));
    }
}
