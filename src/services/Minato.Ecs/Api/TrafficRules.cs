using System.Collections.Immutable;
using Minato.Contracts.Ecs;
using Minato.Ecs.Planning.Services.Traffic;

namespace Minato.Ecs.Api;

/// <summary>What BLUE_GREEN, LINEAR and CANARY ask of their parameters.</summary>
internal static class TrafficRules
{
    private const int MostMinutes = 1440;
    private const int MostPauseMinutes = 20160;
    private const int MostHooksOfAKind = 10;
    private static readonly (double Least, double Most) s_linear = (3, 100);
    private static readonly (double Least, double Most) s_canary = (0.1, 100);

    /// <summary>What was asked on top of what there is, of all that only traffic knows.</summary>
    public static DeploymentConfiguration Merge(DeploymentConfiguration merged, DeploymentConfiguration? old, DeploymentConfiguration? asked)
    {
        var isSame = old is null || (old.Strategy ?? DeploymentStrategy.Rolling) == merged.Strategy;
        return merged with
        {
            BakeTimeInMinutes = asked?.BakeTimeInMinutes ?? (isSame ? old?.BakeTimeInMinutes : null)
                ?? (merged.Strategy == DeploymentStrategy.BlueGreen ? null : 0),
            LifecycleHooks = asked?.LifecycleHooks ?? old?.LifecycleHooks,
            LinearConfiguration = merged.Strategy == DeploymentStrategy.Linear ? asked?.LinearConfiguration ?? old?.LinearConfiguration ?? new() : null,
            CanaryConfiguration = merged.Strategy == DeploymentStrategy.Canary ? asked?.CanaryConfiguration ?? old?.CanaryConfiguration ?? new() : null,
        };
    }

    public static void Check(DeploymentConfiguration merged, DeploymentConfiguration? asked)
    {
        if (merged.BakeTimeInMinutes is null)
            throw new InvalidParameterException("bakeTimeInMinutes must be specified for services with the BLUE_GREEN deployment strategy.");
        CheckMinutes(merged.BakeTimeInMinutes, "bakeTimeInMinutes", 0, MostMinutes);
        if (asked?.LinearConfiguration is not null && merged.Strategy != DeploymentStrategy.Linear)
            throw new InvalidParameterException("linearConfiguration can only be specified with the LINEAR deployment strategy.");
        if (asked?.CanaryConfiguration is not null && merged.Strategy != DeploymentStrategy.Canary)
            throw new InvalidParameterException("canaryConfiguration can only be specified with the CANARY deployment strategy.");
        if (asked?.LifecycleHooks is { Length: > 0 } && !TrafficRoles.IsShifting(merged))
            throw new InvalidParameterException("Lifecycle hooks can only be specified with the BLUE_GREEN, LINEAR and CANARY deployment strategies.");
        CheckPercent(merged.LinearConfiguration?.StepPercent, "stepPercent", s_linear);
        CheckMinutes(merged.LinearConfiguration?.StepBakeTimeInMinutes, "stepBakeTimeInMinutes", 0, MostMinutes);
        CheckPercent(merged.CanaryConfiguration?.CanaryPercent, "canaryPercent", s_canary);
        CheckMinutes(merged.CanaryConfiguration?.CanaryBakeTimeInMinutes, "canaryBakeTimeInMinutes", 0, MostMinutes);
        CheckHooks(merged.LifecycleHooks ?? []);
    }

    public static void Check(DeploymentConfiguration configuration, SchedulingStrategy? scheduling, DeploymentControllerType? controller)
    {
        if (!TrafficRoles.IsShifting(configuration)) return;
        if (scheduling == SchedulingStrategy.Daemon)
            throw new InvalidParameterException($"The {configuration.Strategy?.ToWire()} deployment strategy is not supported with the DAEMON scheduling strategy.");
        if (controller is not (null or DeploymentControllerType.Ecs))
            throw new InvalidParameterException($"The {configuration.Strategy?.ToWire()} deployment strategy is only supported with the ECS deployment controller.");
    }

