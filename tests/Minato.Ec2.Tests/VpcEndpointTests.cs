using Minato.Contracts.Ec2;
using EndpointStatus = Minato.Contracts.Ec2.State;

namespace Minato.Ec2.Tests;

public sealed class VpcEndpointTests
{
    private const string S3 = "com.amazonaws.us-east-1.s3";
    private const string Logs = "com.amazonaws.us-east-1.logs";
    private static readonly CancellationToken None = CancellationToken.None;

    [Fact]
    public async Task A_gateway_endpoint_is_a_route_in_each_of_its_tables()
    {
        await using var world = await Ec2Fixture.StartAsync();
        var vpc = await VpcIn(world);
        var table = await MainTableOf(world, vpc);
        var made = await EndpointIn(world, new() { VpcId = vpc, ServiceName = S3, RouteTableIds = [table] });
        (made.VpcEndpointType, made.State, made.PrivateDnsEnabled, made.PolicyDocument?.Contains("2008-10-17", StringComparison.Ordinal)).ShouldBe((VpcEndpointType.Gateway, EndpointStatus.Available, false, true));
        var list = (await world.Ec2.DescribePrefixListsAsync(new() { Filters = [By("prefix-list-name", S3)] }, world.Caller, None)).PrefixLists?.Single().PrefixListId ?? "";
        (await RoutesOf(world, table)).ShouldContain(r => r.DestinationPrefixListId == list && r.GatewayId == made.VpcEndpointId && r.State == RouteState.Active);
        (await world.Ec2.GetManagedPrefixListEntriesAsync(new() { PrefixListId = list }, world.Caller, None)).Entries.ShouldBe([]);
        (await Ec2Fixture.RefusedAsync(EndpointIn(world, new() { VpcId = vpc, ServiceName = S3, RouteTableIds = [table] }), "RouteAlreadyExists")).Message
            .ShouldBe($"route table {table} already has a route with destination-prefix-list-id {list}");
        await world.Ec2.ModifyVpcEndpointAsync(new() { VpcEndpointId = made.VpcEndpointId ?? "", RemoveRouteTableIds = [table] }, world.Caller, None);
        (await RoutesOf(world, table)).ShouldHaveSingleItem();
    }

    [Fact]
    public async Task A_route_table_that_goes_leaves_its_endpoints()
    {
        await using var world = await Ec2Fixture.StartAsync();
        var vpc = await VpcIn(world);
        var table = (await world.Ec2.CreateRouteTableAsync(new() { VpcId = vpc }, world.Caller, None)).RouteTable?.RouteTableId ?? "";
        var id = (await EndpointIn(world, new() { VpcId = vpc, ServiceName = S3, RouteTableIds = [table] })).VpcEndpointId ?? "";
        await world.Ec2.DeleteRouteTableAsync(new() { RouteTableId = table }, world.Caller, None);
        (await EndpointAsync(world, id)).RouteTableIds.ShouldBe([]);
    }

    [Fact]
    public async Task An_interface_endpoint_has_an_address_in_each_subnet_and_names_to_go_by()
    {
        await using var world = await Ec2Fixture.StartAsync();
        var vpc = await VpcIn(world, hasNames: true);
        var (a, b) = (await SubnetIn(world, vpc, "10.0.1.0/24", "us-east-1a"), await SubnetIn(world, vpc, "10.0.2.0/24", "us-east-1b"));
        var group = await GroupIn(world, vpc);
        var made = await EndpointIn(world, new()
        {
            VpcId = vpc, ServiceName = "com.amazonaws.us-east-1.ecr.dkr", VpcEndpointType = VpcEndpointType.Interface, SubnetIds = [a], SecurityGroupIds = [group], PrivateDnsEnabled = true,
            TagSpecifications = [new() { ResourceType = "vpc-endpoint", Tags = [new() { Key = "Name", Value = "dkr" }] }],
        });
        made.Groups?.Single().GroupId.ShouldBe(group);
        made.Tags?.Single().Value.ShouldBe("dkr");
        var names = made.DnsEntries?.Select(d => d.DnsName ?? "").ToArray() ?? [];
        names[0].ShouldMatch($@"^{made.VpcEndpointId}-[0-9a-f]{{8}}\.dkr\.ecr\.us-east-1\.vpce\.amazonaws\.com$");
        names[1].ShouldMatch($@"^{made.VpcEndpointId}-[0-9a-f]{{8}}-us-east-1a\.dkr\.ecr\.us-east-1\.vpce\.amazonaws\.com$");
        names[2..].ShouldBe(["*.dkr.ecr.us-east-1.amazonaws.com"]);
        var nic = (await world.Ec2.DescribeNetworkInterfacesAsync(new() { NetworkInterfaceIds = made.NetworkInterfaceIds }, world.Caller, None)).NetworkInterfaces?.Single();
        (nic?.InterfaceType, nic?.Description, nic?.RequesterManaged, nic?.Status, nic?.Groups?[0].GroupId).ShouldBe(
            (NetworkInterfaceType.VpcEndpoint, $"VPC Endpoint Interface {made.VpcEndpointId}", true, NetworkInterfaceStatus.InUse, group));
        await Ec2Fixture.RefusedAsync(world.Ec2.DeleteSecurityGroupAsync(new() { GroupId = group }, world.Caller, None), "DependencyViolation");
        await Ec2Fixture.RefusedAsync(world.Ec2.DeleteSubnetAsync(new() { SubnetId = a }, world.Caller, None), "DependencyViolation");
        await Ec2Fixture.RefusedAsync(world.Ec2.DeleteNetworkInterfaceAsync(new() { NetworkInterfaceId = nic?.NetworkInterfaceId ?? "" }, world.Caller, None), "InvalidParameterValue");

        await world.Ec2.ModifyVpcEndpointAsync(new() { VpcEndpointId = made.VpcEndpointId ?? "", AddSubnetIds = [b], RemoveSubnetIds = [a], PrivateDnsEnabled = false }, world.Caller, None);
        var changed = await EndpointAsync(world, made.VpcEndpointId ?? "");
        (changed.SubnetIds?.Single(), changed.PrivateDnsEnabled, changed.DnsEntries?.Length).ShouldBe((b, false, 2));
        await world.Ec2.DeleteSubnetAsync(new() { SubnetId = a }, world.Caller, None);
    }

