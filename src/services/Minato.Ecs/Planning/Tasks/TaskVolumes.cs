using System.Collections.Immutable;
using Minato.Contracts.Ecs;
using Minato.Ecs.State;
using Minato.Engines.Containers;

namespace Minato.Ecs.Planning.Tasks;

/// <summary>Where the volumes of a task are on the engine.</summary>
internal static class TaskVolumes
{
    private const long Mebibyte = 1024 * 1024;

    /// <summary>What a container mounts: its mount points, then the file systems in memory.</summary>
    /// <param name="fileSystems">Directory in which the installation keeps file systems.</param>
    public static IEnumerable<VolumeMount> MountsOf(
        TaskState task, TaskDefinitionState definition, ContainerDefinition container, string fileSystems)
    {
        foreach (var mount in container.MountPoints ?? [])
            yield return new(SourceOf(task, definition, mount.SourceVolume ?? "", fileSystems), mount.ContainerPath ?? "", mount.ReadOnly ?? false);
        foreach (var tmpfs in container.LinuxParameters?.Tmpfs ?? [])
            yield return new(null, tmpfs.ContainerPath, tmpfs.MountOptions?.Contains("ro") ?? false, tmpfs.Size * Mebibyte) { TmpfsOptions = tmpfs.MountOptions ?? [] };
    }

    /// <summary>Volumes that are made before the container: those of Docker, with their drivers.</summary>
    public static IEnumerable<VolumeSpec> NeededBy(TaskState task, TaskDefinitionState definition, ContainerDefinition container)
    {
        foreach (var name in (container.MountPoints ?? []).Select(m => m.SourceVolume).Distinct(StringComparer.Ordinal))
        {
            if (ManagedOf(task, name) is { } managed) yield return new(managed.VolumeId, "local", Sorted(null), Sorted(null), MayCreate: true);
            if (Find(definition, name)?.DockerVolumeConfiguration is not { } docker) continue;
            yield return new(
                docker.Scope == Scope.Shared ? name ?? "" : OwnName(task, name ?? ""), docker.Driver ?? "local", Sorted(docker.DriverOpts), Sorted(docker.Labels),
                // AWS: a shared volume that nobody may provision has to be there.
                MayCreate: docker.Scope != Scope.Shared || docker.Autoprovision == true);
        }
    }

    /// <summary>Volumes that go with the task.</summary>
    public static IEnumerable<string> OwnedBy(TaskState task, TaskDefinitionState definition) =>
        definition.Containers.SelectMany(c => c.MountPoints ?? []).Select(m => m.SourceVolume ?? "").Distinct(StringComparer.Ordinal)
            .Where(name => IsOwned(Find(definition, name)) && ManagedOf(task, name) is null).Select(name => OwnName(task, name))
            .Concat(task.Volumes.Where(v => v.DeleteOnTermination).Select(v => v.VolumeId))
            .Concat(Firelens.RouterOf(definition) is null ? Enumerable.Empty<string>() : [Firelens.NameOf(task)]);

    /// <returns>Why a volume cannot be had here; null when all can.</returns>
    public static string? Refusal(TaskDefinitionState definition) => (definition.Definition.Volumes ?? [])
        .Select(v => v.FsxWindowsFileServerVolumeConfiguration is not null ? "FSx for Windows File Server" : null)
        .FirstOrDefault(kind => kind is not null) is { } kind ? $"Minato has no {kind} volumes" : null;

    private static ManagedVolume? ManagedOf(TaskState task, string? name) => task.Volumes.FirstOrDefault(v => v.Name == name);

    private static string SourceOf(TaskState task, TaskDefinitionState definition, string name, string fileSystems) => Find(definition, name) switch
    {
        { ConfiguredAtLaunch: true } when ManagedOf(task, name) is { } managed => managed.VolumeId,
        { Host.SourcePath: { Length: > 0 } path } => path,
        { DockerVolumeConfiguration.Scope: Scope.Shared } => name,
        { EfsVolumeConfiguration: { } efs } => FileSystemPath(efs, fileSystems),
        _ => OwnName(task, name),
    };

    // AWS: an access point has a root of its own; a root directory beside it is not allowed.
    private static string FileSystemPath(EFSVolumeConfiguration efs, string fileSystems)
    {
        var root = efs.AuthorizationConfig?.AccessPointId is { Length: > 0 } point ? $"access-points/{point}" : $"root/{(efs.RootDirectory ?? "").Trim('/')}";
        return $"{fileSystems}/{efs.FileSystemId}/{root}".TrimEnd('/');
    }

    private static bool IsOwned(Volume? volume) => string.IsNullOrEmpty(volume?.Host?.SourcePath)
        && volume?.DockerVolumeConfiguration?.Scope != Scope.Shared && volume?.EfsVolumeConfiguration is null;

    private static string OwnName(TaskState task, string name) => $"ecs-{task.TaskDefinition.Family}-{task.TaskDefinition.Revision}-{name}-{task.Key.Id}";

    private static Volume? Find(TaskDefinitionState definition, string? name) => definition.Definition.Volumes?.FirstOrDefault(v => v.Name == name);

    private static ImmutableSortedDictionary<string, string> Sorted(ImmutableDictionary<string, string>? pairs) =>
        (pairs ?? ImmutableDictionary<string, string>.Empty).ToImmutableSortedDictionary(StringComparer.Ordinal);
}
