using System.Collections.Immutable;

namespace Minato.Ec2.State;

/// <summary>What an account in a region has from its first call on.</summary>
/// <param name="DefaultVpcId">Null once it was deleted.</param>
internal sealed record HomeState(Home Home, string DhcpOptionsId, string? DefaultVpcId);

/// <summary>Not VpcState, which is an enumeration of EC2.</summary>
internal sealed record StoredVpc
{
    public required ResourceKey Key { get; init; }
    public required string CidrBlock { get; init; }
    public required string CidrAssociationId { get; init; }
    public ImmutableArray<VpcRange> MoreRanges { get; init; } = [];
    public required string DhcpOptionsId { get; init; }

    /// <summary>The main one: for subnets that are associated with no other.</summary>
    public required string RouteTableId { get; init; }
    public required string RouteTableAssociationId { get; init; }
    public required string NetworkAclId { get; init; }
    public required string DefaultSecurityGroupId { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public bool IsDefault { get; init; }
    public bool EnableDnsSupport { get; init; } = true;
    public bool EnableDnsHostnames { get; init; }
    public bool EnableNetworkAddressUsageMetrics { get; init; }

    public IEnumerable<string> Ranges => MoreRanges.Select(r => r.CidrBlock).Prepend(CidrBlock);
}

internal sealed record VpcRange(string AssociationId, string CidrBlock);

internal sealed record StoredSubnet
{
    public required ResourceKey Key { get; init; }
    public required string VpcId { get; init; }
    public required string AvailabilityZone { get; init; }
    public required string AvailabilityZoneId { get; init; }
    public required string CidrBlock { get; init; }
    public bool IsDefault { get; init; }
    public bool MapPublicIpOnLaunch { get; init; }
    public bool EnableDns64 { get; init; }
    public bool EnableResourceNameDnsARecord { get; init; }
    public bool UsesResourceNames { get; init; }

    /// <summary>Null when the VPC's main route table counts.</summary>
    public TableAssociation? RouteTable { get; init; }
    public required TableAssociation NetworkAcl { get; init; }
}

/// <summary>That a subnet follows a route table or a network ACL: an id of its own, and that of the other.</summary>
internal sealed record TableAssociation(string Id, string OtherId);

/// <summary>Which addresses of a subnet are taken: one bit each, apart from the subnet because it changes with every interface.</summary>
internal sealed record AddressPool
{
    public required ResourceKey Key { get; init; }
    public required ReadOnlyMemory<byte> Taken { get; init; }
    public required int Free { get; init; }

    /// <summary>Where the search for the next address begins: an address just given back is not handed out again at once.</summary>
    public required int Next { get; init; }
}

internal sealed record SecurityGroupState
{
    public required ResourceKey Key { get; init; }
    public required string Name { get; init; }
    public required string Description { get; init; }
    public required string VpcId { get; init; }
    public ImmutableArray<RuleState> Rules { get; init; } = [];
}

/// <summary>One permission: a protocol and ports, and one peer.</summary>
internal sealed record RuleState
{
    public required string Id { get; init; }
    public required bool IsEgress { get; init; }
    public required string Protocol { get; init; }
    public int? FromPort { get; init; }
    public int? ToPort { get; init; }
    public string? CidrIpv4 { get; init; }
    public string? CidrIpv6 { get; init; }
    public string? PrefixListId { get; init; }
    public string? GroupId { get; init; }
    public string? GroupOwnerId { get; init; }
    public string? Description { get; init; }

    /// <summary>AWS: id and description do not tell two rules apart.</summary>
    public bool IsSameAs(RuleState other) => this with { Id = "", Description = null } == other with { Id = "", Description = null };
}

internal sealed record InterfaceState
{
    public required ResourceKey Key { get; init; }
    public required string VpcId { get; init; }
    public required string SubnetId { get; init; }
    public required string AvailabilityZone { get; init; }
    public required string AvailabilityZoneId { get; init; }
    public required string PrivateIpAddress { get; init; }
    public required string MacAddress { get; init; }
    public required string Description { get; init; }
    public required ImmutableArray<string> Groups { get; init; }
    public bool HasNoSourceDestCheck { get; init; }
    public bool IsNatGateway { get; init; }

    /// <summary>The instance it is plugged into.</summary>
    public InterfaceAttachment? Attachment { get; init; }

    /// <summary>Progress: the machine itself answers at this address, as it does for load balancers.</summary>
    public bool IsUp { get; init; }

    /// <summary>The service that made it, when a room did.</summary>
    public string? RequesterId { get; init; }
    public string? ClientToken { get; init; }

    /// <summary>Of a load balancer: traffic from it is the machine's own.</summary>
    public bool IsOfLoadBalancer => RequesterId is "elasticloadbalancing.amazonaws.com";
}

internal sealed record InterfaceAttachment(string Id, string InstanceId, int DeviceIndex, DateTimeOffset At, bool DeleteOnTermination);

/// <summary>Tags of one resource, whatever it is.</summary>
internal sealed record ResourceTags
{
    public required ResourceKey Key { get; init; }
    public required ImmutableSortedDictionary<string, string> Tags { get; init; }
}
