using System.Collections.Immutable;
using Minato.Contracts.Ec2;

namespace Minato.Ec2.State;

/// <summary>The local routes are not stored: every table has one for each range of its VPC.</summary>
internal sealed record StoredRouteTable
{
    public required ResourceKey Key { get; init; }
    public required string VpcId { get; init; }
    public ImmutableArray<StoredRoute> Routes { get; init; } = [];
    public string? ClientToken { get; init; }
}

/// <summary>One destination and one target, each in the one form that was given.</summary>
internal sealed record StoredRoute
{
    public string? Cidr { get; init; }
    public string? Ipv6Cidr { get; init; }
    public string? PrefixListId { get; init; }
    public string? GatewayId { get; init; }
    public string? NatGatewayId { get; init; }
    public string? InterfaceId { get; init; }
    public string? InstanceId { get; init; }

    public string Destination => Cidr ?? Ipv6Cidr ?? PrefixListId ?? "";
}

internal sealed record StoredInternetGateway(ResourceKey Key, string? VpcId);

internal sealed record StoredNatGateway
{
    public required ResourceKey Key { get; init; }
    public required string VpcId { get; init; }
    public required string SubnetId { get; init; }
    public required string InterfaceId { get; init; }
    public required string PrivateIpAddress { get; init; }
    public string? AllocationId { get; init; }
    public string? PublicIp { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public DateTimeOffset? DeletedAt { get; init; }
    public required NatGatewayState State { get; init; }
    public string? FailureCode { get; init; }
    public string? FailureMessage { get; init; }
    public string? ClientToken { get; init; }

    /// <summary>A private one takes no address of the internet and leads nowhere outside.</summary>
    public bool IsPublic => AllocationId is not null || FailureCode is not null;
}

/// <summary>A way from a VPC to a service: by routes (Gateway) or by interfaces with addresses of its subnets (Interface).</summary>
internal sealed record StoredVpcEndpoint
{
    public required ResourceKey Key { get; init; }
    public required string VpcId { get; init; }
    public required string ServiceName { get; init; }
    public required bool IsGateway { get; init; }
    public required string Policy { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public ImmutableArray<string> RouteTables { get; init; } = [];

    /// <summary>One in each subnet.</summary>
    public ImmutableArray<EndpointInterface> Interfaces { get; init; } = [];
    public ImmutableArray<string> Groups { get; init; } = [];
    public bool HasPrivateDns { get; init; }
    public string? ClientToken { get; init; }
}

internal sealed record EndpointInterface(string SubnetId, string AvailabilityZone, string InterfaceId);

/// <summary>An address of the internet: an elastic IP, or one that an instance got for as long as it runs.</summary>
internal sealed record StoredAddress
{
    public required ResourceKey Key { get; init; }
    public required string PublicIp { get; init; }

    /// <summary>Nobody allocated it, and nobody sees it among the elastic ones.</summary>
    public bool IsAutomatic { get; init; }
    public AddressAssociation? Association { get; init; }
}

internal sealed record AddressAssociation(string Id, string InterfaceId, string PrivateIpAddress);

internal sealed record StoredNetworkAcl
{
    public required ResourceKey Key { get; init; }
    public required string VpcId { get; init; }
    public bool IsDefault { get; init; }
    public ImmutableArray<AclEntry> Entries { get; init; } = [];
}

internal sealed record AclEntry
{
    public required int Number { get; init; }
    public required bool IsEgress { get; init; }
    public required string Protocol { get; init; }
    public required RuleAction Action { get; init; }
    public string? Cidr { get; init; }
    public string? Ipv6Cidr { get; init; }
    public int? FromPort { get; init; }
    public int? ToPort { get; init; }
    public int? IcmpType { get; init; }
    public int? IcmpCode { get; init; }
}
