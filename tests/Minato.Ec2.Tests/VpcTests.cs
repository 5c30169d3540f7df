using Minato.Contracts.Ec2;
using Minato.Ec2.Planning;
using Minato.Engines.Containers;

namespace Minato.Ec2.Tests;

public sealed class VpcTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Fact]
    public async Task Concurrent_first_calls_make_one_vpc_with_a_subnet_in_each_zone()
    {
        await using var world = await Ec2Fixture.StartAsync();
        var vpcs = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => Task.Run(() => world.VpcAsync())));
        vpcs.Select(v => v.VpcId).Distinct().Count().ShouldBe(1);
        vpcs[0].CidrBlock.ShouldBe("172.31.0.0/16");
        var subnets = (await world.Ec2.DescribeSubnetsAsync(new(), world.Caller, None)).Subnets.GetValueOrDefault();
        subnets.OrderBy(s => s.AvailabilityZone).Select(s => (s.AvailabilityZone, s.AvailabilityZoneId, s.CidrBlock, s.AvailableIpAddressCount)).ShouldBe(
        [
            ("us-east-1a", "use1-az1", "172.31.0.0/20", 4091),
            ("us-east-1b", "use1-az2", "172.31.16.0/20", 4091),
            ("us-east-1c", "use1-az3", "172.31.32.0/20", 4091),
        ]);
    }

    [Fact]
    public async Task Accounts_and_regions_have_vpcs_of_their_own_that_never_overlap()
    {
        await using var world = await Ec2Fixture.StartAsync();
        var one = await world.VpcAsync();
        var two = await world.VpcAsync(Ec2Fixture.CallerIn("eu-west-1"));
        var three = await world.VpcAsync(Ec2Fixture.CallerIn("us-east-1", "999999999999"));
        new[] { one.CidrBlock, two.CidrBlock, three.CidrBlock }.ShouldBe(["172.31.0.0/16", "172.16.0.0/16", "172.17.0.0/16"]);
        var stranger = await Ec2Fixture.RefusedAsync(
            world.Ec2.DescribeVpcsAsync(new() { VpcIds = [one.VpcId ?? ""] }, Ec2Fixture.CallerIn("eu-west-1"), None), "InvalidVpcID.NotFound");
        stranger.Message.ShouldBe($"The vpc ID '{one.VpcId}' does not exist");
    }

    [Fact]
    public async Task The_vpc_leaves_out_ranges_the_host_uses()
    {
        await using var world = await Ec2Fixture.StartAsync();
        await world.Engine.EnsureNetworkAsync(new("strange", "172.31.4.0/24", "172.31.4.1"), None);
        await world.Engine.EnsureNetworkAsync(new("stranger", "172.16.0.0/15", "172.16.0.1"), None);
        (await world.VpcAsync()).CidrBlock.ShouldBe("172.18.0.0/16");
    }

    [Fact]
    public async Task An_engine_that_is_away_does_not_hold_up_the_vpc()
    {
        await using var world = await Ec2Fixture.StartAsync();
        world.Host.Faults.EngineAway(TimeSpan.FromHours(1));
        (await world.VpcAsync()).CidrBlock.ShouldBe("172.31.0.0/16");
    }

    [Fact]
    public async Task Reset_takes_the_networks_of_vpcs_with_it()
    {
        await using var world = await Ec2Fixture.StartAsync();
        var vpc = await world.VpcAsync();
        (await world.Engine.EnsureNetworkAsync(new(vpc.VpcId ?? "", vpc.CidrBlock ?? "", "172.31.0.1"), None)).ShouldBeOfType<NetworkOutcome.Ready>();
        (await world.Engine.UsedRangesAsync(None)).ShouldContain("172.31.0.0/16");
        await world.Platform.ResetAsync(None);
        (await world.Engine.UsedRangesAsync(None)).ShouldNotContain("172.31.0.0/16");
        (await world.VpcAsync()).VpcId.ShouldNotBe(vpc.VpcId);
    }

    [Theory]
    [InlineData(new string[0], "172.31.0.0/16")]
    [InlineData(new[] { "0.0.0.0/0", "fe80::/64", "192.168.1.0/24" }, "172.31.0.0/16")]
    [InlineData(new[] { "172.31.255.0/24" }, "172.16.0.0/16")]
    [InlineData(new[] { "172.16.0.0/12" }, "10.0.0.0/16")]
    [InlineData(new[] { "172.16.0.0/12", "10.0.0.0/9" }, "10.128.0.0/16")]
    [InlineData(new[] { "172.16.0.0/12", "10.0.0.0/8" }, null)]
    public void A_range_is_the_first_that_nobody_has(string[] used, string? range) => VpcRanges.Choose(used)?.ToString().ShouldBe(range);

    [Theory]
    [InlineData("us-east-1", "use1-az1")]
    [InlineData("ap-southeast-2", "apse2-az1")]
    [InlineData("eu-central-1", "euc1-az1")]
    [InlineData("us-gov-west-1", "usgw1-az1")]
    [InlineData("mars", "mars-az1")]
    public void Zone_ids_follow_the_region(string region, string zone) => Places.ZoneId(region, 1).ShouldBe(zone);

    [Fact]
    public async Task Filters_compare_with_wildcards_and_unknown_ones_are_refused()
    {
        await using var world = await Ec2Fixture.StartAsync();
        async Task<int> Count(string name, params string[] values) => (await world.Ec2.DescribeSubnetsAsync(
            new() { Filters = [new Filter { Name = name, Values = [.. values] }] }, world.Caller, None)).Subnets?.Length ?? -1;
        (await Count("availability-zone", "us-east-1a", "us-east-1b")).ShouldBe(2);
        (await Count("availability-zone", "*-1?")).ShouldBe(3);
        (await Count("tag:Name", "x")).ShouldBe(0);
        (await Count("default-for-az", "false")).ShouldBe(0);
        (await Ec2Fixture.RefusedAsync(Count("colour", "x"), "InvalidParameterValue")).Message.ShouldBe("The filter 'colour' is invalid");
    }

    [Fact]
    public async Task This_host_is_the_one_instance_and_keeps_its_id()
    {
        await using var world = await Ec2Fixture.StartAsync();
        async Task<Instance> Host() => (await world.Ec2.DescribeInstancesAsync(new(), world.Caller, None)).Reservations?[0].Instances?[0] ?? throw new InvalidOperationException();
        var host = await Host();
        host.PrivateIpAddress.ShouldBe("127.0.0.1");
        host.InstanceId.ShouldNotBeNull().ShouldMatch("^i-0[0-9a-f]{16}$");
        await world.Platform.ResetAsync(None);
        (await Host()).InstanceId.ShouldBe(host.InstanceId);
        await Ec2Fixture.RefusedAsync(world.Ec2.DescribeInstancesAsync(new() { InstanceIds = ["i-00000000000000000"] }, world.Caller, None), "InvalidInstanceID.NotFound");
    }
}
