using System.Collections.Immutable;
using Minato.Aws;
using Minato.Contracts.Ec2;
using Minato.Ec2.Planning;
using Minato.Ec2.State;
using Minato.Platform;

namespace Minato.Ec2.Api;

internal sealed partial class Ec2Api
{
    private static readonly FilterSet<RouteTable> RouteTableFilters = new(
        ("route-table-id", t => [t.RouteTableId]),
        ("vpc-id", t => [t.VpcId]),
        ("owner-id", t => [t.OwnerId]),
        ("association.main", t => t.Associations.OrNone().Select(a => Text(a.Main is true))), // AWS: a table that nobody follows is neither.
        ("association.route-table-id", t => t.Associations.OrNone().Select(a => a.RouteTableId)),
        ("association.route-table-association-id", t => t.Associations.OrNone().Select(a => a.RouteTableAssociationId)),
        ("association.subnet-id", t => t.Associations.OrNone().Select(a => a.SubnetId)),
        ("association.gateway-id", _ => []),
        ("route.destination-cidr-block", t => t.Routes.OrNone().Select(r => r.DestinationCidrBlock)),
        ("route.destination-ipv6-cidr-block", t => t.Routes.OrNone().Select(r => r.DestinationIpv6CidrBlock)),
        ("route.destination-prefix-list-id", t => t.Routes.OrNone().Select(r => r.DestinationPrefixListId)),
        ("route.egress-only-internet-gateway-id", _ => []),
        ("route.gateway-id", t => t.Routes.OrNone().Select(r => r.GatewayId)),
        ("route.nat-gateway-id", t => t.Routes.OrNone().Select(r => r.NatGatewayId)),
        ("route.instance-id", t => t.Routes.OrNone().Select(r => r.InstanceId)),
        ("route.origin", t => t.Routes.OrNone().Select(r => r.Origin?.ToWire())),
        ("route.state", t => t.Routes.OrNone().Select(r => r.State?.ToWire())),
        ("route.transit-gateway-id", _ => []),
        ("route.vpc-peering-connection-id", _ => []));

    public async Task<DescribeRouteTablesResponse> DescribeRouteTablesAsync(
        DescribeRouteTablesRequest request, Caller caller, CancellationToken ct)
    {
        await homes.EnsureAsync(caller, ct);
        EndIfDryRun(request.DryRun);
        var state = store.Current;
        var passes = RouteTableFilters.Compile(request.Filters, t => TagsOf(state, KeyOf(caller, t.RouteTableId ?? "")));
        var tables = Named(state, caller, request.RouteTableIds, Ec2Tables.RouteTables,
            () => Filters.Exact(request.Filters, "vpc-id") is { } vpcs
                ? vpcs.SelectMany(v => state.Where(Ec2Tables.RouteTablesByVpc, v)).Where(t => t.Key.Home == HomeOf(caller)).OrderBy(t => t.Key)
                : state.Where(Ec2Tables.RouteTablesByHome, HomeOf(caller)), Ec2Errors.RouteTableNotFound);
        var (page, next) = Page(
            nameof(DescribeRouteTablesAsync), tables.Select(t => ToWire(state, t)).Where(passes), t => t.RouteTableId ?? "", request.MaxResults, request.NextToken);
        return new() { RouteTables = page, NextToken = next };
    }

    public async Task<CreateRouteTableResponse> CreateRouteTableAsync(CreateRouteTableRequest request, Caller caller, CancellationToken ct)
    {
        await homes.EnsureAsync(caller, ct);
        var tags = TagsFrom(request.TagSpecifications, "route-table", caller.MaySetSystemTags);
        EndIfDryRun(request.DryRun);
        var made = await store.UpdateAsync(tx =>
        {
            var vpc = VpcOf(tx, caller, request.VpcId);
            if (request.ClientToken is { } token && tx.Where(Ec2Tables.RouteTablesByVpc, vpc.Key.Id).FirstOrDefault(t => t.ClientToken == token) is { } same) return same;
            var table = new StoredRouteTable { Key = KeyOf(caller, DefaultVpc.NewId("rtb", ids)), VpcId = vpc.Key.Id, ClientToken = request.ClientToken };
            tx.Put(Ec2Tables.RouteTables, table);
            PutTags(tx, table.Key, tags);
            return table;
        }, ct);
        return new() { RouteTable = ToWire(store.Current, made), ClientToken = request.ClientToken };
    }

