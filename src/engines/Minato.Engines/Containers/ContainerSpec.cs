using System.Collections.Immutable;

namespace Minato.Engines.Containers;

/// <summary>What a container is to be. Names are unique on the host and carry the task id; labels find it again after a crash.</summary>
public sealed record ContainerSpec
{
    public required string Name { get; init; }

    /// <summary>Image reference, or <see cref="EngineImage.Pause"/> for the container that only holds a task's network namespace.</summary>
    public required string Image { get; init; }
    public ImmutableSortedDictionary<string, string> Labels { get; init; } = ImmutableSortedDictionary<string, string>.Empty;
    public ImmutableArray<string>? Command { get; init; }
    public ImmutableArray<string>? EntryPoint { get; init; }
    public ImmutableSortedDictionary<string, string> Environment { get; init; } = ImmutableSortedDictionary<string, string>.Empty;
    public string? WorkingDirectory { get; init; }
    public string? User { get; init; }
    public string? Hostname { get; init; }
    public bool ReadOnlyRootFilesystem { get; init; }
    public bool Privileged { get; init; }
    public bool Interactive { get; init; }
    public bool PseudoTerminal { get; init; }
    public bool Init { get; init; }
    public required NetworkAttachment Network { get; init; }
    public ImmutableArray<PortBinding> Ports { get; init; } = [];
    public ImmutableArray<VolumeMount> Mounts { get; init; } = [];
    /// <summary>Put into the container before it starts.</summary>
    public ImmutableArray<ContainerFile> Files { get; init; } = [];
    public ImmutableArray<string> VolumesFrom { get; init; } = [];
    public ImmutableArray<Ulimit> Ulimits { get; init; } = [];
    public ImmutableArray<string> DnsServers { get; init; } = [];
    public ImmutableArray<string> DnsSearchDomains { get; init; } = [];
    public ImmutableArray<string> ExtraHosts { get; init; } = [];
    public ImmutableArray<string> Links { get; init; } = [];
    public ImmutableArray<string> CapabilitiesAdded { get; init; } = [];
    public ImmutableArray<string> CapabilitiesDropped { get; init; } = [];
    public ImmutableArray<string> SecurityOptions { get; init; } = [];
    public ImmutableSortedDictionary<string, string> Sysctls { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    /// <summary>Relative weight, 1024 = one core.</summary>
    public long CpuShares { get; init; }

    /// <summary>Hard limit in bytes; 0 for none.</summary>
    public long MemoryBytes { get; init; }
    public long MemoryReservationBytes { get; init; }
    public long? SharedMemoryBytes { get; init; }

    /// <summary>How much may be swapped beyond the memory; null leaves it to the engine.</summary>
    public long? SwapBytes { get; init; }

    /// <summary>0 to 100; null leaves it to the engine.</summary>
    public int? Swappiness { get; init; }
    public ImmutableArray<DeviceMapping> Devices { get; init; } = [];

    /// <summary>Null for namespaces of its own, <c>host</c>, or the name of the container whose namespace it shares.</summary>
    public string? ProcessNamespace { get; init; }

    /// <summary>As <see cref="ProcessNamespace"/>; also <c>none</c>, and <c>shareable</c> for the one that others share.</summary>
    public string? IpcNamespace { get; init; }

    /// <summary>Null for a container that shares no more than the whole machine.</summary>
    public ResourceSlice? Slice { get; init; }

    /// <summary>Null for none, whatever the image says.</summary>
    public HealthCheckSpec? HealthCheck { get; init; }
    public LogDriver Log { get; init; } = LogDriver.Followed;
}

/// <summary>Where a container's network comes from.</summary>
public abstract record NetworkAttachment
{
    private NetworkAttachment() { }

    /// <summary>An own namespace with a fixed address on a network made by <see cref="IContainerEngine.EnsureNetworkAsync"/>.</summary>
    public sealed record Address(string Network, string Ipv4, string? MacAddress) : NetworkAttachment;

    /// <summary>The namespace of another container, by id or name. Host name, name servers, extra hosts, links and ports are that
    /// container's: what the spec says of them is left out.</summary>
    public sealed record SharedWith(string Container) : NetworkAttachment;

    /// <summary>The engine's default bridge, with published ports.</summary>
    public sealed record Bridge : NetworkAttachment;

    public sealed record Host : NetworkAttachment;

    public sealed record None : NetworkAttachment;
}

/// <summary>A part of a machine: the containers in it together get no more than it has, whatever each of them may have.</summary>
/// <param name="CpuUnits">1024 = one core.</param>
public sealed record ResourceSlice(string Name, long CpuUnits, long MemoryBytes);

/// <param name="HostPort">0 lets the engine choose.</param>
/// <param name="HostAddress">Loopback unless told otherwise.</param>
public sealed record PortBinding(int ContainerPort, int HostPort, string Protocol = "tcp", string HostAddress = "127.0.0.1");

/// <param name="Source">A host path (made when missing), a named volume (made and labelled when missing), or null for tmpfs.</param>
public sealed record VolumeMount(string? Source, string ContainerPath, bool ReadOnly, long? TmpfsBytes = null)
{
    /// <summary>Options of a mount in memory, e.g. <c>noexec</c>; with them it is made as <c>mount</c> would.</summary>
    public ImmutableArray<string> TmpfsOptions { get; init; } = [];
}

/// <param name="Path">Absolute; directories on the way are made.</param>
public sealed record ContainerFile(string Path, string Text);

/// <param name="MayCreate">Otherwise it has to be there, whoever made it.</param>
public sealed record VolumeSpec(
    string Name, string Driver, ImmutableSortedDictionary<string, string> Options, ImmutableSortedDictionary<string, string> Labels, bool MayCreate);

/// <param name="Permissions">Some of <c>r</c>, <c>w</c> and <c>m</c>.</param>
public sealed record DeviceMapping(string HostPath, string ContainerPath, string Permissions);

/// <param name="IsDefault">Nobody asked for it: a host that cannot give so much gives what it can.</param>
public sealed record Ulimit(string Name, long Soft, long Hard, bool IsDefault = false);

/// <param name="Test">As Docker takes it: <c>CMD</c> or <c>CMD-SHELL</c> first.</param>
public sealed record HealthCheckSpec(
    ImmutableArray<string> Test, TimeSpan Interval, TimeSpan Timeout, TimeSpan StartPeriod, int Retries);

/// <param name="Name">The engine's driver; <c>json-file</c> can be followed.</param>
public sealed record LogDriver(string Name, ImmutableSortedDictionary<string, string> Options)
{
    /// <summary>Bounded files on the host that <see cref="IContainerEngine.FollowLogsAsync"/> reads.</summary>
    public static LogDriver Followed { get; } = new("json-file", ImmutableSortedDictionary<string, string>.Empty
        .Add("max-size", "16m").Add("max-file", "2"));
}

/// <param name="Login">User name and password of a registry.</param>
public sealed record RegistryLogin(string Server, string Username, string Password);

/// <param name="Cidr">Range of the whole network, e.g. <c>172.31.0.0/16</c>.</param>
/// <param name="Gateway">Address of the host on it.</param>
public sealed record NetworkSpec(string Name, string Cidr, string Gateway);
