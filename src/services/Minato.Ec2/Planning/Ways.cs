using System.Collections.Immutable;
using Minato.Contracts.Ec2;
using Minato.Ec2.State;
using Minato.Platform;

namespace Minato.Ec2.Planning;

/// <summary>Who gets out of its VPC by a route.</summary>
internal enum WayOut
{
    None,

    /// <summary>Only who has an address of the internet.</summary>
    InternetGateway,
    Nat,
}

/// <summary>Where what is sent to this range goes.</summary>
internal sealed record Way(Ipv4Range Range, WayOut Out);

/// <summary>Where routes lead.</summary>
internal static class Ways
{
    public static StoredRouteTable? TableOf(IReadState state, StoredSubnet subnet)
    {
        var id = subnet.RouteTable?.OtherId ?? state.Find(Ec2Tables.Vpcs, subnet.Key with { Id = subnet.VpcId })?.RouteTableId;
        return id is null ? null : state.Find(Ec2Tables.RouteTables, subnet.Key with { Id = id });
    }

    /// <returns>The ways of a subnet to what is outside of its VPC, the longest prefix first: it decides.</returns>
    public static ImmutableArray<Way> Of(IReadState state, StoredSubnet subnet) => Of(state, subnet, OutOf);

    private static ImmutableArray<Way> Of(IReadState state, StoredSubnet subnet, Func<IReadState, StoredRouteTable, StoredRoute, Ipv4Range, WayOut> outOf)
    {
        if (TableOf(state, subnet) is not { } table) return [];
        // AWS: of two routes to one range the one that names it comes before that of a prefix list.
        return [.. table.Routes.OrderBy(r => r.Cidr is null).SelectMany(r => RangesOf(state, table, r), (r, range) => new Way(range, outOf(state, table, r, range))).OrderByDescending(w => w.Range.Prefix)];
    }

    private static IEnumerable<Ipv4Range> RangesOf(IReadState state, StoredRouteTable table, StoredRoute route) => route switch
    {
        { Cidr: { } cidr } => [Ipv4Range.Parse(cidr)],
        { PrefixListId: { } list } => PrefixLists.RangesOf(state, table.Key with { Id = list }).Select(Ipv4Range.Parse),
        _ => [],
    };

    private static WayOut OutOf(IReadState state, StoredRouteTable table, StoredRoute route, Ipv4Range range)
    {
        if (IsBlackhole(state, table, route)) return WayOut.None;
        if (route.GatewayId is not null) return WayOut.InternetGateway;
        if (route.NatGatewayId is not { } id) return WayOut.None; // An interface or instance that forwards is not to be had.
        if (state.Find(Ec2Tables.NatGateways, table.Key with { Id = id }) is not { IsPublic: true } nat) return WayOut.None;
        if (state.Find(Ec2Tables.Subnets, table.Key with { Id = nat.SubnetId }) is not { } own) return WayOut.None;
        return Of(state, own, OutOfNat).FirstOrDefault(w => w.Range.Holds(range))?.Out is WayOut.InternetGateway ? WayOut.Nat : WayOut.None;
    }

    /// <summary>AWS: a NAT gateway has no other way than that of its own subnet, and gets out by an internet gateway alone.</summary>
    private static WayOut OutOfNat(IReadState state, StoredRouteTable table, StoredRoute route, Ipv4Range range) =>
        route.GatewayId is not null && !IsBlackhole(state, table, route) ? WayOut.InternetGateway : WayOut.None;

    /// <summary>AWS: a route stays when its target is gone, and leads nowhere.</summary>
    public static bool IsBlackhole(IReadState state, StoredRouteTable table, StoredRoute route) => route switch
    {
        { GatewayId: { } id } => state.Find(Ec2Tables.InternetGateways, table.Key with { Id = id })?.VpcId != table.VpcId,
        { NatGatewayId: { } id } => state.Find(Ec2Tables.NatGateways, table.Key with { Id = id })?.State is not NatGatewayState.Available,
        { InterfaceId: { } id } => state.Find(Ec2Tables.Interfaces, table.Key with { Id = id }) is null,
        { InstanceId: { } id } => state.Find(Ec2Tables.Machines, table.Key with { Id = id })?.State is null or InstanceStateName.Terminated,
        _ => true,
    };
}