    [Fact]
    public async Task Deleting_endpoints_tells_of_those_that_were_not_there()
    {
        await using var world = await Ec2Fixture.StartAsync();
        var vpc = await VpcIn(world);
        var subnet = await SubnetIn(world, vpc, "10.0.1.0/24", "us-east-1a");
        var id = (await EndpointIn(world, new() { VpcId = vpc, ServiceName = Logs, VpcEndpointType = VpcEndpointType.Interface, SubnetIds = [subnet] })).VpcEndpointId ?? "";
        await Ec2Fixture.RefusedAsync(world.Ec2.DeleteVpcAsync(new() { VpcId = vpc }, world.Caller, None), "DependencyViolation");
        var answer = await world.Ec2.DeleteVpcEndpointsAsync(new() { VpcEndpointIds = [id, "vpce-0"] }, world.Caller, None);
        var missing = answer.Unsuccessful?.Single();
        (missing?.ResourceId, missing?.Error?.Code, missing?.Error?.Message).ShouldBe(("vpce-0", "InvalidVpcEndpointId.NotFound", "The Vpc Endpoint Id 'vpce-0' does not exist"));
        await Ec2Fixture.RefusedAsync(EndpointAsync(world, id), "InvalidVpcEndpointId.NotFound");
        await world.Ec2.DeleteSubnetAsync(new() { SubnetId = subnet }, world.Caller, None);
        await world.Ec2.DeleteVpcAsync(new() { VpcId = vpc }, world.Caller, None);
    }

    [Theory]
    [InlineData("com.amazonaws.us-east-1.none", "Gateway", "InvalidServiceName", "The Vpc Endpoint Service 'com.amazonaws.us-east-1.none' does not exist")]
    [InlineData("com.amazonaws.eu-west-1.s3", "Gateway", "InvalidServiceName", "The Vpc Endpoint Service 'com.amazonaws.eu-west-1.s3' does not exist")]
    [InlineData(Logs, "Gateway", "InvalidParameter", "Endpoint type (Gateway) does not match available service types ([Interface]).")]
    public async Task A_service_offers_its_own_kinds_of_endpoints(string service, string type, string code, string message)
    {
        await using var world = await Ec2Fixture.StartAsync();
        var vpc = await VpcIn(world);
        (await Ec2Fixture.RefusedAsync(EndpointIn(world, new() { VpcId = vpc, ServiceName = service, VpcEndpointType = VpcEndpointTypeExtensions.Parse(type) }), code)).Message.ShouldBe(message);
    }

    [Fact]
    public async Task Private_dns_needs_names_in_the_vpc_and_is_taken_over_once()
    {
        await using var world = await Ec2Fixture.StartAsync();
        var (bare, named) = (await VpcIn(world), await VpcIn(world, "10.1.0.0/16", hasNames: true));
        CreateVpcEndpointRequest request = new() { VpcId = bare, ServiceName = Logs, VpcEndpointType = VpcEndpointType.Interface, PrivateDnsEnabled = true };
        (await Ec2Fixture.RefusedAsync(EndpointIn(world, request), "InvalidParameter")).Message
            .ShouldBe($"Enabling private DNS requires both enableDnsSupport and enableDnsHostnames VPC attributes set to true for {bare}");
        await EndpointIn(world, request with { VpcId = named });
        (await Ec2Fixture.RefusedAsync(EndpointIn(world, request with { VpcId = named }), "InvalidParameter")).Message
            .ShouldBe($"private-dns-enabled cannot be set because there is already a conflicting DNS domain for logs.us-east-1.amazonaws.com in the VPC {named}");
    }

