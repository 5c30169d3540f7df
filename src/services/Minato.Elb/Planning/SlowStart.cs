using Minato.Elb.State;
using Minato.Engines.Proxy;

namespace Minato.Elb.Planning;

/// <summary>A target that became healthy gets a share that grows evenly until it is whole.</summary>
internal static class SlowStart
{
    public static TimeSpan DurationOf(TargetGroupState group) => Attributes.Seconds(Attributes.Group, group.Attributes, "slow_start.duration_seconds");

    /// <summary>
    /// Whether a target that becomes healthy now begins slowly. AWS: only while another one can carry what it does not: the first targets of a
    /// group begin with all of their share.
    /// </summary>
    public static bool Applies(TargetGroupState group, IEnumerable<HealthState> others, DateTimeOffset now) =>
        DurationOf(group) is var duration && duration > TimeSpan.Zero
        && others.Any(h => h.Status is HealthStatus.Healthy && (h.SlowStartAt is not { } since || since + duration <= now));

    public static int WeightOf(HealthState? health, TargetGroupState group, DateTimeOffset now)
    {
        if (health is not { Status: HealthStatus.Healthy, SlowStartAt: { } since } || DurationOf(group) is not { Ticks: > 0 } duration) return ProxyServer.FullWeight;
        return (int)Math.Clamp((now - since) / duration * ProxyServer.FullWeight, 1, ProxyServer.FullWeight);
    }
}
