using System.Collections.Immutable;
using Minato.Contracts.Ecs;
using Minato.Ecs.Planning.TaskDefinitions;
using Minato.Ecs.State;

namespace Minato.Ecs.Api;

/// <summary>Where tasks are to run: one launch type, or a strategy over capacity providers.</summary>
internal sealed record LaunchTarget(LaunchType LaunchType, ImmutableArray<CapacityProviderStrategyItem> Strategy)
{
    public bool IsFargate => LaunchType == LaunchType.Fargate;
}

/// <summary>The rules of launch type, capacity providers and platform version; the same for tasks and services.</summary>
internal static class LaunchRules
{
    public static LaunchTarget Resolve(
        ClusterState cluster, LaunchType? launchType, ImmutableArray<CapacityProviderStrategyItem>? strategy)
    {
        if (launchType is not null && strategy is { Length: > 0 })
            throw new InvalidParameterException("Specify either Launch Type or Capacity Provider Strategy, but not both.");
        if (launchType is { } type) return new(type, []);
        var chosen = strategy is { Length: > 0 } given ? given : cluster.DefaultStrategy;
        // AWS: neither asked for nor set as the cluster's default means EC2.
        if (chosen.IsEmpty) return new(LaunchType.Ec2, []);
        StrategyRules.Check(chosen, cluster.CapacityProviders);
        return new(CapacityProviderState.IsFargate(chosen[0].CapacityProvider) ? LaunchType.Fargate : LaunchType.Ec2, chosen);
    }

    public static void Check(LaunchTarget target, TaskDefinitionState definition, string? platformVersion)
    {
        if (!target.IsFargate)
        {
            if (platformVersion is not null)
                throw new InvalidParameterException("The platform version must be null when specifying an EC2 launch type.");
            if (target.LaunchType == LaunchType.External && definition.Definition.Compatibilities?.Contains(Compatibility.External) != true)
                throw new InvalidParameterException("Task definition does not support launch_type EXTERNAL.");
            return;
        }

        if (definition.Definition.Compatibilities is not { } all || !all.Contains(Compatibility.Fargate))
            throw new InvalidParameterException("Task definition does not support launch_type FARGATE.");
        if (!FargatePlatform.IsKnown(platformVersion))
            throw new PlatformUnknownException("The specified platform version does not exist.");
        if (!FargatePlatform.Supports(platformVersion, definition))
            throw new PlatformTaskDefinitionIncompatibilityException("One or more of the requested capabilities are not supported.");
    }

    public static void CheckOverrides(TaskOverride? overrides, TaskDefinitionState definition, bool isFargate)
    {
        if (overrides is null) return;
        foreach (var container in overrides.ContainerOverrides ?? [])
        {
            if (definition.Containers.All(c => c.Name != container.Name))
                throw new InvalidParameterException($"Override for container named {container.Name} is not a container in the TaskDefinition.");
        }

        var cpu = TaskSize.Cpu(overrides.Cpu ?? definition.Definition.Cpu, checkRange: false);
        var memory = TaskSize.Memory(overrides.Memory ?? definition.Definition.Memory);
        if (isFargate && (overrides.Cpu is not null || overrides.Memory is not null)) TaskSize.RequireFargatePair(cpu, memory);
    }
}

/// <summary>The rules of a capacity provider strategy.</summary>
internal static class StrategyRules
{
    public static void Check(ImmutableArray<CapacityProviderStrategyItem> strategy, ImmutableArray<string> providers)
    {
        foreach (var item in strategy)
        {
            if (!providers.Contains(item.CapacityProvider))
                throw new InvalidParameterException("The specified capacity provider strategy cannot contain a capacity provider that is not associated with the cluster. Associate the capacity provider with the cluster and try again.");
        }

        if (strategy.Count(i => i.Base is > 0) > 1)
            throw new InvalidParameterException("Only one capacity provider in a capacity provider strategy can have a base defined.");
        CapacityProviderRules.CheckStrategy(strategy);
        if (strategy.Length > 1 && strategy.All(i => (i.Weight ?? 0) == 0))
            throw new InvalidParameterException("A capacity provider strategy must have at least one capacity provider with a weight greater than 0.");
    }
}
