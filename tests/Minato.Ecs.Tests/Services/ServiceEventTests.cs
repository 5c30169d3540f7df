using Minato.Contracts.Ecs;
using Minato.Ecs.Planning.Services;
using Minato.Ecs.State;
using Shouldly;
using Xunit;

namespace Minato.Ecs.Tests.Services;

public sealed class ServiceEventTests
{
    [Fact]
    public void A_completed_deployment_is_told_then_the_steady_state()
    {
        var plan = Plan(Given.View(3, [Given.Deployment(2), Given.Completed(1)], "2HHH"), Given.Noon);
        plan.Events.Select(e => e.Message).ShouldBe(
            [$"(service web) (deployment {Given.Id(2)}) deployment completed.", "(service web) has reached a steady state."]);
        plan.SteadySince.ShouldBe(Given.Noon);
        plan.Outcomes.ShouldBe([new ServiceDeploymentChange("sd-2", ServiceDeploymentStatus.Successful)]);
        plan.Deployments[0].RolloutReason.ShouldBe($"ECS deployment {Given.Id(2)} completed.");
    }

    [Fact]
    public void Steady_state_is_repeated_after_six_hours()
    {
        var view = Given.View(3, [Given.Completed(1)], "1HHH") with { SteadySince = Given.Noon };
        var plan = Plan(view, Given.Noon.AddHours(5));
        plan.Events.ShouldBeEmpty();
        plan.WakeAt.ShouldBe(Given.Noon.AddHours(6));
        Plan(view, Given.Noon.AddHours(6)).Events.Single().Message.ShouldBe("(service web) has reached a steady state.");
    }

    [Fact]
    public void A_service_that_lost_a_task_is_steady_anew()
    {
        var view = Given.View(3, [Given.Completed(1)], "1HHC") with { SteadySince = Given.Noon };
        var plan = Plan(view, Given.Noon.AddMinutes(1));
        plan.SteadySince.ShouldBeNull();
        plan.Starts.Length.ShouldBe(1);
    }

    [Fact]
    public void Registered_targets_are_told_by_target_group()
    {
        var plan = Plan(Forgetful("1SS", m => m with { ToldRegistered = false }), Given.Noon);
        plan.Events.Single().Message.ShouldBe($"(service web) registered 2 targets in (target-group {Given.TargetGroup})");
    }

    [Fact]
    public void Draining_deregistering_and_stopping_are_told_in_that_order()
    {
        var draining = Plan(Forgetful("1LL", m => m with { ToldDraining = false, ToldDeregistered = false }), Given.Noon);
        draining.Events.Select(e => e.Message).ShouldBe([$"(service web, taskSet {Given.Id(1)}) has begun draining connections on 2 tasks."]);
        var stopping = Plan(Forgetful("1XX", m => m with { ToldDeregistered = false }), Given.Noon);
        stopping.Events.Select(e => e.Message).Take(2).ShouldBe(
        [
            $"(service web) deregistered 2 targets in (target-group {Given.TargetGroup})",
            "(service web) has stopped 2 running tasks: (task 1x0) (task 1x1).",
        ]);
    }

    [Fact]
    public void An_unhealthy_target_is_told_with_its_reason()
    {
        var plan = Plan(Given.View(3, [Given.Completed(1)], "1HHU"), Given.Noon);
        plan.Events.Single().Message.ShouldBe(
            $"(service web) (task 1u2) (port 80) is unhealthy in (target-group {Given.TargetGroup}) due to (reason Health checks failed with these codes: [503])");
        plan.Replaced.ShouldBe(1);
    }

    [Fact]
    public void Started_tasks_are_listed() => ServiceEvents.Started("web", ["a", "b"], 1).ShouldBe(
        "(service web) has started 2 tasks: (task a) (task b). Amazon ECS replaced 1 tasks due to an unhealthy status.");

    [Fact]
    public void A_deployment_that_can_neither_start_nor_stop_says_so()
    {
        var view = Given.View(3, [Given.Deployment(2), Given.Completed(1)], "1HHH") with { MaximumPercent = 125 };
        Plan(view, Given.Noon).Events.Single().ShouldBe(new PlannedEvent(
            "(service web) was unable to stop or start tasks during a deployment because of the service deployment configuration. " +
            "Update the minimumHealthyPercent or maximumPercent value and try again.", IsRepeatable: false));
    }

    [Fact]
    public void A_stopped_task_is_accounted_and_forgotten()
    {
        var plan = Plan(Given.View(3, [Given.Completed(1)], "1HHHD"), Given.Noon);
        plan.Events.Select(e => e.Message).ShouldContain("(service web) has stopped 1 running tasks: (task 1d3).");
        plan.Forget.ShouldBe([new TaskKey(Given.Service.Cluster, "1d3")]);
        plan.Remember.ShouldNotContain(m => m.Key.Id == "1d3");
    }

    [Fact]
    public void The_digests_of_the_first_task_are_pinned()
    {
        var view = Given.View(3, [Given.Deployment(1)], "1S");
        var digests = System.Collections.Immutable.ImmutableSortedDictionary<string, string>.Empty.Add("web", "sha256:abc");
        view = view with { Tasks = [view.Tasks[0] with { ImageDigests = digests }] };
        Plan(view, Given.Noon).Deployments[0].ImageDigests.ShouldBe(digests);
    }

    [Fact]
    public void A_settled_plan_changes_nothing()
    {
        var first = Plan(Given.View(3, [Given.Completed(1)], "1HHH"), Given.Noon);
        var view = Given.View(3, first.Deployments, "1HHH") with { SteadySince = first.SteadySince };
        var plan = Plan(view, Given.Noon.AddMinutes(1));
        plan.Deployments.ShouldBe(view.Deployments);
        plan.Deployments[0].ShouldBeSameAs(view.Deployments[0]);
        (plan.Remember.Length + plan.Forget.Length + plan.Events.Length + plan.Outcomes.Length).ShouldBe(0);
    }

    private static ServicePlan Plan(ServiceView view, DateTimeOffset now) => ServicePlanner.Plan(view, now);

    private static ServiceView Forgetful(string tasks, Func<ServiceTaskState, ServiceTaskState> change)
    {
        var view = Given.View(2, [Given.Completed(1)], tasks);
        return view with { Tasks = [.. view.Tasks.Select(t => t with { Memory = change(t.Memory) })] };
    }
}
