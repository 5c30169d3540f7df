using Minato.Contracts.Ec2;
using Minato.Ec2.Planning;
using Minato.Engines.Simulated;

namespace Minato.Ec2.Tests;

/// <summary>Who gets out of a VPC, and where to.</summary>
public sealed class WayTests
{
    private static readonly CancellationToken None = CancellationToken.None;
    private const string Internet = "93.184.216.34", Office = "203.0.113.9";

    private sealed class Site(Ec2Fixture world, string vpc, string gateway)
    {
        private int _subnets;

        public string Gateway => gateway;

        public static async Task<Site> MakeAsync(Ec2Fixture world)
        {
            var vpc = (await world.Ec2.CreateVpcAsync(new() { CidrBlock = "10.0.0.0/16" }, world.Caller, None)).Vpc?.VpcId ?? "";
            var gateway = (await world.Ec2.CreateInternetGatewayAsync(new(), world.Caller, None)).InternetGateway?.InternetGatewayId ?? "";
            await world.Ec2.AttachInternetGatewayAsync(new() { InternetGatewayId = gateway, VpcId = vpc }, world.Caller, None);
            return new(world, vpc, gateway);
        }

        /// <summary>A subnet with a route table of its own, and who is in it.</summary>
        public async Task<(string Subnet, string Table, NetworkInterface Nic)> SubnetAsync()
        {
            var subnet = (await world.Ec2.CreateSubnetAsync(new() { VpcId = vpc, CidrBlock = $"10.0.{++_subnets}.0/24" }, world.Caller, None)).Subnet?.SubnetId ?? "";
            var table = (await world.Ec2.CreateRouteTableAsync(new() { VpcId = vpc }, world.Caller, None)).RouteTable?.RouteTableId ?? "";
            await world.Ec2.AssociateRouteTableAsync(new() { RouteTableId = table, SubnetId = subnet }, world.Caller, None);
            return (subnet, table, await world.InterfaceAsync(subnet));
        }

        public async Task<string> NatAsync(string subnet, bool isPrivate = false)
        {
            var eip = isPrivate ? null : (await world.Ec2.AllocateAddressAsync(new(), world.Caller, None)).AllocationId;
            var nat = (await world.Ec2.CreateNatGatewayAsync(
                new() { SubnetId = subnet, AllocationId = eip, ConnectivityType = isPrivate ? ConnectivityType.Private : null }, world.Caller, None)).NatGateway?.NatGatewayId ?? "";
            await Ec2Fixture.EventuallyAsync(async () => (await world.Ec2.DescribeNatGatewaysAsync(
                new() { NatGatewayIds = [nat] }, world.Caller, None)).NatGateways?[0].State is NatGatewayState.Available);
            return nat;
        }

        public Task RouteAsync(string table, string range, string target) => world.Ec2.CreateRouteAsync(new()
        {
            RouteTableId = table, DestinationCidrBlock = range, GatewayId = target.StartsWith("igw", StringComparison.Ordinal) ? target : null,
            NatGatewayId = target.StartsWith("nat", StringComparison.Ordinal) ? target : null,
        }, world.Caller, None);

        public async Task<bool> GetsOutAsync(NetworkInterface nic, string to = Internet)
        {
            var firewall = new SimFirewall();
            await firewall.ApplyAsync(FirewallPlanner.Plan(world.State), None);
            return firewall.Lets(nic.PrivateIpAddress, to, 443);
        }
    }

    [Fact]
    public async Task A_private_subnet_gets_out_by_a_nat_gateway_of_a_public_one()
    {
        await using var world = await Ec2Fixture.StartAsync();
        var site = await Site.MakeAsync(world);
        var (outer, inner) = (await site.SubnetAsync(), await site.SubnetAsync());
        var nat = await site.NatAsync(outer.Subnet);
        await site.RouteAsync(inner.Table, "0.0.0.0/0", nat);
        (await site.GetsOutAsync(inner.Nic)).ShouldBeFalse("the NAT gateway's own subnet has no way out yet");
        await site.RouteAsync(outer.Table, "0.0.0.0/0", site.Gateway);
        (await site.GetsOutAsync(inner.Nic)).ShouldBeTrue();
        (await site.GetsOutAsync(outer.Nic)).ShouldBeFalse("it has no address of the internet");
    }

