using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Minato.Elb.Planning;
using Minato.Elb.State;
using Minato.Engines.Proxy;
using Minato.Platform;

namespace Minato.Elb.Reconcile;

/// <summary>The health checker: probes each target on its own fixed schedule and writes what changes.</summary>
internal sealed partial class HealthReconciler(
    Store store, IHealthProber prober, TimeProvider clock, Hints hints, FunctionTraffic functions, ILogger<HealthReconciler> log) : IReconciler<TargetKey>
{
    private readonly ConcurrentDictionary<TargetKey, ProbeProgress> _progress = new();

    public async ValueTask<Next> ReconcileAsync(TargetKey key, CancellationToken ct)
    {
        if (TargetView.Read(store.Current, key) is not { } view)
        {
            _progress.TryRemove(key, out _);
            return Next.Done;
        }
        switch (HealthPlanner.Plan(view, _progress.GetValueOrDefault(key), clock.GetUtcNow()))
        {
            case HealthStep.Wait(var progress):
                _progress[key] = progress;
                return Next.At(progress.NextAt);
            case HealthStep.Probe(var request, var progress):
                return await ProbeAsync(view, request, progress, ct);
            default:
                _progress.TryRemove(key, out _);
                if (view.Health is not null && view.Target.DrainUntil is null) await ForgetAsync(key, ct);
                return Next.Done;
        }
    }

    private async ValueTask<Next> ProbeAsync(TargetView view, ProbeRequest request, ProbeProgress progress, CancellationToken ct)
    {
        var outcome = view.Group.IsFunction ? await functions.ProbeAsync(view, ct) : await prober.ProbeAsync(request, ct);
        var (health, next) = HealthPlanner.After(view, progress, outcome, clock.GetUtcNow());
        _progress[view.Target.Key] = next;
        if (health != view.Health) await WriteAsync(view, health, ct);
        return Next.At(next.NextAt);
    }

    private async ValueTask WriteAsync(TargetView view, HealthState health, CancellationToken ct)
    {
        var written = await store.UpdateAsync(tx =>
        {
            // Deregistered or registered anew while it was asked: the answer is about a target that is no more.
            if (tx.Find(ElbTables.Targets, health.Key) is not { DrainUntil: null } target || target.RegisteredAt != health.RegisteredAt) return false;
            tx.Put(ElbTables.Health, BeginsSlowly(tx, view, health) ? health with { SlowStartAt = clock.GetUtcNow() } : health);
            return true;
        }, ct);
        if (!written) return;
        LogChanged(health.Key, view.Health?.Status ?? HealthStatus.Initial, health.Status, health.Description ?? "it answers");
        hints.Publish(ElbRoom.TargetHealthTopic, health.Key.GroupArn);
    }

    private bool BeginsSlowly(Transaction tx, TargetView view, HealthState health)
    {
        if (health.Status is not HealthStatus.Healthy || SlowStart.DurationOf(view.Group) == TimeSpan.Zero) return false;
        var others = tx.Keys(ElbTables.TargetsByGroup, health.Key.GroupArn).Where(k => k != health.Key).Select(k => tx.Find(ElbTables.Health, k)).OfType<HealthState>();
        return SlowStart.Applies(view.Group, others, clock.GetUtcNow());
    }

    /// <summary>A target that is in use again begins anew.</summary>
    private async ValueTask ForgetAsync(TargetKey key, CancellationToken ct)
    {
        await store.UpdateAsync(tx => { tx.Delete(ElbTables.Health, key); }, ct);
        hints.Publish(ElbRoom.TargetHealthTopic, key.GroupArn);
    }

    [LoggerMessage(2301, LogLevel.Information, "Target {Target} was {Before} and is {After} ({Description})")]
    private partial void LogChanged(TargetKey target, HealthStatus before, HealthStatus after, string description);
}
