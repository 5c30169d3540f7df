using System.Collections.Immutable;
using Minato.Contracts.CloudWatch;
using Minato.Contracts.Ec2;
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

    /// <summary>Addresses of each subnet of the service and of its load balancers; rules of security groups may name them.</summary>
    public ImmutableDictionary<string, string> Ranges { get; init; } = ImmutableDictionary<string, string>.Empty;

    /// <summary>Groups of tasks and load balancers with their rules. Without those of the tasks every health check reaches every task.</summary>
    public ImmutableArray<SecurityGroup> SecurityGroups { get; init; } = [];

    /// <summary>Groups of the load balancers in front, by ARN of the target group.</summary>
    public ImmutableDictionary<string, ImmutableArray<string>> BalancerGroups { get; init; } = ImmutableDictionary<string, ImmutableArray<string>>.Empty;

    /// <summary>The tasks' groups from the update on; null for those that they have.</summary>
    public ImmutableArray<string>? SecurityGroupsAfter { get; init; }

    /// <summary>The service's deployment alarms, as CloudWatch describes them. One that is missing here looks back a minute.</summary>
    public ImmutableArray<MetricAlarm> Alarms { get; init; } = [];

    /// <summary>The cluster's container instances, where tasks run on such.</summary>
    public ImmutableArray<ContainerInstance> Instances { get; init; } = [];

    /// <summary>The service's own tasks: what they take of the instances is there for it.</summary>
    public ImmutableArray<Contracts.Ecs.Task> Tasks { get; init; } = [];
}
