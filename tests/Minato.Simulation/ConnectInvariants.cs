using Minato.Contracts.Ecs;
using Minato.Ecs.State;
using Minato.Ecs.Tests.Services;
using Minato.Elb.State;
using Minato.Platform;
using Minato.Testing;

namespace Minato.Simulation;

/// <summary>What must hold of a name of Service Connect after every step of a world, whatever happens to its service.</summary>
internal sealed class ConnectInvariants
{
    private static readonly ServiceKey s_key = new(new ClusterKey(new AccountRegion(World.AccountId, "us-east-1"), "default"), "web");

    /// <summary>Longest that the name may lead elsewhere than to the tasks while the server runs.</summary>
    private static readonly TimeSpan s_lag = TimeSpan.FromSeconds(10);

    private Snapshot? _seen;
    private string? _mismatch;
    private TimeSpan _since;

    public static void Watch(ServiceWorld services) => services.World.Always(new ConnectInvariants().Violation);

    private string? Violation(World world)
    {
        Snapshot now;
        try
        {
            now = world.Store.Current;
        }
        catch (InvalidOperationException)
        {
            (_seen, _mismatch) = (null, null);
            return null; // The process is dead; nobody follows anything.
        }

        if (!ReferenceEquals(now, _seen))
        {
            var before = _mismatch;
            _mismatch = Mismatch(now);
            if (before is null) _since = world.Time.Elapsed;
            _seen = now;
            if (Doubled(now) is { } doubled) return doubled;
        }

        return _mismatch is not null && world.Time.Elapsed - _since > s_lag ? $"for {s_lag}: {_mismatch}" : null;
    }

    /// <summary>One name, one load balancer, and one target group for its port.</summary>
    private static string? Doubled(Snapshot now)
    {
        var balancers = now.All(ElbTables.Balancers).Count();
        var groups = now.All(ElbTables.Groups).Count();
        return balancers > 1 || groups > 1 ? $"{balancers} load balancers and {groups} target groups for one name" : null;
    }

    /// <summary>A task that runs takes connections, and nothing else does.</summary>
    private static string? Mismatch(Snapshot now)
    {
        var wanted = now.Where(EcsTables.TasksByService, s_key).Where(t => t is { IsStopWanted: false, LastStatus: TaskLastStatus.Running })
            .Select(t => t.Progress.Interface?.PrivateIp ?? "").ToHashSet(StringComparer.Ordinal);
        var starting = now.Where(EcsTables.TasksByService, s_key).Where(t => t is { IsStopWanted: false, LastStatus: TaskLastStatus.Activating })
            .Select(t => t.Progress.Interface?.PrivateIp ?? "");
        var there = now.All(ElbTables.Targets).Where(t => t.DrainUntil is null).Select(t => t.Key.Id).ToHashSet(StringComparer.Ordinal);
        if (now.Find(ServiceTables.Services, s_key) is not { Status: ServiceStatus.Active, Spec.Connect: not null }) wanted.Clear();
        var (missing, surplus) = (wanted.Except(there).ToArray(), there.Except(wanted).Except(starting).ToArray());
        return missing.Length + surplus.Length == 0 ? null : $"no target: [{string.Join(' ', missing)}], target of no task: [{string.Join(' ', surplus)}]";
    }
}
