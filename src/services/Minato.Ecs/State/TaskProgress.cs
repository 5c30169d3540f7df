using System.Collections.Immutable;
using Minato.Contracts.Ecs;
using Minato.Platform;

namespace Minato.Ecs.State;

/// <summary>In the order a task goes through them; it never goes back.</summary>
internal enum TaskLastStatus { Provisioning, Pending, Activating, Running, Deactivating, Stopping, Deprovisioning, Stopped }

/// <summary>How far a task has come.</summary>
internal sealed record TaskProgress
{
    public required TaskLastStatus LastStatus { get; init; }

    /// <summary>Grows with every change a client can see.</summary>
    public long Version { get; init; } = 1;
    public ImmutableArray<ContainerProgress> Containers { get; init; } = [];
    public InterfaceProgress? Interface { get; init; }

    /// <summary>A UUID without its last two digits: with the container's number they are the id it asks about itself with.</summary>
    public string? EndpointId { get; init; }

    /// <summary>By which the task asks for credentials of its role; unguessable.</summary>
    public string? CredentialsId { get; init; }
    public HealthStatus HealthStatus { get; init; } = HealthStatus.Unknown;
    public string? AvailabilityZone { get; init; }

    /// <summary>Why it ends: copied from the intent, or found by the task itself; whichever came first.</summary>
    public TaskStopCode? StopCode { get; init; }
    public string? StoppedReason { get; init; }

    public DateTimeOffset? ConnectivityAt { get; init; }
    public DateTimeOffset? PullStartedAt { get; init; }
    public DateTimeOffset? PullStoppedAt { get; init; }
    public DateTimeOffset? StartedAt { get; init; }
    public DateTimeOffset? StoppingAt { get; init; }
    public DateTimeOffset? ExecutionStoppedAt { get; init; }
    public DateTimeOffset? StoppedAt { get; init; }

    public bool TargetsRegistered { get; init; }
    public bool TargetsDeregistered { get; init; }

    /// <summary>Null for a task whose containers are started here one by one.</summary>
    public HostedProgress? Hosted { get; init; }

    /// <summary>Nothing of it is left on the engine.</summary>
    public bool IsCleanedUp { get; init; }

    public static TaskProgress Initial(
        TaskLastStatus status, ImmutableArray<ContainerDefinition> containers, bool hasInterface, Ids ids) => new()
    {
        LastStatus = status,
        Containers = [.. containers.Select(c => new ContainerProgress { Name = c.Name ?? "", Id = ids.Uuid() })],
        Interface = hasInterface ? new InterfaceProgress { AttachmentId = ids.Uuid() } : null,
        EndpointId = ids.Uuid()[..^2],
        CredentialsId = ids.Uuid(),
    };

    /// <summary>Where a container asks about itself.</summary>
    public string EndpointIdOf(int container) => $"{EndpointId}{container:x2}";

    public ContainerProgress Container(string name)
    {
        foreach (var container in Containers) if (container.Name == name) return container;
        throw new KeyNotFoundException($"The task has no container '{name}'.");
    }

    /// <returns>The same object when nothing changes.</returns>
    public TaskProgress With(ContainerProgress container) => Container(container.Name) == container ? this : this with
    {
        Containers = [.. Containers.Select(c => c.Name == container.Name ? container : c)],
    };
}

internal enum ContainerLastStatus { Pending, Running, Stopped }

internal sealed record ContainerProgress
{
    public required string Name { get; init; }

    /// <summary>Last part of the container's ARN.</summary>
    public required string Id { get; init; }

    /// <summary>The engine's id.</summary>
    public string? RuntimeId { get; init; }
    public ContainerLastStatus LastStatus { get; init; }
    public int? ExitCode { get; init; }
    public string? Reason { get; init; }
    public HealthStatus HealthStatus { get; init; } = HealthStatus.Unknown;
    public string? ImageDigest { get; init; }
    public ImmutableArray<NetworkBinding> NetworkBindings { get; init; } = [];

    /// <summary>Its own address on the engine's default bridge.</summary>
    public string? Address { get; init; }
    public DateTimeOffset? StartedAt { get; init; }
    public DateTimeOffset? FinishedAt { get; init; }
    public int RestartCount { get; init; }
    public DateTimeOffset? RestartedAt { get; init; }

    /// <summary>The image is on the engine, or is known to be as good as it gets.</summary>
    public bool IsPulled { get; init; }

    /// <summary>It ran at some time, whatever it does now.</summary>
    public bool HasRun { get; init; }
}

/// <summary>The elastic network interface of an awsvpc task.</summary>
internal sealed record InterfaceProgress
{
    public required string AttachmentId { get; init; }
    public string? InterfaceId { get; init; }
    public string? SubnetId { get; init; }
    public string? VpcId { get; init; }
    public string? VpcCidr { get; init; }
    public string? PrivateIp { get; init; }
    public string? MacAddress { get; init; }
    public string? PrivateDnsName { get; init; }

    /// <summary>Container id of the pause container that holds the address.</summary>
    public string? PauseId { get; init; }

    /// <summary>It runs: the namespace is there.</summary>
    public bool IsPauseUp { get; init; }
    public bool IsDeleted { get; init; }
}
