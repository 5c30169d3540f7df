using Minato.Contracts.Ecs;
using Minato.Ecs.Planning.Services;
using Minato.Ecs.State;
using Shouldly;
using Xunit;

namespace Minato.Ecs.Tests.Services;

public sealed class RollingUpdateTests
{
    [Theory]
    [InlineData(4, 50, 2)]
    [InlineData(2, 75, 2)]
    [InlineData(3, 100, 3)]
    [InlineData(3, 50, 2)]
    [InlineData(1, 0, 0)]
    public void Lower_bound_is_rounded_up(int desired, int percent, int lower) =>
        RollingUpdate.LowerBound(desired, percent).ShouldBe(lower);

    [Theory]
    [InlineData(4, 200, 8)]
    [InlineData(3, 125, 3)]
    [InlineData(3, 150, 4)]
    public void Upper_bound_is_rounded_down(int desired, int percent, int upper) =>
        RollingUpdate.UpperBound(desired, percent).ShouldBe(upper);

    [Theory]
    [InlineData(3, "1HHH", 0, 0)] // settled
    [InlineData(3, "1HH", 1, 0)] // a task is missing
    [InlineData(3, "", 3, 0)]
    [InlineData(3, "1HHL", 1, 0)] // a leaving task is replaced while it drains
    [InlineData(1, "1HHH", 0, 2)] // scaled in
    [InlineData(0, "1HHPP", 0, 4)]
    [InlineData(5, "1HHHPP", 0, 0)]
    public void A_completed_service_keeps_its_desired_count(int desired, string tasks, int starts, int stops) =>
        Moves(desired, tasks, Given.Completed(1)).ShouldBe((starts, stops));

    [Theory]
    [InlineData(3, 100, 200, "1HHH", 3, 0)] // all new tasks at once, none stopped
    [InlineData(3, 100, 200, "2PPP 1HHH", 0, 0)]
    [InlineData(3, 100, 200, "2SSS 1HHH", 0, 0)]
    [InlineData(3, 100, 200, "2HSS 1HHH", 0, 1)] // one healthy new task lets one old go
    [InlineData(3, 100, 200, "2HHH 1HHH", 0, 3)]
    [InlineData(3, 100, 200, "2HHH 1LLL", 0, 0)]
    [InlineData(4, 50, 100, "1HHHH", 0, 2)] // desired 4, minimum 50: two may be stopped first
    [InlineData(4, 50, 100, "1HHLL", 0, 0)] // draining tasks still take their place
    [InlineData(4, 50, 100, "1HHXX", 2, 0)]
    [InlineData(2, 75, 100, "1HH", 0, 0)] // desired 2, minimum 75: lower bound 2, nothing can be stopped
    [InlineData(4, 100, 200, "1HHHH", 4, 0)] // desired 4, maximum 200: four are started
    [InlineData(3, 100, 125, "1HHH", 0, 0)] // desired 3, maximum 125: upper bound 3, nothing can be started
    [InlineData(1, 0, 100, "1H", 0, 1)] // minimum 0 stops the old task first
    [InlineData(3, 100, 150, "1HHH", 1, 0)]
    [InlineData(3, 100, 150, "2H 1HHH", 0, 1)]
    [InlineData(3, 100, 150, "2H 1HHX", 1, 0)]
    public void A_rolling_update_stays_within_its_percentages(int desired, int min, int max, string tasks, int starts, int stops)
    {
        var view = Given.View(desired, [Given.Deployment(2, desired: desired), Given.Completed(1, desired)], tasks) with
        {
            MinimumHealthyPercent = min, MaximumPercent = max,
        };
        ServicePlanner.Plan(view, Given.Noon).Moves.ShouldBe((starts, stops));
    }

    [Fact]
    public void Older_tasks_that_are_not_healthy_go_before_healthy_ones()
    {
        var plan = Plan(3, "2HHS 1UHH", Given.Deployment(2), Given.Completed(1));
        plan.Stops.Select(s => s.TaskId).ShouldBe(["1u3", "1h4"]);
    }

    [Fact]
    public void A_dead_task_of_the_older_revision_is_replaced_with_its_own_revision()
    {
        var plan = Plan(3, "2PPP 1HHC", Given.Deployment(2), Given.Completed(1));
        plan.Starts.ShouldBe([new TaskStart(Given.Id(1))]);
    }

    [Fact]
    public void An_older_task_is_not_replaced_once_new_ones_carry_the_minimum()
    {
        var plan = Plan(3, "2HPP 1HHC", Given.Deployment(2), Given.Completed(1, desired: 2));
        plan.Starts.ShouldBeEmpty();
    }

    [Fact]
    public void Pending_tasks_of_a_superseded_deployment_are_stopped_at_once()
    {
        var plan = Plan(3, "3PPP 2PPP 1HHH", Given.Deployment(3), Given.Deployment(2), Given.Completed(1));
        plan.Stops.Select(s => s.TaskId).ShouldBe(["2p3", "2p4", "2p5"]);
    }

