using System.Collections.Immutable;
using Minato.Contracts.Ec2;
using Minato.Engines.Containers;

namespace Minato.Ec2.Tests;

/// <summary>VPCs that somebody makes, and what is in them.</summary>
public sealed class NetworkTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    private static async Task<string> VpcIn(Ec2Fixture world, string cidr = "10.0.0.0/16") =>
        (await world.Ec2.CreateVpcAsync(new() { CidrBlock = cidr }, world.Caller, None)).Vpc?.VpcId ?? throw new InvalidOperationException();

    private static async Task<string> SubnetIn(Ec2Fixture world, string vpc, string cidr = "10.0.1.0/24", string? zone = null) => (await world.Ec2.CreateSubnetAsync(
        new() { VpcId = vpc, CidrBlock = cidr, AvailabilityZone = zone }, world.Caller, None)).Subnet?.SubnetId ?? throw new InvalidOperationException();

    private static async Task<string> GatewayFor(Ec2Fixture world, string vpc)
    {
        var id = (await world.Ec2.CreateInternetGatewayAsync(new(), world.Caller, None)).InternetGateway?.InternetGatewayId ?? throw new InvalidOperationException();
        await world.Ec2.AttachInternetGatewayAsync(new() { InternetGatewayId = id, VpcId = vpc }, world.Caller, None);
        return id;
    }

    private static Filter By(string name, params string[] values) => new() { Name = name, Values = [.. values] };

    [Fact]
    public async Task A_new_vpc_has_a_main_route_table_a_default_group_and_a_default_acl()
    {
        await using var world = await Ec2Fixture.StartAsync();
        var made = (await world.Ec2.CreateVpcAsync(new()
        {
            CidrBlock = "10.0.5.1/16", TagSpecifications = [new() { ResourceType = "vpc", Tags = [new() { Key = "Name", Value = "shop" }] }],
        }, world.Caller, None)).Vpc;
        var vpc = made?.VpcId ?? "";
        (made?.CidrBlock, made?.IsDefault, made?.Tags?[0].Value).ShouldBe(("10.0.0.0/16", false, "shop"));
        var table = (await world.Ec2.DescribeRouteTablesAsync(new() { Filters = [By("vpc-id", vpc), By("association.main", "true")] }, world.Caller, None)).RouteTables?.Single();
        table?.Routes?.Single().GatewayId.ShouldBe("local");
        var groups = (await world.Ec2.DescribeSecurityGroupsAsync(new() { Filters = [By("vpc-id", vpc)] }, world.Caller, None)).SecurityGroups.GetValueOrDefault();
        groups.Single().GroupName.ShouldBe("default");
        groups.Single().IpPermissions?.Single().UserIdGroupPairs?.Single().GroupId.ShouldBe(groups.Single().GroupId);
        var acl = (await world.Ec2.DescribeNetworkAclsAsync(new() { Filters = [By("vpc-id", vpc), By("default", "true")] }, world.Caller, None)).NetworkAcls?.Single();
        acl?.Entries?.Select(e => (e.RuleNumber, e.Egress, e.RuleAction)).ShouldBe(
            [(100, true, RuleAction.Allow), (32767, true, RuleAction.Deny), (100, false, RuleAction.Allow), (32767, false, RuleAction.Deny)]);
        (await world.VpcAsync(vpc)).DhcpOptionsId.ShouldBe((await world.DefaultVpcAsync()).DhcpOptionsId);
    }

    [Theory]
    [InlineData("10.0.0.0/8", "InvalidVpc.Range", "The CIDR '10.0.0.0/8' is invalid.")]
    [InlineData("10.0.0.0/29", "InvalidVpc.Range", "The CIDR '10.0.0.0/29' is invalid.")]
    [InlineData("10.0.0.0", "InvalidParameterValue", "Value (10.0.0.0) for parameter cidrBlock is invalid. This is not a valid CIDR block.")]
    [InlineData("nonsense/16", "InvalidParameterValue", "Value (nonsense/16) for parameter cidrBlock is invalid. This is not a valid CIDR block.")]
    public async Task A_range_that_no_vpc_can_have_is_refused(string cidr, string code, string message)
    {
        await using var world = await Ec2Fixture.StartAsync();
        (await Ec2Fixture.RefusedAsync(VpcIn(world, cidr), code)).Message.ShouldBe(message);
    }

    [Fact]
    public async Task A_range_that_collides_on_this_machine_is_refused_with_the_name_of_the_collider()
    {
        await using var world = await Ec2Fixture.StartAsync();
        await world.Engine.EnsureNetworkAsync(new("strange", "10.0.4.0/24", "10.0.4.1"), None);
        (await Ec2Fixture.RefusedAsync(VpcIn(world), "InvalidVpc.Range")).Message.ShouldContain("the Docker network strange (10.0.4.0/24)");
        var other = await VpcIn(world, "10.1.0.0/16");
        (await Ec2Fixture.RefusedAsync(VpcIn(world, "10.1.128.0/20"), "InvalidVpc.Range")).Message.ShouldContain(other);
        (await Ec2Fixture.RefusedAsync(world.Ec2.AssociateVpcCidrBlockAsync(new() { VpcId = other, CidrBlock = "10.0.0.0/16" }, world.Caller, None), "InvalidVpc.Range"))
            .Message.ShouldContain("strange");
    }

    [Fact]
    public async Task Subnets_lie_in_the_vpc_and_never_overlap()
    {
        await using var world = await Ec2Fixture.StartAsync();
        var vpc = await VpcIn(world);
        var subnet = (await world.Ec2.CreateSubnetAsync(new() { VpcId = vpc, CidrBlock = "10.0.1.0/28", AvailabilityZoneId = "use1-az2" }, world.Caller, None)).Subnet;
        (subnet?.AvailabilityZone, subnet?.AvailableIpAddressCount, subnet?.MapPublicIpOnLaunch, subnet?.DefaultForAz).ShouldBe(("us-east-1b", 11, false, false));
        (await Ec2Fixture.RefusedAsync(SubnetIn(world, vpc, "10.0.0.0/23"), "InvalidSubnet.Conflict")).Message.ShouldBe("The CIDR '10.0.0.0/23' conflicts with another subnet");
        (await Ec2Fixture.RefusedAsync(SubnetIn(world, vpc, "10.1.0.0/24"), "InvalidSubnet.Range")).Message.ShouldBe("The CIDR '10.1.0.0/24' is invalid.");
        await Ec2Fixture.RefusedAsync(SubnetIn(world, vpc, "10.0.9.0/29"), "InvalidSubnet.Range");
        await Ec2Fixture.RefusedAsync(SubnetIn(world, vpc, "10.0.9.0/24", "mars-1a"), "InvalidParameterValue");
        await Ec2Fixture.RefusedAsync(SubnetIn(world, "vpc-0", "10.0.9.0/24"), "InvalidVpcID.NotFound");
    }

    [Fact]
    public async Task Eleven_addresses_of_a_slash_28_can_be_had_and_a_twelfth_not()
    {
        await using var world = await Ec2Fixture.StartAsync();
        var subnet = await SubnetIn(world, await VpcIn(world), "10.0.0.0/28");
        var got = new List<string?>();
        for (var i = 0; i < 11; i++) got.Add((await world.InterfaceAsync(subnet)).PrivateIpAddress);
        got.Order(StringComparer.Ordinal).ShouldBe(Enumerable.Range(4, 11).Select(i => $"10.0.0.{i}").Order(StringComparer.Ordinal));
        await Ec2Fixture.RefusedAsync(world.InterfaceAsync(subnet), "InsufficientFreeAddressesInSubnet");
    }

    [Fact]
    public async Task A_secondary_range_takes_subnets_and_stays_while_one_is_in_it()
    {
        await using var world = await Ec2Fixture.StartAsync();
        var vpc = await VpcIn(world);
        var id = (await world.Ec2.AssociateVpcCidrBlockAsync(new() { VpcId = vpc, CidrBlock = "100.64.0.0/16" }, world.Caller, None)).CidrBlockAssociation?.AssociationId ?? "";
        var subnet = await SubnetIn(world, vpc, "100.64.1.0/24");
        (await Routes(world, vpc)).ShouldBe(["10.0.0.0/16", "100.64.0.0/16"], ignoreOrder: true);
        await Ec2Fixture.RefusedAsync(world.Ec2.DisassociateVpcCidrBlockAsync(new() { AssociationId = id }, world.Caller, None), "InvalidCidrBlock.InUse");
        await world.Ec2.DeleteSubnetAsync(new() { SubnetId = subnet }, world.Caller, None);
        await world.Ec2.DisassociateVpcCidrBlockAsync(new() { AssociationId = id }, world.Caller, None);
        var primary = (await world.VpcAsync(vpc)).CidrBlockAssociationSet?.Single().AssociationId ?? "";
        await Ec2Fixture.RefusedAsync(world.Ec2.DisassociateVpcCidrBlockAsync(new() { AssociationId = primary }, world.Caller, None), "OperationNotPermitted");
    }

    private static async Task<IEnumerable<string?>> Routes(Ec2Fixture world, string vpc) =>
        ((await world.Ec2.DescribeRouteTablesAsync(new() { Filters = [By("vpc-id", vpc)] }, world.Caller, None)).RouteTables?.SelectMany(t => t.Routes ?? []) ?? [])
        .Select(r => r.DestinationCidrBlock);

    [Fact]
    public async Task What_is_in_use_cannot_be_deleted()
    {
        await using var world = await Ec2Fixture.StartAsync();
        var vpc = await VpcIn(world);
        var subnet = await SubnetIn(world, vpc);
        var nic = await world.InterfaceAsync(subnet);
        var gateway = await GatewayFor(world, vpc);
        var table = await TableIn(world, vpc);
        await world.Ec2.AssociateRouteTableAsync(new() { RouteTableId = table, SubnetId = subnet }, world.Caller, None);
        (await Ec2Fixture.RefusedAsync(world.Ec2.DeleteSubnetAsync(new() { SubnetId = subnet }, world.Caller, None), "DependencyViolation"))
            .Message.ShouldBe($"The subnet '{subnet}' has dependencies and cannot be deleted.");
        (await Ec2Fixture.RefusedAsync(world.Ec2.DeleteVpcAsync(new() { VpcId = vpc }, world.Caller, None), "DependencyViolation"))
            .Message.ShouldBe($"The vpc '{vpc}' has dependencies and cannot be deleted.");
        await Ec2Fixture.RefusedAsync(world.Ec2.DeleteInternetGatewayAsync(new() { InternetGatewayId = gateway }, world.Caller, None), "DependencyViolation");
        await Ec2Fixture.RefusedAsync(world.Ec2.DeleteRouteTableAsync(new() { RouteTableId = table }, world.Caller, None), "DependencyViolation");
        await world.Ec2.DeleteNetworkInterfaceAsync(new() { NetworkInterfaceId = nic.NetworkInterfaceId ?? "" }, world.Caller, None);
        await world.Ec2.DeleteSubnetAsync(new() { SubnetId = subnet }, world.Caller, None);
        await world.Ec2.DeleteRouteTableAsync(new() { RouteTableId = table }, world.Caller, None);
        await world.Ec2.DetachInternetGatewayAsync(new() { InternetGatewayId = gateway, VpcId = vpc }, world.Caller, None);
        await world.Ec2.DeleteInternetGatewayAsync(new() { InternetGatewayId = gateway }, world.Caller, None);
        await world.Ec2.DeleteVpcAsync(new() { VpcId = vpc }, world.Caller, None);
        await Ec2Fixture.RefusedAsync(world.VpcAsync(vpc), "InvalidVpcID.NotFound");
    }

    [Fact]
    public async Task The_default_vpc_can_be_deleted_and_made_again()
    {
        await using var world = await Ec2Fixture.StartAsync();
        var old = (await world.DefaultVpcAsync()).VpcId ?? "";
        (await Ec2Fixture.RefusedAsync(world.Ec2.CreateDefaultVpcAsync(new(), world.Caller, None), "DefaultVpcAlreadyExists"))
            .Message.ShouldBe("A Default VPC already exists for this account in this region.");
        foreach (var subnet in (await world.Ec2.DescribeSubnetsAsync(new(), world.Caller, None)).Subnets ?? [])
            await world.Ec2.DeleteSubnetAsync(new() { SubnetId = subnet.SubnetId ?? "" }, world.Caller, None);
        var gateway = (await world.Ec2.DescribeInternetGatewaysAsync(new(), world.Caller, None)).InternetGateways?.Single().InternetGatewayId ?? "";
        await world.Ec2.DetachInternetGatewayAsync(new() { InternetGatewayId = gateway, VpcId = old }, world.Caller, None);
        await world.Ec2.DeleteVpcAsync(new() { VpcId = old }, world.Caller, None);
        (await world.Ec2.DescribeVpcsAsync(new(), world.Caller, None)).Vpcs?.Length.ShouldBe(0, "nothing makes it again by itself");
        await Ec2Fixture.RefusedAsync(world.Ec2.CreateSecurityGroupAsync(new() { GroupName = "x", Description = "x" }, world.Caller, None), "VPCIdNotSpecified");
        await Ec2Fixture.RefusedAsync(world.Ec2.CreateDefaultSubnetAsync(new() { AvailabilityZone = "us-east-1a" }, world.Caller, None), "DefaultVpcDoesNotExist");
        var again = (await world.Ec2.CreateDefaultVpcAsync(new(), world.Caller, None)).Vpc;
        (again?.IsDefault, again?.CidrBlock).ShouldBe((true, "172.31.0.0/16"));
        (await Ec2Fixture.RefusedAsync(world.Ec2.CreateDefaultSubnetAsync(new() { AvailabilityZone = "us-east-1a" }, world.Caller, None),
            "DefaultSubnetAlreadyExistsInAvailabilityZone")).Message.ShouldEndWith("is already the default subnet in us-east-1a.");
    }

    private static async Task<string> TableIn(Ec2Fixture world, string vpc) =>
        (await world.Ec2.CreateRouteTableAsync(new() { VpcId = vpc }, world.Caller, None)).RouteTable?.RouteTableId ?? throw new InvalidOperationException();

    [Fact]
    public async Task Routes_are_made_once_replaced_and_left_behind_as_black_holes()
    {
        await using var world = await Ec2Fixture.StartAsync();
        var vpc = await VpcIn(world);
        var (table, gateway) = (await TableIn(world, vpc), await GatewayFor(world, vpc));
        async Task<Route> Route() => (await world.Ec2.DescribeRouteTablesAsync(new() { RouteTableIds = [table] }, world.Caller, None)).RouteTables?[0].Routes?.Single(
            r => r.DestinationCidrBlock == "0.0.0.0/0") ?? throw new InvalidOperationException();
        CreateRouteRequest To(string id) => new() { RouteTableId = table, DestinationCidrBlock = "0.0.0.0/0", GatewayId = id };
        await world.Ec2.CreateRouteAsync(To(gateway), world.Caller, None);
        await world.Ec2.CreateRouteAsync(To(gateway), world.Caller, None);
        (await Route()).State.ShouldBe(RouteState.Active);
        await world.Ec2.DetachInternetGatewayAsync(new() { InternetGatewayId = gateway, VpcId = vpc }, world.Caller, None);
        (await Route()).State.ShouldBe(RouteState.Blackhole);
        (await Ec2Fixture.RefusedAsync(world.Ec2.CreateRouteAsync(To(await GatewayFor(world, vpc)), world.Caller, None), "RouteAlreadyExists"))
            .Message.ShouldBe("The route identified by 0.0.0.0/0 already exists.");
        (await Ec2Fixture.RefusedAsync(world.Ec2.DeleteRouteAsync(new() { RouteTableId = table, DestinationCidrBlock = "10.0.0.0/16" }, world.Caller, None), "InvalidParameterValue"))
            .Message.ShouldBe($"cannot remove local route 10.0.0.0/16 in route table {table}");
        await world.Ec2.DeleteRouteAsync(new() { RouteTableId = table, DestinationCidrBlock = "0.0.0.0/0" }, world.Caller, None);
        await Ec2Fixture.RefusedAsync(world.Ec2.DeleteRouteAsync(new() { RouteTableId = table, DestinationCidrBlock = "0.0.0.0/0" }, world.Caller, None), "InvalidRoute.NotFound");
        (await Ec2Fixture.RefusedAsync(world.Ec2.CreateRouteAsync(To("igw-0"), world.Caller, None), "InvalidGatewayID.NotFound")).Message.ShouldBe("The gateway ID 'igw-0' does not exist");
    }

    [Fact]
    public async Task A_subnet_follows_one_route_table_at_a_time()
    {
        await using var world = await Ec2Fixture.StartAsync();
        var vpc = await VpcIn(world);
        var (subnet, one, two) = (await SubnetIn(world, vpc), await TableIn(world, vpc), await TableIn(world, vpc));
        var association = (await world.Ec2.AssociateRouteTableAsync(new() { RouteTableId = one, SubnetId = subnet }, world.Caller, None)).AssociationId ?? "";
        await Ec2Fixture.RefusedAsync(world.Ec2.AssociateRouteTableAsync(new() { RouteTableId = two, SubnetId = subnet }, world.Caller, None), "Resource.AlreadyAssociated");
        var moved = (await world.Ec2.ReplaceRouteTableAssociationAsync(new() { AssociationId = association, RouteTableId = two }, world.Caller, None)).NewAssociationId ?? "";
        moved.ShouldNotBe(association);
        var found = (await world.Ec2.DescribeRouteTablesAsync(new() { Filters = [By("association.subnet-id", subnet)] }, world.Caller, None)).RouteTables?.Single();
        found?.RouteTableId.ShouldBe(two);
        await world.Ec2.DisassociateRouteTableAsync(new() { AssociationId = moved }, world.Caller, None);
        await Ec2Fixture.RefusedAsync(world.Ec2.DisassociateRouteTableAsync(new() { AssociationId = moved }, world.Caller, None), "InvalidAssociationID.NotFound");
        var main = (await world.Ec2.DescribeRouteTablesAsync(new() { Filters = [By("vpc-id", vpc), By("association.main", "true")] }, world.Caller, None)).RouteTables?.Single();
        var mainId = main?.Associations?.Single().RouteTableAssociationId ?? "";
        await Ec2Fixture.RefusedAsync(world.Ec2.DisassociateRouteTableAsync(new() { AssociationId = mainId }, world.Caller, None), "InvalidParameterValue");
        await world.Ec2.ReplaceRouteTableAssociationAsync(new() { AssociationId = mainId, RouteTableId = one }, world.Caller, None);
        await world.Ec2.DeleteRouteTableAsync(new() { RouteTableId = main?.RouteTableId ?? "" }, world.Caller, None);
    }

    [Fact]
    public async Task A_nat_gateway_is_pending_then_available_and_gives_back_what_it_had()
    {
        await using var world = await Ec2Fixture.StartAsync();
        var vpc = await VpcIn(world);
        var subnet = await SubnetIn(world, vpc);
        var eip = (await world.Ec2.AllocateAddressAsync(new(), world.Caller, None)).AllocationId ?? "";
        await GatewayFor(world, vpc);
        var made = (await world.Ec2.CreateNatGatewayAsync(new() { SubnetId = subnet, AllocationId = eip }, world.Caller, None)).NatGateway;
        var nat = made?.NatGatewayId ?? "";
        made?.State.ShouldBe(NatGatewayState.Pending);
        async Task<NatGateway> Now() => (await world.Ec2.DescribeNatGatewaysAsync(new() { NatGatewayIds = [nat] }, world.Caller, None)).NatGateways?[0] ?? throw new InvalidOperationException();
        await Ec2Fixture.EventuallyAsync(async () => (await Now()).State is NatGatewayState.Available);
        (await Now()).NatGatewayAddresses?[0].AllocationId.ShouldBe(eip);
        await Ec2Fixture.RefusedAsync(world.Ec2.ReleaseAddressAsync(new() { AllocationId = eip }, world.Caller, None), "InvalidIPAddress.InUse");
        await Ec2Fixture.RefusedAsync(world.Ec2.DeleteSubnetAsync(new() { SubnetId = subnet }, world.Caller, None), "DependencyViolation");
        await world.Ec2.DeleteNatGatewayAsync(new() { NatGatewayId = nat }, world.Caller, None);
        await Ec2Fixture.EventuallyAsync(async () => (await Now()).State is NatGatewayState.Deleted);
        await world.Ec2.ReleaseAddressAsync(new() { AllocationId = eip }, world.Caller, None);
        await world.Ec2.DeleteSubnetAsync(new() { SubnetId = subnet }, world.Caller, None);
    }

    [Fact]
    public async Task A_nat_gateway_without_an_internet_gateway_fails()
    {
        await using var world = await Ec2Fixture.StartAsync();
        var subnet = await SubnetIn(world, await VpcIn(world));
        var eip = (await world.Ec2.AllocateAddressAsync(new(), world.Caller, None)).AllocationId ?? "";
        var nat = (await world.Ec2.CreateNatGatewayAsync(new() { SubnetId = subnet, AllocationId = eip }, world.Caller, None)).NatGateway?.NatGatewayId ?? "";
        await Ec2Fixture.EventuallyAsync(async () => (await world.Ec2.DescribeNatGatewaysAsync(
            new() { Filter = [By("nat-gateway-id", nat)] }, world.Caller, None)).NatGateways?[0] is { State: NatGatewayState.Failed, FailureCode: "Gateway.NotAttached" });
    }

    [Fact]
    public async Task An_elastic_ip_belongs_to_one_interface_at_a_time()
    {
        await using var world = await Ec2Fixture.StartAsync();
        var subnet = (await world.SubnetAsync()).SubnetId ?? "";
        var (one, two) = (await world.InterfaceAsync(subnet), await world.InterfaceAsync(subnet));
        var eip = await world.Ec2.AllocateAddressAsync(new(), world.Caller, None);
        AssociateAddressRequest To(NetworkInterface nic, bool again = false) =>
            new() { AllocationId = eip.AllocationId, NetworkInterfaceId = nic.NetworkInterfaceId, AllowReassociation = again };
        var association = (await world.Ec2.AssociateAddressAsync(To(one), world.Caller, None)).AssociationId ?? "";
        await Ec2Fixture.RefusedAsync(world.Ec2.AssociateAddressAsync(To(two), world.Caller, None), "Resource.AlreadyAssociated");
        // AWS: it moves unless told not to.
        await world.Ec2.AssociateAddressAsync(new() { AllocationId = eip.AllocationId, NetworkInterfaceId = two.NetworkInterfaceId }, world.Caller, None);
        await world.Ec2.AssociateAddressAsync(To(two, again: true), world.Caller, None);
        var found = (await world.Ec2.DescribeNetworkInterfacesAsync(new() { NetworkInterfaceIds = [two.NetworkInterfaceId ?? ""] }, world.Caller, None)).NetworkInterfaces?[0];
        found?.Association?.PublicIp.ShouldBe(eip.PublicIp);
        await Ec2Fixture.RefusedAsync(world.Ec2.DisassociateAddressAsync(new() { AssociationId = association }, world.Caller, None), "InvalidAssociationID.NotFound");
        await world.Ec2.DeleteNetworkInterfaceAsync(new() { NetworkInterfaceId = two.NetworkInterfaceId ?? "" }, world.Caller, None);
        (await world.Ec2.DescribeAddressesAsync(new() { AllocationIds = [eip.AllocationId ?? ""] }, world.Caller, None)).Addresses?[0].AssociationId.ShouldBeNull();
        await world.Ec2.ReleaseAddressAsync(new() { AllocationId = eip.AllocationId }, world.Caller, None);
    }

    [Fact]
    public async Task Attributes_change_one_at_a_time_and_stay()
    {
        await using var world = await Ec2Fixture.StartAsync();
        var vpc = await VpcIn(world);
        async Task<(bool?, bool?)> Dns() => (
            (await world.Ec2.DescribeVpcAttributeAsync(new() { VpcId = vpc, Attribute = VpcAttributeName.EnableDnsSupport }, world.Caller, None)).EnableDnsSupport?.Value,
            (await world.Ec2.DescribeVpcAttributeAsync(new() { VpcId = vpc, Attribute = VpcAttributeName.EnableDnsHostnames }, world.Caller, None)).EnableDnsHostnames?.Value);
        (await Dns()).ShouldBe((true, false));
        await world.Ec2.ModifyVpcAttributeAsync(new() { VpcId = vpc, EnableDnsHostnames = new() { Value = true } }, world.Caller, None);
        (await Dns()).ShouldBe((true, true));
        await Ec2Fixture.RefusedAsync(world.Ec2.ModifyVpcAttributeAsync(
            new() { VpcId = vpc, EnableDnsHostnames = new() { Value = true }, EnableDnsSupport = new() { Value = true } }, world.Caller, None), "InvalidParameterCombination");
        var subnet = await SubnetIn(world, vpc);
        await world.Ec2.ModifySubnetAttributeAsync(new() { SubnetId = subnet, MapPublicIpOnLaunch = new() { Value = true } }, world.Caller, None);
        (await world.Ec2.DescribeSubnetsAsync(new() { Filters = [By("map-public-ip-on-launch", "true"), By("vpc-id", vpc)] }, world.Caller, None)).Subnets?.Single().SubnetId.ShouldBe(subnet);
    }

    [Fact]
    public async Task A_group_of_another_vpc_is_refused()
    {
        await using var world = await Ec2Fixture.StartAsync();
        var subnet = await SubnetIn(world, await VpcIn(world));
        var stranger = (await world.Ec2.CreateSecurityGroupAsync(new() { GroupName = "web", Description = "web" }, world.Caller, None)).GroupId ?? "";
        (await Ec2Fixture.RefusedAsync(world.Ec2.CreateNetworkInterfaceAsync(new() { SubnetId = subnet, Groups = [stranger] }, world.Caller, None), "InvalidParameter"))
            .Message.ShouldBe($"Security group {stranger} and subnet {subnet} belong to different networks.");
    }

    [Fact]
    public async Task Acl_entries_are_kept_by_number_and_direction()
    {
        await using var world = await Ec2Fixture.StartAsync();
        var vpc = await VpcIn(world);
        var subnet = await SubnetIn(world, vpc);
        var acl = (await world.Ec2.CreateNetworkAclAsync(new() { VpcId = vpc }, world.Caller, None)).NetworkAcl?.NetworkAclId ?? "";
        CreateNetworkAclEntryRequest Entry(int number) => new()
        {
            NetworkAclId = acl, RuleNumber = number, Protocol = "tcp", RuleAction = RuleAction.Allow, Egress = false, CidrBlock = "10.0.0.0/8", PortRange = new() { From = 80, To = 80 },
        };
        await world.Ec2.CreateNetworkAclEntryAsync(Entry(100), world.Caller, None);
        await Ec2Fixture.RefusedAsync(world.Ec2.CreateNetworkAclEntryAsync(Entry(100), world.Caller, None), "NetworkAclEntryAlreadyExists");
        var inForce = (await world.Ec2.DescribeNetworkAclsAsync(new() { Filters = [By("association.subnet-id", subnet)] }, world.Caller, None)).NetworkAcls?.Single();
        await world.Ec2.ReplaceNetworkAclAssociationAsync(
            new() { AssociationId = inForce?.Associations?.Single().NetworkAclAssociationId ?? "", NetworkAclId = acl }, world.Caller, None);
        await Ec2Fixture.RefusedAsync(world.Ec2.DeleteNetworkAclAsync(new() { NetworkAclId = acl }, world.Caller, None), "DependencyViolation");
        var entries = (await world.Ec2.DescribeNetworkAclsAsync(new() { NetworkAclIds = [acl] }, world.Caller, None)).NetworkAcls?[0].Entries ?? [];
        entries.Select(e => (e.RuleNumber, e.Protocol)).ShouldBe([(32767, "-1"), (100, "6"), (32767, "-1")]);
        await world.Ec2.DeleteNetworkAclEntryAsync(new() { NetworkAclId = acl, RuleNumber = 100, Egress = false }, world.Caller, None);
        await Ec2Fixture.RefusedAsync(world.Ec2.DeleteNetworkAclEntryAsync(new() { NetworkAclId = acl, RuleNumber = 32767, Egress = false }, world.Caller, None), "InvalidNetworkAclEntry.NotFound");
    }

    [Fact]
    public async Task A_rule_changes_and_keeps_its_id()
    {
        await using var world = await Ec2Fixture.StartAsync();
        var group = (await world.Ec2.CreateSecurityGroupAsync(new() { GroupName = "web", Description = "web" }, world.Caller, None)).GroupId ?? "";
        var rule = (await world.Ec2.AuthorizeSecurityGroupIngressAsync(
            new() { GroupId = group, IpProtocol = "tcp", FromPort = 80, ToPort = 80, CidrIp = "0.0.0.0/0" }, world.Caller, None)).SecurityGroupRules?[0].SecurityGroupRuleId ?? "";
        await world.Ec2.ModifySecurityGroupRulesAsync(new()
        {
            GroupId = group,
            SecurityGroupRules = [new() { SecurityGroupRuleId = rule, SecurityGroupRule = new() { IpProtocol = "tcp", FromPort = 443, ToPort = 443, CidrIpv4 = "10.0.0.0/8" } }],
        }, world.Caller, None);
        var now = (await world.Ec2.DescribeSecurityGroupRulesAsync(new() { SecurityGroupRuleIds = [rule] }, world.Caller, None)).SecurityGroupRules?[0];
        (now?.FromPort, now?.CidrIpv4).ShouldBe((443, "10.0.0.0/8"));
    }

    [Fact]
    public async Task What_is_not_here_is_said_as_an_account_without_it_would_hear_it()
    {
        await using var world = await Ec2Fixture.StartAsync();
        var vpc = (await world.DefaultVpcAsync()).VpcId ?? "";
        (await world.Ec2.DescribeVpcEndpointsAsync(new() { Filters = [By("vpc-id", vpc)] }, world.Caller, None)).VpcEndpoints?.Length.ShouldBe(0);
        await Ec2Fixture.RefusedAsync(world.Ec2.CreateVpcAsync(new() { CidrBlock = "10.0.0.0/16", AmazonProvidedIpv6CidrBlock = true }, world.Caller, None), "UnsupportedOperation");
        var lists = (await world.Ec2.DescribeManagedPrefixListsAsync(new() { Filters = [By("prefix-list-name", "com.amazonaws.us-east-1.s3")] }, world.Caller, None)).PrefixLists;
        lists?.Single().PrefixListId.ShouldNotBeNull().ShouldMatch("^pl-[0-9a-f]{8}$");
    }
}
