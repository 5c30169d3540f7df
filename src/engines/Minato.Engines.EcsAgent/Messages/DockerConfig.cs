using System.Text.Json;
using System.Text.Json.Serialization;
using Minato.Engines.Containers;

namespace Minato.Engines.EcsAgent.Messages;

// AWS: decoded on top of what the agent computed, so what is not asked for must not be there at all.
internal sealed record DockerConfig
{
    public string? User { get; init; }
    public string? WorkingDir { get; init; }
    public string? Hostname { get; init; }
    public bool? OpenStdin { get; init; }
    public bool? Tty { get; init; }
    public IReadOnlyDictionary<string, string>? Labels { get; init; }
    public DockerHealthCheck? Healthcheck { get; init; }
}

internal sealed record DockerHealthCheck(string[] Test, long Interval, long Timeout, long StartPeriod, int Retries);

internal sealed record DockerHostConfig
{
    public string? NetworkMode { get; init; }
    public DockerLogConfig? LogConfig { get; init; }
    public DockerUlimit[]? Ulimits { get; init; }
    public long? MemoryReservation { get; init; }
    public bool? Privileged { get; init; }
    public bool? ReadonlyRootfs { get; init; }
    public string[]? SecurityOpt { get; init; }
    public string[]? ExtraHosts { get; init; }
    public string[]? Dns { get; init; }
    public string[]? DnsSearch { get; init; }
    public IReadOnlyDictionary<string, string>? Sysctls { get; init; }
    public string[]? CapAdd { get; init; }
    public string[]? CapDrop { get; init; }
    public bool? Init { get; init; }
    public long? ShmSize { get; init; }
    public IReadOnlyDictionary<string, string>? Tmpfs { get; init; }
}

internal sealed record DockerLogConfig(string Type, IReadOnlyDictionary<string, string> Config);

internal sealed record DockerUlimit(string Name, long Soft, long Hard);

[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(DockerConfig))]
[JsonSerializable(typeof(DockerHostConfig))]
internal sealed partial class DockerJson : JsonSerializerContext;

/// <summary>What the agent passes on to Docker as it is.</summary>
internal static class DockerConfigTexts
{
    private const string AgentsOwnLabels = "com.amazonaws.ecs.";

    public static PayloadDockerConfig Of(ContainerSpec spec, string networkMode) => new(
        JsonSerializer.Serialize(Config(spec), DockerJson.Default.DockerConfig),
        JsonSerializer.Serialize(HostConfig(spec, networkMode), DockerJson.Default.DockerHostConfig));

    private static DockerConfig Config(ContainerSpec spec)
    {
        var labels = spec.Labels.Where(l => !l.Key.StartsWith(AgentsOwnLabels, StringComparison.Ordinal)).ToDictionary();
        return new()
        {
            User = spec.User,
            WorkingDir = spec.WorkingDirectory,
            Hostname = spec.Hostname,
            OpenStdin = True(spec.Interactive),
            Tty = True(spec.PseudoTerminal),
            Labels = labels.Count > 0 ? labels : null,
            Healthcheck = spec.HealthCheck is { } check
                ? new([.. check.Test], Nanoseconds(check.Interval), Nanoseconds(check.Timeout), Nanoseconds(check.StartPeriod), check.Retries) : null,
        };
    }

    private static DockerHostConfig HostConfig(ContainerSpec spec, string networkMode) => new()
    {
        NetworkMode = networkMode,
        LogConfig = new(spec.Log.Name, spec.Log.Options.ToDictionary()),
        Ulimits = Some(spec.Ulimits.Select(u => new DockerUlimit(u.Name, u.Soft, u.Hard))),
        MemoryReservation = spec.MemoryReservationBytes > 0 ? spec.MemoryReservationBytes : null,
        Privileged = True(spec.Privileged),
        ReadonlyRootfs = True(spec.ReadOnlyRootFilesystem),
        SecurityOpt = Some(spec.SecurityOptions),
        ExtraHosts = Some(spec.ExtraHosts),
        Dns = Some(spec.DnsServers),
        DnsSearch = Some(spec.DnsSearchDomains),
        Sysctls = spec.Sysctls.IsEmpty ? null : spec.Sysctls.ToDictionary(),
        CapAdd = Some(spec.CapabilitiesAdded),
        CapDrop = Some(spec.CapabilitiesDropped),
        Init = True(spec.Init),
        ShmSize = spec.SharedMemoryBytes,
        Tmpfs = spec.Mounts.Any(IsTmpfs) ? spec.Mounts.Where(IsTmpfs).ToDictionary(m => m.ContainerPath, TmpfsOptions) : null,
    };

    private static bool IsTmpfs(VolumeMount mount) => mount.Source is null;

    private static string TmpfsOptions(VolumeMount mount) =>
        string.Join(',', new[] { mount.ReadOnly ? "ro" : "rw", mount.TmpfsBytes is { } bytes ? $"size={bytes}" : null }.OfType<string>());

    private static long Nanoseconds(TimeSpan time) => time.Ticks * TimeSpan.NanosecondsPerTick;

    private static bool? True(bool value) => value ? true : null;

    private static T[]? Some<T>(IEnumerable<T> values) => values.ToArray() is { Length: > 0 } some ? some : null;
}
