using System.Collections.Immutable;
using Minato.Contracts.Ec2;

namespace Minato.Ec2.Tests;

/// <summary>What rules of security groups and network ACLs may say.</summary>
public sealed class RuleTests
{
    private static readonly CancellationToken None = CancellationToken.None;
    private const string Letters = "from the following set:  a-zA-Z0-9. _-:/()#,@[]+=&;{}!$*";

    private static IpPermission Of(string? protocol, int? from, int? to, string range = "10.0.0.0/8") =>
        new() { IpProtocol = protocol, FromPort = from, ToPort = to, IpRanges = [new() { CidrIp = range }] };

    private static async Task<string> GroupAsync(Ec2Fixture world, string name = "web", string? vpc = null) =>
        (await world.Ec2.CreateSecurityGroupAsync(new() { GroupName = name, Description = name, VpcId = vpc }, world.Caller, None)).GroupId ?? "";

    private static async Task<ImmutableArray<SecurityGroupRule>> AllowAsync(Ec2Fixture world, string group, params IpPermission[] permissions) =>
        (await world.Ec2.AuthorizeSecurityGroupIngressAsync(new() { GroupId = group, IpPermissions = [.. permissions] }, world.Caller, None)).SecurityGroupRules ?? [];

    private static async Task<ImmutableArray<IpPermission>> ShownAsync(Ec2Fixture world, string group) =>
        (await world.Ec2.DescribeSecurityGroupsAsync(new() { GroupIds = [group] }, world.Caller, None)).SecurityGroups?[0].IpPermissions ?? [];

    [Theory]
    [InlineData("foo", 1, 1, "Invalid value 'foo' for IP protocol. Unknown protocol.")]
    [InlineData("all", null, null, "Invalid value 'all' for IP protocol. Unknown protocol.")]
    [InlineData("256", null, null, "Invalid value '256' for IP protocol. Unknown protocol.")]
    [InlineData("tcp", 80, null, "Invalid value 'Must specify both from and to ports with TCP/UDP.' for portRange.")]
    [InlineData("udp", -1, -1, "TCP/UDP (from) port (-1) out of range")]
    [InlineData("tcp", 80, 65536, "TCP/UDP (to) port (65536) out of range")]
    [InlineData("tcp", 81, 80, "Invalid TCP/UDP port range (81:80)")]
    [InlineData("icmp", null, null, "Invalid value 'Must specify both from and to ports with ICMP.' for portRange.")]
    [InlineData("icmp", 8, 256, "ICMP code (256) out of range")]
    [InlineData("icmp", 300, -1, "ICMP type (300) out of range")]
    public async Task A_rule_that_no_packet_can_be_held_against_is_refused(string protocol, int? from, int? to, string message)
    {
        await using var world = await Ec2Fixture.StartAsync();
        var group = await GroupAsync(world);
        (await Ec2Fixture.RefusedAsync(AllowAsync(world, group, Of(protocol, from, to)), "InvalidParameterValue")).Message.ShouldBe(message);
    }

    [Fact]
    public async Task Protocols_are_names_or_numbers_and_ranges_are_kept_without_the_bits_of_a_host()
    {
        await using var world = await Ec2Fixture.StartAsync();
        var group = await GroupAsync(world);
        await AllowAsync(world, group, Of("6", 80, 80, "10.1.2.3/8"), Of("50", null, null), Of("1", 8, -1));
        var v6 = Of("tcp", 443, 443) with { IpRanges = null, Ipv6Ranges = [new() { CidrIpv6 = "2001:DB8:0:1::5/32" }] };
        (await AllowAsync(world, group, v6))[0].CidrIpv6.ShouldBe("2001:db8::/32");
        (await ShownAsync(world, group)).Select(p => (p.IpProtocol, p.FromPort, p.IpRanges?.FirstOrDefault()?.CidrIp)).ShouldBe(
            [("tcp", 80, "10.0.0.0/8"), ("50", null, "10.0.0.0/8"), ("icmp", 8, "10.0.0.0/8"), ("tcp", 443, null)]);
        foreach (var range in new[] { "10.0.0.0", "10.0.0.0/33", "::/0", "anywhere" })
            (await Ec2Fixture.RefusedAsync(AllowAsync(world, group, Of("tcp", 1, 1, range)), "InvalidParameterValue")).Message.ShouldBe($"CIDR block {range} is malformed");
        (await Ec2Fixture.RefusedAsync(AllowAsync(world, group, v6 with { Ipv6Ranges = [new() { CidrIpv6 = "10.0.0.0/8" }] }), "InvalidParameterValue"))
            .Message.ShouldBe("CIDR block 10.0.0.0/8 is malformed");
    }

