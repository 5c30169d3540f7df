using System.Collections.Immutable;
using Minato.Contracts.Ecs;
using Minato.Ecs.State;

namespace Minato.Ecs.Api;

/// <summary>What a service asks of its registries.</summary>
internal static class RegistryRules
{
    public static void Check(ImmutableArray<ServiceRegistry> registries, TaskDefinitionState definition)
    {
        if (registries.Length > 1) throw new InvalidParameterException("A service can have at most one service registry.");
        foreach (var registry in registries)
        {
            if (string.IsNullOrEmpty(registry.RegistryArn)) throw new InvalidParameterException("The registry ARN of a service registry must be specified.");
            if (registry.Port is not null && (registry.ContainerName is not null || registry.ContainerPort is not null))
                throw new InvalidParameterException("When specifying a service registry, specify either a port or a container name and a container port, but not both.");
            if (registry.ContainerName is null != registry.ContainerPort is null)
                throw new InvalidParameterException("When specifying a service registry, a container name needs a container port, and a container port a container name.");
            if (registry.ContainerName is { } name && definition.Containers.All(c => c.Name != name))
                throw new InvalidParameterException($"The container {name} does not exist in the task definition.");
            if (definition.NetworkMode is NetworkMode.Bridge or NetworkMode.Host && registry.ContainerName is null)
            {
                throw new InvalidParameterException(
                    $"When specifying container name and container port for service discovery, you must specify them for a task definition with the {definition.NetworkMode.ToWire()} network mode.");
            }
        }
    }
}
