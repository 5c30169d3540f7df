using System.Collections.Immutable;
using Minato.Contracts.Ec2;

namespace Minato.Rehearsal.Tests;

/// <summary>Security groups hold in a rehearsal as they do for packets.</summary>
public sealed class SecurityGroupTests
{
    private const string Tasks = "sg-tasks";
    private const string Balancer = "sg-balancer";
    private static readonly IpPermission s_everything = new() { IpProtocol = "-1", IpRanges = [new() { CidrIp = "0.0.0.0/0" }] };

    private static IpPermission FromGroup(string group, int port) => new() { IpProtocol = "tcp", FromPort = port, ToPort = port, UserIdGroupPairs = [new() { GroupId = group }] };

    private static IpPermission FromRange(string range) => new() { IpProtocol = "tcp", FromPort = 80, ToPort = 80, IpRanges = [new() { CidrIp = range }] };

    private static SecurityGroup Group(string id, params IpPermission[] incoming) => new() { GroupId = id, IpPermissions = [.. incoming], IpPermissionsEgress = [s_everything] };

    /// <summary>The web service with this group for its tasks, and a load balancer with a group of its own.</summary>
    private static RehearsalInput Web(params SecurityGroup[] groups)
    {
        var web = Given.Web();
        var network = web.Service.NetworkConfiguration?.AwsvpcConfiguration;
        return web with
        {
            Service = web.Service with { NetworkConfiguration = new() { AwsvpcConfiguration = new() { Subnets = network?.Subnets ?? [], SecurityGroups = [Tasks] } } },
            SecurityGroups = [.. groups, Group(Balancer, s_everything)],
            BalancerGroups = ImmutableDictionary<string, ImmutableArray<string>>.Empty.Add(Given.TargetGroup, [Balancer]),
            Ranges = ImmutableDictionary<string, string>.Empty.Add("subnet-1", "10.7.0.0/24").Add("subnet-2", "10.7.1.0/24").Add("subnet-3", "10.7.2.0/24"),
        };
    }

    [Fact]
    public void A_port_open_to_the_load_balancers_group_lets_health_checks_through()
    {
        var result = Rehearsal.Run(Web(Group(Tasks, FromGroup(Balancer, 80))), new());
        result.Status.ShouldBe("SUCCESSFUL", string.Join('\n', result.Timeline));
        result.Notes.ShouldNotContain(n => n.Contains("security group", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("0.0.0.0/0")]
    [InlineData("10.7.0.0/16")] // All of the service's subnets, whatever their addresses are on the stage.
    public void A_port_open_to_the_addresses_of_the_load_balancer_does_too(string range) =>
        Rehearsal.Run(Web(Group(Tasks, FromRange(range))), new()).Status.ShouldBe("SUCCESSFUL");

    [Fact]
    public void A_service_whose_port_is_closed_does_not_come_up()
    {
        foreach (var closed in (SecurityGroup[])[Group(Tasks), Group(Tasks, FromGroup(Balancer, 8080)), Group(Tasks, FromGroup("sg-elsewhere", 80)), Group(Tasks, FromRange("10.8.0.0/16"))])
            Should.Throw<RehearsalException>(() => Rehearsal.Run(Web(closed), new())).Message.ShouldContain("security groups");
    }

    [Fact]
    public void A_group_that_closes_the_port_with_the_update_makes_targets_time_out_and_rolls_back()
    {
        var input = Web(Group(Tasks, FromGroup(Balancer, 80)), Group("sg-closed")) with { SecurityGroupsAfter = ["sg-closed"] };
        var result = Rehearsal.Run(input, new());
        result.Status.ShouldBe("ROLLBACK_SUCCESSFUL", string.Join('\n', result.Timeline));
        result.LowestHealthy.Count.ShouldBe(3);
        result.Verdict.ShouldBe("rolled back to web:1: 3 tasks of web:2 failed the health check /health on port 80: no answer in time");
    }

    [Fact]
    public void A_load_balancer_that_may_not_speak_to_its_targets_finds_none_healthy()
    {
        var input = Web(Group(Tasks, FromGroup(Balancer, 80)));
        var mute = input with { SecurityGroups = [input.SecurityGroups[0], new() { GroupId = Balancer, IpPermissions = [s_everything] }] };
        Should.Throw<RehearsalException>(() => Rehearsal.Run(mute, new())).Message.ShouldContain("security groups");
    }

    [Fact]
    public void Groups_without_their_rules_are_left_out_and_a_note_says_so()
    {
        var result = Rehearsal.Run(Web(), new());
        result.Status.ShouldBe("SUCCESSFUL");
        result.Notes.ShouldContain("the rules of the security groups are not known: health checks reach every task.");
    }
}
