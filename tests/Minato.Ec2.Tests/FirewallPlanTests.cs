using System.Collections.Immutable;
using Minato.Aws;
using Minato.Contracts.Ec2;
using Minato.Ec2.Planning;
using Minato.Engines.Firewall;
using Minato.Engines.Simulated;

namespace Minato.Ec2.Tests;

/// <summary>What the plan lets through: verdicts on first packets, judged by the simulated machine.</summary>
public sealed class FirewallPlanTests
{
    private const string Web = "10.0.1.10", Web2 = "10.0.1.11", Db = "10.0.2.10", Balancer = "10.0.1.5", Stranger = "10.9.1.10";

    private static FirewallRule In(string protocol, int? from, int? to, string? range = null, string? group = null) => new(false, protocol, from, to, range, group);

    private static readonly FirewallRule AnywhereOut = new(true, "-1", null, null, "0.0.0.0/0", null);

    private static SimFirewall With(params FirewallGroup[] groups)
    {
        var firewall = new SimFirewall();
        _ = firewall.ApplyAsync(new()
        {
            Networks =
            [
                new("vpc-a", "10.0.0.1", ["10.0.0.0/16"],
                [
                    new(Web, ["web"]) { Ways = [FirewallWay.Anywhere] }, new(Web2, ["web"]) { PublicAddress = "198.18.0.9", Ways = [FirewallWay.Anywhere] }, new(Db, ["db"]),
                    new(Balancer, ["lb"]) { IsOfHost = true },
                ]),
                new("vpc-b", "10.9.0.1", ["10.9.0.0/16"], [new(Stranger, ["web"])]),
            ],
            Groups = [.. groups],
        }, CancellationToken.None).AsTask();
        return firewall;
    }

    [Fact]
    public void A_port_that_no_rule_opens_is_closed_and_an_open_one_is_open_to_its_peers_alone()
    {
        var firewall = With(new("web", [In("tcp", 80, 81, group: "lb")]), new("lb", [AnywhereOut]), new("db", [AnywhereOut]));
        firewall.Lets(Balancer, Web, 80).ShouldBeTrue();
        firewall.Lets(Balancer, Web, 81).ShouldBeTrue();
        firewall.Lets(Balancer, Web, 82).ShouldBeFalse();
        firewall.Lets(Balancer, Web, 80, "udp").ShouldBeFalse();
        firewall.Lets(Db, Web, 80).ShouldBeFalse("it is not of the load balancer's group");
        firewall.Lets(null, Web, 80).ShouldBeFalse("the host itself is in no group");
    }

    [Fact]
    public void A_group_that_trusts_itself_trusts_its_members_alone()
    {
        var firewall = With(new("web", [In("-1", null, null, group: "web"), AnywhereOut]), new("db", [AnywhereOut]));
        firewall.Lets(Web, Web2, 9999).ShouldBeTrue();
        firewall.Lets(Db, Web, 9999).ShouldBeFalse();
    }

    [Fact]
    public void Leaving_needs_an_egress_rule_as_arriving_needs_an_ingress_rule()
    {
        var open = In("tcp", 5432, 5432, range: "10.0.0.0/16");
        With(new("db", [open]), new("web", [])).Lets(Web, Db, 5432).ShouldBeFalse();
        var named = With(new("db", [open]), new("web", [new(true, "tcp", 5432, 5432, null, "db")]));
        named.Lets(Web, Db, 5432).ShouldBeTrue();
        named.Lets(Web, "93.184.216.34", 443).ShouldBeFalse();
    }

    [Fact]
    public void The_way_out_is_the_subnets_and_different_vpcs_never_meet()
    {
        var firewall = With(new("web", [In("-1", null, null, range: "0.0.0.0/0"), AnywhereOut]), new("db", [AnywhereOut]));
        firewall.Lets(Web, "93.184.216.34", 443).ShouldBeTrue();
        firewall.Lets(Db, "93.184.216.34", 443).ShouldBeFalse("its subnet has no way out");
        firewall.Lets(Web, Stranger, 80).ShouldBeFalse("they share a group, but no VPC");
        firewall.Lets(Stranger, Web, 80).ShouldBeFalse();
        firewall.Lets("192.168.0.7", Web2, 80).ShouldBeTrue("it has an address of the internet");
        firewall.Lets("192.168.0.7", Web, 80).ShouldBeFalse();
        firewall.Lets("10.0.3.3", Web, 80).ShouldBeFalse("nobody has that address");
    }

