using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Minato.Ecs.Planning.Services;
using Minato.Ecs.Planning.Services.Traffic;
using Minato.Ecs.State;
using Minato.Platform;

namespace Minato.Ecs.Reconcile;

/// <summary>Brings a service to its desired count and its deployments to their end: read, plan, apply.</summary>
internal sealed partial class ServiceReconciler(
    Store store, TimeProvider clock, Ids ids, ServiceTargetHealth targetHealth, ServiceSubnets subnets, PlacementBook placement,
    ListenerRules rules, LifecycleHookBoard hooks, ServiceAlarms alarms, ImageAdmission admission, ILogger<ServiceReconciler> log)
    : IReconciler<ServiceKey>
{
    /// <summary>An INACTIVE service is still described for this long.</summary>
    private static readonly TimeSpan s_inactiveKept = TimeSpan.FromHours(1);

    /// <summary>Between looks at target health that hints should have told of; longer once everything is healthy.</summary>
    private static readonly TimeSpan s_healthLook = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan s_quietLook = TimeSpan.FromSeconds(30);

    /// <summary>Until a task that no container instance could take is tried again.</summary>
    private static readonly TimeSpan s_placementRetry = TimeSpan.FromSeconds(10);

    private static readonly TimeSpan s_namesLook = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan s_namesAwaited = TimeSpan.FromSeconds(20);

    public async ValueTask<Next> ReconcileAsync(ServiceKey key, CancellationToken ct)
    {
        if (store.Current.Find(ServiceTables.Services, key) is not { } service) return Next.Done;
        if (service is { Status: ServiceStatus.Inactive, InactiveAt: { } since }) return await PurgeAsync(service, since, ct);

        if (AwaitsNames(store.Current, service)) return Next.After(s_namesLook);
        var groups = service.Deployments.SelectMany(d => d.Balancers).Select(b => b.TargetGroupArn).OfType<string>().ToHashSet(StringComparer.Ordinal);
        var health = await targetHealth.ReadAsync(key, groups, ct);
        var zones = await subnets.ZonesAsync(Subnets(service), key.Cluster.Scope, ct);
        var traffic = await rules.ReadAsync(service.Deployments.FirstOrDefault(), key.Cluster.Scope, ct);
        var alarmed = await alarms.ReadAsync(service, ct);
        var verdict = await admission.AskAsync(store.Current, service, ct);
        var now = clock.GetUtcNow();
        if (ServiceReading.Of(store.Current, key, health, zones, now) is not { } read) return Next.Done;
        var reading = read with
        {
            View = read.View with
            {
                Rules = traffic, HookAnswers = hooks.Answers(key), HooksInFlight = hooks.InFlight(key),
                AlarmReadings = alarmed, Gate = verdict,
                MissingGroups = [.. groups.Where(g => !health.ContainsKey(g))],
            },
        };
        var plan = ServicePlanner.Plan(reading.View, now);
        var isUnplaced = false;
        if (ServiceApplication.IsNews(store.Current, reading.Service, plan, now))
        {
            var application = new ServiceApplication(reading, plan, placement, ids, now);
            isUnplaced = await store.UpdateAsync(application.Apply, ct);
            Report(key, plan);
        }

        var isShifted = await CarryOutAsync(key, plan, ct);
        if (plan.Status == ServiceStatus.Inactive) Forget(key);
        var next = isShifted ? Next.Soon : plan.WakeAt is { } at ? Next.At(at) : Next.Done;
        if (alarmed is not null) next = Next.Earlier(next, Next.After(ServiceAlarms.Look), now);
        if (LookAgain(reading.View, plan) is { } look) next = Next.Earlier(next, Next.After(look), now);
        return isUnplaced ? Next.Earlier(next, Next.After(s_placementRetry), now) : next;
    }

    /// <summary>The names that its first task is to know have no address yet. Not for long: a task is worth more than a name.</summary>
    private bool AwaitsNames(IReadState state, ServiceState service)
    {
        if (service.Deployments is not [{ IsTakenUp: false, Connect: { } connect } primary, ..]) return false;
        if (clock.GetUtcNow() - primary.CreatedAt > s_namesAwaited) return false;
        var known = ConnectTables.Hosts(state, connect).Select(h => h.Name).ToHashSet(StringComparer.Ordinal);
        return connect.Names.Any(n => !known.Contains(n));
    }

    /// <summary>What a plan asks of others, once it is on record.</summary>
    /// <returns>Whether listener rules were changed.</returns>
    private async ValueTask<bool> CarryOutAsync(ServiceKey key, ServicePlan plan, CancellationToken ct)
    {
        foreach (var hook in plan.Answered) hooks.Forget(hook);
        if (plan.Deployments is [{ Traffic: { } traffic } green, ..])
        {
            var blue = plan.Deployments.FirstOrDefault(d => d.Id == traffic.SourceId);
            foreach (var hook in plan.Calls) hooks.Call(key, hook, HookPayload.Of(key, green, blue, hook));
        }

        return plan.Shifts.Length > 0 && await rules.WriteAsync(plan.Shifts, key.Cluster.Scope, ct);
    }

    private void Forget(ServiceKey service)
    {
        targetHealth.Forget(service);
        hooks.Forget(service);
        alarms.Forget(service);
    }

    private static ImmutableArray<string> Subnets(ServiceState service) =>
        [.. service.Deployments.SelectMany(d => d.Spec.NetworkConfiguration?.AwsvpcConfiguration?.Subnets ?? []).Distinct(StringComparer.Ordinal)];

    private static TimeSpan? LookAgain(ServiceView view, ServicePlan plan)
    {
        if (view.Deployments is [var primary, ..] && TrafficPlanner.IsOn(primary)) return s_healthLook;
        if (!view.Tasks.Any(t => t is { Status: TaskLastStatus.Running, Targets.IsEmpty: false })) return null;
        return plan.SteadySince is null ? s_healthLook : s_quietLook;
    }

    private async ValueTask<Next> PurgeAsync(ServiceState service, DateTimeOffset since, CancellationToken ct)
    {
        if (clock.GetUtcNow() < since + s_inactiveKept) return Next.At(since + s_inactiveKept);
        await store.UpdateAsync(ecs =>
        {
            ecs.Expect(ServiceTables.Services, service.Key, service);
            ecs.Delete(ServiceTables.Services, service.Key);
            foreach (var old in ecs.Keys(ServiceTables.EventsByService, service.Key).ToArray()) ecs.Delete(ServiceTables.Events, old);
        }, ct);
        return Next.Done;
    }

    private void Report(ServiceKey key, ServicePlan plan)
    {
        if (plan.Starts.Length + plan.Stops.Length > 0) LogMoved(key, plan.Starts.Length, plan.Stops.Length);
        foreach (var outcome in plan.Outcomes) LogOutcome(key, outcome.ServiceDeploymentId, outcome.Status);
    }

    [LoggerMessage(2101, LogLevel.Information, "Service {Service}: {Starts} tasks started, {Stops} told to stop")]
    private partial void LogMoved(ServiceKey service, int starts, int stops);

    [LoggerMessage(2102, LogLevel.Information, "Service {Service}: service deployment {Deployment} is {Status}")]
    private partial void LogOutcome(ServiceKey service, string deployment, Contracts.Ecs.ServiceDeploymentStatus status);
}
