using System.Collections.Immutable;
using Minato.Contracts.Ec2;
using Minato.Ec2.Planning;
using Minato.Engines.Simulated;

namespace Minato.Ec2.Tests;

/// <summary>Ranges under one name, and the rules that say it.</summary>
public sealed class PrefixListTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    private static async Task<ManagedPrefixList> MakeAsync(Ec2Fixture world, int most, params string[] cidrs) => (await world.Ec2.CreateManagedPrefixListAsync(new()
    {
        PrefixListName = "offices", AddressFamily = "IPv4", MaxEntries = most, Entries = [.. cidrs.Select(c => new AddPrefixListEntry { Cidr = c })],
        TagSpecifications = [new() { ResourceType = "prefix-list", Tags = [new() { Key = "a", Value = "b" }] }],
    }, world.Caller, None)).PrefixList ?? new();

    private static async Task<IEnumerable<string?>> EntriesAsync(Ec2Fixture world, string? list) =>
        (await world.Ec2.GetManagedPrefixListEntriesAsync(new() { PrefixListId = list ?? "" }, world.Caller, None)).Entries?.Select(e => e.Cidr) ?? [];

    private static Task<ModifyManagedPrefixListResponse> ChangeAsync(Ec2Fixture world, string? list, long? version, string? more = null, string? gone = null, int? most = null) =>
        world.Ec2.ModifyManagedPrefixListAsync(new()
        {
            PrefixListId = list ?? "", CurrentVersion = version, MaxEntries = most, AddEntries = more is null ? null : [new() { Cidr = more, Description = "new" }], RemoveEntries = gone is null ? null : [new() { Cidr = gone }],
        }, world.Caller, None);

    [Fact]
    public async Task A_list_has_a_version_that_each_change_of_its_entries_raises()
    {
        await using var world = await Ec2Fixture.StartAsync();
        var made = await MakeAsync(world, 3, "10.1.2.3/8", "192.0.2.0/24");
        (made.State, made.Version, made.MaxEntries, made.Tags?[0].Value, made.OwnerId).ShouldBe((PrefixListState.CreateComplete, 1, 3, "b", "123456789012"));
        var id = made.PrefixListId;
        (await EntriesAsync(world, id)).ShouldBe(["10.0.0.0/8", "192.0.2.0/24"]);
        var now = (await ChangeAsync(world, id, 1, more: "198.51.100.0/24", gone: "10.0.0.0/8")).PrefixList;
        (now?.State, now?.Version).ShouldBe((PrefixListState.ModifyComplete, 2));
        (await EntriesAsync(world, id)).ShouldBe(["192.0.2.0/24", "198.51.100.0/24"]);
        (await Ec2Fixture.RefusedAsync(ChangeAsync(world, id, 1, more: "203.0.113.0/24"), "PrefixListVersionMismatch")).Message.ShouldBe("The prefix list has the incorrect version number.");
        (await Ec2Fixture.RefusedAsync(ChangeAsync(world, id, 2, more: "203.0.113.0/24", most: 9), "InvalidParameterCombination"))
            .Message.ShouldBe("You cannot modify the entries and the maximum entries for the prefix list in the same request.");
        (await Ec2Fixture.RefusedAsync(ChangeAsync(world, id, 2, more: "198.51.100.0/24"), "InvalidPrefixListModification"))
            .Message.ShouldBe("An entry with the CIDR (198.51.100.0/24) and description (new) already exists.");
        await Ec2Fixture.RefusedAsync(ChangeAsync(world, id, 2, most: 1), "PrefixListMaxEntriesExceeded");
        await Ec2Fixture.RefusedAsync(ChangeAsync(world, id, 2, gone: "10.0.0.0/8"), "InvalidPrefixListModification");
        (await world.Ec2.DescribeManagedPrefixListsAsync(new() { Filters = [new() { Name = "owner-id", Values = ["123456789012"] }] }, world.Caller, None)).PrefixLists?.Single().PrefixListId.ShouldBe(id);
        await world.Ec2.DeleteManagedPrefixListAsync(new() { PrefixListId = id ?? "" }, world.Caller, None);
        await Ec2Fixture.RefusedAsync(EntriesAsync(world, id), "InvalidPrefixListID.NotFound");
        (await world.Ec2.DescribeTagsAsync(new(), world.Caller, None)).Tags.GetValueOrDefault().ShouldBeEmpty();
    }

    [Fact]
    public async Task A_rule_that_names_a_list_lets_its_ranges_in_and_those_that_come_later()
    {
        await using var world = await Ec2Fixture.StartAsync();
        var list = await MakeAsync(world, 2, "172.31.0.0/20");
        var group = (await world.Ec2.CreateSecurityGroupAsync(new() { GroupName = "web", Description = "web" }, world.Caller, None)).GroupId ?? "";
        await world.Ec2.AuthorizeSecurityGroupIngressAsync(new()
        {
            GroupId = group, IpPermissions = [new() { IpProtocol = "tcp", FromPort = 80, ToPort = 80, PrefixListIds = [new() { PrefixListIdValue = list.PrefixListId }] }],
        }, world.Caller, None);
        var subnets = (await world.Ec2.DescribeSubnetsAsync(new(), world.Caller, None)).Subnets.GetValueOrDefault().OrderBy(s => s.AvailabilityZone).ToList();
        var server = (await world.Ec2.CreateNetworkInterfaceAsync(new() { SubnetId = subnets[2].SubnetId ?? "", Groups = [group] }, world.Caller, None)).NetworkInterface?.PrivateIpAddress ?? "";
        var (near, far) = ((await world.InterfaceAsync(subnets[0].SubnetId ?? "")).PrivateIpAddress ?? "", (await world.InterfaceAsync(subnets[1].SubnetId ?? "")).PrivateIpAddress ?? "");
        (await LetsAsync(near), await LetsAsync(far)).ShouldBe((true, false));
        await ChangeAsync(world, list.PrefixListId, 1, more: "172.31.16.0/20");
        (await LetsAsync(far)).ShouldBeTrue();
        await Ec2Fixture.RefusedAsync(world.Ec2.DeleteManagedPrefixListAsync(new() { PrefixListId = list.PrefixListId ?? "" }, world.Caller, None), "DependencyViolation");

        async Task<bool> LetsAsync(string client)
        {
            var firewall = new SimFirewall();
            await firewall.ApplyAsync(FirewallPlanner.Plan(world.State), None);
            return firewall.Lets(client, server, 80);
        }
    }

    [Fact]
    public async Task A_list_counts_as_so_many_rules_as_it_may_hold()
    {
        await using var world = await Ec2Fixture.StartAsync();
        var list = await MakeAsync(world, 150);
        var group = (await world.Ec2.CreateSecurityGroupAsync(new() { GroupName = "web", Description = "web" }, world.Caller, None)).GroupId ?? "";
        Task AllowAsync(int port) => world.Ec2.AuthorizeSecurityGroupIngressAsync(new()
        {
            GroupId = group, IpPermissions = [new() { IpProtocol = "tcp", FromPort = port, ToPort = port, PrefixListIds = [new() { PrefixListIdValue = list.PrefixListId }] }],
        }, world.Caller, None);
        await AllowAsync(80);
        await Ec2Fixture.RefusedAsync(AllowAsync(81), "RulesPerSecurityGroupLimitExceeded");
        await Ec2Fixture.RefusedAsync(ChangeAsync(world, list.PrefixListId, null, most: 201), "RulesPerSecurityGroupLimitExceeded");
        await ChangeAsync(world, list.PrefixListId, null, most: 100);
        await AllowAsync(81);
    }

    [Theory]
    [InlineData("IPv5", 1, "10.0.0.0/8")]
    [InlineData("IPv4", 0, "10.0.0.0/8")]
    [InlineData("IPv4", 1, "2001:db8::/32")]
    [InlineData("IPv6", 1, "10.0.0.0/8")]
    public async Task A_list_that_cannot_be_is_refused(string family, int most, string cidr)
    {
        await using var world = await Ec2Fixture.StartAsync();
        await Ec2Fixture.RefusedAsync(world.Ec2.CreateManagedPrefixListAsync(
            new() { PrefixListName = "x", AddressFamily = family, MaxEntries = most, Entries = [new() { Cidr = cidr }] }, world.Caller, None), "InvalidParameterValue");
    }
}