    [Fact]
    public async Task A_security_group_must_exist_and_two_subnets_may_not_be_in_one_zone()
    {
        await using var world = await Ec2Fixture.StartAsync();
        var vpc = await VpcIn(world);
        var (a, b) = (await SubnetIn(world, vpc, "10.0.1.0/24", "us-east-1a"), await SubnetIn(world, vpc, "10.0.2.0/24", "us-east-1a"));
        CreateVpcEndpointRequest request = new() { VpcId = vpc, ServiceName = Logs, VpcEndpointType = VpcEndpointType.Interface };
        await Ec2Fixture.RefusedAsync(EndpointIn(world, request with { SecurityGroupIds = ["sg-0"] }), "InvalidGroup.NotFound");
        await Ec2Fixture.RefusedAsync(EndpointIn(world, request with { SubnetIds = [a, b] }), "DuplicateSubnetsInSameZone");
        (await world.Ec2.DescribeVpcEndpointsAsync(new(), world.Caller, None)).VpcEndpoints.ShouldBe([]);
        (await world.Ec2.DescribeNetworkInterfacesAsync(new() { Filters = [By("vpc-id", vpc)] }, world.Caller, None)).NetworkInterfaces.ShouldBe([]);
    }

    [Fact]
    public async Task Services_tell_what_they_offer()
    {
        await using var world = await Ec2Fixture.StartAsync();
        var all = await world.Ec2.DescribeVpcEndpointServicesAsync(new(), world.Caller, None);
        foreach (var name in new[] { "ecr.api", "ecr.dkr", "logs", "secretsmanager", "ssm", "s3", "dynamodb", "ecs-agent" }) all.ServiceNames.ShouldNotBeNull().ShouldContain($"com.amazonaws.us-east-1.{name}");
        var s3 = await world.Ec2.DescribeVpcEndpointServicesAsync(new() { ServiceNames = [S3], Filters = [By("service-type", "Gateway")] }, world.Caller, None);
        s3.ServiceDetails?.Select(d => d.ServiceType?[0].ServiceType).ShouldBe([ServiceType.Gateway, ServiceType.Interface]);
        var api = (await world.Ec2.DescribeVpcEndpointServicesAsync(new() { ServiceNames = ["com.amazonaws.us-east-1.ecr.api"] }, world.Caller, None)).ServiceDetails?.Single();
        (api?.PrivateDnsName, api?.Owner, api?.AvailabilityZones?.Length).ShouldBe(("api.ecr.us-east-1.amazonaws.com", "amazon", 3));
        await Ec2Fixture.RefusedAsync(world.Ec2.DescribeVpcEndpointServicesAsync(new() { ServiceNames = ["none"] }, world.Caller, None), "InvalidServiceName");
    }

    private static Filter By(string name, params string[] values) => new() { Name = name, Values = [.. values] };

    private static async Task<string> VpcIn(Ec2Fixture world, string cidr = "10.0.0.0/16", bool hasNames = false)
    {
        var vpc = (await world.Ec2.CreateVpcAsync(new() { CidrBlock = cidr }, world.Caller, None)).Vpc?.VpcId ?? "";
        if (hasNames) await world.Ec2.ModifyVpcAttributeAsync(new() { VpcId = vpc, EnableDnsHostnames = new() { Value = true } }, world.Caller, None);
        return vpc;
    }

    private static async Task<string> SubnetIn(Ec2Fixture world, string vpc, string cidr, string zone) =>
        (await world.Ec2.CreateSubnetAsync(new() { VpcId = vpc, CidrBlock = cidr, AvailabilityZone = zone }, world.Caller, None)).Subnet?.SubnetId ?? "";

    private static async Task<string> GroupIn(Ec2Fixture world, string vpc) =>
        (await world.Ec2.CreateSecurityGroupAsync(new() { VpcId = vpc, GroupName = "endpoints", Description = "endpoints" }, world.Caller, None)).GroupId ?? "";

    private static async Task<string> MainTableOf(Ec2Fixture world, string vpc) =>
        (await world.Ec2.DescribeRouteTablesAsync(new() { Filters = [By("vpc-id", vpc)] }, world.Caller, None)).RouteTables?.Single().RouteTableId ?? "";

    private static async Task<IEnumerable<Route>> RoutesOf(Ec2Fixture world, string table) =>
        (await world.Ec2.DescribeRouteTablesAsync(new() { RouteTableIds = [table] }, world.Caller, None)).RouteTables?.Single().Routes ?? [];

    private static async Task<VpcEndpoint> EndpointIn(Ec2Fixture world, CreateVpcEndpointRequest request) =>
        (await world.Ec2.CreateVpcEndpointAsync(request, world.Caller, None)).VpcEndpoint.ShouldNotBeNull();

    private static async Task<VpcEndpoint> EndpointAsync(Ec2Fixture world, string id) =>
        (await world.Ec2.DescribeVpcEndpointsAsync(new() { VpcEndpointIds = [id] }, world.Caller, None)).VpcEndpoints.ShouldNotBeNull().Single();
}