    [Theory] // Numbered entries of the subnet of who is asked, in order; the first that matches decides.
    [InlineData("in 100 allow 6 80-80, out 100 allow 6 1024-65535", true, "replies go out by an entry of their own")]
    [InlineData("in 100 allow 6 80-80", false, "no entry lets replies out: ACLs know no connections")]
    [InlineData("in 100 allow -1, out 100 allow -1", true, "all is open")]
    [InlineData("in 90 deny 6 80-80, in 100 allow -1, out 100 allow -1", false, "the lower number decides")]
    [InlineData("in 110 deny 6 80-80, in 100 allow -1, out 100 allow -1", true, "the lower number decides")]
    [InlineData("in 100 allow 17, out 100 allow -1", false, "it is another protocol")]
    [InlineData("out 100 allow -1", false, "what no entry allows is denied")]
    public async Task Network_acls_judge_every_packet_that_crosses_the_border_of_a_subnet(string entries, bool passes, string why)
    {
        await using var world = await Ec2Fixture.StartAsync();
        var vpc = (await world.Ec2.CreateVpcAsync(new() { CidrBlock = "10.0.0.0/16" }, world.Caller, default)).Vpc?.VpcId ?? "";
        var inner = await SubnetAsync(world, vpc, "10.0.1.0/24");
        var outer = await SubnetAsync(world, vpc, "10.0.2.0/24");
        var group = (await world.Ec2.DescribeSecurityGroupsAsync(new() { Filters = [new() { Name = "vpc-id", Values = [vpc] }] }, world.Caller, default)).SecurityGroups?[0].GroupId ?? "";
        var server = (await world.InterfaceAsync(inner)).PrivateIpAddress ?? "";
        var neighbour = (await world.InterfaceAsync(inner)).PrivateIpAddress ?? "";
        var client = (await world.InterfaceAsync(outer)).PrivateIpAddress ?? "";
        var acl = (await world.Ec2.CreateNetworkAclAsync(new() { VpcId = vpc }, world.Caller, default)).NetworkAcl?.NetworkAclId ?? "";
        foreach (var words in entries.Split(", ").Select(e => e.Split(' ')))
        {
            await world.Ec2.CreateNetworkAclEntryAsync(new()
            {
                NetworkAclId = acl, Egress = words[0] is "out", RuleNumber = int.Parse(words[1]), RuleAction = words[2] is "allow" ? RuleAction.Allow : RuleAction.Deny,
                Protocol = words[3], CidrBlock = "0.0.0.0/0", PortRange = words.Length < 5 ? words[3] is "-1" ? null : new() { From = 0, To = 65535 }
                    : new() { From = int.Parse(words[4].Split('-')[0]), To = int.Parse(words[4].Split('-')[1]) },
            }, world.Caller, default);
        }
        var old = (await world.Ec2.DescribeNetworkAclsAsync(new() { Filters = [new() { Name = "association.subnet-id", Values = [inner] }] }, world.Caller, default))
            .NetworkAcls?[0].Associations?.First(a => a.SubnetId == inner).NetworkAclAssociationId ?? "";
        await world.Ec2.ReplaceNetworkAclAssociationAsync(new() { AssociationId = old, NetworkAclId = acl }, world.Caller, default);
        var firewall = new SimFirewall();
        await firewall.ApplyAsync(FirewallPlanner.Plan(world.State), default);
        group.ShouldNotBeEmpty();
        firewall.Lets(client, server, 80).ShouldBe(passes, why);
        firewall.Lets(neighbour, server, 80).ShouldBeTrue("within a subnet no border is crossed");
    }

    [Fact]
    public async Task A_task_gets_out_by_an_internet_gateway_only_with_an_address_of_the_internet()
    {
        await using var world = await Ec2Fixture.StartAsync();
        var subnet = (await world.SubnetAsync()).SubnetId ?? "";
        var ecs = Caller.ForService(world.Caller.AccountId, world.Caller.Region, "ecs.amazonaws.com");
        var open = await MakeAsync([new() { ResourceType = "network-interface", Tags = [new() { Key = "aws:ecs:assignPublicIp", Value = "ENABLED" }] }]);
        var closed = await MakeAsync(null);
        (open.Association?.IpOwnerId, closed.Association).ShouldBe(("amazon", null));
        var firewall = new SimFirewall();
        await firewall.ApplyAsync(FirewallPlanner.Plan(world.State), default);
        firewall.Lets(open.PrivateIpAddress, "93.184.216.34", 443).ShouldBeTrue();
        firewall.Lets(closed.PrivateIpAddress, "93.184.216.34", 443).ShouldBeFalse();
        (await world.Ec2.DescribeAddressesAsync(new(), world.Caller, default)).Addresses.GetValueOrDefault().ShouldBeEmpty("nobody allocated it");
        await Ec2Fixture.RefusedAsync(world.Ec2.CreateNetworkInterfaceAsync(
            new() { SubnetId = subnet, TagSpecifications = [new() { ResourceType = "network-interface", Tags = [new() { Key = "aws:ecs:assignPublicIp", Value = "ENABLED" }] }] }, world.Caller, default),
            "InvalidParameterValue");

        async Task<NetworkInterface> MakeAsync(ImmutableArray<TagSpecification>? tags) =>
            (await world.Ec2.CreateNetworkInterfaceAsync(new() { SubnetId = subnet, TagSpecifications = tags }, ecs, default)).NetworkInterface ?? new();
    }

    private static async Task<string> SubnetAsync(Ec2Fixture world, string vpc, string range) =>
        (await world.Ec2.CreateSubnetAsync(new() { VpcId = vpc, CidrBlock = range }, world.Caller, default)).Subnet?.SubnetId ?? "";
}
