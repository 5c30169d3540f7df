using System.Collections.Immutable;
using Minato.CloudFormation.Planning;
using Minato.CloudFormation.State;
using Minato.Contracts.CloudFormation;

namespace Minato.CloudFormation.Tests;

public sealed class StackPlannerTests
{
    private static readonly DateTimeOffset s_noon = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);

    private static StackPlan Plan(OperationState operation, params ResourceView[] resources) =>
        StackPlanner.Plan(new() { Operation = operation, Resources = [.. resources] }, s_noon);

    private static OperationState In(Phase phase, OnFailure onFailure = OnFailure.Rollback) =>
        new() { Id = "1", Kind = OperationKind.Update, Phase = phase, StartedAt = s_noon, OnFailure = onFailure };

    private static ResourceView R(string id, params string[] needs) => new() { Id = id, IsWanted = true, Needs = [.. needs] };

    [Fact]
    public void What_needs_nothing_that_is_missing_begins() =>
        Plan(In(Phase.Forward), R("A"), R("B", "A"), R("C") with { IsSettled = true }, R("D", "C")).Begin.ShouldBe(["A", "D"]);

    [Fact]
    public void All_settled_ends_the_way_forward() => Plan(In(Phase.Forward), R("A") with { IsSettled = true }).Turn.ShouldBe(Turn.Forward);

    [Fact]
    public void A_failure_cancels_the_others_and_then_goes_back()
    {
        var failed = R("A") with { IsFailed = true };
        Plan(In(Phase.Forward), failed, R("B") with { Doing = StepAction.Apply }, R("C")).Cancel.ShouldBe(["B"]);
        var waits = Plan(In(Phase.Forward), failed, R("B") with { Doing = StepAction.Apply, IsCancelled = true });
        (waits.Turn, waits.Cancel.Length, waits.Begin.Length).ShouldBe((Turn.None, 0, 0));
        Plan(In(Phase.Forward), failed, R("C")).Turn.ShouldBe(Turn.GoBack);
    }

    [Fact]
    public void Where_failures_stay_what_does_not_need_them_goes_on()
    {
        var failed = R("A") with { IsFailed = true };
        Plan(In(Phase.Forward, OnFailure.DoNothing), failed, R("B", "A"), R("C")).Begin.ShouldBe(["C"]);
        Plan(In(Phase.Forward, OnFailure.DoNothing), failed, R("B", "A"), R("C") with { IsSettled = true }).Turn.ShouldBe(Turn.Stop);
    }

    [Fact]
    public void Time_that_is_up_is_a_failure() =>
        Plan(In(Phase.Forward) with { Deadline = s_noon }, R("A")).Turn.ShouldBe(Turn.GoBack);

    [Fact]
    public void An_alarm_that_goes_off_ends_the_way_forward() =>
        Plan(In(Phase.Forward) with { Alarmed = "alarm" }, R("A")).Turn.ShouldBe(Turn.GoBack);

    [Fact]
    public void What_is_to_be_watched_goes_forward_when_its_time_is_over()
    {
        StackPlan Watched(DateTimeOffset? until) => StackPlanner.Plan(
            new() { Operation = In(Phase.Forward) with { WatchedUntil = until }, Resources = [R("A") with { IsSettled = true }], IsToBeWatched = true }, s_noon);
        Watched(null).Turn.ShouldBe(Turn.Watch);
        (Watched(s_noon.AddMinutes(1)).Turn, Watched(s_noon.AddMinutes(1)).LookAt).ShouldBe((Turn.None, s_noon.AddMinutes(1)));
        Watched(s_noon).Turn.ShouldBe(Turn.Forward);
    }

    [Fact]
    public void A_deletion_goes_against_the_needs()
    {
        var (a, b) = (R("A") with { MustGo = true }, R("B", "A") with { MustGo = true });
        Plan(In(Phase.Delete), a, b).Begin.ShouldBe(["B"]);
        Plan(In(Phase.Delete), a, b with { IsFailed = true }).Turn.ShouldBe(Turn.DeleteFailed);
        Plan(In(Phase.Delete), a, R("B", "A")).Begin.ShouldBe(["A"]);
        Plan(In(Phase.Delete), R("A"), R("B", "A")).Turn.ShouldBe(Turn.Deleted);
        Plan(In(Phase.Delete), a, b with { Doing = StepAction.Apply }).Cancel.ShouldBe(["B"]);
    }

    [Fact]
    public void A_circle_of_needs_does_not_stop_a_deletion() =>
        Plan(In(Phase.Delete), R("A", "B") with { MustGo = true }, R("B", "A") with { MustGo = true }).Begin.ShouldBe(["A", "B"]);

    [Fact]
    public void What_went_forward_goes_back_in_the_order_of_needs()
    {
        var (a, b) = (R("A") with { MustGoBack = true }, R("B", "A") with { MustGoBack = true });
        Plan(In(Phase.Back), a, b).Begin.ShouldBe(["A"]);
        Plan(In(Phase.Back), a with { IsFailed = true }, b).Turn.ShouldBe(Turn.BackFailed);
        Plan(In(Phase.Back), R("A"), R("B")).Turn.ShouldBe(Turn.Back);
    }
}
