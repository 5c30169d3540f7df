using System.Collections.Immutable;
using System.Globalization;
using Minato.Contracts.Ecs;

namespace Minato.Ecs.State;

internal sealed partial record TaskState
{
    public EcsTask ToWire(TaskDefinitionState? definition, bool withTags = false) => new()
    {
        TaskArn = Key.Arn,
        ClusterArn = Key.Cluster.Arn,
        TaskDefinitionArn = TaskDefinition.Arn,
        LastStatus = Progress.LastStatus.ToWire(),
        DesiredStatus = EffectiveDesiredStatus.ToWire(),
        Version = Progress.Version,
        Group = Group,
        StartedBy = StartedBy,
        LaunchType = LaunchType,
        CapacityProviderName = CapacityProviderName,
        PlatformVersion = PlatformVersion,
        PlatformFamily = PlatformFamily,
        ContainerInstanceArn = InstanceKey?.Arn,
        AvailabilityZone = Progress.AvailabilityZone,
        Attachments = Attachments(),
        Attributes = [new Attribute { Name = "ecs.cpu-architecture", Value = CpuArchitecture(definition) }],
        Containers = [.. Progress.Containers.Select(c => ToWire(c, definition))],
        Cpu = Cpu,
        Memory = Memory,
        CreatedAt = CreatedAt,
        Connectivity = Progress.ConnectivityAt is null ? null : Connectivity.Connected,
        ConnectivityAt = Progress.ConnectivityAt,
        EnableExecuteCommand = EnableExecuteCommand,
        HealthStatus = Progress.HealthStatus,
        InferenceAccelerators = [],
        Overrides = WireOverrides(),
        PullStartedAt = Progress.PullStartedAt,
        PullStoppedAt = Progress.PullStoppedAt,
        StartedAt = Progress.StartedAt,
        StoppingAt = Progress.StoppingAt ?? (DesiredStatus == DesiredStatus.Stopped ? StopRequestedAt : null),
        ExecutionStoppedAt = Progress.ExecutionStoppedAt,
        StoppedAt = Progress.StoppedAt,
        StopCode = Progress.StopCode ?? StopCode,
        StoppedReason = Progress.StopCode is null ? StopReason : Progress.StoppedReason,
        Tags = withTags ? Tags : [],
        // AWS: 20 GiB come with every Fargate task, asked for or not.
        EphemeralStorage = LaunchType == LaunchType.Fargate ? new() { SizeInGiB = EphemeralStorageGiB ?? 20 } : null,
        FargateEphemeralStorage = LaunchType == LaunchType.Fargate ? new() { SizeInGiB = EphemeralStorageGiB ?? 20 } : null,
    };

    private static string CpuArchitecture(TaskDefinitionState? definition) =>
        definition?.Definition.RuntimePlatform?.CpuArchitecture == CPUArchitecture.Arm64 ? "arm64" : "x86_64";

    private ImmutableArray<Attachment> Attachments()
    {
        var volumes = Volumes.Select(v => v.ToWire(Progress.LastStatus >= TaskLastStatus.Activating, Progress.IsCleanedUp));
        if (Progress.Interface is not { } eni) return [.. volumes];
        var details = ImmutableArray.CreateBuilder<KeyValuePair>();
        Add("subnetId", eni.SubnetId ?? FirstSubnet());
        Add("networkInterfaceId", eni.InterfaceId);
        Add("macAddress", eni.MacAddress);
        Add("privateDnsName", eni.PrivateDnsName);
        Add("privateIPv4Address", eni.PrivateIp);
        return [new Attachment
        {
            Id = eni.AttachmentId,
            Type = "ElasticNetworkInterface",
            Status = eni.IsDeleted ? "DELETED" : eni.InterfaceId is null ? "PRECREATED" : "ATTACHED",
            Details = details.ToImmutable(),
        }, .. volumes];

        void Add(string name, string? value)
        {
            if (value is not null) details.Add(new() { Name = name, Value = value });
        }
    }

    private string? FirstSubnet() => NetworkConfiguration?.AwsvpcConfiguration?.Subnets.FirstOrDefault();

    private TaskOverride WireOverrides() => Overrides with
    {
        ContainerOverrides = [.. Progress.Containers.Select(c =>
            Overrides.ContainerOverrides?.FirstOrDefault(o => o.Name == c.Name) ?? new ContainerOverride { Name = c.Name })],
        InferenceAcceleratorOverrides = Overrides.InferenceAcceleratorOverrides ?? [],
    };

    private Container ToWire(ContainerProgress container, TaskDefinitionState? definition)
    {
        var asked = definition?.Containers.FirstOrDefault(c => c.Name == container.Name);
        var over = Overrides.ContainerOverrides?.FirstOrDefault(o => o.Name == container.Name);
        return new()
        {
            ContainerArn = ContainerArn(container.Name),
            TaskArn = Key.Arn,
            Name = container.Name,
            Image = asked?.Image,
            ImageDigest = container.ImageDigest,
            RuntimeId = RuntimeIdOf(container),
            LastStatus = container.LastStatus.ToWire(),
            ExitCode = container.ExitCode,
            Reason = container.Reason,
            NetworkBindings = container.NetworkBindings,
            NetworkInterfaces = Progress.Interface is { InterfaceId: not null } eni
                ? [new NetworkInterface { AttachmentId = eni.AttachmentId, PrivateIpv4Address = eni.PrivateIp }] : [],
            HealthStatus = container.HealthStatus,
            Cpu = Text(over?.Cpu ?? asked?.Cpu ?? 0),
            Memory = Text(over?.Memory ?? asked?.Memory),
            MemoryReservation = Text(over?.MemoryReservation ?? asked?.MemoryReservation),
            ManagedAgents = ExecuteCommandAgent.ToWire(this, container) is { } agent ? [agent] : null,
        };
    }

    // AWS: on Fargate the runtime id is the task's id and ten digits; elsewhere it is the engine's.
    public string? RuntimeIdOf(ContainerProgress container) => LaunchType == LaunchType.Fargate && container.RuntimeId is not null
        ? $"{Key.Id}-{Math.Abs(Digits(container.Id)) % 10_000_000_000:D10}" : container.RuntimeId;

    private static long Digits(string uuid) =>
        long.Parse(uuid.Replace("-", "", StringComparison.Ordinal)[..15], NumberStyles.HexNumber, CultureInfo.InvariantCulture);

    private static string? Text(int? number) => number?.ToString(CultureInfo.InvariantCulture);
}

internal static class TaskStatusNames
{
    public static string ToWire(this TaskLastStatus status) => status switch
    {
        TaskLastStatus.Provisioning => "PROVISIONING",
        TaskLastStatus.Pending => "PENDING",
        TaskLastStatus.Activating => "ACTIVATING",
        TaskLastStatus.Running => "RUNNING",
        TaskLastStatus.Deactivating => "DEACTIVATING",
        TaskLastStatus.Stopping => "STOPPING",
        TaskLastStatus.Deprovisioning => "DEPROVISIONING",
        _ => "STOPPED",
    };

    public static string ToWire(this ContainerLastStatus status) => status switch
    {
        ContainerLastStatus.Pending => "PENDING",
        ContainerLastStatus.Running => "RUNNING",
        _ => "STOPPED",
    };
}
