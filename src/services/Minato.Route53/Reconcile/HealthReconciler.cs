using Microsoft.Extensions.Logging;
using Minato.Aws;
using Minato.Contracts.CloudWatch;
using Minato.Contracts.Route53;
using Minato.Engines.Dns;
using Minato.Platform;
using Minato.Route53.Planning;
using Minato.Route53.State;

namespace Minato.Route53.Reconcile;

internal sealed record CheckKey(string Id);

/// <summary>Finds out how a health check stands: probes on a schedule, alarms, and what children say. Writes what changes.</summary>
internal sealed partial class HealthReconciler(
    Store store, IEndpointProber prober, AnswersPublisher answers, HealthBoard board, TimeProvider clock, ILogger<HealthReconciler> log, ICloudWatch? alarms = null) : IReconciler<CheckKey>
{
    private static readonly TimeSpan s_alarmsEvery = TimeSpan.FromSeconds(10);

    public async ValueTask<Next> ReconcileAsync(CheckKey key, CancellationToken ct)
    {
        var state = store.Current;
        if (state.Find(Route53Tables.HealthChecks, key.Id) is not { } check)
        {
            board.Forget(key.Id);
            return Next.Done;
        }

        if (check.Config.Disabled == true)
        {
            board.Forget(key.Id);
            await WriteAsync(check, true, ct);
            return Next.Done;
        }

        switch (check.Config.Type)
        {
            case HealthCheckType.Calculated:
                await WriteAsync(check, HealthPlanner.Calculated(check.Config, id => state.Find(Route53Tables.HealthStatuses, id)?.IsHealthy ?? true), ct);
                return Next.Done;
            case HealthCheckType.CloudwatchMetric:
                await WriteAsync(check, HealthPlanner.OfAlarm(check.Config, await AlarmAsync(check, ct), WasWell(state, check)), ct);
                return Next.After(s_alarmsEvery);
            default:
                return await ProbeAsync(check, ct);
        }
    }

    private async ValueTask<Next> ProbeAsync(HealthCheckState check, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var progress = board.Find(check.Id);
        if (progress is null || progress.Version != check.Version) progress = CheckProgress.Begin(check.Version, now);
        if (progress.NextAt > now) return Next.At(progress.NextAt);
        var outcome = await prober.ProbeAsync(HealthPlanner.ProbeOf(check.Config, answers.AddressOf(check.Config.FullyQualifiedDomainName)), ct);
        var (next, isWell) = HealthPlanner.After(progress, outcome, check.Config, clock.GetUtcNow());
        board.Put(check.Id, next);
        if (isWell is { } verdict) await WriteAsync(check, verdict, ct);
        return Next.At(next.NextAt);
    }

    private async ValueTask<StateValue?> AlarmAsync(HealthCheckState check, CancellationToken ct)
    {
        if (alarms is null || check.Config.AlarmIdentifier is not { } alarm) return null;
        var answer = await alarms.DescribeAlarmsAsync(new() { AlarmNames = [alarm.Name] },
            Caller.ForService(check.AccountId, alarm.Region.ToWire(), "route53.amazonaws.com"), ct);
        return answer.MetricAlarms is [var found, ..] ? found.StateValue : answer.CompositeAlarms is [var composite, ..] ? composite.StateValue : null;
    }

    private static bool WasWell(IReadState state, HealthCheckState check) =>
        state.Find(Route53Tables.HealthStatuses, check.Id) is not { } status || status.IsHealthy != (check.Config.Inverted == true);

    private async ValueTask WriteAsync(HealthCheckState check, bool isWell, CancellationToken ct)
    {
        var verdict = HealthPlanner.Verdict(check.Config, isWell);
        if (store.Current.Find(Route53Tables.HealthStatuses, check.Id)?.IsHealthy == verdict) return;
        var isWritten = await store.UpdateAsync(tx =>
        {
            // Deleted or changed while it was asked: the answer is about another check.
            if (tx.Find(Route53Tables.HealthChecks, check.Id)?.Version != check.Version) return false;
            tx.Put(Route53Tables.HealthStatuses, new HealthStatusState(check.Id, verdict));
            return true;
        }, ct);
        if (isWritten) LogChanged(check.Id, verdict ? "healthy" : "unhealthy");
    }

    [LoggerMessage(2811, LogLevel.Information, "Health check {Check} is {Status}")]
    private partial void LogChanged(string check, string status);
}

internal sealed record ParentsKey
{
    public static readonly ParentsKey Only = new();
}

/// <summary>What a health check says concerns those that are calculated from it.</summary>
internal sealed class ParentsReconciler(Store store, IWorkQueue<CheckKey> checks) : IReconciler<ParentsKey>
{
    public ValueTask<Next> ReconcileAsync(ParentsKey key, CancellationToken ct)
    {
        foreach (var id in store.Current.Keys(Route53Tables.CalculatedChecks, true)) checks.Enqueue(new(id));
        return ValueTask.FromResult(Next.Done);
    }
}
