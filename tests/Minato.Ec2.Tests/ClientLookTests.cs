using System.Collections.Immutable;
using Minato.Aws;
using Minato.Contracts.Ec2;

namespace Minato.Ec2.Tests;

/// <summary>What clients look for beside what they make, whether it is here or not.</summary>
public sealed class ClientLookTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    private static ImmutableArray<Filter> Only(string name, params string[] values) => [new() { Name = name, Values = [.. values] }];

    /// <summary>What needs no state is refused before there is a task.</summary>
    private static async Task<AwsException> RefusedAsync(Func<Task> call, string code) => await Ec2Fixture.RefusedAsync(Task.Run(call), code);

    [Fact]
    public async Task A_look_for_what_is_not_here_finds_nothing()
    {
        await using var world = await Ec2Fixture.StartAsync();
        var vpc = (await world.DefaultVpcAsync()).VpcId ?? "";
        (await world.Ec2.DescribeVpnGatewaysAsync(new() { Filters = [.. Only("attachment.vpc-id", vpc), .. Only("attachment.state", "attached"), .. Only("state", "available")] }, world.Caller, None))
            .VpnGateways?.Length.ShouldBe(0);
        (await world.Ec2.DescribeVpcPeeringConnectionsAsync(new() { Filters = Only("requester-vpc-info.vpc-id", vpc) }, world.Caller, None)).VpcPeeringConnections?.Length.ShouldBe(0);
        (await world.Ec2.DescribeEgressOnlyInternetGatewaysAsync(new() { EgressOnlyInternetGatewayIds = ["eigw-0"] }, world.Caller, None)).EgressOnlyInternetGateways?.Length.ShouldBe(0);
        (await world.Ec2.DescribeFlowLogsAsync(new() { Filter = Only("resource-id", vpc) }, world.Caller, None)).FlowLogs?.Length.ShouldBe(0);
        await RefusedAsync(() => world.Ec2.DescribeVpnGatewaysAsync(new() { VpnGatewayIds = ["vgw-0"] }, world.Caller, None), "InvalidVpnGatewayID.NotFound");
        await RefusedAsync(() => world.Ec2.DescribeVpnGatewaysAsync(new() { Filters = Only("colour", "red") }, world.Caller, None), "InvalidParameterValue");
        await RefusedAsync(() => world.Ec2.DescribeVpcPeeringConnectionsAsync(new() { VpcPeeringConnectionIds = ["pcx-0"] }, world.Caller, None), "InvalidVpcPeeringConnectionID.NotFound");
    }

    [Fact]
    public async Task What_is_not_served_is_refused_in_plain_words()
    {
        await using var world = await Ec2Fixture.StartAsync();
        var vpc = (await world.DefaultVpcAsync()).VpcId ?? "";
        (await RefusedAsync(() => world.Ec2.CreateFlowLogsAsync(new() { ResourceIds = [vpc], ResourceType = FlowLogsResourceType.Vpc }, world.Caller, None), "UnsupportedOperation"))
            .Message.ShouldStartWith("Flow logs are not supported here");
        var gone = (await world.Ec2.DeleteFlowLogsAsync(new() { FlowLogIds = ["fl-0"] }, world.Caller, None)).Unsuccessful?.ShouldHaveSingleItem();
        (gone?.ResourceId, gone?.Error?.Code).ShouldBe(("fl-0", "InvalidFlowLogId.NotFound"));
        (await Ec2Fixture.RefusedAsync(world.Ec2.CreateEgressOnlyInternetGatewayAsync(new() { VpcId = vpc }, world.Caller, None), "UnsupportedOperation")).Message.ShouldBe("IPv6 is not supported here.");
        await Ec2Fixture.RefusedAsync(world.Ec2.CreateEgressOnlyInternetGatewayAsync(new() { VpcId = "vpc-0" }, world.Caller, None), "InvalidVpcID.NotFound");
        await RefusedAsync(() => world.Ec2.DeleteEgressOnlyInternetGatewayAsync(new() { EgressOnlyInternetGatewayId = "eigw-0" }, world.Caller, None), "InvalidGatewayID.NotFound");
    }

    [Fact]
    public async Task No_vpc_is_linked_to_classic()
    {
        await using var world = await Ec2Fixture.StartAsync();
        var vpc = (await world.DefaultVpcAsync()).VpcId ?? "";
        (await world.Ec2.DescribeVpcClassicLinkAsync(new() { VpcIds = [vpc] }, world.Caller, None)).Vpcs?.ShouldHaveSingleItem().ClassicLinkEnabled.ShouldBe(false);
        (await world.Ec2.DescribeVpcClassicLinkAsync(new() { Filters = Only("is-classic-link-enabled", "true") }, world.Caller, None)).Vpcs?.Length.ShouldBe(0);
        (await world.Ec2.DescribeVpcClassicLinkDnsSupportAsync(new() { VpcIds = [vpc] }, world.Caller, None)).Vpcs?.ShouldHaveSingleItem().ClassicLinkDnsSupported.ShouldBe(false);
        await Ec2Fixture.RefusedAsync(world.Ec2.DescribeVpcClassicLinkAsync(new() { VpcIds = ["vpc-0"] }, world.Caller, None), "InvalidVpcID.NotFound");
    }

    [Fact]
    public async Task Types_are_offered_in_the_region_and_in_every_zone()
    {
        await using var world = await Ec2Fixture.StartAsync();
        (await OffersAsync(null)).ShouldBe(["us-east-1"]);
        (await OffersAsync(LocationType.AvailabilityZone)).ShouldBe(["us-east-1a", "us-east-1b", "us-east-1c"]);
        (await OffersAsync(LocationType.AvailabilityZoneId)).ShouldBe(["use1-az1", "use1-az2", "use1-az3"]);
        (await OffersAsync(LocationType.Outpost)).ShouldBeEmpty();
        var first = await world.Ec2.DescribeInstanceTypeOfferingsAsync(new() { LocationType = LocationType.AvailabilityZone, MaxResults = 5 }, world.Caller, None);
        var second = await world.Ec2.DescribeInstanceTypeOfferingsAsync(new() { LocationType = LocationType.AvailabilityZone, MaxResults = 5, NextToken = first.NextToken }, world.Caller, None);
        first.InstanceTypeOfferings?.Concat(second.InstanceTypeOfferings ?? []).Select(o => (o.InstanceType, o.Location)).Distinct().Count().ShouldBe(10);

        async Task<IEnumerable<string?>> OffersAsync(LocationType? where) => (await world.Ec2.DescribeInstanceTypeOfferingsAsync(
            new() { LocationType = where, Filters = Only("instance-type", "t3.micro") }, world.Caller, None)).InstanceTypeOfferings.GetValueOrDefault().Select(o => o.Location);
    }

    [Fact]
    public async Task A_route_table_that_nobody_follows_is_neither_main_nor_not()
    {
        await using var world = await Ec2Fixture.StartAsync();
        var vpc = (await world.DefaultVpcAsync()).VpcId ?? "";
        await world.Ec2.CreateRouteTableAsync(new() { VpcId = vpc }, world.Caller, None);
        var followed = (await world.Ec2.CreateRouteTableAsync(new() { VpcId = vpc }, world.Caller, None)).RouteTable?.RouteTableId ?? "";
        await world.Ec2.AssociateRouteTableAsync(new() { RouteTableId = followed, SubnetId = (await world.SubnetAsync()).SubnetId }, world.Caller, None);
        (await TablesAsync("false")).ShouldBe([followed]);
        (await TablesAsync("true")).Count().ShouldBe(1);

        async Task<IEnumerable<string?>> TablesAsync(string isMain) => (await world.Ec2.DescribeRouteTablesAsync(
            new() { Filters = [.. Only("association.main", isMain), .. Only("vpc-id", vpc)] }, world.Caller, None)).RouteTables.GetValueOrDefault().Select(t => t.RouteTableId);
    }

    [Fact]
    public async Task An_internet_gateway_stays_while_an_address_of_the_internet_is_in_its_vpc()
    {
        await using var world = await Ec2Fixture.StartAsync();
        var vpc = (await world.DefaultVpcAsync()).VpcId ?? "";
        var gateway = (await world.Ec2.DescribeInternetGatewaysAsync(new(), world.Caller, None)).InternetGateways?[0].InternetGatewayId ?? "";
        var nic = (await world.InterfaceAsync((await world.SubnetAsync()).SubnetId ?? "")).NetworkInterfaceId ?? "";
        var address = (await world.Ec2.AllocateAddressAsync(new(), world.Caller, None)).AllocationId ?? "";
        var association = (await world.Ec2.AssociateAddressAsync(new() { AllocationId = address, NetworkInterfaceId = nic }, world.Caller, None)).AssociationId;
        Task Detach() => world.Ec2.DetachInternetGatewayAsync(new() { InternetGatewayId = gateway, VpcId = vpc }, world.Caller, None);
        await Ec2Fixture.RefusedAsync(Detach(), "DependencyViolation");
        await world.Ec2.DisassociateAddressAsync(new() { AssociationId = association }, world.Caller, None);
        await Detach();
    }

    [Fact]
    public async Task Zones_take_every_filter_that_AWS_has()
    {
        await using var world = await Ec2Fixture.StartAsync();
        foreach (var name in new[] { "group-long-name", "group-name", "message", "opt-in-status", "parent-zone-id", "parent-zone-name", "region-name", "state", "zone-id", "zone-name", "zone-type" })
            await world.Ec2.DescribeAvailabilityZonesAsync(new() { Filters = Only(name, "x") }, world.Caller, None);
    }
}
