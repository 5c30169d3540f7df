using Minato.Aws;
using Minato.Contracts.Ec2;
using Minato.Ec2.Planning;
using Minato.Ec2.State;
using Minato.Platform;

namespace Minato.Ec2.Api;

internal sealed partial class Ec2Api
{
    private const int MostRoutes = 500;

    public async Task<CreateRouteResponse> CreateRouteAsync(CreateRouteRequest request, Caller caller, CancellationToken ct)
    {
        await homes.EnsureAsync(caller, ct);
        if ((request.TransitGatewayId ?? request.VpcPeeringConnectionId ?? request.VpcEndpointId ?? request.EgressOnlyInternetGatewayId
            ?? request.CarrierGatewayId ?? request.LocalGatewayId ?? request.CoreNetworkArn) is { } foreign)
            throw Ec2Errors.Invalid($"The ID '{foreign}' does not exist");
        var route = new StoredRoute
        {
            Cidr = RouteCidr(request.DestinationCidrBlock), Ipv6Cidr = RouteCidr6(request.DestinationIpv6CidrBlock), PrefixListId = request.DestinationPrefixListId,
            GatewayId = request.GatewayId, NatGatewayId = request.NatGatewayId, InterfaceId = request.NetworkInterfaceId, InstanceId = request.InstanceId,
        };
        EndIfDryRun(request.DryRun);
        await store.UpdateAsync(tx =>
        {
            var table = RouteTableOf(tx, caller, request.RouteTableId);
            DemandRoute(tx, caller, table, route);
            if (table.Routes.FirstOrDefault(r => r.Destination == route.Destination) is { } there)
            {
                // AWS: the same once more is answered, another target is not.
                return there == route ? table : throw new AwsException("RouteAlreadyExists", $"The route identified by {route.Destination} already exists.");
            }
            if (table.Routes.Length >= MostRoutes) throw new AwsException("RouteLimitExceeded", $"The limit for number of routes per route table ({MostRoutes}) has been reached.");
            var changed = table with { Routes = table.Routes.Add(route) };
            tx.Put(Ec2Tables.RouteTables, changed);
            return changed;
        }, ct);
        return new() { Return = true };
    }

    public async Task<ReplaceRouteResponse> ReplaceRouteAsync(ReplaceRouteRequest request, Caller caller, CancellationToken ct)
    {
        await homes.EnsureAsync(caller, ct);
        if ((request.TransitGatewayId ?? request.VpcPeeringConnectionId ?? request.VpcEndpointId ?? request.EgressOnlyInternetGatewayId
            ?? request.CarrierGatewayId ?? request.LocalGatewayId ?? request.CoreNetworkArn) is { } foreign)
            throw Ec2Errors.Invalid($"The ID '{foreign}' does not exist");
        var route = new StoredRoute
        {
            Cidr = RouteCidr(request.DestinationCidrBlock), Ipv6Cidr = RouteCidr6(request.DestinationIpv6CidrBlock), PrefixListId = request.DestinationPrefixListId,
            GatewayId = request.GatewayId, NatGatewayId = request.NatGatewayId, InterfaceId = request.NetworkInterfaceId, InstanceId = request.InstanceId,
        };
        EndIfDryRun(request.DryRun);
        await store.UpdateAsync(tx =>
        {
            var table = RouteTableOf(tx, caller, request.RouteTableId);
            var there = table.Routes.FirstOrDefault(r => r.Destination == route.Destination)
                ?? throw Ec2Errors.Invalid($"There is no route defined for '{route.Destination}' in the route table. Use CreateRoute instead.");
            DemandRoute(tx, caller, table, route);
            tx.Put(Ec2Tables.RouteTables, table with { Routes = table.Routes.Replace(there, route) });
        }, ct);
        return new();
    }

