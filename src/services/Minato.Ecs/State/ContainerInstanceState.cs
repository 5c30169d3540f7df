using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Minato.Contracts.Ecs;

namespace Minato.Ecs.State;

/// <summary>A host that takes tasks of the EC2 or EXTERNAL launch type. What remains of it is counted from its tasks.</summary>
internal sealed record ContainerInstanceState
{
    /// <summary>The instance type that EC2 gives the machine Minato runs on.</summary>
    public const string WholeMachine = "minato.host";

    public required ContainerInstanceKey Key { get; init; }
    public required string Ec2InstanceId { get; init; }
    public required DateTimeOffset RegisteredAt { get; init; }
    public required int Cpu { get; init; }
    public required int Memory { get; init; }
    [JsonIgnore]
    public int Gpus => GpuIds.Length;

    /// <summary>As the driver names them.</summary>
    public ImmutableArray<string> GpuIds { get; init; } = [];

    /// <summary>Network interfaces for awsvpc tasks; null when the instance does not limit them.</summary>
    public int? Interfaces { get; init; }
    public ImmutableArray<int> ReservedTcpPorts { get; init; } = [];
    public ImmutableArray<int> ReservedUdpPorts { get; init; } = [];
    public ImmutableArray<Attribute> Attributes { get; init; } = [];
    public ImmutableArray<Tag> Tags { get; init; } = [];
    /// <summary>The capacity provider whose Auto Scaling group launched it.</summary>
    public string? CapacityProviderName { get; init; }
    public VersionInfo? VersionInfo { get; init; }

    /// <summary>Null stands for INACTIVE: deregistered, describable for a while.</summary>
    public ContainerInstanceStatus? Status { get; init; } = ContainerInstanceStatus.Active;
    public bool AgentConnected { get; init; } = true;

    /// <summary>The official agent, when that runs its tasks; null when this installation does.</summary>
    public AgentState? Agent { get; init; }

    /// <summary>It takes tasks of the EXTERNAL launch type, and no others.</summary>
    [JsonIgnore]
    public bool IsExternal => Attributes.Any(a => a.Name == "ecs.capability.external");
    public long Version { get; init; } = 1;

    /// <summary>Where host ports of its tasks are, when it is a part of a machine; null for a whole one.</summary>
    public string? HostAddress { get; init; }

    /// <summary>The container engine on another machine that it is on; null for that of this machine.</summary>
    public string? Engine { get; init; }

    /// <summary>Null for an instance that is in every zone, as the whole machine that Minato runs on is.</summary>
    [JsonIgnore]
    public string? Zone => Attribute("ecs.instance-type") == WholeMachine ? null : Attribute("ecs.availability-zone");

    private string? Attribute(string name)
    {
        foreach (var attribute in Attributes)
            if (attribute.Name == name) return attribute.Value;
        return null;
    }
}
