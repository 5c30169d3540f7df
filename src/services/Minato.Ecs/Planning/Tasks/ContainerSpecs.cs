using System.Collections.Immutable;
using Minato.Contracts.Ecs;
using Minato.Ecs.State;
using Minato.Engines.Containers;
using EngineUlimit = Minato.Engines.Containers.Ulimit;
using EngineLogDriver = Minato.Engines.Containers.LogDriver;

namespace Minato.Ecs.Planning.Tasks;

/// <summary>What the containers of a task with a log router need to know of it.</summary>
/// <param name="Directory">Where its socket is on the engine's machine.</param>
internal sealed record LogRouter(string Directory, string? Ec2InstanceId, TaskInputs Inputs);

/// <summary>A container definition as the engine takes it.</summary>
internal static class ContainerSpecs
{
    private const long Mebibyte = 1024 * 1024;
    private const long LeastShares = 2;
    private const long FargateOpenFiles = 65535;

    /// <param name="resolver">The VPC's, for a task whose definition names no other.</param>
    /// <param name="hosts">Names of Service Connect with the addresses behind them.</param>
    public static ContainerSpec Pause(
        TaskState task, TaskDefinitionState definition, InterfaceProgress eni, string? resolver = null, IEnumerable<(string Name, string Address)>? hosts = null) => new()
    {
        Name = ContainerNames.OfPause(task),
        Image = EngineImage.Pause,
        Labels = ContainerNames.Labels(task, ContainerNames.PauseContainer),
        ExtraHosts = [.. (hosts ?? []).Select(h => $"{h.Name}:{h.Address}")],
        IpcNamespace = definition.Definition.IpcMode == IpcMode.Task ? "shareable" : null,
        Network = new NetworkAttachment.Address(eni.VpcId ?? "", eni.PrivateIp ?? "", eni.MacAddress),
        // The namespace is the pause container's, and so is what Docker writes into resolv.conf.
        DnsServers = Servers(definition.Containers.SelectMany(c => c.DnsServers ?? []).Distinct(), resolver),
        DnsSearchDomains = [.. definition.Containers.SelectMany(c => c.DnsSearchDomains ?? []).Distinct()],
        Sysctls = Sorted(definition.Containers.SelectMany(c => c.SystemControls ?? [])
            .Where(s => s.Namespace?.StartsWith("net.", StringComparison.Ordinal) ?? false).Select(s => (s.Namespace, s.Value))),
    };

    public static ContainerSpec Of(
        TaskState task, TaskDefinitionState definition, ContainerDefinition container, ContainerInputs inputs, string image, string fileSystems, string? resolver = null,
        LogRouter? router = null)
    {
        var progress = task.Progress.Container(container.Name ?? "");
        var over = task.Overrides.ContainerOverrides?.FirstOrDefault(o => o.Name == container.Name);
        var linux = container.LinuxParameters;
        var isAwsvpc = definition.NetworkMode == NetworkMode.Awsvpc;
        var isRouter = container.FirelensConfiguration is not null;
        return new()
        {
            Name = ContainerNames.Of(task, progress),
            Image = image,
            Files = isRouter ? [Firelens.ConfigurationOf(task, definition, container, router?.Ec2InstanceId)] : [],
            Labels = Sorted((container.DockerLabels ?? ImmutableDictionary<string, string>.Empty).Select(l => ((string?)l.Key, (string?)l.Value)))
                .SetItems(ContainerNames.Labels(task, progress.Name)),
            Command = over?.Command is { Length: > 0 } command ? command : Given(container.Command),
            EntryPoint = Given(container.EntryPoint),
            Environment = ContainerEnvironment.Of(task, definition, container, inputs)
                .SetItems(isRouter ? Firelens.SecretsOf(definition, router?.Inputs ?? TaskInputs.None).Select(s => System.Collections.Generic.KeyValuePair.Create(s.Name, s.Value)) : []),
            WorkingDirectory = container.WorkingDirectory,
            User = container.User,
            Hostname = isAwsvpc ? null : container.Hostname,
            ReadOnlyRootFilesystem = container.ReadonlyRootFilesystem ?? false,
            Privileged = container.Privileged ?? false,
            Interactive = container.Interactive ?? false,
            PseudoTerminal = container.PseudoTerminal ?? false,
            Init = linux?.InitProcessEnabled ?? false,
            Network = Network(task, definition),
            Ports = definition.NetworkMode == NetworkMode.Bridge ? [.. (container.PortMappings ?? []).SelectMany(Ports)] : [],
            Mounts = [.. TaskVolumes.MountsOf(task, definition, container, fileSystems), .. isRouter ? [Firelens.SocketOf(task)] : Array.Empty<VolumeMount>()],
            VolumesFrom = [.. (container.VolumesFrom ?? []).Select(v => NameOf(task, v.SourceContainer ?? "") + (v.ReadOnly == true ? ":ro" : ""))],
            Links = [.. (container.Links ?? []).Select(l => Link(task, l))],
            Ulimits = [.. Ulimits(task, container)],
            DnsServers = isAwsvpc ? [] : Servers(container.DnsServers ?? [], definition.NetworkMode == NetworkMode.Bridge ? resolver : null),
            DnsSearchDomains = isAwsvpc ? [] : container.DnsSearchDomains ?? [],
            ExtraHosts = isAwsvpc ? [] : [.. (container.ExtraHosts ?? []).Select(h => $"{h.Hostname}:{h.IpAddress}")],
            CapabilitiesAdded = linux?.Capabilities?.Add ?? [],
            CapabilitiesDropped = linux?.Capabilities?.Drop ?? [],
            SecurityOptions = container.DockerSecurityOptions ?? [],
            Sysctls = isAwsvpc ? Sorted([]) : Sorted((container.SystemControls ?? []).Select(s => (s.Namespace, s.Value))),
            CpuShares = Math.Max(LeastShares, over?.Cpu ?? container.Cpu ?? 0),
            MemoryBytes = Memory(task, container, over) * Mebibyte,
            MemoryReservationBytes = (over?.MemoryReservation ?? container.MemoryReservation ?? 0) * Mebibyte,
            SharedMemoryBytes = linux?.SharedMemorySize is { } shared ? shared * Mebibyte : null,
            SwapBytes = linux?.MaxSwap is { } swap ? swap * Mebibyte : null,
            // AWS: without maxSwap swappiness is not looked at.
            Swappiness = linux?.MaxSwap is null ? null : linux.Swappiness,
            Devices = [.. (linux?.Devices ?? []).Select(Device)],
            ProcessNamespace = Namespace(task, definition, definition.Definition.PidMode?.ToWire()),
            IpcNamespace = Namespace(task, definition, definition.Definition.IpcMode?.ToWire()),
            HealthCheck = container.HealthCheck is { } check ? Health(check) : null,
            Log = Firelens.IsRouted(container) && router is not null ? Firelens.DriverOf(task, container, router.Directory) : Log(container.LogConfiguration, inputs),
        };
    }

