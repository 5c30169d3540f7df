using System.Collections.Immutable;
using System.Globalization;
using Minato.Contracts.Ecs;
using Minato.Ecs.State;

namespace Minato.Ecs.Planning.TaskDefinitions;

/// <summary>A registered definition as AWS answers it: defaults written out, sizes as numbers, what it needs worked out.</summary>
internal static class TaskDefinitionAnswer
{
    public static TaskDefinition From(
        RegisterTaskDefinitionRequest request, TaskDefinitionKey key, string registeredBy, DateTimeOffset now)
    {
        var cpu = TaskSize.Cpu(request.Cpu, checkRange: false);
        var memory = TaskSize.Memory(request.Memory);
        return new()
        {
            TaskDefinitionArn = key.Arn,
            Family = key.Family,
            Revision = key.Revision,
            ContainerDefinitions = [.. request.ContainerDefinitions.Select(c => Normalised(c, request.NetworkMode ?? NetworkMode.Bridge))],
            TaskRoleArn = Given(request.TaskRoleArn),
            ExecutionRoleArn = Given(request.ExecutionRoleArn),
            NetworkMode = request.NetworkMode,
            Volumes = request.Volumes ?? [],
            PlacementConstraints = request.PlacementConstraints ?? [],
            RequiresCompatibilities = request.RequiresCompatibilities is { Length: > 0 } required ? required : null,
            Compatibilities = Compatibilities(request, cpu, memory),
            RequiresAttributes = RequiredAttributes(request),
            RuntimePlatform = request.RuntimePlatform,
            Cpu = cpu?.ToString(CultureInfo.InvariantCulture),
            Memory = memory?.ToString(CultureInfo.InvariantCulture),
            InferenceAccelerators = request.InferenceAccelerators,
            PidMode = request.PidMode,
            IpcMode = request.IpcMode,
            ProxyConfiguration = request.ProxyConfiguration,
            EphemeralStorage = request.EphemeralStorage,
            EnableFaultInjection = request.EnableFaultInjection,
            RegisteredAt = now,
            RegisteredBy = registeredBy,
        };
    }

    private static string? Given(string? text) => string.IsNullOrEmpty(text) ? null : text;

    private static ContainerDefinition Normalised(ContainerDefinition container, NetworkMode mode) => container with
    {
        Cpu = container.Cpu ?? 0,
        Essential = container.Essential ?? true,
        Environment = container.Environment ?? [],
        MountPoints = container.MountPoints ?? [],
        VolumesFrom = container.VolumesFrom ?? [],
        SystemControls = container.SystemControls ?? [],
        PortMappings = [.. (container.PortMappings ?? []).Select(p => Normalised(p, mode))],
        HealthCheck = container.HealthCheck is { } check
            ? check with { Interval = check.Interval ?? 30, Timeout = check.Timeout ?? 5, Retries = check.Retries ?? 3 } : null,
    };

    private static PortMapping Normalised(PortMapping port, NetworkMode mode) => port with
    {
        HostPort = port.ContainerPortRange is not null ? null
            : mode is NetworkMode.Awsvpc or NetworkMode.Host ? port.ContainerPort
            : port.HostPort ?? 0,
        Protocol = port.Protocol ?? TransportProtocol.Tcp,
    };

    private static ImmutableArray<Compatibility> Compatibilities(RegisterTaskDefinitionRequest request, int? cpu, int? memory)
    {
        var fitsFargate = request.NetworkMode == NetworkMode.Awsvpc
            && cpu is { } c && memory is { } m && TaskSize.IsFargatePair(c, m)
            && request.PidMode != PidMode.Host
            && request.ContainerDefinitions.All(d => d.Privileged != true);
        if (request.NetworkMode == NetworkMode.Awsvpc) return fitsFargate ? [Compatibility.Ec2, Compatibility.Fargate] : [Compatibility.Ec2];
        return [Compatibility.External, Compatibility.Ec2];
    }

    private static ImmutableArray<Attribute> RequiredAttributes(RegisterTaskDefinitionRequest request)
    {
        var names = new SortedSet<string>(StringComparer.Ordinal);
        var containers = request.ContainerDefinitions;
        foreach (var driver in containers.Select(c => c.LogConfiguration?.LogDriver).OfType<LogDriver>())
        {
            names.Add($"com.amazonaws.ecs.capability.logging-driver.{driver.ToWire()}");
            names.Add("com.amazonaws.ecs.capability.docker-remote-api.1.19");
        }

        var hasExecutionRole = !string.IsNullOrEmpty(request.ExecutionRoleArn);
        if (hasExecutionRole && containers.Any(c => c.LogConfiguration?.LogDriver == LogDriver.Awslogs))
            names.Add("ecs.capability.execution-role-awslogs");
        if (containers.Any(c => c.Image?.Contains(".dkr.ecr.", StringComparison.Ordinal) ?? false))
        {
            names.Add("com.amazonaws.ecs.capability.ecr-auth");
            if (hasExecutionRole) names.Add("ecs.capability.execution-role-ecr-pull");
        }

        if (!string.IsNullOrEmpty(request.TaskRoleArn)) names.Add("com.amazonaws.ecs.capability.task-iam-role");
        if (request.NetworkMode == NetworkMode.Awsvpc)
        {
            names.Add("ecs.capability.task-eni");
            names.Add("com.amazonaws.ecs.capability.docker-remote-api.1.18");
        }

        // AWS: Windows has it alone, so that no Linux instance takes the task.
        if (request.Volumes?.Any(v => v.FsxWindowsFileServerVolumeConfiguration is not null) ?? false) names.Add("ecs.capability.fsxWindowsFileServer");
        if (containers.Any(c => c.Privileged == true)) names.Add("com.amazonaws.ecs.capability.privileged-container");
        if (containers.Any(c => c.MemoryReservation is not null)) names.Add("com.amazonaws.ecs.capability.docker-remote-api.1.21");
        if (containers.Any(c => c.HealthCheck is not null)) names.Add("ecs.capability.container-health-check");
        if (containers.Any(c => c.DependsOn is { Length: > 0 })) names.Add("ecs.capability.container-ordering");
        if (containers.Any(c => c.RestartPolicy is { Enabled: true })) names.Add("ecs.capability.container-restart-policy");
        return [.. names.Select(n => new Attribute { Name = n })];
    }
}
