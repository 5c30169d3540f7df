using System.Collections.Immutable;
using Minato.Elb.State;
using Minato.Engines.Proxy;

namespace Minato.Elb.Planning;

/// <summary>What a healthy target made of the requests of a while.</summary>
internal sealed record TargetErrors(TargetKey Key, DateTimeOffset RegisteredAt, long Requests, long Errors)
{
    public double Rate => Requests == 0 ? 0 : (double)Errors / Requests;
}

/// <summary>
/// Finds the targets of a group that fail where the others do not, and takes traffic from them step by step. AWS says that it does so (errors of
/// the target and connections that fail, among three healthy targets at least), and not when: the numbers are Minato's own.
/// </summary>
internal static class AnomalyPlanner
{
    private const int FewestTargets = 3; // AWS.
    private const int FewestRequests = 10;
    private const int LeastWeight = 5;
    private const double LeastRate = 0.1;
    private const double TimesOthers = 2;

    /// <returns>Every target that does not have its whole share, or should not.</returns>
    public static ImmutableArray<AnomalyState> Plan(IReadOnlyList<TargetErrors> targets, Func<TargetKey, AnomalyState?> before)
    {
        if (targets.Count < FewestTargets) return [];
        var (requests, errors) = (targets.Sum(t => t.Requests), targets.Sum(t => t.Errors));
        return [.. targets.Select(t => Next(t, IsAnomalous(t, requests - t.Requests, errors - t.Errors), before(t.Key))).OfType<AnomalyState>()];
    }

    /// <summary>Where the others fail as much, it is not the target.</summary>
    private static bool IsAnomalous(TargetErrors target, long requestsOfOthers, long errorsOfOthers) =>
        target.Requests >= FewestRequests && target.Rate >= LeastRate
        && requestsOfOthers > 0 && target.Rate >= TimesOthers * ((double)errorsOfOthers / requestsOfOthers);

    private static AnomalyState? Next(TargetErrors target, bool isAnomalous, AnomalyState? before)
    {
        var weight = before?.RegisteredAt == target.RegisteredAt ? before.Weight : ProxyServer.FullWeight;
        if (isAnomalous) return new(target.Key, target.RegisteredAt, Math.Max(LeastWeight, weight / 2), true);
        return weight * 2 >= ProxyServer.FullWeight ? null : new(target.Key, target.RegisteredAt, weight * 2, false);
    }
}
