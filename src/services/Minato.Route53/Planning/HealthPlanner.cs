using System.Collections.Immutable;
using Minato.Contracts.CloudWatch;
using Minato.Contracts.Route53;
using Minato.Engines.Dns;

namespace Minato.Route53.Planning;

/// <summary>What the checker last heard.</summary>
internal sealed record Observation(DateTimeOffset At, string Detail);

/// <summary>Where the checker stands with an endpoint. Not stored: a restart counts from nothing again, and keeps the last verdict.</summary>
/// <param name="Streak">Results in a row: above 0 when they were good, below when not.</param>
internal sealed record CheckProgress(long Version, DateTimeOffset NextAt, int Streak, Observation? Last, Observation? LastFailure)
{
    public static CheckProgress Begin(long version, DateTimeOffset now) => new(version, now, 0, null, null);
}

/// <summary>The rules of Route 53's health checks.</summary>
internal static class HealthPlanner
{
    /// <returns>Progress with the next probe on its schedule, and whether the endpoint is now well; null while that is undecided.</returns>
    public static (CheckProgress Progress, bool? IsWell) After(CheckProgress progress, EndpointOutcome outcome, HealthCheckConfig config, DateTimeOffset now)
    {
        var isWell = outcome is EndpointOutcome.Well;
        var streak = isWell ? Math.Max(progress.Streak, 0) + 1 : Math.Min(progress.Streak, 0) - 1;
        var seen = new Observation(now, outcome switch { EndpointOutcome.Well well => well.Detail, EndpointOutcome.Ill ill => ill.Detail, _ => "" });
        var interval = TimeSpan.FromSeconds(config.RequestInterval ?? 30);
        var late = now - progress.NextAt;
        var ticks = late < TimeSpan.Zero ? 1 : (long)(late / interval) + 1; // What was missed is not made up for.
        var next = progress with { NextAt = progress.NextAt + (interval * ticks), Streak = streak, Last = seen, LastFailure = isWell ? progress.LastFailure : seen };
        return (next, Math.Abs(streak) >= (config.FailureThreshold ?? 3) ? isWell : null);
    }

    /// <summary>AWS: an inverted check says the contrary; a disabled one is well (inverted: not).</summary>
    public static bool Verdict(HealthCheckConfig config, bool isWell) => (config.Disabled == true || isWell) != (config.Inverted == true);

    /// <summary>AWS: a threshold of 0 is always reached, one above the number of children never.</summary>
    public static bool Calculated(HealthCheckConfig config, Func<string, bool> isHealthy) =>
        (config.ChildHealthChecks ?? []).Count(isHealthy) >= (config.HealthThreshold ?? 0);

    /// <param name="state">Null when there is no such alarm.</param>
    public static bool OfAlarm(HealthCheckConfig config, StateValue? state, bool last) => state switch
    {
        StateValue.Ok => true,
        StateValue.Alarm => false,
        _ => config.InsufficientDataHealthStatus switch
        {
            InsufficientDataHealthStatus.Healthy => true,
            InsufficientDataHealthStatus.Unhealthy => false,
            _ => last,
        },
    };

    public static EndpointProbe ProbeOf(HealthCheckConfig config, string? address) => new(
        config.IPAddress ?? address ?? config.FullyQualifiedDomainName ?? "", config.Port ?? 80, HealthCheckRules.IsTls(config.Type), config.EnableSNI ?? false,
        config.FullyQualifiedDomainName, HealthCheckRules.IsHttp(config.Type) ? PathOf(config) : null, HealthCheckRules.IsMatch(config.Type) ? config.SearchString : null);

    private static string PathOf(HealthCheckConfig config) => config.ResourcePath is { Length: > 0 } path ? path.StartsWith('/') ? path : "/" + path : "/";
}
