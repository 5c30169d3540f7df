using Microsoft.Extensions.DependencyInjection;
using Minato.Ec2.Reconcile;
using Minato.Ec2.State;
using Minato.Engines.Firewall;
using Minato.Engines.Simulated;

namespace Minato.Ec2.Tests;

/// <summary>Other installations on the same host, whose ranges and networks are theirs.</summary>
public sealed class NeighbourTests
{
    /// <summary>A name that the host knows once.</summary>
    private sealed class Claims(HashSet<string> host) : IRangeClaims
    {
        public bool TryClaim(string cidr) => host.Add(cidr);

        public void Release(string cidr) => host.Remove(cidr);
    }

    private static Action<IServiceCollection> On(HashSet<string> host) => s => s.AddSingleton<IRangeClaims>(new Claims(host));

    [Fact]
    public async Task Two_installations_do_not_choose_the_same_range_though_neither_has_a_network_yet()
    {
        var host = new HashSet<string>(StringComparer.Ordinal);
        await using var one = await Ec2Fixture.StartAsync(1, On(host));
        await using var other = await Ec2Fixture.StartAsync(2, On(host));
        (await one.VpcAsync()).CidrBlock.ShouldBe("172.31.0.0/16");
        (await other.VpcAsync()).CidrBlock.ShouldBe("172.16.0.0/16");
        (await other.VpcAsync(Ec2Fixture.CallerIn("eu-west-1"))).CidrBlock.ShouldBe("172.17.0.0/16");
    }

    [Fact]
    public async Task A_range_whose_vpc_is_gone_may_be_chosen_by_others()
    {
        var host = new HashSet<string>(StringComparer.Ordinal);
        await using var one = await Ec2Fixture.StartAsync(1, On(host));
        await one.VpcAsync();
        await one.Platform.ResetAsync(CancellationToken.None);
        await Ec2Fixture.EventuallyAsync(() => Task.FromResult(host.Count == 0));
        await using var other = await Ec2Fixture.StartAsync(2, On(host));
        (await other.VpcAsync()).CidrBlock.ShouldBe("172.31.0.0/16");
    }

    [Fact]
    public async Task A_range_is_free_as_soon_as_its_vpc_is_deleted()
    {
        await using var world = await Ec2Fixture.StartAsync();
        var vpc = await world.VpcAsync();
        var stored = world.State.All(Ec2Tables.Vpcs).Single();
        await world.Platform.ResetAsync(CancellationToken.None);
        var networks = world.Get<VpcNetworks>();
        networks.Keep(stored); // A reconciler that still saw it.
        networks.Claim([])?.ToString().ShouldBe(vpc.CidrBlock);
    }

    [Fact]
    public async Task What_another_has_made_in_a_range_of_ours_is_not_filtered()
    {
        var firewall = new SimFirewall();
        await using var world = await Ec2Fixture.StartAsync(1, s => s.AddSingleton<INetworkFirewall>(firewall));
        var vpc = await world.VpcAsync();
        await new SimContainerEngine(world.Host, "neighbour").EnsureNetworkAsync(new("theirs", vpc.CidrBlock ?? "", "172.31.0.1"), CancellationToken.None);
        await world.InterfaceAsync((await world.SubnetAsync()).SubnetId ?? "");
        await Ec2Fixture.EventuallyAsync(() => Task.FromResult(firewall.InForce is not null));
        firewall.InForce?.Networks.ShouldBeEmpty();
        firewall.Lets("172.31.0.9", "172.31.0.8", 80).ShouldBeTrue();
    }

    [Fact]
    public async Task A_vpc_that_nobody_is_in_has_no_rules_on_the_host()
    {
        var firewall = new SimFirewall();
        await using var world = await Ec2Fixture.StartAsync(1, s => s.AddSingleton<INetworkFirewall>(firewall));
        await world.VpcAsync(Ec2Fixture.CallerIn("eu-west-1"));
        var nic = await world.InterfaceAsync((await world.SubnetAsync()).SubnetId ?? "");
        await Ec2Fixture.EventuallyAsync(() => Task.FromResult(firewall.Knows(nic.PrivateIpAddress ?? "")));
        firewall.InForce?.Networks.ShouldHaveSingleItem().Name.ShouldBe(nic.VpcId);
    }
}