    [Fact]
    public async Task The_same_rule_twice_in_one_request_is_another_mistake_than_one_that_is_there()
    {
        await using var world = await Ec2Fixture.StartAsync();
        var group = await GroupAsync(world);
        (await Ec2Fixture.RefusedAsync(AllowAsync(world, group, Of("tcp", 80, 80), Of("6", 80, 80)), "InvalidParameterValue"))
            .Message.ShouldBe("The same permission must not appear multiple times");
        await AllowAsync(world, group, Of("tcp", 80, 80));
        await Ec2Fixture.RefusedAsync(AllowAsync(world, group, Of("tcp", 80, 80)), "InvalidPermission.Duplicate");
    }

    [Fact]
    public async Task A_rule_names_groups_of_its_own_vpc_and_lists_that_are_there()
    {
        await using var world = await Ec2Fixture.StartAsync();
        var vpc = (await world.Ec2.CreateVpcAsync(new() { CidrBlock = "10.0.0.0/16" }, world.Caller, None)).Vpc?.VpcId ?? "";
        var (group, stranger) = (await GroupAsync(world), await GroupAsync(world, "other", vpc));
        IpPermission From(string id) => new() { IpProtocol = "-1", UserIdGroupPairs = [new() { GroupId = id }] };
        (await Ec2Fixture.RefusedAsync(AllowAsync(world, group, From(stranger)), "InvalidGroup.NotFound"))
            .Message.ShouldBe("You have specified two resources that belong to different networks.");
        (await Ec2Fixture.RefusedAsync(AllowAsync(world, group, From("sg-0")), "InvalidGroup.NotFound")).Message.ShouldBe("The security group 'sg-0' does not exist");
        await AllowAsync(world, group, From(group));
        (await Ec2Fixture.RefusedAsync(AllowAsync(world, group, new IpPermission { IpProtocol = "-1", PrefixListIds = [new() { PrefixListIdValue = "pl-0" }] }), "InvalidPrefixListID.NotFound"))
            .Message.ShouldBe("The prefix list ID 'pl-0' does not exist");
    }

    [Fact]
    public async Task A_group_has_so_many_rules_in_each_direction_and_no_more()
    {
        await using var world = await Ec2Fixture.StartAsync();
        var group = await GroupAsync(world);
        await AllowAsync(world, group, [.. Enumerable.Range(1, 200).Select(i => Of("tcp", i, i))]);
        (await Ec2Fixture.RefusedAsync(AllowAsync(world, group, Of("tcp", 201, 201)), "RulesPerSecurityGroupLimitExceeded"))
            .Message.ShouldBe("The maximum number of rules per security group has been reached.");
        await AllowAsync(world, group, Of("tcp", 201, 201) with { IpRanges = null, Ipv6Ranges = [new() { CidrIpv6 = "::/0" }] });
        await world.Ec2.AuthorizeSecurityGroupEgressAsync(new() { GroupId = group, IpPermissions = [Of("tcp", 1, 1)] }, world.Caller, None);
    }

    [Fact]
    public async Task Descriptions_and_names_have_the_letters_of_AWS()
    {
        await using var world = await Ec2Fixture.StartAsync();
        var group = await GroupAsync(world);
        var rule = Of("tcp", 80, 80) with { IpRanges = [new() { CidrIp = "10.0.0.0/8", Description = "Let's go" }] };
        (await Ec2Fixture.RefusedAsync(AllowAsync(world, group, rule), "InvalidParameterValue")).Message.ShouldBe($"Invalid rule description. Valid descriptions are strings less than 256 characters {Letters}");
        Task MakeAsync(string name, string description) => world.Ec2.CreateSecurityGroupAsync(new() { GroupName = name, Description = description }, world.Caller, None);
        (await Ec2Fixture.RefusedAsync(MakeAsync("a", "app's"), "InvalidParameterValue")).Message.ShouldBe($"Invalid security group description. Valid descriptions are strings less than 256 characters {Letters}");
        (await Ec2Fixture.RefusedAsync(MakeAsync("a", "港"), "InvalidParameterValue")).Message.ShouldBe("Value (港) for parameter GroupDescription is invalid. Character sets beyond ASCII are not supported.");
        await Ec2Fixture.RefusedAsync(MakeAsync(new string('a', 256), "a"), "InvalidParameterValue");
    }