    [Fact]
    public void A_superseding_deployment_waits_for_room()
    {
        // Three old tasks and three of the superseded deployment: the maximum of six is reached until those are gone.
        var plan = Plan(3, "2PPP 1HHH", Given.Deployment(3), Given.Deployment(2), Given.Completed(1));
        plan.Moves.ShouldBe((0, 3));
    }

    [Fact]
    public void A_stopped_task_says_which_deployment_wanted_it()
    {
        var plan = Plan(3, "2HHH 1HHH", Given.Deployment(2), Given.Completed(1));
        plan.Stops.ShouldAllBe(s => s.Reason == $"Scaling activity initiated by (deployment {Given.Id(1)})");
    }

    [Fact]
    public void Protected_tasks_are_left_alone()
    {
        var view = Given.View(1, [Given.Completed(1)], "1HHH");
        view = view with { Tasks = [.. view.Tasks.Select(t => t with { IsProtected = true })] };
        ServicePlanner.Plan(view, Given.Noon).Stops.ShouldBeEmpty();
    }

    [Fact]
    public void Tasks_on_a_draining_instance_are_replaced_within_the_percentages()
    {
        var view = Given.View(2, [Given.Completed(1)], "1HHHH");
        view = view with { Tasks = [.. view.Tasks.Select((t, i) => t with { IsDisplaced = i < 2 })] };
        ServicePlanner.Plan(view, Given.Noon).Stops.Select(s => s.TaskId).ShouldBe(["1h0", "1h1"]);
        ServicePlanner.Plan(view with { Tasks = [.. view.Tasks.Take(2)] }, Given.Noon).Moves.ShouldBe((2, 0));
    }

    [Fact]
    public void The_primary_shows_its_desired_count_once_it_is_taken_up()
    {
        var fresh = Given.Deployment(1, desired: 0) with { IsTakenUp = false };
        var plan = Plan(3, "", fresh);
        plan.Deployments[0].DesiredCount.ShouldBe(3);
        plan.Deployments[0].PendingCount.ShouldBe(3);
        plan.Outcomes.ShouldBe([new ServiceDeploymentChange("sd-1", ServiceDeploymentStatus.InProgress)]);
    }

    [Fact]
    public void The_desired_count_of_the_older_deployment_falls_with_its_tasks()
    {
        var plan = Plan(3, "2HSS 1HHH", Given.Deployment(2), Given.Completed(1));
        plan.Deployments.Select(d => d.DesiredCount).ShouldBe([3, 2]);
    }

    [Fact]
    public void An_older_deployment_vanishes_with_its_last_task()
    {
        var plan = Plan(3, "2HHH 1X", Given.Deployment(2), Given.Completed(1));
        plan.Deployments.Select(d => d.Id).ShouldBe([Given.Id(2)]);
        plan.Deployments[0].Rollout.ShouldBe(DeploymentRolloutState.Completed);
    }

    [Fact]
    public void A_deployment_is_not_complete_while_older_tasks_drain()
    {
        var plan = Plan(3, "2HHH 1L", Given.Deployment(2), Given.Completed(1));
        plan.Deployments[0].Rollout.ShouldBe(DeploymentRolloutState.InProgress);
    }

    [Fact]
    public void A_superseded_deployment_is_recorded_as_stopped_once()
    {
        var plan = Plan(3, "2HHH 1HHH", Given.Deployment(3), Given.Deployment(2), Given.Completed(1));
        plan.Outcomes.Single().ShouldBe(new ServiceDeploymentChange("sd-2", ServiceDeploymentStatus.Stopped, "Service deployment was superseded by a newer one."));
        var again = ServicePlanner.Plan(Given.View(3, plan.Deployments, "2HHH 1HHH"), Given.Noon);
        again.Outcomes.ShouldBeEmpty();
    }

    [Fact]
    public void A_draining_service_stops_everything_and_ends_inactive()
    {
        var view = Given.View(0, [Given.Completed(1)], "1HHP") with { Status = ServiceStatus.Draining };
        ServicePlanner.Plan(view, Given.Noon).Moves.ShouldBe((0, 3));
        var last = ServicePlanner.Plan(view with { Tasks = Given.Tasks("1DDX") }, Given.Noon);
        last.Status.ShouldBe(ServiceStatus.Draining);
        last = ServicePlanner.Plan(view with { Tasks = Given.Tasks("1DDD") }, Given.Noon);
        last.Status.ShouldBe(ServiceStatus.Inactive);
        last.Deployments.ShouldBeEmpty();
    }

    private static (int, int) Moves(int desired, string tasks, params DeploymentState[] deployments) => Plan(desired, tasks, deployments).Moves;

    private static ServicePlan Plan(int desired, string tasks, params DeploymentState[] deployments) =>
        ServicePlanner.Plan(Given.View(desired, [.. deployments], tasks), Given.Noon);
}
