using System.Collections.Immutable;
using Minato.Engines.Containers;

namespace Minato.Engines.Hosts;

/// <summary>A task as its host is told of it: nothing is left to be looked up, apart from images.</summary>
public sealed record HostedTask
{
    public required string Arn { get; init; }
    public required string Cluster { get; init; }
    public required string Family { get; init; }
    public required int Revision { get; init; }
    public required string NetworkMode { get; init; }
    public required string LaunchType { get; init; }
    public string? Service { get; init; }

    /// <summary>Of the task as a whole, in vCPU.</summary>
    public double? Cpu { get; init; }

    /// <summary>Of the task as a whole.</summary>
    public int? MemoryMiB { get; init; }
    public string? PidMode { get; init; }
    public string? IpcMode { get; init; }
    public required ImmutableArray<HostedContainer> Containers { get; init; }
    public ImmutableArray<HostedVolume> Volumes { get; init; } = [];
    public HostedKeys? TaskRole { get; init; }
    public HostedKeys? ExecutionRole { get; init; }
}

public sealed record HostedContainer
{
    public required string Name { get; init; }
    public required string Arn { get; init; }
    public required bool IsEssential { get; init; }

    /// <summary>As an engine of ours would be told; name, network and mounts of it are the agent's own business.</summary>
    public required ContainerSpec Spec { get; init; }

    /// <summary>Units of 1024 a core.</summary>
    public int Cpu { get; init; }

    /// <summary>Hard limit; null for none.</summary>
    public int? MemoryMiB { get; init; }
    public ImmutableArray<HostedPort> Ports { get; init; } = [];
    public ImmutableArray<HostedMount> Mounts { get; init; } = [];
    public ImmutableArray<HostedVolumeSource> VolumesFrom { get; init; } = [];
    public ImmutableArray<string> Links { get; init; } = [];
    public ImmutableArray<HostedDependency> DependsOn { get; init; } = [];
    public int? StartTimeoutSeconds { get; init; }
    public int? StopTimeoutSeconds { get; init; }
    public RegistryAccess? Registry { get; init; }
    public RestartRules? Restart { get; init; }

    /// <summary>Its log driver signs with the keys of the execution role.</summary>
    public bool LogsAsExecutionRole { get; init; }
}

/// <param name="Port">Null when it is a range.</param>
public sealed record HostedPort(int? Port, string? Range, int HostPort, string Protocol);

public sealed record HostedMount(string Volume, string ContainerPath, bool ReadOnly);

public sealed record HostedVolumeSource(string Container, bool ReadOnly);

public sealed record HostedDependency(string Container, string Condition);

public sealed record RestartRules(ImmutableArray<int> IgnoredExitCodes, int? AttemptPeriodSeconds);

/// <summary>Where the agent gets the password of an image's registry from.</summary>
public sealed record RegistryAccess(string RegistryId, string Region, string Endpoint, bool AsExecutionRole);

public abstract record HostedVolume(string Name)
{
    /// <param name="Path">Null for a volume that lives as long as the task.</param>
    public sealed record Host(string Name, string? Path) : HostedVolume(Name);

    public sealed record Docker(
        string Name, bool IsShared, bool Autoprovision, string? Driver,
        ImmutableSortedDictionary<string, string> DriverOptions, ImmutableSortedDictionary<string, string> Labels) : HostedVolume(Name);
}

public enum RoleKind { Task, Execution }

/// <summary>Temporary keys of a role.</summary>
/// <param name="Id">Under which the task's containers ask for them; stays the same when they are renewed.</param>
public sealed record HostedKeys(
    RoleKind Kind, string Id, string RoleArn, string AccessKeyId, string SecretAccessKey, string SessionToken, DateTimeOffset ExpiresAt)
{
    /// <summary>A secret has no business in a log line.</summary>
    public override string ToString() => $"keys of {RoleArn} until {ExpiresAt:O}";
}
