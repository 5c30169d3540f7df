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
                    new(Web, ["web"]) { HasWayOut = true }, new(Web2, ["web"]) { PublicAddress = "198.18.0.9", HasWayOut = true }, new(Db, ["db"]),
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
}
