using Minato.Contracts.Ecs;
using Minato.Ecs.State;
using Minato.Ecs.Tests.Services.Traffic;
using Minato.Elb.State;
using Minato.Platform;
using Minato.Testing;

namespace Minato.Simulation;

/// <summary>What must hold after every step while traffic is shifted.</summary>
internal sealed class ShiftInvariants(TrafficScene scene)
{
    private static readonly ServiceKey s_key = new(new ClusterKey(new AccountRegion(World.AccountId, "us-east-1"), "default"), "web");

    private readonly Dictionary<string, ServiceDeploymentStatus> _outcomes = new(StringComparer.Ordinal);
    private Snapshot? _seen;
    private Dictionary<string, double> _shares = new(StringComparer.Ordinal);

    public static void Watch(TrafficScene scene) => scene.World.Always(new ShiftInvariants(scene).Violation);

    private string? Violation(World world)
    {
        Snapshot now;
        try
        {
            now = world.Store.Current;
        }
        catch (InvalidOperationException)
        {
            return null; // The process is dead; nobody shifts anything.
        }

        if (ReferenceEquals(now, _seen)) return null;
        var before = _seen;
        _seen = now;
        if (now.Find(ServiceTables.Services, s_key) is not { } service) return null;
        return Weights(now, service) ?? BlueIsKept(before, service) ?? RolledBack(now);
    }

    /// <summary>A rule always shares out everything, and what gets more than before has a healthy task when the other has one.</summary>
    private string? Weights(Snapshot now, ServiceState service)
    {
        var groups = now.Find(ElbTables.Rules, scene.Production)?.Action.Forward?.Groups ?? [];
        var sum = groups.Sum(g => g.Weight);
        if (sum is not (100 or 1000 or 1)) return $"weights add to {sum}";
        var (before, shares) = (_shares, groups.ToDictionary(g => g.GroupArn, g => 1.0 * g.Weight / sum, StringComparer.Ordinal));
        _shares = shares;
        foreach (var (group, share) in shares)
        {
            if (share <= before.GetValueOrDefault(group) || service.DesiredCount == 0 || IsServed(now, group)) continue;
            if (shares.Keys.Any(g => g != group && IsServed(now, g))) return $"{group} was given more traffic without a healthy task";
        }

        return null;
    }

    private static bool IsServed(Snapshot now, string group) => now.Where(ServiceTables.ServiceTasksByService, s_key).Any(m =>
        m is { WasHealthy: true, ToldUnhealthy: false }
        && now.Find(EcsTables.Tasks, m.Key) is { IsStopWanted: false } task
        && task.LoadBalancers.Any(b => b.TargetGroupArn == group));

    /// <summary>While green is not over its bake time, blue is asked for in full.</summary>
    private static string? BlueIsKept(Snapshot? before, ServiceState service)
    {
        if (service is not { Status: ServiceStatus.Active, Deployments: [{ Traffic: { Stage: not (null or TrafficStage.CleanUp), SourceId: { } source, StartedAt: not null } }, ..] }) return null;
        var blue = service.Deployments.FirstOrDefault(d => d.Id == source);
        if (blue is null) return "blue was forgotten during a shift";
        var wanted = before?.Find(ServiceTables.Services, s_key)?.DesiredCount;
        return blue.DesiredCount == service.DesiredCount || blue.DesiredCount == wanted || wanted != service.DesiredCount
            ? null : $"blue is kept at {blue.DesiredCount} of {service.DesiredCount}";
    }

    /// <summary>A rollback that succeeded has given blue everything; an outcome on record stays as it is.</summary>
    private string? RolledBack(Snapshot now)
    {
        foreach (var record in now.Where(ServiceTables.ServiceDeploymentsByService, s_key))
        {
            if (_outcomes.TryGetValue(record.Key.Id, out var was) && was != record.Status) return $"{record.Key.Id} ended as {was} and now is {record.Status}";
            if (!record.IsOver || !_outcomes.TryAdd(record.Key.Id, record.Status)) continue;
            if (record is { Status: ServiceDeploymentStatus.RollbackSuccessful, TrafficAtEnd: { ProductionPercent: > 0 } left })
                return $"a rollback ended with green at {left.ProductionPercent}";
        }

        return null;
    }
}
