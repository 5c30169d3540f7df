using System.Collections.Immutable;
using System.Globalization;
using Minato.Contracts.Ecs;

namespace Minato.Ecs.State;

/// <summary>What a task takes away from a container instance.</summary>
internal sealed record TaskDemand(int Cpu, int Memory, ImmutableArray<int> TcpPorts, ImmutableArray<int> UdpPorts)
{
    public int Gpus { get; init; }

    /// <summary>Network interfaces: one for a task of its own address.</summary>
    public int Interfaces { get; init; }

    public static TaskDemand None { get; } = new(0, 0, [], []);

    /// <summary>The task's own size when it has one, otherwise the sum of its containers; fixed host ports outside awsvpc.</summary>
    public static TaskDemand Of(TaskDefinitionState definition, TaskOverride? overrides)
    {
        var containers = definition.Containers;
        var cpu = Number(overrides?.Cpu ?? definition.Definition.Cpu) ?? containers.Sum(c => Override(c)?.Cpu ?? c.Cpu ?? 0);
        var memory = Number(overrides?.Memory ?? definition.Definition.Memory) ?? containers.Sum(MemoryOf);
        var ports = definition.NetworkMode == NetworkMode.Awsvpc
            ? []
            : containers.SelectMany(c => c.PortMappings ?? []).Select(p => (Port: Fixed(p), p.Protocol)).Where(p => p.Port > 0).ToArray();
        return new(cpu, memory,
            [.. ports.Where(p => p.Protocol != TransportProtocol.Udp).Select(p => p.Port)],
            [.. ports.Where(p => p.Protocol == TransportProtocol.Udp).Select(p => p.Port)])
        {
            Gpus = containers.Sum(GpusOf),
            Interfaces = definition.NetworkMode == NetworkMode.Awsvpc ? 1 : 0,
        };

        ContainerOverride? Override(ContainerDefinition c) => overrides?.ContainerOverrides?.FirstOrDefault(o => o.Name == c.Name);
        int MemoryOf(ContainerDefinition c) =>
            Override(c)?.MemoryReservation ?? c.MemoryReservation ?? Override(c)?.Memory ?? c.Memory ?? 0;
        int GpusOf(ContainerDefinition c) => (Override(c)?.ResourceRequirements ?? c.ResourceRequirements ?? [])
            .Where(r => r.Type == ResourceType.Gpu).Sum(r => Number(r.Value) ?? 0);
        int Fixed(PortMapping p) => definition.NetworkMode == NetworkMode.Host ? p.ContainerPort ?? 0 : p.HostPort ?? 0;
    }

    private static int? Number(string? text) =>
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : null;
}
