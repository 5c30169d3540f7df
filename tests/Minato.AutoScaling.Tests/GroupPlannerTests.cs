using System.Collections.Immutable;
using Minato.AutoScaling.Planning;
using Minato.AutoScaling.State;

namespace Minato.AutoScaling.Tests;

public sealed class GroupPlannerTests
{
    private static readonly DateTimeOffset s_noon = new(2030, 1, 1, 12, 0, 0, TimeSpan.Zero);
    private static readonly GroupKey s_key = new("123456789012", "us-east-1", "fleet");

    [Theory]
    [InlineData(3, "", "aba", "")]
    [InlineData(3, "aa", "b", "")] // the zone with the fewest
    [InlineData(2, "aab", "", "0")] // the oldest of the zone with the most
    [InlineData(1, "aabb", "", "0 2 1")]
    [InlineData(1, "AAb", "", "2")] // protected instances stay, above the desired capacity if need be
    [InlineData(2, "ab", "", "")]
    public void Capacity_is_kept_evenly_over_the_zones(int desired, string instances, string launches, string terminations)
    {
        var plan = GroupPlanner.Plan(Group(desired), Instances(instances), [], s_noon);
        string.Concat(plan.Launches).ShouldBe(launches);
        string.Join(' ', plan.Terminations.Select(i => i.Id)).ShouldBe(terminations);
    }

    [Fact]
    public void A_group_that_is_deleted_spares_no_instance() =>
        GroupPlanner.Plan(Group(0) with { IsDeleting = true }, Instances("Ab"), [], s_noon).Terminations.Length.ShouldBe(2);

    [Fact]
    public void A_hook_holds_a_terminating_instance_for_its_heartbeat()
    {
        var hooked = Group(0) with
        {
            Hooks = [new() { LifecycleHookName = "drain", LifecycleTransition = "autoscaling:EC2_INSTANCE_TERMINATING", HeartbeatTimeout = 60 }],
        };
        var held = GroupPlanner.Terminate(hooked, Instances("a")[0], s_noon);
        (held.Stage, held.WaitsUntil).ShouldBe((InstanceStage.TerminatingWait, s_noon.AddSeconds(60)));
        held.Held.ShouldBe(["drain"]);
        GroupPlanner.Plan(hooked, [held], [], s_noon).WakeAt.ShouldBe(s_noon.AddSeconds(60));
        GroupPlanner.Terminate(Group(0), Instances("a")[0], s_noon).Stage.ShouldBe(InstanceStage.Terminating);
    }

    [Theory]
    [InlineData("IyEvYmluL2Jhc2gKZWNobyBFQ1NfQ0xVU1RFUj13ZWIgPj4gL2V0Yy9lY3MvZWNzLmNvbmZpZwo=", "web")]
    [InlineData("ECS_CLUSTER=\"plain\"", "plain")]
    [InlineData("", "default")]
    [InlineData(null, "default")]
    public void User_data_names_the_cluster(string? userData, string cluster) => UserData.Cluster(userData).ShouldBe(cluster);

    private static GroupState Group(int desired) => new()
    {
        Key = s_key, Uuid = "u", CreatedAt = s_noon, LaunchConfiguration = "lc", MinSize = 0, MaxSize = 10, DesiredCapacity = desired, Zones = ["a", "b"],
    };

    /// <param name="zones">One letter an instance, the oldest first; a capital letter is protected.</param>
    private static ImmutableArray<InstanceState> Instances(string zones) =>
    [
        .. zones.Select((z, i) => new InstanceState
        {
            Id = $"{i}", Group = s_key, Type = "t3.micro", Zone = char.ToLowerInvariant(z).ToString(), LaunchConfiguration = "lc", Cluster = "default",
            LaunchedAt = s_noon.AddMinutes(i - 60), Stage = InstanceStage.InService, IsProtected = char.IsUpper(z),
        }),
    ];
}
