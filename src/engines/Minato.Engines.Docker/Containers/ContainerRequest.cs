using System.Collections.Immutable;
using Minato.Engines.Containers;

namespace Minato.Engines.Docker;

/// <summary>What Docker is asked to create for a <see cref="ContainerSpec"/>.</summary>
internal static class ContainerRequest
{
    public static CreateContainerBody From(ContainerSpec spec, string image, DockerNames names, string? cgroup = null)
    {
        // A joined namespace has its owner's host name, name servers and ports; Docker refuses to be told them again.
        var ownsNetwork = spec.Network is not NetworkAttachment.SharedWith;
        var ports = ownsNetwork ? spec.Ports : [];
        return new()
        {
            Image = image,
            Cmd = spec.Command?.ToArray(),
            Entrypoint = spec.EntryPoint?.ToArray(),
            Env = OrNull(spec.Environment.Select(e => $"{e.Key}={e.Value}")),
            WorkingDir = spec.WorkingDirectory,
            User = spec.User,
            Hostname = ownsNetwork ? spec.Hostname : null,
            MacAddress = (spec.Network as NetworkAttachment.Address)?.MacAddress,
            Tty = spec.PseudoTerminal,
            OpenStdin = spec.Interactive,
            Labels = names.Label(spec.Labels),
            ExposedPorts = ports.IsEmpty ? null : ports.Select(PortKey).Distinct().ToDictionary(p => p, _ => new Empty()),
            Healthcheck = HealthCheck(spec.HealthCheck),
            HostConfig = HostConfig(spec, names, ownsNetwork, ports) with { CgroupParent = cgroup },
            NetworkingConfig = Networking(spec.Network, names),
        };
    }

    private static HostConfigBody HostConfig(
        ContainerSpec spec, DockerNames names, bool ownsNetwork, ImmutableArray<PortBinding> ports) => new()
    {
        NetworkMode = NetworkMode(spec.Network, names),
        PortBindings = ports.IsEmpty ? null : ports.GroupBy(PortKey).ToDictionary(g => g.Key, g => g.Select(HostSide).ToArray()),
        Binds = OrNull(spec.Mounts.Where(IsBind).Select(m => $"{m.Source}:{m.ContainerPath}{(m.ReadOnly ? ":ro" : "")}")),
        Mounts = OrNull(spec.Mounts.Where(m => !IsBind(m) && !HasOptions(m)).Select(m => Mount(m, names))),
        VolumesFrom = OrNull(spec.VolumesFrom),
        Ulimits = OrNull(spec.Ulimits.Select(HostLimits.Fit).Select(u => new UlimitBody(u.Name, u.Soft, u.Hard))),
        Dns = ownsNetwork ? OrNull(spec.DnsServers) : null,
        DnsSearch = ownsNetwork ? OrNull(spec.DnsSearchDomains) : null,
        ExtraHosts = ownsNetwork ? OrNull(spec.ExtraHosts) : null,
        Links = spec.Network is NetworkAttachment.Bridge ? OrNull(spec.Links) : null,
        CapAdd = OrNull(spec.CapabilitiesAdded),
        CapDrop = OrNull(spec.CapabilitiesDropped),
        SecurityOpt = OrNull(spec.SecurityOptions),
        Sysctls = spec.Sysctls.IsEmpty ? null : spec.Sysctls.ToDictionary(),
        ReadonlyRootfs = spec.ReadOnlyRootFilesystem,
        Privileged = spec.Privileged,
        Init = spec.Init ? true : null,
        CpuShares = spec.CpuShares,
        Memory = spec.MemoryBytes,
        MemoryReservation = spec.MemoryReservationBytes,
        ShmSize = spec.SharedMemoryBytes ?? 0,
        // Docker counts memory and swap together.
        MemorySwap = spec.SwapBytes is { } swap && spec.MemoryBytes > 0 ? spec.MemoryBytes + swap : 0,
        MemorySwappiness = spec.Swappiness,
        Devices = OrNull(spec.Devices.Select(d => new DeviceBody(d.HostPath, d.ContainerPath, d.Permissions))),
        PidMode = Namespace(spec.ProcessNamespace),
        IpcMode = Namespace(spec.IpcNamespace),
        Tmpfs = spec.Mounts.Where(HasOptions).ToDictionary(m => m.ContainerPath, TmpfsOptions) is { Count: > 0 } tmpfs ? tmpfs : null,
        LogConfig = new(spec.Log.Name, spec.Log.Options.ToDictionary()),
    };

    private static string NetworkMode(NetworkAttachment network, DockerNames names) => network switch
    {
        NetworkAttachment.Address own => names.Network(own.Network),
        NetworkAttachment.SharedWith other => "container:" + other.Container,
        NetworkAttachment.Host => "host",
        NetworkAttachment.None => "none",
        _ => "bridge",
    };

    private static string? Namespace(string? wanted) =>
        wanted is null or "host" or "none" or "shareable" ? wanted : $"container:{wanted}";

    private static bool HasOptions(VolumeMount mount) => mount is { Source: null, TmpfsOptions.IsEmpty: false };

    private static string TmpfsOptions(VolumeMount mount) =>
        string.Join(',', mount.TmpfsBytes is { } size ? mount.TmpfsOptions.Add($"size={size}") : mount.TmpfsOptions);

    private static NetworkingBody? Networking(NetworkAttachment network, DockerNames names) =>
        network is NetworkAttachment.Address own
            ? new(new()
            {
                [names.Network(own.Network)] = new() { IPAMConfig = new(own.Ipv4), MacAddress = own.MacAddress },
            })
            : null;

    /// <summary>Without a health check of the task's own, the one that the image may have is turned off: ECS ignores it.</summary>
    private static HealthCheckBody HealthCheck(HealthCheckSpec? spec) => spec is null
        ? new() { Test = ["NONE"] }
        : new()
        {
            Test = [.. spec.Test],
            Interval = Nanoseconds(spec.Interval),
            Timeout = Nanoseconds(spec.Timeout),
            StartPeriod = Nanoseconds(spec.StartPeriod),
            Retries = spec.Retries,
        };

    private static long Nanoseconds(TimeSpan time) => time.Ticks * TimeSpan.NanosecondsPerTick;

    /// <summary>A bind makes a missing host directory, as ECS does; a mount would refuse. Only mounts can say a path with a
    /// colon.</summary>
    private static bool IsBind(VolumeMount mount) =>
        mount.Source?.StartsWith('/') == true && !mount.Source.Contains(':') && !mount.ContainerPath.Contains(':');

    private static MountBody Mount(VolumeMount mount, DockerNames names) => mount.Source switch
    {
        null => new()
        {
            Type = "tmpfs",
            Target = mount.ContainerPath,
            ReadOnly = mount.ReadOnly,
            TmpfsOptions = mount.TmpfsBytes is { } size ? new(size) : null,
        },
        ['/', ..] path => new() { Type = "bind", Source = path, Target = mount.ContainerPath, ReadOnly = mount.ReadOnly },
        var volume => new()
        {
            Type = "volume",
            Source = volume,
            Target = mount.ContainerPath,
            ReadOnly = mount.ReadOnly,
            VolumeOptions = new(names.Label(ImmutableSortedDictionary<string, string>.Empty)),
        },
    };

    private static string PortKey(PortBinding port) => $"{port.ContainerPort}/{port.Protocol}";

    private static PortBindingBody HostSide(PortBinding port) =>
        new(port.HostAddress, port.HostPort == 0 ? "" : port.HostPort.ToString());

    private static T[]? OrNull<T>(IEnumerable<T> values) => values.ToArray() is { Length: > 0 } some ? some : null;
}
