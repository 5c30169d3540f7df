using System.Collections.Immutable;
using System.Text.Json.Serialization;

namespace Minato.Engines.EcsAgent.Messages;

// What we say to agents. AWS: names are theirs; what is absent is left out.
internal sealed record Envelope<T>(string Type, T Message);

internal sealed record HeartbeatMessage(string MessageId, bool Healthy = true);

internal sealed record PayloadMessage
{
    public required string MessageId { get; init; }
    public required string ClusterArn { get; init; }
    public required string ContainerInstanceArn { get; init; }
    public required ImmutableArray<PayloadTask> Tasks { get; init; }
    public required long GeneratedAt { get; init; }
    public required int SeqNum { get; init; }
}

internal sealed record CredentialsMessage(string MessageId, string TaskArn, string TaskClusterArn, string RoleType, PayloadCredentials RoleCredentials);

internal sealed record ManifestMessage
{
    public required string MessageId { get; init; }
    public required string ClusterArn { get; init; }
    public required string ContainerInstanceArn { get; init; }
    public required long GeneratedAt { get; init; }
    public required long Timeline { get; init; }
    public required ImmutableArray<ManifestTask> Tasks { get; init; }
}

internal sealed record ManifestTask(string TaskArn, string TaskClusterArn, string DesiredStatus);

internal sealed record StopVerificationAck(string MessageId, long GeneratedAt, ImmutableArray<ManifestTask> StopTasks);

internal sealed record TelemetryAck(string Message);

internal sealed record PayloadTask
{
    public required string Arn { get; init; }
    public required string DesiredStatus { get; init; }
    public string? Family { get; init; }
    public string? Version { get; init; }
    public string? TaskClusterArn { get; init; }
    public string? ServiceName { get; init; }
    public ImmutableArray<PayloadContainer>? Containers { get; init; }
    public ImmutableArray<PayloadVolume>? Volumes { get; init; }
    public double? Cpu { get; init; }
    public int? Memory { get; init; }
    public string? NetworkMode { get; init; }
    public string? LaunchType { get; init; }
    public string? PidMode { get; init; }
    public string? IpcMode { get; init; }
    public PayloadCredentials? RoleCredentials { get; init; }
    public PayloadCredentials? ExecutionRoleCredentials { get; init; }
}

internal sealed record PayloadContainer
{
    public required string Name { get; init; }
    public required string Image { get; init; }

    /// <summary>Always said: an agent takes silence for false.</summary>
    public required bool Essential { get; init; }
    public string? ContainerArn { get; init; }
    public ImmutableArray<string>? Command { get; init; }
    public ImmutableArray<string>? EntryPoint { get; init; }
    public ImmutableSortedDictionary<string, string>? Environment { get; init; }
    public int Cpu { get; init; }
    public int? Memory { get; init; }
    public ImmutableArray<PayloadPort>? PortMappings { get; init; }
    public ImmutableArray<PayloadMount>? MountPoints { get; init; }
    public ImmutableArray<PayloadVolumesFrom>? VolumesFrom { get; init; }
    public ImmutableArray<string>? Links { get; init; }
    public ImmutableArray<PayloadDependency>? DependsOn { get; init; }
    public int? StartTimeout { get; init; }
    public int? StopTimeout { get; init; }
    public PayloadDockerConfig? DockerConfig { get; init; }
    public string? HealthCheckType { get; init; }
    public PayloadRegistry? RegistryAuthentication { get; init; }
    public string? LogsAuthStrategy { get; init; }
    public PayloadRestart? RestartPolicy { get; init; }
}

internal sealed record PayloadPort(int? ContainerPort, int? HostPort, string? ContainerPortRange, string Protocol);

internal sealed record PayloadMount(string SourceVolume, string ContainerPath, bool ReadOnly);

internal sealed record PayloadVolumesFrom(string SourceContainer, bool ReadOnly);

internal sealed record PayloadDependency(string ContainerName, string Condition);

/// <summary>Both are JSON within JSON.</summary>
internal sealed record PayloadDockerConfig(string Config, string HostConfig);

internal sealed record PayloadRegistry(string Type, PayloadEcr EcrAuthData);

internal sealed record PayloadEcr(string RegistryId, string Region, string EndpointOverride, bool UseExecutionRole);

internal sealed record PayloadRestart(bool Enabled, ImmutableArray<int>? IgnoredExitCodes, int? RestartAttemptPeriod);

internal sealed record PayloadVolume(string Name, string Type, PayloadHostVolume? Host, PayloadDockerVolume? DockerVolumeConfiguration);

internal sealed record PayloadHostVolume(string? SourcePath);

internal sealed record PayloadDockerVolume(
    string Scope, bool Autoprovision, string? Driver,
    ImmutableSortedDictionary<string, string>? DriverOpts, ImmutableSortedDictionary<string, string>? Labels);

internal sealed record PayloadCredentials(
    string CredentialsId, string RoleArn, string AccessKeyId, string SecretAccessKey, string SessionToken, string Expiration);

[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.CamelCase, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(Envelope<HeartbeatMessage>))]
[JsonSerializable(typeof(Envelope<PayloadMessage>))]
[JsonSerializable(typeof(Envelope<CredentialsMessage>))]
[JsonSerializable(typeof(Envelope<ManifestMessage>))]
[JsonSerializable(typeof(Envelope<StopVerificationAck>))]
[JsonSerializable(typeof(Envelope<TelemetryAck>))]
internal sealed partial class AgentJson : JsonSerializerContext;
