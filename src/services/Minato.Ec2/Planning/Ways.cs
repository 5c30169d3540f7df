using Minato.Contracts.Ec2;
using Minato.Ec2.State;
using Minato.Platform;

namespace Minato.Ec2.Planning;

/// <summary>How a subnet gets out of its VPC, if it does.</summary>
internal enum WayOut
{
    None,

    /// <summary>Only for who has an address of the internet.</summary>
    InternetGateway,
    Nat,
}

/// <summary>Where routes lead.</summary>
internal static class Ways
{
    public static StoredRouteTable? TableOf(IReadState state, StoredSubnet subnet)
    {
        var id = subnet.RouteTable?.OtherId ?? state.Find(Ec2Tables.Vpcs, subnet.Key with { Id = subnet.VpcId })?.RouteTableId;
        return id is null ? null : state.Find(Ec2Tables.RouteTables, subnet.Key with { Id = id });
    }

    /// <summary>The way to all the world; a route to a part of it opens no way here.</summary>
    public static WayOut Of(IReadState state, StoredSubnet subnet)
    {
        if (TableOf(state, subnet) is not { } table || table.Routes.FirstOrDefault(r => r.Cidr == DefaultVpc.Anywhere) is not { } route) return WayOut.None;
        if (IsBlackhole(state, table, route)) return WayOut.None;
        return route switch
        {
            { GatewayId: not null } => WayOut.InternetGateway,
            { NatGatewayId: not null } => WayOut.Nat,
            _ => WayOut.None, // An interface or instance that forwards is not to be had.
        };
    }

    /// <summary>AWS: a route stays when its target is gone, and leads nowhere.</summary>
    public static bool IsBlackhole(IReadState state, StoredRouteTable table, StoredRoute route) => route switch
    {
        { GatewayId: { } id } => state.Find(Ec2Tables.InternetGateways, table.Key with { Id = id })?.VpcId != table.VpcId,
        { NatGatewayId: { } id } => state.Find(Ec2Tables.NatGateways, table.Key with { Id = id })?.State is not NatGatewayState.Available,
        { InterfaceId: { } id } => state.Find(Ec2Tables.Interfaces, table.Key with { Id = id }) is null,
        { InstanceId: { } id } => state.Find(Ec2Tables.Machines, table.Key with { Id = id }) is null,
        _ => true,
    };
}
