using Minato.Contracts.Ecs;
using Minato.Ecs.Planning.Services;
using Minato.Ecs.State;
using Shouldly;
using Xunit;

namespace Minato.Ecs.Tests.Services;

public sealed class CircuitBreakerTests
{
    private static readonly BreakerSettings s_rollback = new(true, true);
    private static readonly BreakerSettings s_stop = new(true, false);

    [Theory]
    [InlineData(0, 3)]
    [InlineData(1, 3)]
    [InlineData(7, 4)]
    [InlineData(25, 13)]
    [InlineData(400, 200)]
    [InlineData(800, 200)]
    public void Threshold_is_half_the_desired_count_within_bounds(int desired, int threshold) =>
        CircuitBreaker.Threshold(desired).ShouldBe(threshold);

    [Theory]
    [InlineData(ThresholdType.BoundedPercent, 50, 25, 13)]
    [InlineData(ThresholdType.BoundedPercent, 10, 10, 3)]
    [InlineData(ThresholdType.BoundedPercent, 100, 800, 200)]
    [InlineData(ThresholdType.UnboundedPercent, 10, 10, 1)]
    [InlineData(ThresholdType.UnboundedPercent, 100, 800, 800)]
    [InlineData(ThresholdType.UnboundedPercent, 25, 0, 1)]
    [InlineData(ThresholdType.Count, 7, 800, 7)]
    public void A_threshold_is_a_bounded_share_a_share_or_a_count(ThresholdType type, int value, int desired, int threshold) =>
        CircuitBreaker.Threshold(desired, new() { Type = type, Value = value }).ShouldBe(threshold);

    [Fact]
    public void The_threshold_follows_the_latest_desired_count()
    {
        var share = s_rollback with { Threshold = new() { Type = ThresholdType.UnboundedPercent, Value = 50 } };
        var view = Given.View(10, [Given.Deployment(2), Given.Completed(1)], "2FFFF 1HHHHHHHHHH") with { Breaker = share };
        ServicePlanner.Plan(view, Given.Noon).RolledBackTo.ShouldBeNull();
        ServicePlanner.Plan(view with { DesiredCount = 8 }, Given.Noon).RolledBackTo.ShouldNotBeNull();
    }

    [Fact]
    public void Without_resetOnHealthyTask_failures_add_up()
    {
        var deployment = Given.Deployment(2) with { FailedTasks = 2, Breaker = new() { FailureCount = 2, HasReachedRunning = true } };
        var view = Given.View(3, [deployment, Given.Completed(1)], "2H 1HHH") with { Breaker = s_rollback with { ResetsOnHealthyTask = false } };
        view = view with { Tasks = view.Tasks.SetItem(0, view.Tasks[0] with { Memory = view.Tasks[0].Memory with { WasHealthy = false } }) };
        var primary = ServicePlanner.Plan(view, Given.Noon).Deployments[0];
        (primary.FailedTasks, primary.Breaker.FailureCount).ShouldBe((0, 2));
    }

    [Fact]
    public void Tasks_that_fail_to_start_trip_the_breaker_and_roll_back()
    {
        var plan = Plan("2FFF 1HHH", s_rollback, Given.Deployment(2), Given.Completed(1));
        plan.Deployments.Select(d => (d.Id, d.Rollout)).ShouldBe([(Given.Id(1), DeploymentRolloutState.InProgress)]);
        plan.Deployments[0].RolloutReason.ShouldBe($"ECS deployment circuit breaker: rolling back to deploymentId {Given.Id(1)}.");
        plan.RolledBackTo.ShouldNotBeNull().Id.ShouldBe(Given.Id(1));
        plan.Events.Select(e => e.Message).ShouldBe(
        [
            "(service web) was unable to place a task. Reason: CannotPullContainerError: no such image.",
            "(service web) was unable to place a task. Reason: CannotPullContainerError: no such image.",
            "(service web) was unable to place a task. Reason: CannotPullContainerError: no such image.",
            $"(service web) (deployment {Given.Id(2)}) deployment failed: tasks failed to start.",
            $"(service web) rolling back to deployment {Given.Id(1)}.",
        ]);
        plan.Outcomes.Single().ShouldBe(new ServiceDeploymentChange(
            "sd-2", ServiceDeploymentStatus.RollbackInProgress, "ECS deployment circuit breaker: tasks failed to start.")
        { RollbackToRevision = Given.Deployment(1).RevisionId, Failure = new(3, []) });
    }

    [Fact]
    public void The_failed_deployment_stays_listed_while_it_has_tasks()
    {
        var plan = Plan("2FFFP 1HHH", s_rollback, Given.Deployment(2), Given.Completed(1));
        plan.Deployments.Select(d => (d.Id, d.Rollout)).ShouldBe(
            [(Given.Id(1), DeploymentRolloutState.InProgress), (Given.Id(2), DeploymentRolloutState.Failed)]);
        plan.Deployments[1].RolloutReason.ShouldBe("ECS deployment circuit breaker: tasks failed to start.");
        plan.Stops.Select(s => s.TaskId).ShouldBe(["2p3"]);
    }

