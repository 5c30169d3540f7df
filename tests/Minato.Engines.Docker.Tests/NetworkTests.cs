using System.Net;

namespace Minato.Engines.Docker.Tests;

public sealed class NetworkTests
{
    [Theory]
    [InlineData("10.0.0.0/16", "10.0.3.0/24", true)]
    [InlineData("10.0.3.0/24", "10.0.0.0/16", true)]
    [InlineData("10.0.0.0/24", "10.0.1.0/24", false)]
    public void Ranges_overlap_when_one_holds_the_other(string a, string b, bool expected) =>
        Cidr.Overlap(IPNetwork.Parse(a), IPNetwork.Parse(b)).ShouldBe(expected);

    [Fact]
    public void Ranges_of_IPv6_do_not_matter() => Cidr.Parse("fd00::/64").ShouldBeNull();

    [Fact]
    public void Routes_are_read_without_the_default_route() => HostRoutes.Parse(
    [
        "Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU\tWindow\tIRTT",
        "eth0\t00000000\t0100000A\t0003\t0\t0\t0\t00000000\t0\t0\t0",
        "eth0\t0000000A\t00000000\t0001\t0\t0\t0\t0000FFFF\t0\t0\t0",
    ]).ShouldHaveSingleItem().ShouldBe(new HostRoute("eth0", IPNetwork.Parse("10.0.0.0/16")));

    [Fact]
    public void A_bridge_has_a_short_name_of_its_own_that_stays()
    {
        var name = new DockerNames("one").Bridge("vpc-0123456789abcdef0");
        name.Length.ShouldBeLessThanOrEqualTo(15);
        new DockerNames("one").Bridge("vpc-0123456789abcdef0").ShouldBe(name);
        new DockerNames("two").Bridge("vpc-0123456789abcdef0").ShouldNotBe(name);
    }
}
