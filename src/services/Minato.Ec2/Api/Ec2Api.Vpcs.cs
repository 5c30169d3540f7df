using System.Collections.Immutable;
using Minato.Aws;
using Minato.Contracts.Ec2;
using Minato.Ec2.Planning;
using Minato.Ec2.State;
using Minato.Platform;

namespace Minato.Ec2.Api;

internal sealed partial class Ec2Api
{
    private static readonly FilterSet<StoredVpc> VpcFilters = new(
        ("vpc-id", v => [v.Key.Id]),
        ("cidr", v => [v.CidrBlock]),
        ("cidr-block-association.cidr-block", v => [v.CidrBlock]),
        ("cidr-block-association.association-id", v => [v.CidrAssociationId]),
        ("cidr-block-association.state", _ => ["associated"]),
        ("dhcp-options-id", v => [v.DhcpOptionsId]),
        ("is-default", _ => ["true"]),
        ("isDefault", _ => ["true"]),
        ("owner-id", v => [v.Key.AccountId]),
        ("state", _ => ["available"]));

    private static readonly FilterSet<StoredSubnet> SubnetFilters = new(
        ("subnet-id", s => [s.Key.Id]),
        ("vpc-id", s => [s.VpcId]),
        ("availability-zone", s => [s.AvailabilityZone]),
        ("availabilityZone", s => [s.AvailabilityZone]),
        ("availability-zone-id", s => [s.AvailabilityZoneId]),
        ("cidr-block", s => [s.CidrBlock]),
        ("cidrBlock", s => [s.CidrBlock]),
        ("cidr", s => [s.CidrBlock]),
        ("default-for-az", _ => ["true"]),
        ("defaultForAz", _ => ["true"]),
        ("map-public-ip-on-launch", _ => ["true"]),
        ("owner-id", s => [s.Key.AccountId]),
        ("subnet-arn", s => [ArnOf(s)]),
        ("state", _ => ["available"]));

    private static readonly FilterSet<StoredVpc> RouteTableFilters = new(
        ("route-table-id", v => [v.RouteTableId]),
        ("vpc-id", v => [v.Key.Id]),
        ("association.main", _ => ["true"]),
        ("association.route-table-id", v => [v.RouteTableId]),
        ("association.route-table-association-id", v => [v.RouteTableAssociationId]),
        ("association.subnet-id", _ => []),
        ("association.gateway-id", _ => []),
        ("owner-id", v => [v.Key.AccountId]),
        ("route.destination-cidr-block", v => [v.CidrBlock, "0.0.0.0/0"]),
        ("route.gateway-id", v => ["local", v.InternetGatewayId]),
        ("route.nat-gateway-id", _ => []),
        ("route.origin", _ => ["CreateRouteTable", "CreateRoute"]),
        ("route.state", _ => ["active"]));

    public async Task<DescribeVpcsResponse> DescribeVpcsAsync(DescribeVpcsRequest request, Caller caller, CancellationToken ct)
    {
        await homes.EnsureAsync(caller, ct);
        EndIfDryRun(request.DryRun);
        var state = store.Current;
        var passes = VpcFilters.Compile(request.Filters, v => TagsOf(state, v.Key));
        var vpcs = Named(state, caller, request.VpcIds, Ec2Tables.Vpcs, () => state.Where(Ec2Tables.VpcsByHome, HomeOf(caller)), Ec2Errors.VpcNotFound);
        var (page, next) = Page(nameof(DescribeVpcsAsync), vpcs.Where(passes), v => v.Key.Id, request.MaxResults, request.NextToken);
        return new() { Vpcs = [.. page.Select(v => ToWire(state, v))], NextToken = next };
    }

    public async Task<DescribeSubnetsResponse> DescribeSubnetsAsync(DescribeSubnetsRequest request, Caller caller, CancellationToken ct)
    {
        await homes.EnsureAsync(caller, ct);
        EndIfDryRun(request.DryRun);
        var state = store.Current;
        var passes = SubnetFilters.Compile(request.Filters, s => TagsOf(state, s.Key));
        var subnets = Named(
            state, caller, request.SubnetIds, Ec2Tables.Subnets, () => state.Where(Ec2Tables.SubnetsByHome, HomeOf(caller)), Ec2Errors.SubnetNotFound);
        var (page, next) = Page(nameof(DescribeSubnetsAsync), subnets.Where(passes), s => s.Key.Id, request.MaxResults, request.NextToken);
        return new() { Subnets = [.. page.Select(s => ToWire(state, s))], NextToken = next };
    }

