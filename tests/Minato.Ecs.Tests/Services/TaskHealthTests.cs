using Minato.Contracts.Ecs;
using Minato.Contracts.ElasticLoadBalancingV2;
using Minato.Ecs.Planning.Services;
using Minato.Ecs.State;
using Shouldly;
using Xunit;

namespace Minato.Ecs.Tests.Services;

public sealed class TaskHealthTests
{
    private static readonly ServiceView s_plain = Given.View(1, [Given.Completed(1)], "");
    private static readonly ServiceView s_checked = s_plain with { WithHealthCheck = [Given.Id(1)] };

    [Theory]
    [InlineData(39, false)]
    [InlineData(40, true)]
    public void Without_any_check_a_task_is_healthy_after_forty_seconds(int seconds, bool healthy) =>
        Verdict(Running(seconds), s_plain).ShouldBe(healthy ? TaskVerdict.Healthy : TaskVerdict.Starting);

    [Theory]
    [InlineData(HealthStatus.Unknown, "Starting")]
    [InlineData(HealthStatus.Healthy, "Healthy")]
    [InlineData(HealthStatus.Unhealthy, "Unhealthy")]
    public void With_a_container_check_the_check_decides(HealthStatus health, string verdict) =>
        Verdict(Running(5) with { Health = health }, s_checked).ToString().ShouldBe(verdict);

    [Theory]
    [InlineData(null, "Starting")]
    [InlineData(TargetHealthStateEnum.Initial, "Starting")]
    [InlineData(TargetHealthStateEnum.Unused, "Starting")]
    [InlineData(TargetHealthStateEnum.Healthy, "Healthy")]
    [InlineData(TargetHealthStateEnum.Unhealthy, "Unhealthy")]
    public void With_a_load_balancer_the_target_decides(TargetHealthStateEnum? state, string verdict) =>
        Verdict(Running(100) with { Targets = [Target(state)] }, s_plain).ToString().ShouldBe(verdict);

    [Theory]
    [InlineData(HealthStatus.Healthy, TargetHealthStateEnum.Healthy, "Healthy")]
    [InlineData(HealthStatus.Unknown, TargetHealthStateEnum.Healthy, "Starting")]
    [InlineData(HealthStatus.Healthy, TargetHealthStateEnum.Initial, "Starting")]
    [InlineData(HealthStatus.Unhealthy, TargetHealthStateEnum.Healthy, "Unhealthy")]
    public void With_both_both_decide(HealthStatus health, TargetHealthStateEnum state, string verdict) =>
        Verdict(Running(100) with { Health = health, Targets = [Target(state)] }, s_checked).ToString().ShouldBe(verdict);

    [Fact]
    public void In_the_grace_period_failing_checks_are_ignored()
    {
        var view = s_plain with { GracePeriod = TimeSpan.FromSeconds(60) };
        var task = Running(59) with { Targets = [Target(TargetHealthStateEnum.Unhealthy)] };
        Verdict(task, view).ShouldBe(TaskVerdict.Starting);
        TaskVerdicts.ChangesAt(task, view, Given.Noon).ShouldBe(Given.Noon.AddSeconds(1));
        TaskVerdicts.Of(task, view, Given.Noon.AddSeconds(1)).ShouldBe(TaskVerdict.Unhealthy);
    }

    [Fact]
    public void Of_more_tasks_than_desired_one_that_fails_in_its_grace_period_goes_first()
    {
        var view = Given.View(2, [Given.Completed(1, desired: 2)], "1HUH") with { GracePeriod = TimeSpan.FromHours(2) };
        string.Join(' ', ServicePlanner.Plan(view, Given.Noon).Stops.Select(s => s.TaskId)).ShouldBe("1u1");
    }

    [Fact]
    public void A_plan_wakes_when_forty_seconds_are_over()
    {
        var view = s_plain with { Tasks = [Running(10)] };
        ServicePlanner.Plan(view, Given.Noon).WakeAt.ShouldBe(Given.Noon.AddSeconds(30));
    }

    [Theory]
    [InlineData("1HHU", 200, 1, 0, "")] // the replacement first
    [InlineData("1HHUP", 200, 0, 0, "")] // wait for it
    [InlineData("1HHUS", 200, 0, 0, "")]
    [InlineData("1HHUH", 200, 0, 1, "1u2")] // it is healthy: the unhealthy one goes
    [InlineData("1HHUU", 200, 1, 1, "1u2")] // the replacement is unhealthy too: either goes
    [InlineData("1HHU", 100, 0, 1, "1u2")] // no room: the unhealthy one goes first
    [InlineData("1UUU", 100, 0, 1, "1u0")] // one at a time
    [InlineData("1UUL", 100, 0, 0, "")]
    [InlineData("1UUX", 100, 1, 0, "")]
    public void Unhealthy_tasks_of_a_completed_deployment_are_replaced(string tasks, int max, int starts, int stops, string stopped)
    {
        var view = Given.View(3, [Given.Completed(1)], tasks) with { MaximumPercent = max };
        var plan = ServicePlanner.Plan(view, Given.Noon);
        plan.Moves.ShouldBe((starts, stops));
        string.Join(' ', plan.Stops.Select(s => s.TaskId)).ShouldBe(stopped);
    }

    [Fact]
    public void The_reason_of_a_stop_names_the_failing_check()
    {
        var view = Given.View(3, [Given.Completed(1)], "1HHUH");
        ServicePlanner.Plan(view, Given.Noon).Stops.Single().Reason.ShouldBe($"Task failed ELB health checks in (target-group {Given.TargetGroup})");
        var task = Running(100) with { Health = HealthStatus.Unhealthy };
        var container = s_checked with { Tasks = [task], DesiredCount = 0 + 1, MaximumPercent = 100 };
        ServicePlanner.Plan(container, Given.Noon).Stops.Single().Reason.ShouldBe("Task failed container health checks");
    }

    [Fact]
    public void Scaling_in_takes_pending_tasks_then_the_zone_with_most_tasks()
    {
        var view = Given.View(2, [Given.Completed(1)], "1HHHHP");
        string[] zones = ["a", "b", "b", "b", "a"];
        view = view with { Tasks = [.. view.Tasks.Select((t, i) => t with { Zone = zones[i] })] };
        ServicePlanner.Plan(view, Given.Noon).Stops.Select(s => s.TaskId).ShouldBe(["1p4", "1h3", "1h2"]);
    }

    [Fact]
    public void Tasks_are_spread_over_zones_then_subnets()
    {
        var zones = new Dictionary<string, string> { ["s1"] = "a", ["s2"] = "a", ["s3"] = "b" };
        SubnetSpread.Choose(["s1", "s2", "s3"], zones, [], 4).ShouldBe(["s1", "s3", "s2", "s3"]);
        SubnetSpread.Choose(["s1", "s2", "s3"], zones, ["s3", "s3"], 2).ShouldBe(["s1", "s2"]);
    }

    private static TaskVerdict Verdict(TaskInService task, ServiceView view) => TaskVerdicts.Of(task, view, Given.Noon);

    private static TaskInService Running(int seconds) =>
        Given.Task(1, 'S') with { StartedAt = Given.Noon.AddSeconds(-seconds), Targets = [] };

    private static TargetInService Target(TargetHealthStateEnum? state) => new(Given.TargetGroup, "172.31.0.9", 80, state);
}