    [Fact]
    public async Task A_private_nat_gateway_leads_nowhere_outside()
    {
        await using var world = await Ec2Fixture.StartAsync();
        var site = await Site.MakeAsync(world);
        var (outer, inner) = (await site.SubnetAsync(), await site.SubnetAsync());
        await site.RouteAsync(outer.Table, "0.0.0.0/0", site.Gateway);
        await site.RouteAsync(inner.Table, "0.0.0.0/0", await site.NatAsync(outer.Subnet, isPrivate: true));
        (await site.GetsOutAsync(inner.Nic)).ShouldBeFalse();
    }

    [Fact]
    public async Task Of_the_routes_of_a_table_the_one_with_the_longest_prefix_decides()
    {
        await using var world = await Ec2Fixture.StartAsync();
        var site = await Site.MakeAsync(world);
        var (outer, inner) = (await site.SubnetAsync(), await site.SubnetAsync());
        await site.RouteAsync(outer.Table, "0.0.0.0/0", site.Gateway);
        var nat = await site.NatAsync(outer.Subnet);
        await site.RouteAsync(inner.Table, "203.0.113.0/24", nat);
        (await site.GetsOutAsync(inner.Nic, Office)).ShouldBeTrue();
        (await site.GetsOutAsync(inner.Nic)).ShouldBeFalse("no route leads there");
        await site.RouteAsync(inner.Table, "0.0.0.0/1", nat);
        (await site.GetsOutAsync(inner.Nic)).ShouldBeTrue("93 is in the lower half of the world");
        await site.RouteAsync(inner.Table, "93.184.0.0/16", site.Gateway);
        (await site.GetsOutAsync(inner.Nic)).ShouldBeFalse("the longer route is for who has an address of the internet");
    }

    [Fact]
    public async Task A_route_into_the_vpc_itself_or_to_nothing_is_refused()
    {
        await using var world = await Ec2Fixture.StartAsync();
        var site = await Site.MakeAsync(world);
        var table = (await site.SubnetAsync()).Table;
        foreach (var range in new[] { "10.0.0.0/16", "10.0.9.0/24" })
            (await Ec2Fixture.RefusedAsync(site.RouteAsync(table, range, site.Gateway), "InvalidParameterValue")).Message.ShouldBe(
                $"The destination CIDR block {range} is equal to or more specific than one of this VPC's CIDR blocks. This route can target only an interface or an instance.");
        await site.RouteAsync(table, "10.0.0.0/8", site.Gateway);
        await Ec2Fixture.RefusedAsync(
            world.Ec2.CreateRouteAsync(new() { RouteTableId = table, DestinationIpv6CidrBlock = "nonsense", GatewayId = site.Gateway }, world.Caller, None), "InvalidParameterValue");
        await world.Ec2.CreateRouteAsync(new() { RouteTableId = table, DestinationIpv6CidrBlock = "::/0", GatewayId = site.Gateway }, world.Caller, None);
    }

    [Fact]
    public async Task A_nat_gateway_that_failed_holds_no_address_and_is_shown_for_an_hour()
    {
        await using var world = await Ec2Fixture.StartAsync();
        var vpc = (await world.Ec2.CreateVpcAsync(new() { CidrBlock = "10.0.0.0/16" }, world.Caller, None)).Vpc?.VpcId ?? "";
        var subnet = (await world.Ec2.CreateSubnetAsync(new() { VpcId = vpc, CidrBlock = "10.0.1.0/24" }, world.Caller, None)).Subnet?.SubnetId ?? "";
        var eip = (await world.Ec2.AllocateAddressAsync(new(), world.Caller, None)).AllocationId;
        var nat = (await world.Ec2.CreateNatGatewayAsync(new() { SubnetId = subnet, AllocationId = eip }, world.Caller, None)).NatGateway?.NatGatewayId ?? "";
        await Ec2Fixture.EventuallyAsync(async () => (await world.Ec2.DescribeNatGatewaysAsync(
            new() { NatGatewayIds = [nat] }, world.Caller, None)).NatGateways?[0].State is NatGatewayState.Failed);
        await world.Ec2.DeleteSubnetAsync(new() { SubnetId = subnet }, world.Caller, None);
    }
}
