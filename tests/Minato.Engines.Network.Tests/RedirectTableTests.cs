using Minato.Engines.Inside;

namespace Minato.Engines.Network.Tests;

public sealed class RedirectTableTests
{
    [Fact]
    public void Every_network_has_its_own_way_and_the_table_is_replaced_as_a_whole()
    {
        using var owner = new NftTable(new() { InstallationId = "ab-1" }, "");
        var table = owner.Render(RedirectTable.Chains(
        [
            new(new InsideNetwork.Bridge("172.31.0.0/16", "172.31.0.1"), InsideDoor.Task, 4001), new(new InsideNetwork.Host(), InsideDoor.Task, 4002),
            new(new InsideNetwork.Bridge("172.31.0.0/16", "172.31.0.1"), InsideDoor.Instance, 4003),
        ]));
        table.ShouldStartWith("add table ip minato_ab_1\ndelete table ip minato_ab_1\ntable ip minato_ab_1 {");
        table.ShouldContain("ip saddr 172.31.0.0/16 ip daddr 169.254.170.2 tcp dport 80 dnat to 172.31.0.1:4001");
        table.ShouldContain("ip daddr 169.254.170.2 tcp dport 80 dnat to 127.0.0.1:4002");
        table.ShouldContain("ip saddr 172.31.0.0/16 ip daddr 169.254.169.254 tcp dport 80 dnat to 172.31.0.1:4003");
    }
}