    public async Task<DeleteRouteResponse> DeleteRouteAsync(DeleteRouteRequest request, Caller caller, CancellationToken ct)
    {
        await homes.EnsureAsync(caller, ct);
        var destination = RouteCidr(request.DestinationCidrBlock) ?? RouteCidr6(request.DestinationIpv6CidrBlock) ?? request.DestinationPrefixListId
            ?? throw Ec2Errors.MissingParameter("destinationCidrBlock");
        EndIfDryRun(request.DryRun);
        await store.UpdateAsync(tx =>
        {
            var table = RouteTableOf(tx, caller, request.RouteTableId);
            if (VpcOf(tx, caller, table.VpcId).Ranges.Contains(destination))
                throw Ec2Errors.Invalid($"cannot remove local route {destination} in route table {table.Key.Id}");
            var there = table.Routes.FirstOrDefault(r => r.Destination == destination) ?? throw new AwsException(
                "InvalidRoute.NotFound", $"no route with destination-cidr-block {destination} in route table {table.Key.Id}");
            tx.Put(Ec2Tables.RouteTables, table with { Routes = table.Routes.Remove(there) });
        }, ct);
        return new();
    }

    private static string? RouteCidr(string? cidr) => cidr is null ? null
        : cidr.Contains('/', StringComparison.Ordinal) && Ipv4Range.TryParse(cidr, out var range) ? range.ToString()
        : throw Ec2Errors.BadCidr(cidr, "destinationCidrBlock");

    private static string? RouteCidr6(string? cidr) => cidr is null ? null
        : Ipv6Block.Canonical(cidr) ?? throw Ec2Errors.BadCidr(cidr, "destinationIpv6CidrBlock");

    private static void DemandRoute(IReadState state, Caller caller, StoredRouteTable table, StoredRoute route)
    {
        if (route.Destination is "") throw Ec2Errors.MissingParameter("destinationCidrBlock");
        string?[] targets = [route.GatewayId, route.NatGatewayId, route.InterfaceId, route.InstanceId];
        if (targets.Count(t => t is not null) != 1)
            throw new AwsException("InvalidParameterCombination", "Exactly one of gatewayId, natGatewayId, networkInterfaceId and instanceId must be given.");
        if (route.Cidr is { } cidr && VpcOf(state, caller, table.VpcId).Ranges.Any(r => Ipv4Range.Parse(r).Holds(Ipv4Range.Parse(cidr))))
            throw Ec2Errors.Invalid($"The destination CIDR block {route.Destination} is equal to or more specific than one of this VPC's CIDR blocks. This route can target only an interface or an instance.");
        if (route.PrefixListId is { } list && PrefixLists.WeightOf(state, KeyOf(caller, list)) is null) throw Ec2Errors.PrefixListNotFound(list);
        switch (route)
        {
            case { GatewayId: "local" }:
                throw Ec2Errors.Invalid("The gateway ID 'local' is reserved for the routes of the VPC itself");
            case { GatewayId: { } id }:
                var gateway = state.Find(Ec2Tables.InternetGateways, KeyOf(caller, id)) ?? throw Ec2Errors.GatewayNotFound(id);
                if (gateway.VpcId != table.VpcId) throw Ec2Errors.Invalid($"route table {table.Key.Id} and network gateway {id} belong to different networks");
                break;
            case { NatGatewayId: { } id }:
                var nat = state.Find(Ec2Tables.NatGateways, KeyOf(caller, id));
                if (nat is null or { State: NatGatewayState.Deleted }) throw new AwsException("InvalidNatGatewayID.NotFound", $"The natGateway ID '{id}' does not exist");
                if (nat.VpcId != table.VpcId) throw Ec2Errors.Invalid($"route table {table.Key.Id} and NAT gateway {id} belong to different networks");
                break;
            case { InterfaceId: { } id }:
                if (state.Find(Ec2Tables.Interfaces, KeyOf(caller, id)) is null) throw Ec2Errors.InterfaceNotFound(id);
                break;
            case { InstanceId: { } id }:
                if (state.Find(Ec2Tables.Machines, KeyOf(caller, id)) is null) throw Ec2Errors.InstanceNotFound(id);
                break;
        }
    }
}
