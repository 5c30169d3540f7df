namespace Minato.Ec2.State;

/// <summary>An instance carved out of a machine that Minato runs containers on: a size, a zone, and an address of its own.</summary>
internal sealed record MachineState
{
    public required ResourceKey Key { get; init; }
    public required string ReservationId { get; init; }
    public required string Type { get; init; }
    public required string SubnetId { get; init; }
    public required string VpcId { get; init; }
    public required string AvailabilityZone { get; init; }

    /// <summary>Where host ports of its tasks are: an address of 127.0.0.0/8, which the machine has without being told.</summary>
    public required string Address { get; init; }
    public required DateTimeOffset LaunchedAt { get; init; }
    public string? ImageId { get; init; }
    public string? ClientToken { get; init; }
    public bool IsSpot { get; init; }
}
