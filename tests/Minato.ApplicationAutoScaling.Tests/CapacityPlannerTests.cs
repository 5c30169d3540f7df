using Minato.ApplicationAutoScaling.Planning;
using Minato.ApplicationAutoScaling.State;
using Minato.Contracts.ApplicationAutoScaling;

namespace Minato.ApplicationAutoScaling.Tests;

public sealed class CapacityPlannerTests
{
    private static readonly DateTimeOffset s_now = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    [Theory]
    [InlineData(4, 75, 50, 6), InlineData(4, 51, 50, 5), InlineData(3, 100, 50, 6), InlineData(10, 300, 50, 20)] // ceil(running × metric ÷ target), at least one more, at most the maximum
    [InlineData(0, 80, 50, 1)] // From nothing to one.
    public void Scale_out_is_proportional_and_rounded_up(int running, double metric, double target, int wanted) =>
        Desired(View(running) with { Tracking = [High(metric, target)], Max = 20 }).ShouldBe(wanted);

    [Theory]
    [InlineData(10, 20, 50, 4), InlineData(10, 21, 50, 5), InlineData(4, 1, 50, 1)]
    public void Scale_in_rounds_up_so_that_less_is_taken(int running, double metric, double target, int wanted) =>
        Desired(View(running) with { Tracking = [Low(metric, target)], Max = 20 }).ShouldBe(wanted);

    [Fact]
    public void What_comes_out_as_it_is_does_nothing() =>
        CapacityPlanner.Plan(View(2) with { Tracking = [Low(40, 50)] }, s_now).ShouldBe(new CapacityDecision.Stay(CapacityPlanner.AtDesired, "cpu", "low"));

    [Theory]
    [InlineData(10, 20, 50, 3, true), InlineData(10, 20, 50, 4, false), InlineData(2, 10, 50, 0, true), InlineData(2, 0, 50, 0, false)]
    public void Fewer_than_the_target_bears_would_flap(int running, double metric, double target, int capacity, bool flaps) =>
        CapacityPlanner.WouldFlap(running, metric, target, capacity).ShouldBe(flaps);

    [Fact]
    public void To_nothing_only_with_a_minimum_of_nothing_and_a_metric_of_zero()
    {
        Desired(View(2) with { Min = 0, Tracking = [Low(0, 50)] }).ShouldBe(0);
        Desired(View(2) with { Min = 1, Tracking = [Low(0, 50)] }).ShouldBe(1);
        Desired(View(2) with { Min = 0, Tracking = [Low(1, 50)] }).ShouldBe(1);
    }

    [Fact]
    public void A_metric_below_the_target_never_adds_and_missing_data_does_nothing()
    {
        CapacityPlanner.Plan(View(2) with { Tracking = [High(40, 50)] }, s_now).ShouldBe(new CapacityDecision.Nothing());
        CapacityPlanner.Plan(View(2) with { Tracking = [High(90, 50) with { Metric = null }] }, s_now).ShouldBe(new CapacityDecision.Nothing());
        CapacityPlanner.Plan(View(2) with { Tracking = [Low(1, 50) with { Metric = null }] }, s_now).ShouldBe(new CapacityDecision.Nothing());
    }

    [Fact]
    public void Desired_below_the_minimum_is_lifted_by_scale_out_and_left_by_scale_in()
    {
        Desired(View(1) with { Min = 5, Tracking = [High(60, 50)] }).ShouldBe(5);
        CapacityPlanner.Plan(View(1) with { Min = 5, Tracking = [Low(1, 50)] }, s_now).ShouldBe(new CapacityDecision.Stay(CapacityPlanner.AtMin, "cpu", "low", 5));
    }

    [Fact]
    public void Desired_above_the_maximum_is_cut_by_scale_in_and_left_by_scale_out()
    {
        Desired(View(9) with { Max = 5, Tracking = [Low(1, 50)] }).ShouldBe(5);
        CapacityPlanner.Plan(View(9) with { Max = 5, Tracking = [High(90, 50)] }, s_now).ShouldBe(new CapacityDecision.Stay(CapacityPlanner.AtMax, "cpu", "high", 5));
    }

