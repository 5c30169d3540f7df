using System.Collections.Immutable;
using System.Globalization;
using Minato.Contracts.Ecs;
using Minato.Ecs.State;
using Minato.Engines.Containers;
using Minato.Engines.Hosts;
using EngineLogDriver = Minato.Engines.Containers.LogDriver;
using LogDriver = Minato.Contracts.Ecs.LogDriver;

namespace Minato.Ecs.Planning.Tasks;

/// <summary>A task as its host is told of it: overrides merged in, nothing left to be looked up.</summary>
internal sealed class HostedTasks(
    TaskState task, TaskDefinitionState definition, TaskInputs inputs, Func<ContainerDefinition, ImageNames.Source> source, Uri endpoint)
{
    private const int CpuUnits = 1024;
    private const long Mebibyte = 1024 * 1024;

    // What a task is told from inside comes from its agent there.
    private readonly TaskState _outside = task with { Progress = task.Progress with { EndpointId = null } };

    public HostedTask Describe(HostedKeys? taskRole, HostedKeys? executionRole) => new()
    {
        Arn = task.Key.Arn,
        Cluster = task.Key.Cluster.Arn,
        Family = task.TaskDefinition.Family,
        Revision = task.TaskDefinition.Revision,
        NetworkMode = definition.NetworkMode.ToWire(),
        LaunchType = task.LaunchType.ToWire(),
        Service = task.ServiceName,
        Cpu = Number(task.Cpu) is { } units ? units / CpuUnits : null,
        MemoryMiB = (int?)Number(task.Memory),
        PidMode = definition.Definition.PidMode?.ToWire(),
        IpcMode = definition.Definition.IpcMode?.ToWire(),
        Containers = [.. definition.Containers.Select(c => Container(c, executionRole is not null))],
        Volumes = [.. (definition.Definition.Volumes ?? []).Select(Volume)],
        TaskRole = taskRole,
        ExecutionRole = executionRole,
    };

    private HostedContainer Container(ContainerDefinition container, bool hasExecutionRole)
    {
        var name = container.Name ?? "";
        var image = source(container);
        var spec = ContainerSpecs.Of(_outside, definition, container, inputs.Of(name), image.Reference, fileSystems: "");
        var isAwslogs = ContainerNames.HasAwslogs(container);
        return new()
        {
            Name = name,
            Arn = task.ContainerArn(name),
            IsEssential = container.Essential != false,
            Spec = isAwslogs ? spec with { Log = Awslogs(container) } : spec,
            Cpu = (int)Math.Min(spec.CpuShares, int.MaxValue),
            MemoryMiB = spec.MemoryBytes > 0 ? (int)(spec.MemoryBytes / Mebibyte) : null,
            Ports = [.. (container.PortMappings ?? []).Select(Port)],
            Mounts = [.. (container.MountPoints ?? []).Select(m => new HostedMount(m.SourceVolume ?? "", m.ContainerPath ?? "", m.ReadOnly ?? false))],
            VolumesFrom = [.. (container.VolumesFrom ?? []).Select(v => new HostedVolumeSource(v.SourceContainer ?? "", v.ReadOnly ?? false))],
            Links = container.Links ?? [],
            DependsOn = [.. (container.DependsOn ?? []).Select(d => new HostedDependency(d.ContainerName, d.Condition.ToWire()))],
            StartTimeoutSeconds = container.StartTimeout,
            StopTimeoutSeconds = container.StopTimeout,
            Registry = image.NeedsLogin ? new(task.Key.Cluster.Scope.AccountId, image.EcrRegion ?? task.Key.Cluster.Scope.Region, endpoint.AbsoluteUri, hasExecutionRole) : null,
            Restart = container.RestartPolicy is { Enabled: true } restart ? new(restart.IgnoredExitCodes ?? [], restart.RestartAttemptPeriod) : null,
            LogsAsExecutionRole = isAwslogs && hasExecutionRole,
        };
    }

    private static HostedPort Port(PortMapping port) =>
        new(port.ContainerPort, port.ContainerPortRange, port.HostPort ?? 0, (port.Protocol ?? TransportProtocol.Tcp).ToWire());

    // AWS: the stream is named by the control plane; the driver of the host sends to Logs by itself.
    private EngineLogDriver Awslogs(ContainerDefinition container)
    {
        var options = (container.LogConfiguration?.Options ?? ImmutableDictionary<string, string>.Empty).ToImmutableSortedDictionary(StringComparer.Ordinal);
        if (options.GetValueOrDefault("awslogs-stream-prefix") is { Length: > 0 } prefix)
            options = options.Remove("awslogs-stream-prefix").SetItem("awslogs-stream", $"{prefix}/{container.Name}/{task.Key.Id}");
        return new(LogDriver.Awslogs.ToWire(), options.SetItem("awslogs-endpoint", endpoint.AbsoluteUri));
    }

    private static HostedVolume Volume(Volume volume)
    {
        var name = volume.Name ?? "";
        if (volume.DockerVolumeConfiguration is not { } docker) return new HostedVolume.Host(name, volume.Host?.SourcePath);
        return new HostedVolume.Docker(name, docker.Scope == Scope.Shared, docker.Autoprovision ?? false, docker.Driver, Sorted(docker.DriverOpts), Sorted(docker.Labels));
    }

    private static ImmutableSortedDictionary<string, string> Sorted(ImmutableDictionary<string, string>? map) =>
        (map ?? ImmutableDictionary<string, string>.Empty).ToImmutableSortedDictionary(StringComparer.Ordinal);

    private static double? Number(string? text) =>
        double.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var value) ? value : null;
}
