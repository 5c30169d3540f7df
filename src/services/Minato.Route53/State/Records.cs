using System.Collections.Immutable;
using System.Text.Json.Serialization;
using Minato.Contracts.Route53;
using Minato.Engines.Dns;

namespace Minato.Route53.State;

/// <summary>A hosted zone.</summary>
internal sealed record ZoneState
{
    public required string Id { get; init; }
    public required string AccountId { get; init; }

    /// <summary>With the dot at the end.</summary>
    public required string Name { get; init; }
    public required string CallerReference { get; init; }
    public string? Comment { get; init; }
    public bool IsPrivate { get; init; }
    public ImmutableArray<ZoneVpc> Vpcs { get; init; } = [];
    public required ImmutableArray<string> NameServers { get; init; }
    public string? DelegationSetId { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>The service that made it, which alone may change it.</summary>
    public string? LinkedService { get; init; }
    public ImmutableSortedDictionary<string, string> Tags { get; init; } = ImmutableSortedDictionary<string, string>.Empty;

    [JsonIgnore]
    public DnsName Domain => field ??= DnsName.Parse(Name);

    public HostedZone ToWire(int records) => new()
    {
        Id = $"/hostedzone/{Id}", Name = Name, CallerReference = CallerReference, ResourceRecordSetCount = records,
        Config = new() { Comment = Comment, PrivateZone = IsPrivate },
        LinkedService = LinkedService is { } principal ? new() { ServicePrincipal = principal } : null,
    };
}

/// <param name="Cidr">The VPC's range: who asks from it sees the zone.</param>
internal sealed record ZoneVpc(string VpcId, VPCRegion Region, string Cidr)
{
    /// <summary>Its other ranges, as they were when it was associated; null is none.</summary>
    public ImmutableArray<string>? More { get; init; }

    public VPC ToWire() => new() { VPCId = VpcId, VPCRegion = Region };
}

/// <summary>A record set, as it was given but for its name, which is as Route 53 writes it.</summary>
/// <param name="AccountId">Of the zone.</param>
internal sealed record RecordState(RecordKey Key, string AccountId, ResourceRecordSet Set)
{
    [JsonIgnore]
    public DnsName Name => field ??= DnsName.Parse(Set.Name);
}

/// <summary>A change that was submitted. Whether it is in sync is known to those who answer.</summary>
internal sealed record ChangeState(ChangeKey Key, string? Comment)
{
    public ChangeInfo ToWire(ChangeStatus status) => new()
    {
        Id = $"/change/{Key.Id}", Status = status, SubmittedAt = new(Key.At, TimeSpan.Zero), Comment = Comment,
    };
}

internal sealed record HealthCheckState
{
    public required string Id { get; init; }
    public required string AccountId { get; init; }
    public required string CallerReference { get; init; }
    public required HealthCheckConfig Config { get; init; }
    public required long Version { get; init; }
    public string? LinkedService { get; init; }
    public ImmutableSortedDictionary<string, string> Tags { get; init; } = ImmutableSortedDictionary<string, string>.Empty;
}

/// <summary>What the checker last decided: written when it changes.</summary>
internal sealed record HealthStatusState(string Id, bool IsHealthy);

internal sealed record DelegationSetState(string Id, string AccountId, string CallerReference, ImmutableArray<string> NameServers)
{
    public DelegationSet ToWire() => new() { Id = $"/delegationset/{Id}", CallerReference = CallerReference, NameServers = NameServers };
}

/// <summary>A load balancer as DNS sees it, read from Elastic Load Balancing. Not stored.</summary>
/// <param name="IsHealthy">Every target group has a healthy target; one without targets counts as ill.</param>
internal sealed record BalancerState(string AccountId, string DnsName, ImmutableArray<string> Addresses, bool IsHealthy)
{
    /// <summary>Addresses in its VPC, for who asks there, and the ranges of that VPC.</summary>
    public ImmutableArray<string> InnerAddresses { get; init; } = [];
    public ImmutableArray<string> VpcRanges { get; init; } = [];

    public bool IsSame(BalancerState other) =>
        AccountId == other.AccountId && IsHealthy == other.IsHealthy && Addresses.SequenceEqual(other.Addresses, StringComparer.Ordinal)
        && InnerAddresses.SequenceEqual(other.InnerAddresses, StringComparer.Ordinal) && VpcRanges.SequenceEqual(other.VpcRanges, StringComparer.Ordinal);
}
