using System.Collections.Immutable;
using System.Globalization;
using Minato.Engines.Hosts;

namespace Minato.Engines.EcsAgent.Messages;

/// <summary>A task in an agent's words.</summary>
internal static class Payloads
{
    public const string Running = "RUNNING";
    public const string Stopped = "STOPPED";

    public static PayloadTask Start(HostedTask task) => new()
    {
        Arn = task.Arn,
        DesiredStatus = Running,
        Family = task.Family,
        Version = task.Revision.ToString(CultureInfo.InvariantCulture),
        TaskClusterArn = task.Cluster,
        ServiceName = task.Service,
        Containers = [.. task.Containers.Select(c => Container(c, task.NetworkMode))],
        Volumes = Some(task.Volumes.Select(Volume)),
        Cpu = task.Cpu,
        Memory = task.MemoryMiB,
        NetworkMode = task.NetworkMode,
        LaunchType = task.LaunchType,
        PidMode = task.PidMode,
        IpcMode = task.IpcMode,
        RoleCredentials = task.TaskRole is { } role ? Credentials(role) : null,
        ExecutionRoleCredentials = task.ExecutionRole is { } execution ? Credentials(execution) : null,
    };

    /// <summary>An order to stop needs no more than the name.</summary>
    public static PayloadTask Stop(string arn) => new() { Arn = arn, DesiredStatus = Stopped };

    public static PayloadCredentials Credentials(HostedKeys keys) => new(
        keys.Id, keys.RoleArn, keys.AccessKeyId, keys.SecretAccessKey, keys.SessionToken,
        keys.ExpiresAt.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss'Z'", CultureInfo.InvariantCulture));

    public static string RoleType(HostedKeys keys) => keys.Kind == RoleKind.Task ? "TaskApplication" : "TaskExecution";

    private static PayloadContainer Container(HostedContainer container, string networkMode) => new()
    {
        Name = container.Name,
        Image = container.Spec.Image,
        Essential = container.IsEssential,
        ContainerArn = container.Arn,
        Command = container.Spec.Command,
        EntryPoint = container.Spec.EntryPoint,
        Environment = container.Spec.Environment.IsEmpty ? null : container.Spec.Environment,
        Cpu = container.Cpu,
        Memory = container.MemoryMiB,
        PortMappings = Some(container.Ports.Select(Port)),
        MountPoints = Some(container.Mounts.Select(m => new PayloadMount(m.Volume, m.ContainerPath, m.ReadOnly))),
        VolumesFrom = Some(container.VolumesFrom.Select(v => new PayloadVolumesFrom(v.Container, v.ReadOnly))),
        Links = container.Links.IsEmpty ? null : container.Links,
        DependsOn = Some(container.DependsOn.Select(d => new PayloadDependency(d.Container, d.Condition))),
        StartTimeout = container.StartTimeoutSeconds,
        StopTimeout = container.StopTimeoutSeconds,
        DockerConfig = DockerConfigTexts.Of(container.Spec, networkMode),
        HealthCheckType = container.Spec.HealthCheck is null ? null : "docker",
        RegistryAuthentication = container.Registry is { } registry
            ? new("ecr", new(registry.RegistryId, registry.Region, registry.Endpoint, registry.AsExecutionRole)) : null,
        LogsAuthStrategy = container.LogsAsExecutionRole ? "ExecutionRole" : null,
        RestartPolicy = container.Restart is { } restart
            ? new(Enabled: true, restart.IgnoredExitCodes.IsEmpty ? null : restart.IgnoredExitCodes, restart.AttemptPeriodSeconds) : null,
    };

    // AWS: exactly lower case, or the whole task is refused.
    private static PayloadPort Port(HostedPort port) => port.Range is { } range
        ? new(null, null, range, port.Protocol.ToLowerInvariant())
        : new(port.Port, port.HostPort, null, port.Protocol.ToLowerInvariant());

    private static PayloadVolume Volume(HostedVolume volume) => volume switch
    {
        HostedVolume.Docker docker => new(docker.Name, "docker", null, new(
            docker.IsShared ? "shared" : "task", docker.Autoprovision, docker.Driver,
            docker.DriverOptions.IsEmpty ? null : docker.DriverOptions, docker.Labels.IsEmpty ? null : docker.Labels)),
        HostedVolume.Host host => new(host.Name, "host", new(host.Path), null),
        _ => throw new InvalidOperationException($"No way to tell an agent of {volume}."),
    };

    private static ImmutableArray<T>? Some<T>(IEnumerable<T> values) => values.ToImmutableArray() is { Length: > 0 } some ? some : null;
}