    [Fact]
    public void A_rollback_ends_completed_and_is_recorded_once()
    {
        var back = Given.Deployment(1) with { RollingBackServiceDeployment = "sd-2", IsOutcomeRecorded = true };
        var plan = Plan("1HHH", s_rollback, back);
        plan.Deployments.Single().Rollout.ShouldBe(DeploymentRolloutState.Completed);
        plan.Deployments.Single().RolloutReason.ShouldBe($"ECS deployment {Given.Id(1)} completed.");
        plan.Outcomes.Select(o => (o.ServiceDeploymentId, o.Status)).ShouldBe([("sd-2", ServiceDeploymentStatus.RollbackSuccessful)]);
        Plan("1HHH", s_rollback, [.. plan.Deployments]).Outcomes.ShouldBeEmpty();
    }

    [Fact]
    public void A_rollback_brings_back_a_deployment_without_tasks()
    {
        var plan = Plan("2FFF", s_rollback, Given.Deployment(2), Given.Completed(1, desired: 0));
        plan.Deployments.Single().Id.ShouldBe(Given.Id(1));
        plan.Starts.ShouldAllBe(s => s.DeploymentId == Given.Id(1));
        plan.Starts.Length.ShouldBe(3);
    }

    [Fact]
    public void Without_a_completed_deployment_it_stalls()
    {
        var plan = Plan("1FFF", s_rollback, Given.Deployment(1));
        plan.Deployments.Single().Rollout.ShouldBe(DeploymentRolloutState.Failed);
        plan.Starts.ShouldBeEmpty();
        plan.Outcomes.Single().Status.ShouldBe(ServiceDeploymentStatus.Stopped);
        Plan("", s_rollback, [.. plan.Deployments]).Moves.ShouldBe((0, 0));
    }

    [Fact]
    public void Without_rollback_the_older_tasks_stay_and_are_looked_after()
    {
        var plan = Plan("2FFF 1HHH", s_stop, Given.Deployment(2), Given.Completed(1));
        plan.Moves.ShouldBe((0, 0));
        Plan("1HHC", s_stop, [.. plan.Deployments]).Starts.ShouldBe([new TaskStart(Given.Id(1))]);
    }

    [Fact]
    public void Disabled_it_never_gives_up()
    {
        var plan = Plan("2FFFFFF 1HHH", BreakerSettings.Off, Given.Deployment(2), Given.Completed(1));
        plan.Deployments[0].Rollout.ShouldBe(DeploymentRolloutState.InProgress);
        plan.Deployments[0].FailedTasks.ShouldBe(6);
    }

    [Fact]
    public void Once_a_task_is_running_only_failed_health_checks_count()
    {
        var deployment = Given.Deployment(2) with { Breaker = new() { HasReachedRunning = true } };
        var plan = Plan("2FFFS 1HHH", s_rollback, deployment, Given.Completed(1));
        plan.Deployments[0].Rollout.ShouldBe(DeploymentRolloutState.InProgress);
        plan.Deployments[0].Breaker.FailureCount.ShouldBe(0);

        plan = Plan("2UUU 1HHH", s_rollback, deployment, Given.Completed(1));
        plan.Deployments[0].Id.ShouldBe(Given.Id(1));
        plan.Stops.Length.ShouldBe(3);
        plan.Starts.ShouldBeEmpty();
    }

    [Fact]
    public void Tasks_that_ran_and_crashed_do_not_count()
    {
        var plan = Plan("2CCCC 1HHH", s_rollback, Given.Deployment(2), Given.Completed(1));
        plan.Deployments[0].Breaker.FailureCount.ShouldBe(0);
        plan.Deployments[0].FailedTasks.ShouldBe(0);
    }

    [Fact]
    public void A_healthy_task_resets_the_count()
    {
        var deployment = Given.Deployment(2) with { FailedTasks = 2, Breaker = new() { FailureCount = 2, HasReachedRunning = true } };
        var view = Given.View(3, [deployment, Given.Completed(1)], "2H 1HHH");
        view = view with { Tasks = view.Tasks.SetItem(0, view.Tasks[0] with { Memory = view.Tasks[0].Memory with { WasHealthy = false } }) };
        var primary = ServicePlanner.Plan(view, Given.Noon).Deployments[0];
        (primary.FailedTasks, primary.Breaker.FailureCount).ShouldBe((0, 0));
    }

    [Fact]
    public void Each_failure_counts_once()
    {
        var first = Plan("2FF 1HHH", s_rollback, Given.Deployment(2), Given.Completed(1));
        first.Deployments[0].Breaker.FailureCount.ShouldBe(2);
        first.Forget.Length.ShouldBe(2);
    }

