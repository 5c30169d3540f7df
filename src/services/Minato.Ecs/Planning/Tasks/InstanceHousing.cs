using Minato.Ecs.State;
using Minato.Engines.Containers;

namespace Minato.Ecs.Planning.Tasks;

/// <summary>What its container instance makes of a container: where its ports are, and what it shares with its neighbours.</summary>
internal static class InstanceHousing
{
    private const long Mebibyte = 1024 * 1024;

    public static ContainerSpec On(this ContainerSpec spec, ContainerInstanceState? instance) => instance?.HostAddress is not { } address ? spec : spec with
    {
        Ports = [.. spec.Ports.Select(p => p with { HostAddress = address })],
        Slice = new(instance.Ec2InstanceId, instance.Cpu, instance.Memory * Mebibyte),
    };
}
