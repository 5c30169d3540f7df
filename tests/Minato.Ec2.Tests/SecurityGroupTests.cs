using Minato.Contracts.Ec2;

namespace Minato.Ec2.Tests;

public sealed class SecurityGroupTests
{
    private static readonly CancellationToken None = CancellationToken.None;
    private static readonly IpPermission Http = new() { IpProtocol = "tcp", FromPort = 80, ToPort = 80, IpRanges = [new() { CidrIp = "0.0.0.0/0" }] };

    [Fact]
    public async Task A_new_group_lets_everything_out_and_nothing_in()
    {
        await using var world = await Ec2Fixture.StartAsync();
        var id = await CreateAsync(world, "web");
        var group = await GroupAsync(world, id);
        group.IpPermissions.GetValueOrDefault().ShouldBeEmpty();
        var egress = group.IpPermissionsEgress.GetValueOrDefault().Single();
        (egress.IpProtocol, egress.FromPort, egress.IpRanges?[0].CidrIp).ShouldBe(("-1", null, "0.0.0.0/0"));
        group.SecurityGroupArn.ShouldBe($"arn:aws:ec2:us-east-1:123456789012:security-group/{id}");
    }

    [Fact]
    public async Task The_default_group_trusts_itself_and_cannot_go()
    {
        await using var world = await Ec2Fixture.StartAsync();
        var group = (await world.Ec2.DescribeSecurityGroupsAsync(new() { GroupNames = ["default"] }, world.Caller, None)).SecurityGroups?[0] ?? new();
        group.IpPermissions?[0].UserIdGroupPairs?[0].GroupId.ShouldBe(group.GroupId);
        var error = await Ec2Fixture.RefusedAsync(world.Ec2.DeleteSecurityGroupAsync(new() { GroupId = group.GroupId }, world.Caller, None), "CannotDelete");
        error.Message.ShouldBe($"the specified group: \"{group.GroupId}\" name: \"default\" cannot be deleted by a user");
    }

    [Fact]
    public async Task Names_are_unique_in_a_vpc()
    {
        await using var world = await Ec2Fixture.StartAsync();
        var vpc = await world.VpcAsync();
        await CreateAsync(world, "web");
        var error = await Ec2Fixture.RefusedAsync(CreateAsync(world, "web"), "InvalidGroup.Duplicate");
        error.Message.ShouldBe($"The security group 'web' already exists for VPC '{vpc.VpcId}'");
        await Ec2Fixture.RefusedAsync(CreateAsync(world, "default"), "InvalidParameterValue");
    }

    [Fact]
    public async Task The_same_rule_twice_is_a_duplicate_and_an_absent_one_cannot_be_revoked()
    {
        await using var world = await Ec2Fixture.StartAsync();
        var id = await CreateAsync(world, "web");
        var made = await world.Ec2.AuthorizeSecurityGroupIngressAsync(new() { GroupId = id, IpPermissions = [Http] }, world.Caller, None);
        var rule = made.SecurityGroupRules.GetValueOrDefault().Single();
        (rule.CidrIpv4, rule.FromPort, rule.IsEgress).ShouldBe(("0.0.0.0/0", 80, false));
        var twice = await Ec2Fixture.RefusedAsync(
            world.Ec2.AuthorizeSecurityGroupIngressAsync(new() { GroupId = id, IpPermissions = [Http] }, world.Caller, None), "InvalidPermission.Duplicate");
        twice.Message.ShouldBe("the specified rule \"peer: 0.0.0.0/0, TCP, from port: 80, to port: 80, ALLOW\" already exists");
        await world.Ec2.RevokeSecurityGroupIngressAsync(new() { GroupId = id, IpPermissions = [Http] }, world.Caller, None);
        var absent = await Ec2Fixture.RefusedAsync(
            world.Ec2.RevokeSecurityGroupIngressAsync(new() { GroupId = id, IpPermissions = [Http] }, world.Caller, None), "InvalidPermission.NotFound");
        absent.Message.ShouldBe("The specified rule does not exist in this security group.");
    }

