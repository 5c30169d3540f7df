using System.Collections.Immutable;
using System.Text.RegularExpressions;
using Minato.Contracts.Ecs;
using Minato.Ecs.State;
using Minato.Platform;

namespace Minato.Ecs.Api;

/// <summary>What the API asks of capacity providers and of strategies over them.</summary>
internal static partial class CapacityProviderRules
{
    public const int MostInStrategy = 20;
    private const int HighestWeight = 1000;
    private const int HighestBase = 100_000;
    private static readonly string[] s_reserved = ["aws", "ecs", "fargate"];

    public static void CheckName(string name)
    {
        if (!Allowed().IsMatch(name) || s_reserved.Any(r => name.StartsWith(r, StringComparison.OrdinalIgnoreCase)))
        {
            throw new InvalidParameterException(
                "The specified capacity provider name is invalid. Up to 255 characters are allowed, including letters (upper and lowercase), numbers, underscores, and hyphens. The name cannot be prefixed with \"aws\", \"ecs\", or \"fargate\". Specify a valid name and try again.");
        }
    }

    /// <summary>What was asked on top of what there is, with AWS's defaults.</summary>
    public static AutoScalingGroupProvider Merge(
        AutoScalingGroupProvider old, ManagedScaling? scaling, ManagedTerminationProtection? protection, ManagedDraining? draining)
    {
        var merged = old with
        {
            ManagedScaling = Merge(old.ManagedScaling, scaling),
            ManagedTerminationProtection = protection ?? old.ManagedTerminationProtection ?? ManagedTerminationProtection.Disabled,
            ManagedDraining = draining ?? old.ManagedDraining ?? ManagedDraining.Enabled,
        };
        if (merged is { ManagedTerminationProtection: ManagedTerminationProtection.Enabled, ManagedScaling.Status: not ManagedScalingStatus.Enabled })
        {
            throw new InvalidParameterException(
                "The managed termination protection setting for the capacity provider is invalid. To enable managed termination protection for a capacity provider, managed scaling must be enabled.");
        }

        return merged;
    }

    /// <summary>FARGATE and FARGATE_SPOT are there for everyone; others must be ACTIVE.</summary>
    public static void CheckExist(IReadState ecs, AccountRegion scope, IEnumerable<string> providers)
    {
        foreach (var provider in providers.Where(p => !CapacityProviderState.IsFargate(p)))
        {
            if (ecs.Find(CapacityTables.Providers, new CapacityProviderKey(scope, provider)) is not { IsActive: true })
                throw new InvalidParameterException($"The specified capacity provider '{provider}' was not found. Specify a valid name or ARN and try again.");
        }
    }

    public static void CheckStrategy(ImmutableArray<CapacityProviderStrategyItem> strategy)
    {
        if (strategy.Length > MostInStrategy)
            throw new InvalidParameterException($"A capacity provider strategy can contain a maximum of {MostInStrategy} capacity providers.");
        if (strategy.Select(i => i.CapacityProvider).Distinct(StringComparer.Ordinal).Count() < strategy.Length)
            throw new InvalidParameterException("A capacity provider can be named once in a capacity provider strategy.");
        if (strategy.Any(i => i.Weight is < 0 or > HighestWeight))
            throw new InvalidParameterException($"The weight of a capacity provider must be between 0 and {HighestWeight}.");
        if (strategy.Any(i => i.Base is < 0 or > HighestBase))
            throw new InvalidParameterException($"The base of a capacity provider must be between 0 and {HighestBase}.");
        if (strategy.Select(i => CapacityProviderState.IsFargate(i.CapacityProvider)).Distinct().Count() > 1)
        {
            throw new InvalidParameterException(
                "A capacity provider strategy cannot contain a mix of capacity providers using Auto Scaling groups and Fargate providers. Specify one or the other and try again.");
        }
    }

    private static ManagedScaling Merge(ManagedScaling? old, ManagedScaling? asked)
    {
        if (asked is null) return old ?? new() { Status = ManagedScalingStatus.Disabled };
        var merged = new ManagedScaling
        {
            Status = asked.Status ?? old?.Status ?? ManagedScalingStatus.Enabled,
            TargetCapacity = asked.TargetCapacity ?? old?.TargetCapacity ?? 100,
            MinimumScalingStepSize = asked.MinimumScalingStepSize ?? old?.MinimumScalingStepSize ?? 1,
            MaximumScalingStepSize = asked.MaximumScalingStepSize ?? old?.MaximumScalingStepSize ?? 10_000,
            InstanceWarmupPeriod = asked.InstanceWarmupPeriod ?? old?.InstanceWarmupPeriod ?? 300,
        };
        Check("target capacity", merged.TargetCapacity, 1, 100);
        Check("minimum scaling step size", merged.MinimumScalingStepSize, 1, 10_000);
        Check("maximum scaling step size", merged.MaximumScalingStepSize, 1, 10_000);
        Check("instance warmup period", merged.InstanceWarmupPeriod, 0, 10_000);
        if (merged.MinimumScalingStepSize > merged.MaximumScalingStepSize)
            throw new InvalidParameterException("The minimum scaling step size must not be greater than the maximum scaling step size.");
        return merged;
    }

    private static void Check(string what, int? value, int least, int most)
    {
        if (value < least || value > most)
            throw new InvalidParameterException($"The specified {what} is invalid. Specify a value between {least} and {most} and try again.");
    }

    [GeneratedRegex("^[A-Za-z0-9_-]{1,255}$", RegexOptions.None, matchTimeoutMilliseconds: 1000)]
    private static partial Regex Allowed();
}
