using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Minato.Contracts.Ecs;
using Minato.Platform;

namespace Minato.Ecs.State;

/// <summary>
/// A task as stored. What was asked at the start never changes; <see cref="DesiredStatus"/> and the fields beside it are intent
/// (written by the API and by <c>ServiceReconciler</c>); <see cref="Progress"/> is written by <c>TaskReconciler</c> alone.
/// </summary>
internal sealed partial record TaskState
{
    public required TaskKey Key { get; init; }
    public required TaskDefinitionKey TaskDefinition { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public required string Group { get; init; }
    public string? StartedBy { get; init; }
    public string? ServiceName { get; init; }

    /// <summary>The deployment, task set or revision of the service that wanted it.</summary>
    public string? DeploymentId { get; init; }
    public required LaunchType LaunchType { get; init; }
    public string? CapacityProviderName { get; init; }
    public string? PlatformVersion { get; init; }
    public string? PlatformFamily { get; init; }
    public NetworkMode NetworkMode { get; init; } = NetworkMode.Bridge;
    public NetworkConfiguration? NetworkConfiguration { get; init; }
    public TaskOverride Overrides { get; init; } = new();
    public ImmutableArray<LoadBalancer> LoadBalancers { get; init; } = [];
    public ImmutableArray<ServiceRegistry> ServiceRegistries { get; init; } = [];

    /// <summary>EBS volumes that were configured at the launch.</summary>
    public ImmutableArray<ManagedVolume> Volumes { get; init; } = [];

    /// <summary>Null for one that is not in Service Connect.</summary>
    public ConnectTask? Connect { get; init; }
    public ImmutableArray<Tag> Tags { get; init; } = [];
    public bool EnableExecuteCommand { get; init; }
    public int? EphemeralStorageGiB { get; init; }
    public string? Cpu { get; init; }
    public string? Memory { get; init; }

    /// <summary>Id of the container instance it was placed on; null on Fargate.</summary>
    public string? ContainerInstance { get; init; }

    /// <summary>Where it may be placed, while it waits for an instance of its capacity provider.</summary>
    public PlacementWish? Wish { get; init; }

    /// <summary>What it takes on its container instance; zero on Fargate.</summary>
    public TaskDemand Demand { get; init; } = TaskDemand.None;

    /// <summary>Image digests the service pinned for its deployment, by container name.</summary>
    public ImmutableSortedDictionary<string, string> ImageDigests { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    // Intent.
    public DesiredStatus DesiredStatus { get; init; } = DesiredStatus.Running;
    public TaskStopCode? StopCode { get; init; }
    public string? StopReason { get; init; }
    public DateTimeOffset? StopRequestedAt { get; init; }

    /// <summary>What its host said of it, when that runs it as a whole; written by the API.</summary>
    public HostReport? Report { get; init; }

    /// <summary>Until then neither scale-in nor a deployment stops it.</summary>
    public DateTimeOffset? ProtectedUntil { get; init; }

    public required TaskProgress Progress { get; init; }

    [JsonIgnore]
    public ServiceKey? ServiceKey => ServiceName is { } name ? new ServiceKey(Key.Cluster, name) : null;

    [JsonIgnore]
    public ContainerInstanceKey? InstanceKey => ContainerInstance is { } id ? new ContainerInstanceKey(Key.Cluster, id) : null;

    /// <summary>It has no container instance yet: its capacity provider is to bring one.</summary>
    [JsonIgnore]
    public bool IsAwaitingCapacity => ContainerInstance is null && LaunchType == LaunchType.Ec2;

    [JsonIgnore]
    public TaskLastStatus LastStatus => Progress.LastStatus;

    /// <summary>STOPPED as soon as somebody asked for it or the task itself came to its end.</summary>
    [JsonIgnore]
    public bool IsStopWanted => DesiredStatus == DesiredStatus.Stopped || Progress.StopCode is not null;

    [JsonIgnore]
    public DesiredStatus EffectiveDesiredStatus => IsStopWanted ? DesiredStatus.Stopped : DesiredStatus.Running;

    [JsonIgnore]
    public HealthStatus HealthStatus => Progress.HealthStatus;

    [JsonIgnore]
    public bool IsStopped => Progress.LastStatus == TaskLastStatus.Stopped;

    public string ContainerArn(string name) => Key.Cluster.Scope.Arn($"container/{Key.Cluster.Name}/{Key.Id}/{Progress.Container(name).Id}");

    /// <summary>A later request to stop does not change what the first one said.</summary>
    public TaskState RequestStop(TaskStopCode code, string reason, DateTimeOffset now) =>
        IsStopWanted ? this : this with
        {
            DesiredStatus = DesiredStatus.Stopped, StopCode = code, StopReason = reason, StopRequestedAt = now,
            Progress = Progress with { Version = Progress.Version + 1 }, // AWS: what is wanted of a task is part of what its version counts.
        };

    /// <summary>The one way to make a task: RunTask, StartTask and the service reconciler all come here, inside their transaction.</summary>
    public static TaskState Create(TaskLaunch launch, TaskDefinitionState definition, Ids ids, DateTimeOffset now)
    {
        var key = new TaskKey(launch.Cluster, ids.Hex(32));
        var hasInterface = definition.NetworkMode == NetworkMode.Awsvpc;
        var isFargate = launch.LaunchType == LaunchType.Fargate;
        return new()
        {
            Key = key,
            TaskDefinition = definition.Key,
            CreatedAt = now,
            Group = launch.Group ?? (launch.ServiceName is { } service ? $"service:{service}" : $"family:{definition.Key.Family}"),
            StartedBy = launch.StartedBy,
            ServiceName = launch.ServiceName,
            DeploymentId = launch.DeploymentId,
            LaunchType = launch.LaunchType,
            CapacityProviderName = launch.CapacityProviderName,
            PlatformVersion = isFargate ? FargatePlatform.Resolve(launch.PlatformVersion) : null,
            PlatformFamily = isFargate ? "Linux" : null,
            NetworkMode = definition.NetworkMode,
            NetworkConfiguration = launch.NetworkConfiguration,
            Overrides = launch.Overrides ?? new(),
            LoadBalancers = launch.LoadBalancers,
            ServiceRegistries = launch.ServiceRegistries,
            Connect = launch.Connect,
            Volumes = ManagedVolume.Of(launch.Volumes, ids),
            Tags = launch.Tags,
            EnableExecuteCommand = launch.EnableExecuteCommand,
            EphemeralStorageGiB = launch.Overrides?.EphemeralStorage?.SizeInGiB ?? definition.Definition.EphemeralStorage?.SizeInGiB,
            Cpu = launch.Overrides?.Cpu ?? definition.Definition.Cpu,
            Memory = launch.Overrides?.Memory ?? definition.Definition.Memory,
            ContainerInstance = launch.ContainerInstance,
            Wish = launch.ContainerInstance is null ? launch.Wish : null,
            Demand = isFargate ? TaskDemand.None : TaskDemand.Of(definition, launch.Overrides),
            ImageDigests = launch.ImageDigests,
            Progress = TaskProgress.Initial(
                hasInterface || isFargate || launch.ContainerInstance is null ? TaskLastStatus.Provisioning : TaskLastStatus.Pending,
                definition.Containers, hasInterface, ids),
        };
    }
}

/// <summary>What a task is to be, before it exists.</summary>
internal sealed record TaskLaunch
{
    public required ClusterKey Cluster { get; init; }
    public required LaunchType LaunchType { get; init; }
    public string? CapacityProviderName { get; init; }
    public string? PlatformVersion { get; init; }
    public string? Group { get; init; }
    public string? StartedBy { get; init; }
    public string? ServiceName { get; init; }
    public string? DeploymentId { get; init; }
    public NetworkConfiguration? NetworkConfiguration { get; init; }
    public TaskOverride? Overrides { get; init; }
    public ImmutableArray<LoadBalancer> LoadBalancers { get; init; } = [];
    public ImmutableArray<ServiceRegistry> ServiceRegistries { get; init; } = [];
    public ConnectTask? Connect { get; init; }
    public ImmutableArray<TaskVolumeConfiguration> Volumes { get; init; } = [];
    public ImmutableArray<Tag> Tags { get; init; } = [];
    public bool EnableExecuteCommand { get; init; }
    public string? ContainerInstance { get; init; }
    public PlacementWish? Wish { get; init; }
    public ImmutableSortedDictionary<string, string> ImageDigests { get; init; } = ImmutableSortedDictionary<string, string>.Empty;
}

/// <summary>What was asked of the place of a task that could not be placed at once.</summary>
internal sealed record PlacementWish(
    ImmutableArray<PlacementConstraint> Constraints, ImmutableArray<PlacementStrategy> Strategies, ImmutableArray<string> Zones);
