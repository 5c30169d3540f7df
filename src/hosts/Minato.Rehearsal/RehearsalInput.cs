using System.Collections.Immutable;
using Minato.Contracts.Ecs;
using Minato.Contracts.ElasticLoadBalancingV2;

namespace Minato.Rehearsal;

/// <summary>What is rehearsed: a service as it is, and what it is to become.</summary>
internal sealed record RehearsalInput
{
    public required Service Service { get; init; }
    public required TaskDefinition Before { get; init; }
    public required TaskDefinition After { get; init; }
    public ImmutableArray<TargetGroup> TargetGroups { get; init; } = [];

    /// <summary>By ARN of the target group; 300 seconds where nothing is said.</summary>
    public ImmutableDictionary<string, int> DeregistrationDelays { get; init; } = ImmutableDictionary<string, int>.Empty;

    /// <summary>Availability Zone of each subnet of the service.</summary>
    public ImmutableDictionary<string, string> Zones { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>Tasks that the container instances can take, where tasks run on such.</summary>
    public int? Capacity { get; init; }
}
