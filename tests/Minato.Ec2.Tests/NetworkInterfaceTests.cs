using Minato.Contracts.Ec2;
using Minato.Ec2.Planning;

namespace Minato.Ec2.Tests;

public sealed class NetworkInterfaceTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Fact]
    public async Task Addresses_begin_after_the_four_reserved_ones_and_are_not_reused_at_once()
    {
        await using var world = await Ec2Fixture.StartAsync();
        var subnet = await world.SubnetAsync();
        var first = await world.InterfaceAsync(subnet.SubnetId ?? "");
        var bytes = (subnet.CidrBlock ?? "").Split('.', '/');
        first.PrivateIpAddress.ShouldBe($"172.31.{bytes[2]}.4");
        first.MacAddress.ShouldBe($"02:42:ac:1f:{int.Parse(bytes[2]):x2}:04");
        first.NetworkInterfaceId.ShouldNotBeNull().ShouldMatch("^eni-0[0-9a-f]{16}$");
        first.Groups.GetValueOrDefault()[0].GroupName.ShouldBe("default");
        await world.Ec2.DeleteNetworkInterfaceAsync(new() { NetworkInterfaceId = first.NetworkInterfaceId ?? "" }, world.Caller, None);
        (await world.InterfaceAsync(subnet.SubnetId ?? "")).PrivateIpAddress.ShouldBe($"172.31.{bytes[2]}.5");
    }

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    public async Task No_address_is_ever_handed_out_twice_and_a_full_subnet_says_so(int seed)
    {
        await using var world = await Ec2Fixture.StartAsync();
        var subnet = (await world.SubnetAsync()).SubnetId ?? "";
        var chance = new Random(seed);
        var live = new Dictionary<string, string>();
        for (var i = 0; i < 300; i++)
        {
            if (live.Count > 0 && chance.Next(3) == 0)
            {
                var (address, id) = live.ElementAt(chance.Next(live.Count));
                await world.Ec2.DeleteNetworkInterfaceAsync(new() { NetworkInterfaceId = id }, world.Caller, None);
                live.Remove(address);
            }
            else
            {
                var nic = await world.InterfaceAsync(subnet);
                live.TryAdd(nic.PrivateIpAddress ?? "", nic.NetworkInterfaceId ?? "").ShouldBeTrue();
            }
        }
        (await world.SubnetAsync()).AvailableIpAddressCount.ShouldBe(4091 - live.Count);
        var found = await world.Ec2.DescribeNetworkInterfacesAsync(new() { Filters = [new() { Name = "subnet-id", Values = [subnet] }] }, world.Caller, None);
        found.NetworkInterfaces.GetValueOrDefault().Select(n => n.PrivateIpAddress).ShouldBe(live.Keys, ignoreOrder: true);
    }

    [Fact]
    public void The_map_hands_out_every_address_once_around_the_cursor()
    {
        var pool = AddressMap.Empty(new("a", "r", "s"), 64) with { Next = 30 };
        var given = new List<int>();
        while (AddressMap.NextFree(pool) is { } offset)
        {
            given.Add(offset);
            pool = AddressMap.Take(pool, offset);
        }
        given.ShouldBe([.. Enumerable.Range(30, 33), .. Enumerable.Range(4, 26)]);
        pool = AddressMap.Release(pool, 17);
        AddressMap.NextFree(pool).ShouldBe(17);
        AddressMap.Release(pool, 17).Free.ShouldBe(1);
    }

    [Fact]
    public async Task An_address_asked_for_must_be_free_and_in_the_subnet()
    {
        await using var world = await Ec2Fixture.StartAsync();
        var subnet = await world.SubnetAsync();
        var prefix = (subnet.CidrBlock ?? "")[..^"0/20".Length];
        async Task<CreateNetworkInterfaceResponse> Ask(string address) =>
            await world.Ec2.CreateNetworkInterfaceAsync(new() { SubnetId = subnet.SubnetId ?? "", PrivateIpAddress = address }, world.Caller, None);
        (await Ask(prefix + "77")).NetworkInterface?.PrivateIpAddress.ShouldBe(prefix + "77");
        (await Ec2Fixture.RefusedAsync(Ask(prefix + "77"), "InvalidIPAddress.InUse")).Message.ShouldBe($"Address {prefix}77 is in use.");
        (await Ec2Fixture.RefusedAsync(Ask(prefix + "3"), "InvalidParameterValue")).Message.ShouldBe("Address is in subnet's reserved address range");
        await Ec2Fixture.RefusedAsync(Ask("10.1.1.1"), "InvalidParameterValue");
        await Ec2Fixture.RefusedAsync(world.InterfaceAsync("subnet-nowhere"), "InvalidSubnetID.NotFound");
    }

    [Fact]
    public async Task A_client_token_makes_creation_repeatable()
    {
        await using var world = await Ec2Fixture.StartAsync();
        var request = new CreateNetworkInterfaceRequest { SubnetId = (await world.SubnetAsync()).SubnetId ?? "", ClientToken = "once" };
        var one = await world.Ec2.CreateNetworkInterfaceAsync(request, world.Caller, None);
        var two = await world.Ec2.CreateNetworkInterfaceAsync(request, world.Caller, None);
        two.NetworkInterface?.NetworkInterfaceId.ShouldBe(one.NetworkInterface?.NetworkInterfaceId);
    }

    [Fact]
    public async Task What_is_deleted_is_not_found()
    {
        await using var world = await Ec2Fixture.StartAsync();
        var id = (await world.InterfaceAsync((await world.SubnetAsync()).SubnetId ?? "")).NetworkInterfaceId ?? "";
        await world.Ec2.DeleteNetworkInterfaceAsync(new() { NetworkInterfaceId = id }, world.Caller, None);
        var error = await Ec2Fixture.RefusedAsync(world.Ec2.DeleteNetworkInterfaceAsync(new() { NetworkInterfaceId = id }, world.Caller, None), "InvalidNetworkInterfaceID.NotFound");
        error.Message.ShouldBe($"The networkInterface ID '{id}' does not exist");
    }

    [Fact]
    public async Task Pages_follow_each_other_without_gap()
    {
        await using var world = await Ec2Fixture.StartAsync();
        var subnet = (await world.SubnetAsync()).SubnetId ?? "";
        var made = new List<string?>();
        for (var i = 0; i < 12; i++) made.Add((await world.InterfaceAsync(subnet)).NetworkInterfaceId);
        var seen = new List<string?>();
        string? token = null;
        do
        {
            var page = await world.Ec2.DescribeNetworkInterfacesAsync(new() { MaxResults = 5, NextToken = token }, world.Caller, None);
            seen.AddRange(page.NetworkInterfaces.GetValueOrDefault().Select(n => n.NetworkInterfaceId));
            token = page.NextToken;
        } while (token is not null);
        seen.ShouldBe(made.Order(StringComparer.Ordinal));
        await Ec2Fixture.RefusedAsync(world.Ec2.DescribeNetworkInterfacesAsync(new() { MaxResults = 5, NextToken = "made-up" }, world.Caller, None), "InvalidNextToken");
    }
}
