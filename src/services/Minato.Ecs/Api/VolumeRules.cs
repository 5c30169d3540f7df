using System.Collections.Immutable;
using Minato.Contracts.Ecs;
using Minato.Ecs.State;

namespace Minato.Ecs.Api;

/// <summary>What a launch says of the volumes that its task definition leaves to it.</summary>
internal static class VolumeRules
{
    // AWS: least and most GiB of each type.
    private static readonly Dictionary<string, (int Least, int Most)> s_sizes = new(StringComparer.Ordinal)
    {
        ["gp2"] = (1, 16384), ["gp3"] = (1, 16384), ["io1"] = (4, 16384), ["io2"] = (4, 16384), ["st1"] = (125, 16384), ["sc1"] = (125, 16384), ["standard"] = (1, 1024),
    };

    /// <exception cref="InvalidParameterException">The volumes are not those that the definition leaves open, or cannot be made.</exception>
    public static void Check(TaskDefinitionState definition, ImmutableArray<TaskVolumeConfiguration> volumes)
    {
        var open = (definition.Definition.Volumes ?? []).Where(v => v.ConfiguredAtLaunch == true).Select(v => v.Name ?? "").ToArray();
        if (volumes.Length > 1) throw new InvalidParameterException("Only one volume can be configured at launch.");
        if (volumes.FirstOrDefault(v => !open.Contains(v.Name)) is { } unknown)
            throw new InvalidParameterException($"The volume {unknown.Name} is not configured at launch in the task definition.");
        if (open.FirstOrDefault(name => volumes.All(v => v.Name != name)) is { } missing)
            throw new InvalidParameterException($"The volume {missing} is configured at launch in the task definition, but no volume configuration was given for it.");
        foreach (var volume in volumes) Check(volume);
    }

    private static void Check(TaskVolumeConfiguration volume)
    {
        if (volume.ManagedEBSVolume is not { } ebs) throw new InvalidParameterException($"managedEBSVolume must be specified for the volume {volume.Name}.");
        if (ebs.SnapshotId is not null) throw new UnsupportedFeatureException("Minato does not serve snapshots of EBS volumes yet.");
        if (ebs.FilesystemType == TaskFilesystemType.Ntfs) throw new InvalidParameterException("The filesystemType ntfs is not supported for Linux tasks.");
        if (ebs.SizeInGiB is not { } size) throw new InvalidParameterException("You must specify either a snapshotId or a sizeInGiB for a managed EBS volume.");
        if (!s_sizes.TryGetValue(ebs.VolumeType ?? ManagedVolume.DefaultType, out var range)) throw new InvalidParameterException($"The volumeType {ebs.VolumeType} is not valid.");
        if (size < range.Least || size > range.Most)
            throw new InvalidParameterException($"The sizeInGiB {size} is not valid for the volumeType {ebs.VolumeType ?? ManagedVolume.DefaultType}: it must be between {range.Least} and {range.Most}.");
        if (ebs.VolumeType is "io1" or "io2" && ebs.Iops is null) throw new InvalidParameterException($"iops must be specified for the volumeType {ebs.VolumeType}.");
    }
}
