using System.Collections.Immutable;

namespace Minato.Engines.Containers;

/// <summary>A container as the engine sees it now.</summary>
public sealed record EngineContainer
{
    public required string Id { get; init; }
    public required string Name { get; init; }
    public required ImmutableSortedDictionary<string, string> Labels { get; init; }
    public required ContainerPhase Phase { get; init; }
    public DateTimeOffset? CreatedAt { get; init; }
    public DateTimeOffset? StartedAt { get; init; }
    public DateTimeOffset? FinishedAt { get; init; }
    public int? ExitCode { get; init; }
    public bool OutOfMemory { get; init; }

    /// <summary>The engine's own words when it could not run the container.</summary>
    public string? Error { get; init; }
    public ContainerHealth? Health { get; init; }

    /// <summary>Last probe's output, bounded.</summary>
    public string? HealthOutput { get; init; }
    public string? ImageDigest { get; init; }
    public string? ImageId { get; init; }

    /// <summary>Its own address on the engine's default bridge.</summary>
    public string? Address { get; init; }
    public ImmutableArray<PortBinding> Ports { get; init; } = [];
}

public enum ContainerPhase { Created, Running, Exited }

public enum ContainerHealth { Starting, Healthy, Unhealthy }

/// <param name="ContainerId">What changed.</param>
/// <param name="Labels">Its labels: a change of a container that is gone already can still be told to its task.</param>
public sealed record ContainerChange(string ContainerId, ImmutableSortedDictionary<string, string> Labels);

public sealed record ContainerLogLine(DateTimeOffset Time, ReadOnlyMemory<byte> Text, bool IsError);

/// <param name="Digest">Registry digest (<c>sha256:…</c>) when the image came from a registry.</param>
public sealed record EngineImage(string Id, string? Digest)
{
    /// <summary>The name of the image that every engine has: a process that waits.</summary>
    public const string Pause = "minato/pause";
}

public sealed record ContainerStats(
    DateTimeOffset ReadAt, long CpuNanoseconds, int OnlineCpus, long MemoryBytes, long MemoryLimitBytes,
    long NetworkRxBytes, long NetworkTxBytes, long BlockReadBytes, long BlockWriteBytes);

public abstract record EngineStatus
{
    private EngineStatus() { }
    public sealed record Up(string Version, int Cpus, long MemoryBytes, string Architecture) : EngineStatus;

    /// <param name="Advice">What a person can do about it.</param>
    public sealed record Away(string Advice) : EngineStatus;
}
