using Minato.Ecs.State;
using Minato.Engines.Containers;

namespace Minato.Ecs.Planning.Tasks;

/// <summary>What its container instance makes of a container: where its ports are, and what it shares with its neighbours.</summary>
internal static class InstanceHousing
{
    private const long Mebibyte = 1024 * 1024;
    private const string Anywhere = "0.0.0.0";

    // What nobody answers there is not named there.
    private static readonly string[] s_inside = ["ECS_CONTAINER_METADATA_URI", "ECS_CONTAINER_METADATA_URI_V4", "ECS_AGENT_URI"];

    public static ContainerSpec On(this ContainerSpec spec, ContainerInstanceState? instance) => instance switch
    {
        // A load balancer comes from outside: another machine's loopback is none of its ways.
        { Engine: not null } => spec.Publish(Anywhere) with { Environment = spec.Environment.RemoveRange(s_inside) },
        { HostAddress: { } address } => spec.Publish(address) with { Slice = new(instance.Ec2InstanceId, instance.Cpu, instance.Memory * Mebibyte) },
        _ => spec,
    };

    private static ContainerSpec Publish(this ContainerSpec spec, string address) => spec with { Ports = [.. spec.Ports.Select(p => p with { HostAddress = address })] };
}
