using Minato.ApplicationAutoScaling.Planning;
using Minato.ApplicationAutoScaling.State;
using Minato.Contracts.ApplicationAutoScaling;

namespace Minato.ApplicationAutoScaling.Tests;

public sealed class StepAdjustmentTests
{
    private static readonly StepRules s_rules = new(AdjustmentType.PercentChangeInCapacity,
        [new(null, -20, -30), new(-20, -10, -10), new(-10, 10, 0), new(10, 20, 10), new(20, null, 30)], null, null, null);

    [Theory]
    [InlineData(10, 10), InlineData(19.9, 10), InlineData(20, 30), InlineData(1000, 30)] // Above: the lower bound belongs to a step.
    [InlineData(-10, -10), InlineData(-10.1, -10), InlineData(-20, -30), InlineData(-9.9, 0)] // Below: the upper one does.
    public void A_metric_falls_into_one_step(double breach, int adjustment) => StepAdjustments.Find(s_rules, breach)?.Adjustment.ShouldBe(adjustment);

    [Theory]
    [InlineData(10, 10, 11), InlineData(11, 30, 14), InlineData(14, -10, 13), InlineData(13, -30, 10)] // The example of AWS's guide, step by step.
    public void Percents_are_of_what_runs(int count, int percent, int wanted) =>
        StepAdjustments.Apply(s_rules, new(0, null, percent), count).ShouldBe(wanted);

    [Theory]
    [InlineData(127, 10, 12), InlineData(5, 10, 1), InlineData(5, -10, -1), InlineData(667, -1, -6), InlineData(10, 0, 0)]
    public void Percents_are_rounded_as_AWS_does(int count, int percent, int change) => StepAdjustments.Percent(count, percent).ShouldBe(change);

    [Theory]
    [InlineData(4, 25, 2, 6), InlineData(4, -25, 2, 2), InlineData(40, 25, 2, 50)]
    public void The_least_magnitude_holds_for_percents(int count, int percent, int least, int wanted) =>
        StepAdjustments.Apply(s_rules with { MinMagnitude = least }, new(0, null, percent), count).ShouldBe(wanted);

    [Theory]
    [InlineData(AdjustmentType.ExactCapacity, 7, 7), InlineData(AdjustmentType.ChangeInCapacity, 7, 10), InlineData(AdjustmentType.ChangeInCapacity, -7, 0)]
    public void Exact_is_exact_and_a_change_is_added(AdjustmentType type, int adjustment, int wanted) =>
        StepAdjustments.Apply(new(type, [], null, null, null), new(0, null, adjustment), 3).ShouldBe(wanted);

    [Fact]
    public void Steps_leave_no_gaps_do_not_overlap_and_reach_to_the_end_of_their_side()
    {
        Fault([new(0, 10, 1), new(10, null, 2)]).ShouldBeNull();
        Fault([new(null, -10, -2), new(-10, 0, -1)]).ShouldBeNull();
        Fault([new(0, 10, 1), new(20, null, 2)]).ShouldBe("Step adjustment intervals can't have gaps between them");
        Fault([new(0, 10, 1), new(5, null, 2)]).ShouldBe("Step adjustment intervals can't overlap");
        Fault([new(0, 10, 1)]).ShouldBe("There must be a step adjustment with an unspecified upper bound when one has a positive upper bound");
        Fault([new(-10, 0, 1)]).ShouldBe("There must be a step adjustment with an unspecified lower bound when one has a negative lower bound");
        Fault([new(null, null, 1)]).ShouldBe("At least one of MetricIntervalLowerBound and MetricIntervalUpperBound must be specified");
        Fault([new(0, null, 1), new(5, null, 1)]).ShouldNotBeNull();
        StepAdjustments.Fault(AdjustmentType.ExactCapacity, [new(0, null, -1)]).ShouldNotBeNull();

        static string? Fault(StepRule[] steps) => StepAdjustments.Fault(AdjustmentType.ChangeInCapacity, [.. steps]);
    }
}