    private static ImmutableArray<string> Servers(IEnumerable<string> named, string? resolver) =>
        named.ToImmutableArray() is { Length: > 0 } servers ? servers : resolver is null ? [] : [resolver];

    // AWS: Fargate raises the number of open files unless told otherwise.
    private static IEnumerable<EngineUlimit> Ulimits(TaskState task, ContainerDefinition container)
    {
        foreach (var limit in container.Ulimits ?? []) yield return new(limit.Name.ToWire(), limit.SoftLimit, limit.HardLimit);
        if (task.LaunchType == LaunchType.Fargate && !(container.Ulimits ?? []).Any(u => u.Name == UlimitName.Nofile))
            yield return new("nofile", FargateOpenFiles, FargateOpenFiles, IsDefault: true);
    }

    private static DeviceMapping Device(Device device) => new(
        device.HostPath, device.ContainerPath ?? device.HostPath,
        device.Permissions is { Length: > 0 } given ? string.Concat(given.Select(p => p.ToWire()[0])) : "rwm");

    // A namespace of the task is its pause container's; where there is none the containers keep their own.
    private static string? Namespace(TaskState task, TaskDefinitionState definition, string? mode) => mode switch
    {
        "task" when definition.NetworkMode == NetworkMode.Awsvpc => ContainerNames.OfPause(task),
        "task" => null,
        _ => mode,
    };

    // Without a limit of its own a container may use all of the task's.
    private static long Memory(TaskState task, ContainerDefinition container, ContainerOverride? over) =>
        over?.Memory ?? container.Memory ?? (int.TryParse(task.Memory, out var all) ? all : 0);

    private static NetworkAttachment Network(TaskState task, TaskDefinitionState definition) => definition.NetworkMode switch
    {
        NetworkMode.Awsvpc => new NetworkAttachment.SharedWith(task.Progress.Interface?.PauseId ?? ContainerNames.OfPause(task)),
        NetworkMode.Host => new NetworkAttachment.Host(),
        NetworkMode.None => new NetworkAttachment.None(),
        _ => new NetworkAttachment.Bridge(),
    };

    private static IEnumerable<PortBinding> Ports(PortMapping port)
    {
        var protocol = (port.Protocol ?? TransportProtocol.Tcp).ToWire();
        if (port.ContainerPort is { } single) yield return new(single, port.HostPort ?? 0, protocol);
        if (port.ContainerPortRange?.Split('-') is not [var first, var last]) yield break;
        for (var p = int.Parse(first); p <= int.Parse(last); p++) yield return new(p, 0, protocol);
    }

    private static string NameOf(TaskState task, string container) => ContainerNames.Of(task, task.Progress.Container(container));

    private static string Link(TaskState task, string link)
    {
        var parts = link.Split(':', 2);
        return $"{NameOf(task, parts[0])}:{parts[^1]}";
    }

    private static HealthCheckSpec Health(HealthCheck check) => new(
        check.Command, TimeSpan.FromSeconds(check.Interval ?? 30), TimeSpan.FromSeconds(check.Timeout ?? 5),
        TimeSpan.FromSeconds(check.StartPeriod ?? 0), check.Retries ?? 3);

    // Output for Logs is read from the engine's own files and shipped by Minato.
    private static EngineLogDriver Log(LogConfiguration? log, ContainerInputs inputs)
    {
        if (log is null or { LogDriver: Contracts.Ecs.LogDriver.Awslogs }) return EngineLogDriver.Followed;
        var options = Sorted((log.Options ?? ImmutableDictionary<string, string>.Empty).Select(o => ((string?)o.Key, (string?)o.Value)))
            .SetItems(inputs.LogOptions);
        // AWS: the engine's own buffer would be smaller.
        if (options.GetValueOrDefault("mode") == "non-blocking" && !options.ContainsKey("max-buffer-size")) options = options.Add("max-buffer-size", "10m");
        return new(log.LogDriver.ToWire(), options);
    }

    private static ImmutableArray<string>? Given(ImmutableArray<string>? words) => words is { Length: > 0 } ? words : null;

    private static ImmutableSortedDictionary<string, string> Sorted(IEnumerable<(string? Name, string? Value)> pairs)
    {
        var all = ImmutableSortedDictionary.CreateBuilder<string, string>(StringComparer.Ordinal);
        foreach (var (name, value) in pairs) all[name ?? ""] = value ?? "";
        return all.ToImmutable();
    }
}
