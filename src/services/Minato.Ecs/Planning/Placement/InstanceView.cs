using System.Collections.Immutable;
using Minato.Contracts.Ecs;
using Minato.Ecs.State;
using Minato.Platform;

namespace Minato.Ecs.Planning.Placement;

/// <summary>A container instance with what is left of it.</summary>
internal sealed record InstanceView
{
    public required ContainerInstanceState Instance { get; init; }
    public required int CpuLeft { get; init; }
    public required int MemoryLeft { get; init; }
    public required ImmutableHashSet<int> TcpPortsUsed { get; init; }
    public required ImmutableHashSet<int> UdpPortsUsed { get; init; }

    /// <summary>Live tasks, by the group they belong to.</summary>
    public required ImmutableArray<TaskState> Tasks { get; init; }

    public static InstanceView Of(IReadState ecs, ContainerInstanceState instance)
    {
        ImmutableArray<TaskState> tasks = [.. ecs.Where(EcsTables.LiveTasksByInstance, instance.Key)];
        return new()
        {
            Instance = instance,
            CpuLeft = instance.Cpu - tasks.Sum(t => t.Demand.Cpu),
            MemoryLeft = instance.Memory - tasks.Sum(t => t.Demand.Memory),
            TcpPortsUsed = [.. instance.ReservedTcpPorts, .. tasks.SelectMany(t => t.Demand.TcpPorts)],
            UdpPortsUsed = [.. instance.ReservedUdpPorts, .. tasks.SelectMany(t => t.Demand.UdpPorts)],
            Tasks = tasks,
        };
    }
}
