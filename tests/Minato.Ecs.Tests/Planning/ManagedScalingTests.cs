using System.Collections.Immutable;
using Minato.Contracts.Ecs;
using Minato.Ecs.Planning.Capacity;
using Minato.Ecs.State;

namespace Minato.Ecs.Tests.Planning;

public sealed class ManagedScalingTests
{
    private static readonly DateTimeOffset s_noon = new(2030, 1, 1, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData("", 0, 100)] // nothing runs and nothing is needed
    [InlineData("", 3, 200)] // nothing runs and something is needed
    [InlineData("TTTT", 0, 100)]
    [InlineData("TT__", 0, 50)]
    [InlineData("____", 0, 0)]
    [InlineData("TT", 2, 150)] // two waiting tasks fill one more instance
    [InlineData("TT", 4, 200)]
    [InlineData("TT.", 2, 100)] // the one that comes up is the one that is needed
    public void The_metric_is_needed_over_running_instances(string instances, int waiting, double reservation) =>
        Plan(instances, waiting).Reservation.ShouldBe(reservation);

    [Theory]
    [InlineData("", 1, 100, 1)]
    [InlineData("TT", 2, 100, 3)]
    [InlineData("TT", 6, 100, 5)]
    [InlineData("TT", 2, 50, 6)] // half of it is to stay free
    [InlineData("TT.", 2, 100, 3)] // one is on its way already
    [InlineData("TT", 100, 100, 10)] // never above the group's maximum
    [InlineData("TTT_", 0, 75, 4)]
    [InlineData("TTTT", 0, 80, 5)]
    public void It_scales_out_to_the_target(string instances, int waiting, int target, int desired) =>
        Plan(instances, waiting, target).Desired.ShouldBe(desired);

    [Theory]
    [InlineData(1, 10, 5)]
    [InlineData(5, 10, 7)] // at least the minimum step
    [InlineData(1, 2, 4)] // at most the maximum step
    public void Steps_are_bounded(int min, int max, int desired) => Plan("TT", 6, min: min, max: max).Desired.ShouldBe(desired);

    [Fact]
    public void Instances_go_after_fifteen_minutes_of_too_many()
    {
        var first = Plan("TT__", 0);
        (first.Desired, first.LowSince).ShouldBe((4, s_noon));
        Plan("TT__", 0, low: s_noon.AddMinutes(-14)).Desired.ShouldBe(4);
        var last = Plan("TT__", 0, low: s_noon.AddMinutes(-15));
        (last.Desired, last.LowSince).ShouldBe((2, null));
        Plan("TT__", 2, low: s_noon.AddMinutes(-20)).Desired.ShouldBe(5, "a waiting task is more than a low metric");
    }

    [Fact]
    public void New_instances_are_given_their_warm_up()
    {
        Plan("TT__", 0, low: s_noon.AddMinutes(-15), scaledOut: s_noon.AddSeconds(-299)).Desired.ShouldBe(4);
        Plan("TT__", 0, low: s_noon.AddMinutes(-15), scaledOut: s_noon.AddSeconds(-300)).Desired.ShouldBe(2);
    }

    [Fact]
    public void A_task_that_fits_no_instance_asks_for_none()
    {
        var view = View("TT", 0) with { Waiting = [new TaskDemand(100_000, 128, [], [])] };
        ManagedScalingPlanner.Plan(view, s_noon).Desired.ShouldBe(2);
    }

    [Fact]
    public void Without_managed_scaling_the_group_is_left_alone()
    {
        var view = View("TT", 6);
        view = view with { Provider = view.Provider with { ManagedScaling = new() { Status = ManagedScalingStatus.Disabled } } };
        ManagedScalingPlanner.Plan(view, s_noon).Desired.ShouldBe(2);
    }

    [Fact]
    public void Instances_with_tasks_are_protected_and_others_are_not()
    {
        var view = View("", 0) with
        {
            Instances =
            [
                new("busy", true, true), new("safe", true, true, true), new("idle", true, false), new("freed", true, false, true), new("new", false, false, true),
            ],
        };
        ManagedScalingPlanner.Plan(view, s_noon).Protect.ShouldBeEmpty();
        var plan = ManagedScalingPlanner.Plan(
            view with { Provider = view.Provider with { ManagedTerminationProtection = ManagedTerminationProtection.Enabled } }, s_noon);
        plan.Protect.ShouldBe(["busy"]);
        plan.Unprotect.ShouldBe(["freed"]);
    }

    private static CapacityPlan Plan(
        string instances, int waiting, int target = 100, int min = 1, int max = 10_000, DateTimeOffset? low = null, DateTimeOffset? scaledOut = null)
    {
        var view = View(instances, waiting);
        var scaling = view.Provider.ManagedScaling ?? new();
        return ManagedScalingPlanner.Plan(view with
        {
            Provider = view.Provider with { ManagedScaling = scaling with { TargetCapacity = target, MinimumScalingStepSize = min, MaximumScalingStepSize = max } },
            LowSince = low,
            ScaledOutAt = scaledOut,
        }, s_noon);
    }

    /// <param name="instances">T with tasks, _ without, . not yet in the cluster.</param>
    private static CapacityView View(string instances, int waiting) => new()
    {
        Provider = new()
        {
            AutoScalingGroupArn = "group",
            ManagedScaling = new() { Status = ManagedScalingStatus.Enabled, TargetCapacity = 100, MinimumScalingStepSize = 1, MaximumScalingStepSize = 10_000, InstanceWarmupPeriod = 300 },
        },
        Desired = instances.Length,
        MinSize = 0,
        MaxSize = 10,
        Instances = [.. instances.Select((c, i) => new CapacityInstance($"i-{i}", c != '.', c == 'T'))],
        Size = (2048, 1024),
        Waiting = [.. Enumerable.Repeat(new TaskDemand(256, 512, [], []), waiting)],
    };
}