    public async Task<DeleteRouteTableResponse> DeleteRouteTableAsync(DeleteRouteTableRequest request, Caller caller, CancellationToken ct)
    {
        await homes.EnsureAsync(caller, ct);
        EndIfDryRun(request.DryRun);
        await store.UpdateAsync(tx =>
        {
            var table = RouteTableOf(tx, caller, request.RouteTableId);
            if (MainOf(tx, table) is not null || SubnetsOf(tx, table).Any()) throw Ec2Errors.HasDependencies($"routeTable '{table.Key.Id}'");
            foreach (var endpoint in tx.Where(Ec2Tables.EndpointsByRouteTable, table.Key.Id).ToList())
                tx.Put(Ec2Tables.Endpoints, endpoint with { RouteTables = endpoint.RouteTables.Remove(table.Key.Id) });
            tx.Delete(Ec2Tables.RouteTables, table.Key);
            tx.Delete(Ec2Tables.Tags, table.Key);
        }, ct);
        return new();
    }

    public async Task<AssociateRouteTableResponse> AssociateRouteTableAsync(AssociateRouteTableRequest request, Caller caller, CancellationToken ct)
    {
        await homes.EnsureAsync(caller, ct);
        if (request.SubnetId is not { } subnetId)
            throw request.GatewayId is null ? Ec2Errors.MissingParameter("subnetId or gatewayId") : Ec2Errors.Unsupported("Route tables of gateways are not supported here.");
        EndIfDryRun(request.DryRun);
        var id = await store.UpdateAsync(tx =>
        {
            var table = RouteTableOf(tx, caller, request.RouteTableId);
            var subnet = SubnetOf(tx, caller, subnetId);
            if (subnet.VpcId != table.VpcId)
                throw Ec2Errors.Invalid($"Route table {table.Key.Id} and subnet {subnet.Key.Id} belong to different networks");
            if (subnet.RouteTable is { } old)
            {
                return old.OtherId == table.Key.Id ? old.Id
                    : throw Ec2Errors.AlreadyAssigned($"the specified association for route table {table.Key.Id} conflicts with an existing association");
            }
            var made = new TableAssociation(DefaultVpc.NewId("rtbassoc", ids), table.Key.Id);
            tx.Put(Ec2Tables.Subnets, subnet with { RouteTable = made });
            return made.Id;
        }, ct);
        return new() { AssociationId = id, AssociationState = new() { State = RouteTableAssociationStateCode.Associated } };
    }

    public async Task<DisassociateRouteTableResponse> DisassociateRouteTableAsync(
        DisassociateRouteTableRequest request, Caller caller, CancellationToken ct)
    {
        await homes.EnsureAsync(caller, ct);
        EndIfDryRun(request.DryRun);
        await store.UpdateAsync(tx =>
        {
            if (MainBy(tx, caller, request.AssociationId) is not null)
                throw Ec2Errors.Invalid($"cannot disassociate the main route table association {request.AssociationId}");
            tx.Put(Ec2Tables.Subnets, SubnetBy(tx, Ec2Tables.SubnetsByRouteAssociation, caller, request.AssociationId) with { RouteTable = null });
        }, ct);
        return new();
    }

    public async Task<ReplaceRouteTableAssociationResponse> ReplaceRouteTableAssociationAsync(
        ReplaceRouteTableAssociationRequest request, Caller caller, CancellationToken ct)
    {
        await homes.EnsureAsync(caller, ct);
        EndIfDryRun(request.DryRun);
        var id = await store.UpdateAsync(tx =>
        {
            var table = RouteTableOf(tx, caller, request.RouteTableId);
            var fresh = DefaultVpc.NewId("rtbassoc", ids);
            if (MainBy(tx, caller, request.AssociationId) is { } vpc)
            {
                if (vpc.Key.Id != table.VpcId) throw Ec2Errors.Invalid($"Route table {table.Key.Id} and network {vpc.Key.Id} belong to different networks");
                tx.Put(Ec2Tables.Vpcs, vpc with { RouteTableId = table.Key.Id, RouteTableAssociationId = fresh });
                return fresh;
            }
            var subnet = SubnetBy(tx, Ec2Tables.SubnetsByRouteAssociation, caller, request.AssociationId);
            if (subnet.VpcId != table.VpcId) throw Ec2Errors.Invalid($"Route table {table.Key.Id} and subnet {subnet.Key.Id} belong to different networks");
            tx.Put(Ec2Tables.Subnets, subnet with { RouteTable = new(fresh, table.Key.Id) });
            return fresh;
        }, ct);
        return new() { NewAssociationId = id, AssociationState = new() { State = RouteTableAssociationStateCode.Associated } };
    }

