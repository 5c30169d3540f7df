using System.Collections.Immutable;
using Minato.Ecs.State;
using Minato.Platform;

namespace Minato.Ecs.Planning.Placement;

/// <summary>A container instance with what is left of it.</summary>
internal sealed record InstanceView
{
    public required ContainerInstanceState Instance { get; init; }
    public required int CpuLeft { get; init; }
    public required int MemoryLeft { get; init; }
    public int GpusLeft { get; init; }

    /// <summary>Network interfaces for awsvpc tasks; null when nothing limits them.</summary>
    public int? InterfacesLeft { get; init; }
    public ImmutableHashSet<int> TcpPortsUsed { get; init; } = [];
    public ImmutableHashSet<int> UdpPortsUsed { get; init; } = [];

    /// <summary>How many tasks hold resources of it.</summary>
    public int TaskCount { get; init; }

    /// <summary>The same by task group.</summary>
    public ImmutableDictionary<string, int> Groups { get; init; } = ImmutableDictionary<string, int>.Empty;

    /// <summary>The tasks that were counted, as the store listed them.</summary>
    public IReadOnlyList<TaskKey>? Counted { get; init; }

    /// <summary>DAEMON services whose task is still to come: what they need is not left for others.</summary>
    public ImmutableArray<DaemonShare> Awaited { get; init; } = [];

    public int TasksOf(string group) => Groups.GetValueOrDefault(group);

    public static InstanceView Of(IReadState ecs, ContainerInstanceState instance)
    {
        var view = Empty(instance) with { Counted = ecs.Keys(EcsTables.LiveTasksByInstance, instance.Key) };
        foreach (var task in ecs.Where(EcsTables.LiveTasksByInstance, instance.Key)) view = view.With(task.Demand, task.Group);
        return view;
    }

    /// <param name="daemons">The DAEMON services of its cluster.</param>
    public static InstanceView Of(IReadState ecs, ContainerInstanceState instance, ImmutableArray<DaemonShare> daemons)
    {
        var view = Of(ecs, instance);
        return daemons.IsEmpty ? view : view with { Awaited = [.. daemons.Where(d => d.IsAwaitedOn(view))] };
    }

    /// <summary>CPU units that the request may take: daemons come first.</summary>
    public int CpuFor(PlacementRequest request) => Kept(request) ? CpuLeft - Awaited.Sum(d => d.Demand.Cpu) : CpuLeft;

    /// <summary>The same in MiB of memory.</summary>
    public int MemoryFor(PlacementRequest request) => Kept(request) ? MemoryLeft - Awaited.Sum(d => d.Demand.Memory) : MemoryLeft;

    /// <summary>The same in network interfaces; null when nothing limits them.</summary>
    public int? InterfacesFor(PlacementRequest request) => Kept(request) ? InterfacesLeft - Awaited.Sum(d => d.Demand.Interfaces) : InterfacesLeft;

    private bool Kept(PlacementRequest request) => !Awaited.IsEmpty && !request.IsDaemon;

    public static InstanceView Empty(ContainerInstanceState instance) => new()
    {
        Instance = instance,
        CpuLeft = instance.Cpu,
        MemoryLeft = instance.Memory,
        GpusLeft = instance.Gpus,
        InterfacesLeft = instance.Interfaces,
        TcpPortsUsed = [.. instance.ReservedTcpPorts],
        UdpPortsUsed = [.. instance.ReservedUdpPorts],
    };

    public InstanceView With(TaskDemand demand, string group) => this with
    {
        CpuLeft = CpuLeft - demand.Cpu,
        MemoryLeft = MemoryLeft - demand.Memory,
        GpusLeft = GpusLeft - demand.Gpus,
        InterfacesLeft = InterfacesLeft - demand.Interfaces,
        TcpPortsUsed = demand.TcpPorts.IsEmpty ? TcpPortsUsed : TcpPortsUsed.Union(demand.TcpPorts),
        UdpPortsUsed = demand.UdpPorts.IsEmpty ? UdpPortsUsed : UdpPortsUsed.Union(demand.UdpPorts),
        TaskCount = TaskCount + 1,
        Groups = Groups.SetItem(group, TasksOf(group) + 1),
        Awaited = Awaited.IsEmpty ? Awaited : Awaited.RemoveAll(d => d.Request.Group == group),
    };
}