    public async Task<DescribeVpcAttributeResponse> DescribeVpcAttributeAsync(
        DescribeVpcAttributeRequest request, Caller caller, CancellationToken ct)
    {
        await homes.EnsureAsync(caller, ct);
        if (store.Current.Find(Ec2Tables.Vpcs, KeyOf(caller, request.VpcId)) is null) throw Ec2Errors.VpcNotFound(request.VpcId);
        EndIfDryRun(request.DryRun);
        var answer = new DescribeVpcAttributeResponse { VpcId = request.VpcId };
        return request.Attribute switch // Facts of a default VPC; they cannot be changed yet.
        {
            VpcAttributeName.EnableDnsSupport => answer with { EnableDnsSupport = new() { Value = true } },
            VpcAttributeName.EnableDnsHostnames => answer with { EnableDnsHostnames = new() { Value = true } },
            _ => answer with { EnableNetworkAddressUsageMetrics = new() { Value = false } },
        };
    }

    public async Task<DescribeRouteTablesResponse> DescribeRouteTablesAsync(
        DescribeRouteTablesRequest request, Caller caller, CancellationToken ct)
    {
        var vpc = await homes.EnsureAsync(caller, ct);
        EndIfDryRun(request.DryRun);
        if (request.RouteTableIds is { } asked && asked.FirstOrDefault(id => id != vpc.RouteTableId) is { } unknown) throw Ec2Errors.RouteTableNotFound(unknown);
        var state = store.Current;
        var passes = RouteTableFilters.Compile(request.Filters, v => TagsOf(state, v.Key with { Id = v.RouteTableId }));
        return new() { RouteTables = passes(vpc) ? [RouteTableOf(state, vpc)] : [] };
    }

    private static Vpc ToWire(IReadState state, StoredVpc vpc) => new()
    {
        VpcId = vpc.Key.Id,
        OwnerId = vpc.Key.AccountId,
        CidrBlock = vpc.CidrBlock,
        CidrBlockAssociationSet =
        [
            new() { AssociationId = vpc.CidrAssociationId, CidrBlock = vpc.CidrBlock, CidrBlockState = new() { State = VpcCidrBlockStateCode.Associated } },
        ],
        DhcpOptionsId = vpc.DhcpOptionsId,
        InstanceTenancy = Tenancy.Default,
        IsDefault = true,
        State = VpcState.Available,
        Tags = ToWire(TagsOf(state, vpc.Key)),
    };

    private static Subnet ToWire(IReadState state, StoredSubnet subnet) => new()
    {
        SubnetId = subnet.Key.Id,
        SubnetArn = ArnOf(subnet),
        OwnerId = subnet.Key.AccountId,
        VpcId = subnet.VpcId,
        AvailabilityZone = subnet.AvailabilityZone,
        AvailabilityZoneId = subnet.AvailabilityZoneId,
        CidrBlock = subnet.CidrBlock,
        AvailableIpAddressCount = state.Find(Ec2Tables.AddressPools, subnet.Key)?.Free,
        DefaultForAz = true,
        MapPublicIpOnLaunch = true,
        MapCustomerOwnedIpOnLaunch = false,
        AssignIpv6AddressOnCreation = false,
        EnableDns64 = false,
        Ipv6Native = false,
        Ipv6CidrBlockAssociationSet = [],
        PrivateDnsNameOptionsOnLaunch = new()
        {
            HostnameType = HostnameType.IpName, EnableResourceNameDnsARecord = false, EnableResourceNameDnsAAAARecord = false,
        },
        State = SubnetState.Available,
        Tags = ToWire(TagsOf(state, subnet.Key)),
    };

    private static RouteTable RouteTableOf(IReadState state, StoredVpc vpc) => new()
    {
        RouteTableId = vpc.RouteTableId,
        VpcId = vpc.Key.Id,
        OwnerId = vpc.Key.AccountId,
        PropagatingVgws = [],
        Associations =
        [
            new()
            {
                Main = true,
                RouteTableAssociationId = vpc.RouteTableAssociationId,
                RouteTableId = vpc.RouteTableId,
                AssociationState = new() { State = RouteTableAssociationStateCode.Associated },
            },
        ],
        Routes =
        [
            new() { DestinationCidrBlock = vpc.CidrBlock, GatewayId = "local", Origin = RouteOrigin.CreateRouteTable, State = RouteState.Active },
            new() { DestinationCidrBlock = "0.0.0.0/0", GatewayId = vpc.InternetGatewayId, Origin = RouteOrigin.CreateRoute, State = RouteState.Active },
        ],
        Tags = ToWire(TagsOf(state, vpc.Key with { Id = vpc.RouteTableId })),
    };

    private static string ArnOf(StoredSubnet subnet) => ArnOf(subnet.Key, "subnet");

    private static string ArnOf(ResourceKey key, string type) => new Arn("ec2", key.Region, key.AccountId, $"{type}/{key.Id}").ToString();
}
