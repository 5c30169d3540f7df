using System.Collections.Concurrent;
using System.Collections.Immutable;
using Microsoft.Extensions.DependencyInjection;
using Minato.Aws;
using Minato.Contracts.ElasticLoadBalancingV2;
using Minato.Ecs.State;
using Minato.Platform;
using TargetReadings = System.Collections.Immutable.ImmutableDictionary<string, System.Collections.Immutable.ImmutableDictionary<(string, int), Minato.Contracts.ElasticLoadBalancingV2.TargetHealth>>;

namespace Minato.Ecs.Reconcile;

/// <summary>
/// Target health as the scheduler last read it, one reading a target group. A hint makes a reading old at once; without hints it
/// gets old by itself, so that a lost one costs seconds.
/// </summary>
internal sealed class ServiceTargetHealth(IServiceProvider rooms, TimeProvider clock, IWorkQueue<ServiceKey> queue)
{
    public static readonly TimeSpan GoodFor = TimeSpan.FromSeconds(5);

    private static readonly TargetReadings s_none = TargetReadings.Empty;
    private readonly ConcurrentDictionary<string, Reading> _readings = new(StringComparer.Ordinal);

    /// <summary>The target group changed: whoever uses it looks again.</summary>
    public void Changed(string targetGroup)
    {
        if (!_readings.TryGetValue(targetGroup, out var reading)) return;
        reading.IsOld = true;
        foreach (var service in reading.Users.Keys) queue.Enqueue(service);
    }

    /// <returns>Targets by target group; a group that is not there any more has no entry.</returns>
    public async ValueTask<TargetReadings> ReadAsync(ServiceKey service, IEnumerable<string> targetGroups, CancellationToken ct)
    {
        var all = s_none;
        foreach (var group in targetGroups)
        {
            var reading = _readings.GetOrAdd(group, _ => new());
            reading.Users.TryAdd(service, 0);
            if (await ReadAsync(reading, group, service.Cluster.Scope, ct) is { } targets) all = all.SetItem(group, targets);
        }

        return all;
    }

    public void Forget(ServiceKey service)
    {
        foreach (var (group, reading) in _readings)
        {
            if (reading.Users.TryRemove(service, out _) && reading.Users.IsEmpty) _readings.TryRemove(group, out _);
        }
    }

    private async ValueTask<ImmutableDictionary<(string, int), TargetHealth>?> ReadAsync(
        Reading reading, string group, AccountRegion scope, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        if (!reading.IsOld && reading.Last is { } last && now - last.At < GoodFor) return last.Targets;
        reading.IsOld = false; // Before the call: a hint that comes during it counts.
        var targets = await DescribeAsync(group, scope, ct);
        reading.Last = new(targets, now);
        return targets;
    }

    private async ValueTask<ImmutableDictionary<(string, int), TargetHealth>?> DescribeAsync(string group, AccountRegion scope, CancellationToken ct)
    {
        var none = ImmutableDictionary<(string, int), TargetHealth>.Empty;
        if (rooms.GetService<IElasticLoadBalancingV2>() is not { } elb) return none;
        try
        {
            var answer = await elb.DescribeTargetHealthAsync(new() { TargetGroupArn = group }, scope.AsService(), ct);
            foreach (var target in answer.TargetHealthDescriptions ?? [])
            {
                if (target is { Target: { } of, TargetHealth: { } health }) none = none.SetItem((of.Id, of.Port ?? 0), health);
            }
        }
        catch (AwsException e) when (e.IsClientFault)
        {
            return null; // The target group was deleted under the service.
        }

        return none;
    }

    private sealed class Reading
    {
        public volatile bool IsOld = true;

        public ConcurrentDictionary<ServiceKey, byte> Users { get; } = new();

        /// <summary>Replaced as a whole: services that share a target group read it at the same time.</summary>
        public Answered? Last { get; set; }
    }

    private sealed record Answered(ImmutableDictionary<(string, int), TargetHealth>? Targets, DateTimeOffset At);
}
