using System.Collections.Immutable;
using System.Globalization;
using Minato.Contracts.Ecs;
using Minato.Ecs.State;

namespace Minato.Ecs.Planning.Tasks;

/// <summary>What a task is in the registries of its service.</summary>
internal static class RegistryInstances
{
    /// <summary>Whether it is to be found now. AWS: from ACTIVATING on, until somebody wants it to stop.</summary>
    public static bool IsWanted(TaskState task) =>
        !task.IsStopWanted && task.LastStatus is (TaskLastStatus.Activating or TaskLastStatus.Running);

    /// <param name="address">Where it is reached: its own address, or that of its container instance; null while that is not known.</param>
    /// <returns>Null while its port is not known.</returns>
    public static ImmutableDictionary<string, string>? AttributesOf(TaskState task, ServiceRegistry registry, string? address, string? ec2InstanceId)
    {
        if (address is null) return null;
        var attributes = ImmutableDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        attributes["AWS_INSTANCE_IPV4"] = address;
        if (registry.Port is not null || registry.ContainerPort is not null)
        {
            if (PortOf(task, registry) is not { } port) return null;
            attributes["AWS_INSTANCE_PORT"] = port.ToString(CultureInfo.InvariantCulture);
        }

        attributes["REGION"] = task.Key.Cluster.Scope.Region;
        attributes["ECS_CLUSTER_NAME"] = task.Key.Cluster.Name;
        attributes["ECS_SERVICE_NAME"] = task.ServiceName ?? "";
        attributes["ECS_TASK_DEFINITION_FAMILY"] = task.TaskDefinition.Family;
        if (task.Progress.AvailabilityZone is { } zone) attributes["AVAILABILITY_ZONE"] = zone;
        if (ec2InstanceId is not null) attributes["EC2_INSTANCE_ID"] = ec2InstanceId;
        return attributes.ToImmutable();
    }

    /// <summary>AWS: what the containers' health checks say; without any a task that runs is well.</summary>
    public static bool IsWell(TaskState task, bool hasHealthCheck) => task.Progress.HealthStatus switch
    {
        HealthStatus.Healthy => true,
        HealthStatus.Unhealthy => false,
        _ => !hasHealthCheck,
    };

    private static int? PortOf(TaskState task, ServiceRegistry registry)
    {
        var container = registry.ContainerPort ?? registry.Port;
        if (task.Progress.Interface is not null || task.NetworkMode == NetworkMode.Host) return container;
        return task.Progress.Containers.FirstOrDefault(c => registry.ContainerName is null || c.Name == registry.ContainerName)?
            .NetworkBindings.FirstOrDefault(b => b.ContainerPort == container)?.HostPort;
    }
}