    [Fact]
    public async Task Groups_are_found_by_what_their_rules_say()
    {
        await using var world = await Ec2Fixture.StartAsync();
        var group = await GroupAsync(world);
        await AllowAsync(world, group, Of("tcp", 8080, 8081), Of("tcp", 443, 443) with { IpRanges = null, Ipv6Ranges = [new() { CidrIpv6 = "2001:db8::/32" }] });
        await world.Ec2.AuthorizeSecurityGroupEgressAsync(new() { GroupId = group, IpPermissions = [Of("udp", 53, 53)] }, world.Caller, None);
        async Task<IEnumerable<string?>> By(string name, string value) => (await world.Ec2.DescribeSecurityGroupsAsync(
            new() { Filters = [new() { Name = name, Values = [value] }] }, world.Caller, None)).SecurityGroups?.Select(g => g.GroupId) ?? [];
        (await By("ip-permission.to-port", "8081")).ShouldBe([group]);
        (await By("ip-permission.ipv6-cidr", "2001:db8::/32")).ShouldBe([group]);
        (await By("egress.ip-permission.from-port", "53")).ShouldBe([group]);
        (await By("egress.ip-permission.ipv6-cidr", "2001:db8::/32")).ShouldBeEmpty();
        (await By("ip-permission.user-id", "123456789012")).ShouldHaveSingleItem().ShouldNotBe(group, "the default group names itself");
    }

    [Fact]
    public async Task Tags_of_rules_go_with_their_group()
    {
        await using var world = await Ec2Fixture.StartAsync();
        var group = await GroupAsync(world);
        await world.Ec2.AuthorizeSecurityGroupIngressAsync(new()
        {
            GroupId = group, IpPermissions = [Of("tcp", 80, 80)], TagSpecifications = [new() { ResourceType = "security-group-rule", Tags = [new() { Key = "a", Value = "b" }] }],
        }, world.Caller, None);
        (await world.Ec2.DescribeTagsAsync(new(), world.Caller, None)).Tags.GetValueOrDefault().ShouldHaveSingleItem().ResourceType.ShouldBe("security-group-rule");
        await world.Ec2.DeleteSecurityGroupAsync(new() { GroupId = group }, world.Caller, None);
        (await world.Ec2.DescribeTagsAsync(new(), world.Caller, None)).Tags.GetValueOrDefault().ShouldBeEmpty();
    }

    [Theory]
    [InlineData("tcp", 0, 65536, "10.0.0.0/8")]
    [InlineData("17", 81, 80, "10.0.0.0/8")]
    [InlineData("foo", null, null, "10.0.0.0/8")]
    [InlineData("256", null, null, "10.0.0.0/8")]
    [InlineData("-1", null, null, "10.0.0.0")]
    public async Task An_acl_entry_that_no_packet_can_be_held_against_is_refused(string protocol, int? from, int? to, string range)
    {
        await using var world = await Ec2Fixture.StartAsync();
        var acl = (await world.Ec2.DescribeNetworkAclsAsync(new(), world.Caller, None)).NetworkAcls?[0].NetworkAclId ?? "";
        await Ec2Fixture.RefusedAsync(world.Ec2.CreateNetworkAclEntryAsync(new()
        {
            NetworkAclId = acl, RuleNumber = 7, Protocol = protocol, RuleAction = RuleAction.Allow, Egress = false, CidrBlock = range, PortRange = from is null ? null : new() { From = from, To = to },
        }, world.Caller, None), "InvalidParameterValue");
        await Ec2Fixture.RefusedAsync(world.Ec2.CreateNetworkAclEntryAsync(new()
        {
            NetworkAclId = acl, RuleNumber = 7, Protocol = "icmp", RuleAction = RuleAction.Allow, Egress = false, CidrBlock = "10.0.0.0/8", IcmpTypeCode = new() { Type = 8, Code = 300 },
        }, world.Caller, None), "InvalidParameterValue");
    }
}
