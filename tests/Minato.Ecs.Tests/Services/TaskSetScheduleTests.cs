using System.Collections.Immutable;
using Minato.Contracts.Ecs;
using Minato.Ecs.Planning.Services;
using Minato.Ecs.State;

namespace Minato.Ecs.Tests.Services;

/// <summary>Each task set at its share of the desired count: the plan, without a world.</summary>
public sealed class TaskSetScheduleTests
{
    private static DeploymentState Set(int number, double scale, bool isDeleted = false, bool isPrimary = false) => Given.Deployment(number) with
    {
        TaskSet = new() { Scale = scale, IsDeleted = isDeleted, IsPrimary = isPrimary, StabilityAt = Given.Noon.AddHours(-1) },
    };

    private static ServiceView View(int desired, string shape, params ImmutableArray<DeploymentState> sets) =>
        Given.View(desired, sets, shape) with { HasTaskSets = true };

    private static ServicePlan Plan(ServiceView view) => ServicePlanner.Plan(view, Given.Noon);

    private static (int Starts, int Stops) Moves(ServicePlan plan, int set) =>
        (plan.Starts.Count(s => s.DeploymentId == Given.Id(set)), plan.Stops.Count(s => s.TaskId.StartsWith($"{set}", StringComparison.Ordinal)));

    [Theory]
    [InlineData(4, 0, 0)]
    [InlineData(4, 100, 4)]
    [InlineData(3, 50, 2)]
    [InlineData(3, 1, 1)]
    [InlineData(10, 30, 3)]
    [InlineData(1000, 0.1, 1)]
    [InlineData(0, 100, 0)]
    public void Computed_desired_count_is_the_share_rounded_up(int desired, double scale, int computed) =>
        TaskSetSchedule.Computed(desired, scale).ShouldBe(computed);

    [Fact]
    public void Every_task_set_goes_to_its_own_share()
    {
        var plan = Plan(View(4, "1HHHH", Set(1, 100, isPrimary: true), Set(2, 50)));
        Moves(plan, 1).ShouldBe((0, 0));
        Moves(plan, 2).ShouldBe((2, 0));
        plan.Deployments.Select(d => d.DesiredCount).ShouldBe([4, 2]);
    }

    [Fact]
    public void Nothing_is_taken_from_one_task_set_for_another()
    {
        var plan = Plan(View(2, "1HH 2HH", Set(1, 100, isPrimary: true), Set(2, 100)));
        (plan.Starts.Length, plan.Stops.Length).ShouldBe((0, 0));
        plan.Deployments.ShouldAllBe(d => d.TaskSet != null && d.TaskSet.Stability == StabilityStatus.SteadyState);
        plan.Events.ShouldContain(e => e.Message == ServiceEvents.SteadyState("web"));
    }

    [Fact]
    public void A_smaller_scale_stops_the_surplus()
    {
        var plan = Plan(View(4, "1HHHH", Set(1, 25, isPrimary: true)));
        plan.Stops.Length.ShouldBe(3);
        plan.Stops[0].Reason.ShouldBe($"Scaling activity initiated by (deployment {Given.Id(1)})");
        plan.Deployments[0].TaskSet?.Stability.ShouldBe(StabilityStatus.Stabilizing);
    }

    [Fact]
    public void A_deleted_task_set_goes_with_its_last_task()
    {
        var draining = Plan(View(2, "1HH 2HP", Set(1, 100, isPrimary: true), Set(2, 100, isDeleted: true)));
        Moves(draining, 2).ShouldBe((0, 2));
        draining.Deployments.Length.ShouldBe(2);
        var gone = Plan(View(2, "1HH 2D", Set(1, 100, isPrimary: true), Set(2, 100, isDeleted: true)));
        gone.Deployments.Select(d => d.Id).ShouldBe([Given.Id(1)]);
    }

    [Fact]
    public void An_unhealthy_task_is_replaced_before_it_is_stopped()
    {
        var first = Plan(View(2, "1HU", Set(1, 100)));
        Moves(first, 1).ShouldBe((1, 0));
        var then = Plan(View(2, "1HUH", Set(1, 100)));
        Moves(then, 1).ShouldBe((0, 1));
    }

    [Fact]
    public void Without_room_the_unhealthy_task_goes_first()
    {
        var view = View(2, "1HU", Set(1, 100)) with { MinimumHealthyPercent = 0, MaximumPercent = 100 };
        Moves(Plan(view), 1).ShouldBe((0, 1));
    }

    [Theory]
    [InlineData("1HH", true)]
    [InlineData("1HS", false)]
    [InlineData("1HP", false)]
    [InlineData("1HU", false)]
    [InlineData("1HHL", false)]
    public void Steady_state_wants_all_of_them_healthy_and_nothing_else(string shape, bool isSteady) =>
        Plan(View(2, shape, Set(1, 100))).Deployments[0].TaskSet?.Stability
            .ShouldBe(isSteady ? StabilityStatus.SteadyState : StabilityStatus.Stabilizing);

    [Fact]
    public void A_task_on_a_draining_instance_is_not_steady_and_replaced()
    {
        var view = View(2, "1HH", Set(1, 100));
        var plan = Plan(view with { Tasks = [view.Tasks[0] with { IsDisplaced = true }, view.Tasks[1]] });
        Moves(plan, 1).ShouldBe((1, 0));
        plan.Deployments[0].TaskSet?.Stability.ShouldBe(StabilityStatus.Stabilizing);
    }

    [Fact]
    public void Protected_tasks_are_not_scaled_in_and_it_is_said()
    {
        var view = View(1, "1HHH", Set(1, 100));
        var until = Given.Noon.AddMinutes(5);
        var plan = Plan(view with { Tasks = [.. view.Tasks.Select(t => t with { IsProtected = true, ProtectedUntil = until })] });
        plan.Stops.ShouldBeEmpty();
        plan.Events.ShouldContain(e => e.Message ==
            $"(service web) was unable to reach steady state because task set ({Given.Id(1)}) was unable to scale in. " +
            "Reason: The number of protected tasks are more than the desired count of tasks");
        plan.WakeAt.ShouldBe(until);
    }

    [Fact]
    public void Failed_starts_back_off()
    {
        var plan = Plan(View(1, "1F", Set(1, 100)));
        plan.Starts.ShouldBeEmpty();
        plan.WakeAt.ShouldNotBeNull().ShouldBeGreaterThan(Given.Noon);
    }

    [Fact]
    public void A_service_being_deleted_stops_all_its_task_sets()
    {
        var view = View(2, "1HH 2HP", Set(1, 100, isPrimary: true), Set(2, 100)) with { Status = ServiceStatus.Draining };
        Plan(view).Stops.Length.ShouldBe(4);
        Plan(View(2, "1DD", Set(1, 100)) with { Status = ServiceStatus.Draining }).Status.ShouldBe(ServiceStatus.Inactive);
        Plan(View(2, "") with { Status = ServiceStatus.Draining }).Status.ShouldBe(ServiceStatus.Inactive);
    }
}
