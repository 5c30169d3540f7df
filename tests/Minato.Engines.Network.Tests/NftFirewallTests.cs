using Minato.Engines.Firewall;

namespace Minato.Engines.Network.Tests;

/// <summary>Real packets between namespaces on the bridges of two VPCs. Needs root, nftables and a Docker Engine.</summary>
[Trait("Floor", "engine")]
public sealed class NftFirewallTests : IAsyncLifetime
{
    private readonly string _id = "t" + Guid.NewGuid().ToString("N")[..7];
    private readonly int _block = Random.Shared.Next(0, 250);
    private readonly NftFirewall _firewall;
    private BridgeLab _one = null!, _two = null!;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    public NftFirewallTests() => _firewall = new(new() { InstallationId = _id });

    private string Web => _one.Address(10);
    private string Other => _one.Address(11);
    private string Balancer => _one.Address(5);
    private string Stranger => _two.Address(10);

    public async ValueTask InitializeAsync()
    {
        Assert.SkipUnless(Environment.IsPrivilegedProcess && File.Exists("/usr/sbin/nft") && File.Exists("/var/run/docker.sock"), "Needs root, nftables and Docker.");
        _one = await BridgeLab.MakeAsync(_id, $"{_id}a", $"10.251.{_block}", Ct);
        _two = await BridgeLab.MakeAsync(_id, $"{_id}b", $"10.252.{_block}", Ct);
        await _one.AddHostAsync(10, Ct);
        await _one.AddHostAsync(11, Ct);
        await _two.AddHostAsync(10, Ct);
    }

    public async ValueTask DisposeAsync()
    {
        await _firewall.RemoveAsync(CancellationToken.None);
        _firewall.Dispose();
        if (_one is not null) await _one.DisposeAsync();
        if (_two is not null) await _two.DisposeAsync();
        (await Shell.RunAsync("nft list tables", CancellationToken.None)).Output.ShouldNotContain(_id);
    }

    private static FirewallRule In(int port, string? range = null, string? group = null) => new(false, "tcp", port, port, range, group);

    private static readonly FirewallRule s_out = new(true, "-1", null, null, "0.0.0.0/0", null);

    private async Task ApplyAsync(
        FirewallRule[] web, FirewallRule[]? other = null, FirewallWay[]? ways = null, string? publicAddress = null, FirewallSubnet[]? subnets = null) =>
        (await _firewall.ApplyAsync(new()
        {
            Networks =
            [
                new(_one.Name, _one.Address(1), [_one.Range],
                [
                    new(Web, ["sg-web"]) { Ways = [.. ways ?? []], PublicAddress = publicAddress }, new(Other, ["sg-other"]), new(Balancer, ["sg-lb"]) { IsOfHost = true },
                ]) { Subnets = [.. subnets ?? []], Resolver = _one.Address(2) },
                new(_two.Name, _two.Address(1), [_two.Range], [new(Stranger, ["sg-web"]) { Ways = [FirewallWay.Anywhere] }]),
            ],
            Groups = [new("sg-web", [.. web]), new("sg-other", [.. other ?? [s_out]]), new("sg-lb", [s_out])],
        }, Ct)).ShouldBeOfType<FirewallOutcome.Applied>();

    [Fact]
    public async Task A_closed_port_times_out_and_an_open_one_answers_its_peers_alone()
    {
        await using var server = await _one.ServeAsync(10, 8080, Ct);
        await ApplyAsync([s_out]);
        (await _one.ConnectAsync(11, Web, 8080, Ct)).ShouldBe("timed out", "dropped, not refused");
        (await BridgeLab.ConnectFromHostAsync(Web, 8080, Balancer, Ct)).ShouldBe("timed out");
        await ApplyAsync([s_out, In(8080, group: "sg-lb")]);
        (await BridgeLab.ConnectFromHostAsync(Web, 8080, Balancer, Ct)).ShouldBe("connected");
        (await BridgeLab.ConnectFromHostAsync(Web, 8080, null, Ct)).ShouldBe("timed out", "the host itself is in no group");
        (await _one.ConnectAsync(11, Web, 8080, Ct)).ShouldBe("timed out");
        await ApplyAsync([s_out, In(8080, range: _one.Range)]);
        (await _one.ConnectAsync(11, Web, 8080, Ct)).ShouldBe("connected");
        (await BridgeLab.ConnectFromHostAsync(Web, 8080, null, Ct)).ShouldBe("connected");
        (await _one.ConnectAsync(11, Web, 8081, Ct)).ShouldBe("timed out");
    }

