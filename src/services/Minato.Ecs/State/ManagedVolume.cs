using System.Collections.Immutable;
using Minato.Contracts.Ecs;
using Minato.Platform;

namespace Minato.Ecs.State;

/// <summary>An Amazon EBS volume of a task, as it was asked for at the launch.</summary>
internal sealed record ManagedVolume
{
    public const string DefaultType = "gp3";
    private const string DefaultFilesystem = "xfs";

    /// <summary>The volume of the task definition that it stands for.</summary>
    public required string Name { get; init; }
    public required string AttachmentId { get; init; }

    /// <summary><c>vol-</c> and 17 digits: its name on the engine, too.</summary>
    public required string VolumeId { get; init; }
    public required string RoleArn { get; init; }
    public int SizeInGiB { get; init; }
    public string VolumeType { get; init; } = DefaultType;
    public string FilesystemType { get; init; } = DefaultFilesystem;
    public bool Encrypted { get; init; }
    public string? KmsKeyId { get; init; }

    /// <summary>AWS: of a service's task always.</summary>
    public bool DeleteOnTermination { get; init; } = true;

    /// <summary>A service's volumes are those of its tasks, and always go with them.</summary>
    public static ImmutableArray<TaskVolumeConfiguration> OfService(ImmutableArray<ServiceVolumeConfiguration> volumes) => [.. volumes.Select(v => new TaskVolumeConfiguration
    {
        Name = v.Name,
        ManagedEBSVolume = v.ManagedEBSVolume is not { } ebs ? null : new()
        {
            Encrypted = ebs.Encrypted, KmsKeyId = ebs.KmsKeyId, VolumeType = ebs.VolumeType, SizeInGiB = ebs.SizeInGiB, SnapshotId = ebs.SnapshotId, Iops = ebs.Iops,
            Throughput = ebs.Throughput, TagSpecifications = ebs.TagSpecifications, RoleArn = ebs.RoleArn, FilesystemType = ebs.FilesystemType,
            TerminationPolicy = new() { DeleteOnTermination = true },
        },
    })];

    public static ImmutableArray<ManagedVolume> Of(ImmutableArray<TaskVolumeConfiguration> volumes, Ids ids) =>
        [.. volumes.SelectMany(v => v.ManagedEBSVolume is { } ebs ? [Make(v.Name, ebs, ids)] : ImmutableArray<ManagedVolume>.Empty)];

    private static ManagedVolume Make(string name, TaskManagedEBSVolumeConfiguration ebs, Ids ids) => new()
    {
        Name = name, AttachmentId = ids.Uuid(), VolumeId = $"vol-{ids.Hex(17)}", RoleArn = ebs.RoleArn, SizeInGiB = ebs.SizeInGiB ?? 0,
        VolumeType = ebs.VolumeType ?? DefaultType, FilesystemType = ebs.FilesystemType?.ToWire() ?? DefaultFilesystem,
        Encrypted = ebs.Encrypted ?? false, KmsKeyId = ebs.KmsKeyId, DeleteOnTermination = ebs.TerminationPolicy?.DeleteOnTermination ?? true,
    };

    /// <param name="isThere">The task has it now.</param>
    /// <param name="isGone">The task has ended and let go of it.</param>
    public Attachment ToWire(bool isThere, bool isGone) => new()
    {
        Id = AttachmentId,
        Type = "AmazonElasticBlockStorage",
        Status = isGone ? "DELETED" : isThere ? "ATTACHED" : "PRECREATED",
        Details = [.. Details().Where(d => d.Value is not null).Select(d => new KeyValuePair { Name = d.Name, Value = d.Value })],
    };

    private ImmutableArray<(string Name, string? Value)> Details() =>
    [
        ("encrypted", Encrypted ? "true" : "false"), ("kmsKeyId", KmsKeyId), ("volumeName", Name), ("volumeType", VolumeType),
        ("sizeInGib", SizeInGiB.ToString(System.Globalization.CultureInfo.InvariantCulture)), ("filesystemType", FilesystemType),
        ("roleArn", RoleArn), ("volumeId", VolumeId), ("deleteOnTermination", DeleteOnTermination ? "true" : "false"),
    ];
}