    [Fact]
    public async Task Rules_are_found_by_group_and_revoked_by_id()
    {
        await using var world = await Ec2Fixture.StartAsync();
        var id = await CreateAsync(world, "web");
        var filters = new DescribeSecurityGroupRulesRequest { Filters = [new() { Name = "group-id", Values = [id] }] };
        var rule = (await world.Ec2.DescribeSecurityGroupRulesAsync(filters, world.Caller, None)).SecurityGroupRules.GetValueOrDefault().Single();
        (rule.IsEgress, rule.FromPort, rule.ToPort, rule.IpProtocol).ShouldBe((true, -1, -1, "-1"));
        await world.Ec2.RevokeSecurityGroupEgressAsync(new() { GroupId = id, SecurityGroupRuleIds = [rule.SecurityGroupRuleId ?? ""] }, world.Caller, None);
        (await world.Ec2.DescribeSecurityGroupRulesAsync(filters, world.Caller, None)).SecurityGroupRules.GetValueOrDefault().ShouldBeEmpty();
    }

    [Fact]
    public async Task A_group_in_use_stays()
    {
        await using var world = await Ec2Fixture.StartAsync();
        var id = await CreateAsync(world, "web");
        var nic = await world.Ec2.CreateNetworkInterfaceAsync(
            new() { SubnetId = (await world.SubnetAsync()).SubnetId ?? "", Groups = [id] }, world.Caller, None);
        var error = await Ec2Fixture.RefusedAsync(world.Ec2.DeleteSecurityGroupAsync(new() { GroupId = id }, world.Caller, None), "DependencyViolation");
        error.Message.ShouldBe($"resource {id} has a dependent object");
        await world.Ec2.DeleteNetworkInterfaceAsync(new() { NetworkInterfaceId = nic.NetworkInterface?.NetworkInterfaceId ?? "" }, world.Caller, None);
        await world.Ec2.DeleteSecurityGroupAsync(new() { GroupId = id }, world.Caller, None);
        (await Ec2Fixture.RefusedAsync(world.Ec2.DeleteSecurityGroupAsync(new() { GroupId = id }, world.Caller, None), "InvalidGroup.NotFound"))
            .Message.ShouldBe($"The security group '{id}' does not exist");
    }

    [Fact]
    public async Task Tags_are_kept_found_and_removed_by_value()
    {
        await using var world = await Ec2Fixture.StartAsync();
        var id = await CreateAsync(world, "web");
        await world.Ec2.CreateTagsAsync(new() { Resources = [id], Tags = [new() { Key = "team", Value = "a" }, new() { Key = "stage", Value = "b" }] }, world.Caller, None);
        await world.Ec2.DeleteTagsAsync(new() { Resources = [id], Tags = [new() { Key = "team", Value = "other" }, new() { Key = "stage" }] }, world.Caller, None);
        (await GroupAsync(world, id)).Tags.GetValueOrDefault().Select(t => (t.Key, t.Value)).ShouldBe([("team", "a")]);
        var found = await world.Ec2.DescribeSecurityGroupsAsync(new() { Filters = [new() { Name = "tag:team", Values = ["a"] }] }, world.Caller, None);
        found.SecurityGroups.GetValueOrDefault().Single().GroupId.ShouldBe(id);
        var rows = await world.Ec2.DescribeTagsAsync(new() { Filters = [new() { Name = "resource-type", Values = ["security-group"] }] }, world.Caller, None);
        rows.Tags.GetValueOrDefault().Single().Key.ShouldBe("team");
        await Ec2Fixture.RefusedAsync(world.Ec2.CreateTagsAsync(new() { Resources = ["sg-0"], Tags = [new() { Key = "a" }] }, world.Caller, None), "InvalidGroup.NotFound");
    }

    private static async Task<string> CreateAsync(Ec2Fixture world, string name) =>
        (await world.Ec2.CreateSecurityGroupAsync(new() { GroupName = name, Description = name }, world.Caller, None)).GroupId ?? "";

    private static async Task<SecurityGroup> GroupAsync(Ec2Fixture world, string id) =>
        (await world.Ec2.DescribeSecurityGroupsAsync(new() { GroupIds = [id] }, world.Caller, None)).SecurityGroups?[0] ?? new();
}
