using System.Collections.Immutable;
using Minato.Contracts.Ecs;

namespace Minato.Ecs.State;

/// <summary>What the tasks of a deployment are made from: a change of any of it is a new service revision, and so a deployment.</summary>
internal sealed record ServiceSpec
{
    public required TaskDefinitionKey TaskDefinition { get; init; }
    public required LaunchType LaunchType { get; init; }

    /// <summary>Not empty: launched by capacity providers, and no launch type is shown.</summary>
    public ImmutableArray<CapacityProviderStrategyItem> CapacityProviderStrategy { get; init; } = [];
    public string? PlatformVersion { get; init; }
    public NetworkConfiguration? NetworkConfiguration { get; init; }
    public ImmutableArray<LoadBalancer> LoadBalancers { get; init; } = [];
    public ImmutableArray<ServiceRegistry> ServiceRegistries { get; init; } = [];
    public ConnectSpec? Connect { get; init; }
    public ImmutableArray<ServiceVolumeConfiguration> Volumes { get; init; } = [];
    public ImmutableArray<VpcLatticeConfiguration> Lattice { get; init; } = [];

    /// <summary>Of a service whose controller is EXTERNAL, until one of its task sets is PRIMARY.</summary>
    public static ServiceSpec OfTaskSets(AccountRegion scope) => new() { TaskDefinition = new(scope, "", 0), LaunchType = LaunchType.Ec2 };

    public string? ShownTaskDefinition => IsOfTaskSets ? null : TaskDefinition.Arn;

    public string? ShownPlatformVersion => LaunchType == LaunchType.Fargate ? FargatePlatform.Resolve(PlatformVersion) : null;

    public string? ShownPlatformFamily => LaunchType == LaunchType.Fargate ? "Linux" : null;

    public LaunchType? ShownLaunchType => CapacityProviderStrategy.IsEmpty && !IsOfTaskSets ? LaunchType : null;

    private bool IsOfTaskSets => TaskDefinition.Family.Length == 0;
}
