using System.Text.Json.Serialization;

namespace Minato.Engines.Docker;

// The parts of the Docker Engine API that Minato uses, with its names.

internal sealed record ErrorAnswer([property: JsonPropertyName("message")] string? Message);

internal sealed record InfoAnswer(
    string? ServerVersion, int NCPU, long MemTotal, string? Architecture, string? CgroupDriver, string? CgroupVersion);

internal sealed record CreateContainerBody
{
    public required string Image { get; init; }
    public string[]? Cmd { get; init; }
    public string[]? Entrypoint { get; init; }
    public string[]? Env { get; init; }
    public string? WorkingDir { get; init; }
    public string? User { get; init; }
    public string? Hostname { get; init; }
    public string? MacAddress { get; init; }
    public bool Tty { get; init; }
    public bool OpenStdin { get; init; }
    public required Dictionary<string, string> Labels { get; init; }
    public Dictionary<string, Empty>? ExposedPorts { get; init; }
    public required HealthCheckBody Healthcheck { get; init; }
    public required HostConfigBody HostConfig { get; init; }
    public NetworkingBody? NetworkingConfig { get; init; }
}

internal sealed record Empty;

internal sealed record HealthCheckBody
{
    public required string[] Test { get; init; }
    public long Interval { get; init; }
    public long Timeout { get; init; }
    public long StartPeriod { get; init; }
    public int Retries { get; init; }
}

internal sealed record HostConfigBody
{
    public required string NetworkMode { get; init; }
    public string? CgroupParent { get; init; }
    public Dictionary<string, PortBindingBody[]>? PortBindings { get; init; }
    public string[]? Binds { get; init; }
    public MountBody[]? Mounts { get; init; }
    public string[]? VolumesFrom { get; init; }
    public UlimitBody[]? Ulimits { get; init; }
    public string[]? Dns { get; init; }
    public string[]? DnsSearch { get; init; }
    public string[]? ExtraHosts { get; init; }
    public string[]? Links { get; init; }
    public string[]? CapAdd { get; init; }
    public string[]? CapDrop { get; init; }
    public string[]? SecurityOpt { get; init; }
    public Dictionary<string, string>? Sysctls { get; init; }
    public bool ReadonlyRootfs { get; init; }
    public bool Privileged { get; init; }
    public bool? Init { get; init; }
    public long CpuShares { get; init; }
    public long Memory { get; init; }
    public long MemoryReservation { get; init; }
    public long ShmSize { get; init; }
    public long MemorySwap { get; init; }
    public long? MemorySwappiness { get; init; }
    public DeviceBody[]? Devices { get; init; }
    public string? PidMode { get; init; }
    public string? IpcMode { get; init; }
    public Dictionary<string, string>? Tmpfs { get; init; }
    public required LogConfigBody LogConfig { get; init; }
}

internal sealed record PortBindingBody(string HostIp, string HostPort);

internal sealed record MountBody
{
    public required string Type { get; init; }
    public string? Source { get; init; }
    public required string Target { get; init; }
    public bool ReadOnly { get; init; }
    public VolumeOptionsBody? VolumeOptions { get; init; }
    public TmpfsOptionsBody? TmpfsOptions { get; init; }
}

internal sealed record VolumeOptionsBody(Dictionary<string, string> Labels);

internal sealed record TmpfsOptionsBody(long SizeBytes);

internal sealed record UlimitBody(string Name, long Soft, long Hard);

internal sealed record LogConfigBody(string Type, Dictionary<string, string> Config);

internal sealed record NetworkingBody(Dictionary<string, EndpointBody> EndpointsConfig);

internal sealed record EndpointBody
{
    public AddressBody? IPAMConfig { get; init; }
    public string? MacAddress { get; init; }
}

internal sealed record AddressBody(string IPv4Address);

internal sealed record CreateContainerAnswer(string Id);

internal sealed record ContainerSummary(string Id);

internal sealed record ContainerAnswer
{
    public required string Id { get; init; }
    public required string Name { get; init; }
    public DateTimeOffset Created { get; init; }

    /// <summary>Id of the image; the name it was asked by is in <see cref="Config"/>.</summary>
    public string? Image { get; init; }
    public required StateAnswer State { get; init; }
    public required ConfigAnswer Config { get; init; }
    public NetworkSettingsAnswer? NetworkSettings { get; init; }
}

internal sealed record ConfigAnswer
{
    public string? Image { get; init; }
    public bool Tty { get; init; }
    public Dictionary<string, string>? Labels { get; init; }
}

internal sealed record StateAnswer
{
    public required string Status { get; init; }
    public bool OOMKilled { get; init; }
    public int ExitCode { get; init; }
    public string? Error { get; init; }
    public DateTimeOffset StartedAt { get; init; }
    public DateTimeOffset FinishedAt { get; init; }
    public HealthAnswer? Health { get; init; }
}

internal sealed record HealthAnswer(string Status, HealthProbeAnswer[]? Log);

internal sealed record HealthProbeAnswer(int ExitCode, string? Output);

internal sealed record NetworkSettingsAnswer(Dictionary<string, PortBindingBody[]?>? Ports, string? IPAddress);

internal sealed record EventLine
{
    public string? Action { get; init; }
    public EventActor? Actor { get; init; }
}

internal sealed record EventActor([property: JsonPropertyName("ID")] string Id, Dictionary<string, string>? Attributes);

internal sealed record CreateVolumeBody(string Name, string Driver, Dictionary<string, string> DriverOpts, Dictionary<string, string> Labels);

internal sealed record DeviceBody(string PathOnHost, string PathInContainer, string CgroupPermissions);

internal sealed record VolumeList(VolumeAnswer[]? Volumes);

internal sealed record VolumeAnswer(string Name, Dictionary<string, string>? Labels, string? Mountpoint = null);
