using System.Collections.Immutable;
using Minato.Contracts.Ecs;

namespace Minato.Ecs.State;

/// <summary>A host that takes tasks of the EC2 or EXTERNAL launch type. What remains of it is counted from its tasks.</summary>
internal sealed record ContainerInstanceState
{
    public required ContainerInstanceKey Key { get; init; }
    public required string Ec2InstanceId { get; init; }
    public required DateTimeOffset RegisteredAt { get; init; }
    public required int Cpu { get; init; }
    public required int Memory { get; init; }
    public ImmutableArray<int> ReservedTcpPorts { get; init; } = [];
    public ImmutableArray<int> ReservedUdpPorts { get; init; } = [];
    public ImmutableArray<Attribute> Attributes { get; init; } = [];
    public ImmutableArray<Tag> Tags { get; init; } = [];
    public VersionInfo? VersionInfo { get; init; }

    /// <summary>Null stands for INACTIVE: deregistered, describable for a while.</summary>
    public ContainerInstanceStatus? Status { get; init; } = ContainerInstanceStatus.Active;
    public bool AgentConnected { get; init; } = true;
    public long Version { get; init; } = 1;
}