    private static StoredRouteTable RouteTableOf(IReadState state, Caller caller, string id) =>
        state.Find(Ec2Tables.RouteTables, KeyOf(caller, id)) ?? throw Ec2Errors.RouteTableNotFound(id);

    /// <returns>The VPC whose main table this is.</returns>
    private static StoredVpc? MainOf(IReadState state, StoredRouteTable table) =>
        state.Find(Ec2Tables.Vpcs, table.Key with { Id = table.VpcId }) is { } vpc && vpc.RouteTableId == table.Key.Id ? vpc : null;

    private static StoredVpc? MainBy(IReadState state, Caller caller, string association) =>
        state.Where(Ec2Tables.VpcsByHome, HomeOf(caller)).FirstOrDefault(v => v.RouteTableAssociationId == association);

    private static StoredSubnet SubnetBy(IReadState state, Index<string, ResourceKey, StoredSubnet> index, Caller caller, string association) =>
        state.Where(index, association).FirstOrDefault(s => s.Key.Home == HomeOf(caller)) ?? throw Ec2Errors.AssociationNotFound(association);

    private static IEnumerable<StoredSubnet> SubnetsOf(IReadState state, StoredRouteTable table) =>
        state.Where(Ec2Tables.SubnetsByVpc, table.VpcId).Where(s => s.RouteTable?.OtherId == table.Key.Id);

    private static RouteTable ToWire(IReadState state, StoredRouteTable table) => new()
    {
        RouteTableId = table.Key.Id,
        VpcId = table.VpcId,
        OwnerId = table.Key.AccountId,
        PropagatingVgws = [],
        Associations =
        [
            .. MainOf(state, table) is { } vpc ? new[] { Association(vpc.RouteTableAssociationId, table, null) } : [],
            .. SubnetsOf(state, table).Select(s => Association(s.RouteTable?.Id, table, s.Key.Id)),
        ],
        Routes =
        [
            .. (state.Find(Ec2Tables.Vpcs, table.Key with { Id = table.VpcId })?.Ranges ?? []).Select(r => new Route
            {
                DestinationCidrBlock = r, GatewayId = "local", Origin = RouteOrigin.CreateRouteTable, State = RouteState.Active,
            }),
            .. table.Routes.Select(r => ToWire(state, table, r)),
            .. state.Where(Ec2Tables.EndpointsByRouteTable, table.Key.Id).Select(e => new Route
            {
                DestinationPrefixListId = PrefixLists.IdOf(table.Key.Region, e.ServiceName), GatewayId = e.Key.Id, Origin = RouteOrigin.CreateRoute, State = RouteState.Active,
            }),
        ],
        Tags = ToWire(TagsOf(state, table.Key)),
    };

    private static RouteTableAssociation Association(string? id, StoredRouteTable table, string? subnet) => new()
    {
        Main = subnet is null, RouteTableAssociationId = id, RouteTableId = table.Key.Id, SubnetId = subnet,
        AssociationState = new() { State = RouteTableAssociationStateCode.Associated },
    };

    private static Route ToWire(IReadState state, StoredRouteTable table, StoredRoute route) => new()
    {
        DestinationCidrBlock = route.Cidr,
        DestinationIpv6CidrBlock = route.Ipv6Cidr,
        DestinationPrefixListId = route.PrefixListId,
        GatewayId = route.GatewayId,
        NatGatewayId = route.NatGatewayId,
        NetworkInterfaceId = route.InterfaceId,
        InstanceId = route.InstanceId,
        Origin = RouteOrigin.CreateRoute,
        State = Ways.IsBlackhole(state, table, route) ? RouteState.Blackhole : RouteState.Active,
    };
}