    /// <summary>Every load balancer of a service that shifts traffic needs a pair of target groups and a rule.</summary>
    public static void Check(DeploymentConfiguration configuration, ImmutableArray<LoadBalancer> balancers)
    {
        if (!TrafficRoles.IsShifting(configuration)) return;
        var strategy = configuration.Strategy?.ToWire();
        if (balancers.IsEmpty && configuration.Strategy != DeploymentStrategy.BlueGreen)
            throw new InvalidParameterException($"The {strategy} deployment strategy requires at least one load balancer.");
        foreach (var advanced in balancers.Select(b => b.AdvancedConfiguration))
        {
            if (advanced is null) throw new InvalidParameterException($"advancedConfiguration is required on each load balancer when using the {strategy} deployment strategy.");
            Demand(advanced.AlternateTargetGroupArn, "alternateTargetGroupArn");
            Demand(advanced.ProductionListenerRule, "productionListenerRule");
            Demand(advanced.RoleArn, "roleArn");
        }

        if (balancers.Any(b => b.TargetGroupArn == b.AdvancedConfiguration?.AlternateTargetGroupArn))
            throw new InvalidParameterException("targetGroupArn and alternateTargetGroupArn must be different target groups.");
        if (balancers.Any(b => b.AdvancedConfiguration is { } a && a.ProductionListenerRule == a.TestListenerRule))
            throw new InvalidParameterException("productionListenerRule and testListenerRule must be different listener rules.");
    }

    private static void CheckHooks(ImmutableArray<DeploymentLifecycleHook> hooks)
    {
        foreach (var kind in hooks.GroupBy(h => h.TargetType ?? DeploymentLifecycleHookTargetType.AwsLambda))
        {
            if (kind.Count() > MostHooksOfAKind)
                throw new InvalidParameterException($"lifecycleHooks can have at most {MostHooksOfAKind} hooks of the target type {kind.Key.ToWire()}.");
            foreach (var hook in kind) Check(hook, kind.Key == DeploymentLifecycleHookTargetType.Pause);
        }
    }

    private static void Check(DeploymentLifecycleHook hook, bool isPause)
    {
        if (hook.LifecycleStages is not { Length: > 0 } stages) throw new InvalidParameterException("lifecycleStages of a lifecycle hook cannot be empty.");
        CheckMinutes(hook.TimeoutConfiguration?.TimeoutInMinutes, "timeoutInMinutes", 1, isPause ? MostPauseMinutes : MostMinutes);
        if (isPause)
        {
            if (hook.HookTargetArn is not null) throw new InvalidParameterException("hookTargetArn cannot be specified for a lifecycle hook of the target type PAUSE.");
            if (stages.FirstOrDefault(s => !TrafficStages.AllowsPause(s)) is var stage && !TrafficStages.AllowsPause(stage))
                throw new InvalidParameterException($"A lifecycle hook of the target type PAUSE cannot be used in the lifecycle stage {stage.ToWire()}.");
            return;
        }

        if (hook.HookTargetArn?.StartsWith("arn:", StringComparison.Ordinal) != true || !hook.HookTargetArn.Contains(":lambda:", StringComparison.Ordinal))
            throw new InvalidParameterException("hookTargetArn of a lifecycle hook must be the ARN of a Lambda function.");
        if (string.IsNullOrEmpty(hook.RoleArn)) throw new InvalidParameterException("roleArn of a lifecycle hook cannot be blank.");
    }

    private static void Demand(string? value, string name)
    {
        if (string.IsNullOrEmpty(value)) throw new InvalidParameterException($"{name} of advancedConfiguration cannot be blank.");
    }

    private static void CheckMinutes(int? minutes, string name, int least, int most)
    {
        if (minutes < least || minutes > most) throw new InvalidParameterException($"{name} must be between {least} and {most}.");
    }

    private static void CheckPercent(double? percent, string name, (double Least, double Most) range)
    {
        if (percent is not { } value) return;
        if (value < range.Least || value > range.Most || Math.Abs(value * 10 - Math.Round(value * 10)) > 1e-6)
            throw new InvalidParameterException(FormattableString.Invariant($"{name} must be between {range.Least:0.0} and {range.Most:0.0} in steps of 0.1."));
    }
}