    [Fact]
    public void During_a_deployment_scale_in_is_off_and_scale_out_goes_on()
    {
        Desired(View(2) with { IsDeploying = true, Tracking = [High(90, 50)] }).ShouldBe(4);
        CapacityPlanner.Plan(View(8) with { IsDeploying = true, Tracking = [Low(1, 50)] }, s_now).ShouldBe(new CapacityDecision.Nothing());
    }

    [Fact]
    public void Out_if_any_wants_out_and_in_only_if_all_want_in()
    {
        var (memory, other) = (Low(10, 50) with { Policy = "memory" }, Low(20, 50));
        Desired(View(5) with { Tracking = [High(60, 50), memory] }).ShouldBe(6);
        Desired(View(5) with { Tracking = [other, memory] }).ShouldBe(2); // The largest of several answers.
        CapacityPlanner.Plan(View(5) with { Tracking = [other, memory with { IsLow = false }] }, s_now).ShouldBe(new CapacityDecision.Nothing());
        Desired(View(5) with { Tracking = [other, memory with { IsLow = false, IsInDisabled = true }] }).ShouldBe(2); // Who never takes away has no say in it.
        CapacityPlanner.Plan(View(5) with { Tracking = [other with { IsInDisabled = true }] }, s_now).ShouldBe(new CapacityDecision.Nothing());
    }

    [Fact]
    public void A_step_scale_in_does_not_wait_for_target_tracking() =>
        Desired(View(5) with { Tracking = [High(40, 50) with { IsHigh = false }], Steps = [Step(-2, -10)] }).ShouldBe(3);

    [Fact]
    public void During_a_scale_out_cooldown_only_a_larger_one_is_done_and_what_was_added_counts()
    {
        var cooling = View(4) with { Running = 2, LastOut = new(s_now.AddMinutes(-1), 2, 4, s_now.AddMinutes(4)) };
        Desired(cooling with { Steps = [Step(3, 10)] }).ShouldBe(5); // Wanted +3 after +2: one more.
        CapacityPlanner.Plan(cooling with { Steps = [Step(2, 10)] }, s_now).ShouldBe(new CapacityDecision.Nothing());
        CapacityPlanner.Plan(cooling with { Running = 4, Tracking = [High(100, 50)] }, s_now).ShouldBe(new CapacityDecision.Nothing());
        Desired(cooling with { Running = 4, Tracking = [High(150, 50)] }).ShouldBe(6);
    }

    [Fact]
    public void A_scale_in_cooldown_blocks_scale_in_and_not_scale_out()
    {
        var cooling = View(5) with { LastIn = new(s_now.AddMinutes(-1), 6, 5, s_now.AddMinutes(4)) };
        CapacityPlanner.Plan(cooling with { Tracking = [Low(1, 50)] }, s_now).ShouldBe(new CapacityDecision.Nothing());
        Desired(cooling with { Tracking = [High(60, 50)] }).ShouldBe(6);
        Desired(cooling with { LastIn = new(s_now.AddMinutes(-9), 6, 5, s_now.AddMinutes(-4)), Tracking = [Low(1, 50)] }).ShouldBe(1);
    }

    [Fact]
    public void Suspended_directions_do_nothing()
    {
        CapacityPlanner.Plan(View(2) with { IsOutSuspended = true, Tracking = [High(90, 50)] }, s_now).ShouldBe(new CapacityDecision.Nothing());
        CapacityPlanner.Plan(View(8) with { IsInSuspended = true, Tracking = [Low(1, 50)] }, s_now).ShouldBe(new CapacityDecision.Nothing());
    }

    private static int Desired(CapacityView view) => CapacityPlanner.Plan(view, s_now).ShouldBeOfType<CapacityDecision.Scale>().Desired;

    private static CapacityView View(int count) => new() { Min = 1, Max = 10, Desired = count, Running = count };

    private static TrackingView High(double metric, double target) => new("cpu", target, metric, true, false, "high", "low", false, 300, 300);

    private static TrackingView Low(double metric, double target) => new("cpu", target, metric, false, true, "high", "low", false, 300, 300);

    private static StepView Step(int change, double breach) =>
        new("step", "alarm", new(AdjustmentType.ChangeInCapacity, [new(breach >= 0 ? 0 : null, breach >= 0 ? null : 0, change)], null, null, null), 50, 50 + breach);
}