    [Fact]
    public async Task Leaving_needs_a_rule_and_vpcs_never_meet()
    {
        await using var server = await _one.ServeAsync(10, 8080, Ct);
        await ApplyAsync([s_out, In(8080, range: "0.0.0.0/0")], other: []);
        (await _one.ConnectAsync(11, Web, 8080, Ct)).ShouldBe("timed out");
        (await _two.ConnectAsync(10, Web, 8080, Ct)).ShouldBe("timed out");
        await ApplyAsync([s_out, In(8080, range: "0.0.0.0/0")], other: [new(true, "tcp", 8080, 8080, null, "sg-web")]);
        (await _one.ConnectAsync(11, Web, 8080, Ct)).ShouldBe("connected");
    }

    [Fact]
    public async Task A_private_subnet_has_no_way_out_and_a_public_address_is_a_way_in()
    {
        // An address of the host that is in no VPC stands for the internet.
        await using var internet = await BridgeLab.ServeOnHostAsync(Ct);
        await using var server = await _one.ServeAsync(10, 8080, Ct);
        const string Public = "198.19.255.77";
        await ApplyAsync([s_out, In(8080, range: "0.0.0.0/0")]);
        (await _one.ConnectAsync(10, internet.Address, internet.Port, Ct)).ShouldBe("timed out");
        await ApplyAsync([s_out, In(8080, range: "0.0.0.0/0")], ways: [FirewallWay.Anywhere], publicAddress: Public);
        (await _one.ConnectAsync(10, internet.Address, internet.Port, Ct)).ShouldBe("connected");
        (await BridgeLab.ConnectFromHostAsync(Public, 8080, null, Ct)).ShouldBe("connected");
    }

    [Fact]
    public async Task Of_the_routes_out_the_one_with_the_longest_prefix_decides()
    {
        await using var internet = await BridgeLab.ServeOnHostAsync(Ct);
        FirewallWay closed = new($"{internet.Address}/32", false), open = closed with { IsOpen = true };
        async Task<string> AskAsync(params FirewallWay[] ways)
        {
            await ApplyAsync([s_out], ways: ways);
            return await _one.ConnectAsync(10, internet.Address, internet.Port, Ct);
        }
        (await AskAsync(closed, FirewallWay.Anywhere)).ShouldBe("timed out");
        (await AskAsync(open, new("0.0.0.0/0", false))).ShouldBe("connected");
        (await AskAsync(new FirewallWay("203.0.113.0/24", true))).ShouldBe("timed out", "no route leads there");
        (await AskAsync(new FirewallWay("0.0.0.0/1", true), new FirewallWay("128.0.0.0/1", true))).ShouldBe("connected", "two halves are all the world");
    }

    [Fact]
    public async Task A_rule_for_icmp_opens_its_type_and_code_alone()
    {
        async Task<int> PingAsync(int? type, int? code)
        {
            await ApplyAsync([s_out, new(false, "icmp", type, code, "0.0.0.0/0", null)]);
            return (await Shell.RunAsync($"timeout 3 busybox ping -c 1 -W 1 {Web}", Ct)).Code;
        }
        (await PingAsync(8, 0)).ShouldBe(0);
        (await PingAsync(8, -1)).ShouldBe(0);
        (await PingAsync(-1, -1)).ShouldBe(0);
        (await PingAsync(8, 1)).ShouldNotBe(0);
        (await PingAsync(13, 0)).ShouldNotBe(0);
    }

    [Fact]
    public async Task Rules_that_are_in_force_already_are_not_written_again()
    {
        await ApplyAsync([s_out, In(8080, range: "0.0.0.0/0")]);
        var before = await HandleAsync();
        await ApplyAsync([s_out, In(8080, range: "0.0.0.0/0")]);
        (await HandleAsync()).ShouldBe(before);
        await ApplyAsync([s_out]);
        (await HandleAsync()).ShouldNotBe(before);

        // The kernel numbers what it is given.
        async Task<string> HandleAsync() => (await Shell.RunAsync($"nft -a list table ip minato_{_id}_vpc | head -1", Ct)).Output;
    }

    [Fact]
    public async Task A_network_acl_judges_each_packet_that_crosses_the_border_of_a_subnet_and_replies_too()
    {
        await using var server = await _one.ServeAsync(10, 8080, Ct);
        FirewallRule[] open = [s_out, In(8080, range: "0.0.0.0/0")];
        FirewallAclEntry allIn = new(false, true, "-1", null, null, "0.0.0.0/0"), allOut = allIn with { IsEgress = true };
        FirewallAclEntry web = new(false, true, "6", 8080, 8080, "0.0.0.0/0"), replies = new(true, true, "6", 1024, 65535, "0.0.0.0/0");
        async Task<string> AskAsync(params FirewallAclEntry[] entries)
        {
            await ApplyAsync(open, subnets: [new($"{Web}/32", [.. entries])]); // The web server alone in a subnet.
            return await _one.ConnectAsync(11, Web, 8080, Ct);
        }
        (await AskAsync(allIn, allOut)).ShouldBe("connected");
        (await AskAsync(web, replies)).ShouldBe("connected");
        (await AskAsync(web)).ShouldBe("timed out", "no entry lets replies out");
        (await AskAsync(web with { IsAllowed = false }, allIn, allOut)).ShouldBe("timed out", "the first that matches decides");
        (await AskAsync(allIn with { Range = $"{_two.Range}" }, allOut)).ShouldBe("timed out", "the peer is somebody else");
        (await AskAsync(new(false, true, "1", 8, -1, "0.0.0.0/0"), new(false, true, "17", null, null, "0.0.0.0/0"), web, replies)).ShouldBe("connected");
        await ApplyAsync(open, subnets: [new(_one.Range, [])]);
        (await _one.ConnectAsync(11, Web, 8080, Ct)).ShouldBe("connected", "within a subnet no border is crossed");
    }