    [Fact]
    public void A_task_stopped_by_somebody_is_no_failure()
    {
        var view = Given.View(3, [Given.Deployment(2), Given.Completed(1)], "2FFF 1HHH") with { Breaker = s_rollback };
        view = view with { Tasks = [.. view.Tasks.Select(t => t.StopCode is null ? t : t with { StopCode = TaskStopCode.UserInitiated })] };
        ServicePlanner.Plan(view, Given.Noon).Deployments[0].FailedTasks.ShouldBe(0);
    }

    [Fact]
    public void A_user_can_ask_for_the_rollback()
    {
        var view = Given.View(3, [Given.Deployment(2), Given.Completed(1)], "2PPP 1HHH") with { RollbackRequested = "sd-2" };
        var plan = ServicePlanner.Plan(view, Given.Noon);
        plan.Deployments[0].Id.ShouldBe(Given.Id(1));
        plan.Outcomes.Single().Status.ShouldBe(ServiceDeploymentStatus.RollbackInProgress);
    }

    [Fact]
    public void A_rollback_is_tried_until_it_succeeds()
    {
        var back = Given.Deployment(1) with { RollingBackServiceDeployment = "sd-2", IsOutcomeRecorded = true };
        var plan = Plan("1FFFF", s_rollback, back);
        plan.Deployments.Single().Rollout.ShouldBe(DeploymentRolloutState.InProgress);
        plan.Outcomes.ShouldBeEmpty();
        plan.WakeAt.ShouldBe(Given.Noon.AddSeconds(1));
    }

    [Fact]
    public void A_rollback_that_is_superseded_is_recorded_as_failed()
    {
        var back = Given.Deployment(1) with { RollingBackServiceDeployment = "sd-2", IsOutcomeRecorded = true };
        var plan = Plan("1HHH", s_rollback, Given.Deployment(3), back);
        plan.Outcomes.Select(o => (o.ServiceDeploymentId, o.Status)).ShouldBe([("sd-2", ServiceDeploymentStatus.RollbackFailed)]);
    }

    [Fact]
    public void A_task_that_was_healthy_waits_for_its_replacement_during_a_deployment()
    {
        var view = Given.View(2, [Given.Deployment(2)], "2HU");
        view = view with { Tasks = view.Tasks.SetItem(1, view.Tasks[1] with { Memory = view.Tasks[1].Memory with { WasHealthy = true } }) };
        ServicePlanner.Plan(view, Given.Noon).Moves.ShouldBe((1, 0));
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 1)]
    [InlineData(2, 2)]
    [InlineData(5, 16)]
    [InlineData(11, 1024)]
    [InlineData(12, 1620)]
    [InlineData(500, 1620)]
    public void Back_off_doubles_up_to_27_minutes(int level, int seconds) =>
        StartBackoffs.Delay(level).ShouldBe(TimeSpan.FromSeconds(seconds));

    [Fact]
    public void Tasks_that_fail_together_are_one_round_of_back_off()
    {
        var plan = Plan("1FFF", BreakerSettings.Off, Given.Deployment(1));
        plan.Deployments[0].Backoff.ShouldBe(new StartBackoff { Level = 1, RetryAt = Given.Noon.AddSeconds(1) });
        plan.Starts.ShouldBeEmpty();
        plan.WakeAt.ShouldBe(Given.Noon.AddSeconds(1));
    }

    [Fact]
    public void A_running_task_ends_the_back_off()
    {
        var deployment = Given.Deployment(1) with { Backoff = new() { Level = 7, RetryAt = Given.Noon.AddMinutes(1) } };
        var view = Given.View(3, [deployment], "1S");
        view = view with { Tasks = [view.Tasks[0] with { Memory = view.Tasks[0].Memory with { HasRun = false } }] };
        ServicePlanner.Plan(view, Given.Noon).Moves.ShouldBe((2, 0));
    }

    [Fact]
    public void An_update_ends_the_back_off()
    {
        var waits = Given.Deployment(1) with { Backoff = new() { Level = 12, RetryAt = Given.Noon.AddMinutes(27) } };
        Plan("1F", BreakerSettings.Off, waits).Starts.ShouldBeEmpty();
        Plan("1F", BreakerSettings.Off, Given.Deployment(2), waits).Starts.ShouldAllBe(s => s.DeploymentId == Given.Id(2));
        Plan("1F", BreakerSettings.Off, Given.Deployment(2), waits).Moves.Starts.ShouldBe(3);
    }

    [Fact]
    public void A_service_that_keeps_failing_says_so()
    {
        var deployment = Given.Deployment(1) with { Backoff = new() { Level = 2, RetryAt = Given.Noon.AddSeconds(-1) } };
        var plan = Plan("1F", BreakerSettings.Off, deployment);
        plan.Events.ShouldContain(new PlannedEvent("(service web) is unable to consistently start tasks successfully.", IsRepeatable: false));
    }

    private static ServicePlan Plan(string tasks, BreakerSettings breaker, params DeploymentState[] deployments) =>
        ServicePlanner.Plan(Given.View(3, [.. deployments], tasks) with { Breaker = breaker }, Given.Noon);
}
