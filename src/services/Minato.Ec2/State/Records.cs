using System.Collections.Immutable;

namespace Minato.Ec2.State;

/// <summary>Not VpcState, which is an enumeration of EC2. A VPC with what it has exactly one of: main route table, internet gateway, network ACL.</summary>
internal sealed record StoredVpc
{
    public required ResourceKey Key { get; init; }
    public required string CidrBlock { get; init; }
    public required string CidrAssociationId { get; init; }
    public required string DhcpOptionsId { get; init; }
    public required string RouteTableId { get; init; }
    public required string RouteTableAssociationId { get; init; }
    public required string InternetGatewayId { get; init; }
    public required string DefaultSecurityGroupId { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
}

internal sealed record StoredSubnet
{
    public required ResourceKey Key { get; init; }
    public required string VpcId { get; init; }
    public required string AvailabilityZone { get; init; }
    public required string AvailabilityZoneId { get; init; }
    public required string CidrBlock { get; init; }
}

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

    /// <summary>The service that made it, when a room did.</summary>
    public string? RequesterId { get; init; }
    public string? ClientToken { get; init; }
}

/// <summary>Tags of one resource, whatever it is.</summary>
internal sealed record ResourceTags
{
    public required ResourceKey Key { get; init; }
    public required ImmutableSortedDictionary<string, string> Tags { get; init; }
}