    [Fact]
    public async Task The_host_has_the_address_of_the_resolver()
    {
        await ApplyAsync([s_out]);
        (await Shell.RunAsync($"ip -4 address show to {_one.Address(2)}/32", Ct)).Output.ShouldContain(_one.Address(2));
        (await _firewall.IsIntactAsync(Ct)).ShouldBeTrue();
    }

    [Fact]
    public async Task What_somebody_flushed_is_seen_and_comes_back()
    {
        await using var server = await _one.ServeAsync(10, 8080, Ct);
        await ApplyAsync([s_out]);
        (await _firewall.IsIntactAsync(Ct)).ShouldBeTrue();
        (await Shell.RunAsync($"nft flush table ip minato_{_id}_vpc", Ct)).Code.ShouldBe(0);
        (await _one.ConnectAsync(11, Web, 8080, Ct)).ShouldBe("connected");
        (await _firewall.IsIntactAsync(Ct)).ShouldBeFalse();
        await ApplyAsync([s_out]);
        (await _firewall.IsIntactAsync(Ct)).ShouldBeTrue();
        (await _one.ConnectAsync(11, Web, 8080, Ct)).ShouldBe("timed out");
    }

    [Fact]
    public async Task Another_installation_that_calls_the_same_range_its_own_leaves_the_packets_and_addresses_of_this_one_alone()
    {
        await ApplyAsync([In(8080, "0.0.0.0/0")]);
        await using var serving = await _one.ServeAsync(10, 8080, Ct);
        using var other = new NftFirewall(new() { InstallationId = _id + "o" });
        (await other.ApplyAsync(new() { Networks = [new(_one.Name, _one.Address(1), [_one.Range], [])] }, Ct)).ShouldBeOfType<FirewallOutcome.Applied>();
        try
        {
            (await _one.ConnectAsync(11, Web, 8080, Ct)).ShouldBe("connected");
            (await BridgeLab.ConnectFromHostAsync(Web, 8080, Balancer, Ct)).ShouldBe("connected");
            (await other.IsIntactAsync(Ct)).ShouldBeTrue();
        }
        finally
        {
            await other.RemoveAsync(Ct);
        }
    }

    [Fact]
    public async Task An_address_that_somebody_took_from_a_bridge_is_seen_and_comes_back()
    {
        await ApplyAsync([s_out]);
        (await _firewall.IsIntactAsync(Ct)).ShouldBeTrue();
        await Shell.DemandAsync($"ip address del {Balancer}/32 dev {_one.Bridge}", Ct);
        (await _firewall.IsIntactAsync(Ct)).ShouldBeFalse();
        await ApplyAsync([s_out]);
        (await _firewall.IsIntactAsync(Ct)).ShouldBeTrue();
        (await Shell.RunAsync($"ip -4 address show to {Balancer}/32", Ct)).Output.ShouldContain(Balancer);
    }

    [Fact]
    public async Task Addresses_of_load_balancers_come_and_go_and_a_host_without_nft_says_so()
    {
        await ApplyAsync([s_out]);
        (await Shell.RunAsync($"ip -4 address show to {Balancer}/32", Ct)).Output.ShouldContain(Balancer);
        (await _firewall.ApplyAsync(new() { Networks = [new(_one.Name, _one.Address(1), [_one.Range], [])] }, Ct)).ShouldBeOfType<FirewallOutcome.Applied>();
        (await Shell.RunAsync($"ip -4 address show to {Balancer}/32", Ct)).Output.ShouldNotContain(Balancer);
        using var without = new NftFirewall(new() { InstallationId = _id, Nft = "/nowhere/nft" });
        (await without.ApplyAsync(new() { Networks = [new(_one.Name, _one.Address(1), [_one.Range], [])] }, Ct))
            .ShouldBeOfType<FirewallOutcome.Refused>().Reason.ShouldContain("install nftables");
    }
}
