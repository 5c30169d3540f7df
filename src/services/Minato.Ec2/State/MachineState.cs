using Minato.Contracts.Ec2;

namespace Minato.Ec2.State;

/// <summary>
/// An instance. One whose image is a container image is played by a container with an address of its subnet; any other is a part of a
/// machine that Minato runs containers on: a size, a zone, and an address of its own.
/// </summary>
internal sealed record MachineState
{
    public required ResourceKey Key { get; init; }
    public required string ReservationId { get; init; }
    public required string Type { get; init; }
    public required string SubnetId { get; init; }
    public required string VpcId { get; init; }
    public required string AvailabilityZone { get; init; }

    /// <summary>
    /// Its private address; of a carved one, where host ports of its tasks are: an address of 127.0.0.0/8, which the machine has without
    /// being told.
    /// </summary>
    public required string Address { get; init; }
    public required DateTimeOffset LaunchedAt { get; init; }
    public string? ImageId { get; init; }
    public string? ClientToken { get; init; }
    public bool IsSpot { get; init; }

    /// <summary>What plays it; null for a carved one.</summary>
    public MachineBody? Body { get; init; }

    public InstanceStateName State => Body?.State ?? InstanceStateName.Running;
}

/// <summary>What an instance has that a container plays.</summary>
internal sealed record MachineBody
{
    /// <summary>Reference of a container image.</summary>
    public required string Image { get; init; }
    public required string InterfaceId { get; init; }
    public int LaunchIndex { get; init; }
    public string? KeyName { get; init; }

    /// <summary>Of that key pair, which may be gone: a line of <c>authorized_keys</c>.</summary>
    public string? PublicKey { get; init; }

    /// <summary>As it was given: Base64.</summary>
    public string? UserData { get; init; }
    public string? ProfileArn { get; init; }
    public MetadataOptions Metadata { get; init; } = new();
    public bool IsTerminatedByShutdown { get; init; }
    public bool DisableApiTermination { get; init; }
    public bool DisableApiStop { get; init; }

    /// <summary>It gets an address of the internet whenever it starts.</summary>
    public bool HasPublicAddress { get; init; }

    /// <summary>Intent: running, stopped or terminated.</summary>
    public required InstanceStateName Wanted { get; init; }

    /// <summary>Intent: it was asked to boot again at this time.</summary>
    public DateTimeOffset? RebootAt { get; init; }

    /// <summary>Intent: this image is made of it, first.</summary>
    public ImageRequest? ImageWanted { get; init; }

    /// <summary>Progress.</summary>
    public required InstanceStateName State { get; init; }

    /// <summary>Progress: why it stopped or never ran, with AWS's code for it.</summary>
    public string? ReasonCode { get; init; }
    public string? Reason { get; init; }
    public DateTimeOffset? EndedAt { get; init; }
}

/// <param name="NoReboot">It goes on meanwhile.</param>
internal sealed record ImageRequest(string ImageId, bool NoReboot);

/// <summary>How an instance may ask about itself.</summary>
internal sealed record MetadataOptions
{
    public bool IsOn { get; init; } = true;
    public bool NeedsToken { get; init; }
    public int HopLimit { get; init; } = 1;
    public bool ShowsTags { get; init; }
}

/// <summary>A container image that instances can be started from.</summary>
internal sealed record StoredImage
{
    public required ResourceKey Key { get; init; }
    public required string Name { get; init; }

    /// <summary>Reference of the container image.</summary>
    public required string Location { get; init; }
    public string? Description { get; init; }
    public string Architecture { get; init; } = "x86_64";
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>The instance it is made of, when it is.</summary>
    public string? SourceInstanceId { get; init; }
    public ImageState State { get; init; } = ImageState.Available;
    public string? Failure { get; init; }
}
