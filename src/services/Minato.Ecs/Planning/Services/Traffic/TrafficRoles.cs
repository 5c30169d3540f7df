using System.Collections.Immutable;
using Minato.Contracts.Ecs;
using Minato.Ecs.State;

namespace Minato.Ecs.Planning.Services.Traffic;

/// <summary>Who is blue when a deployment begins, and which target group of each pair the new one takes.</summary>
internal static class TrafficRoles
{
    /// <summary>A deployment with its place in the traffic.</summary>
    /// <param name="deployment">The new one.</param>
    /// <param name="older">Those before it, newest first.</param>
    public static DeploymentState Cast(DeploymentState deployment, ImmutableArray<DeploymentState> older, DeploymentConfiguration configuration)
    {
        var source = Source(older);
        var isShifting = IsShifting(configuration);
        var isUnfinished = older is [{ Rollout: not DeploymentRolloutState.Completed, Traffic.Stage: not null }, ..];
        return deployment with
        {
            TargetGroups = Groups(deployment.Spec, source, isShifting),
            // A rolling update behind an unfinished shift first has to give blue its traffic back.
            Traffic = !isShifting && !isUnfinished ? null : new()
            {
                Configuration = configuration,
                SourceId = source?.Id,
                Stage = TrafficStage.ReconcileService,
                Rules = older is [{ Traffic: { } before }, ..] ? before.Rules : [],
            },
        };
    }

    public static bool IsShifting(DeploymentConfiguration configuration) => configuration.Strategy is not (null or DeploymentStrategy.Rolling);

    /// <summary>Target group of each load balancer that serves what came before the deployment.</summary>
    public static string? BlueGroup(DeploymentState green, DeploymentState? blue, int balancer)
    {
        var asked = green.Spec.LoadBalancers[balancer];
        if (blue is not null && balancer < blue.Balancers.Length) return blue.Balancers[balancer].TargetGroupArn;
        return green.Balancers[balancer].TargetGroupArn == asked.TargetGroupArn ? asked.AdvancedConfiguration?.AlternateTargetGroupArn : asked.TargetGroupArn;
    }

    /// <summary>The deployment that serves: of one that was not finished, the one it was to take over from.</summary>
    private static DeploymentState? Source(ImmutableArray<DeploymentState> older)
    {
        if (older is not [var newest, ..]) return null;
        if (newest.Rollout == DeploymentRolloutState.Completed) return newest;
        // Nothing leads back from CLEAN_UP: the tasks of the one before are told to stop there.
        if (newest.Traffic is { Stage: TrafficStage.CleanUp, IsGoingBack: false }) return newest;
        if (newest.Traffic is { Stage: not null } shifting)
            return older.FirstOrDefault(d => d.Id == shifting.SourceId) ?? (shifting.ProductionPercent >= TrafficSteps.All ? newest : null);
        return older.FirstOrDefault(d => d.Rollout == DeploymentRolloutState.Completed) ?? (newest.RunningCount > 0 ? newest : null);
    }

    private static ImmutableArray<string> Groups(ServiceSpec spec, DeploymentState? source, bool isShifting)
    {
        // Without pairs there is nothing to choose.
        if (spec.LoadBalancers.All(b => b.AdvancedConfiguration?.AlternateTargetGroupArn is null)) return [];
        var serving = source?.Balancers.Select(b => b.TargetGroupArn).ToImmutableHashSet(StringComparer.Ordinal) ?? [];
        return [.. spec.LoadBalancers.Select(b => Group(b, serving, isShifting))];
    }

    private static string Group(LoadBalancer balancer, ImmutableHashSet<string?> serving, bool isShifting)
    {
        var first = balancer.TargetGroupArn ?? "";
        if (balancer.AdvancedConfiguration?.AlternateTargetGroupArn is not { } alternate) return first;
        var takesAlternate = isShifting ? serving.Contains(first) : serving.Contains(alternate);
        return takesAlternate ? alternate : first;
    }
}
