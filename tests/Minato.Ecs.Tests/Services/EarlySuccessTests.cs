using Minato.Contracts.Ecs;
using Minato.Ecs.Planning.Services;
using Minato.Ecs.State;
using Shouldly;
using Xunit;

namespace Minato.Ecs.Tests.Services;

public sealed class EarlySuccessTests
{
    [Theory]
    [InlineData("2HHHP 1L", 75, true, true)]
    [InlineData("2HHP 1L", 75, true, false)]
    [InlineData("2HHHP 1L", 75, false, false)]
    [InlineData("2HHHP", 75, false, true)]
    public void It_needs_its_share_of_healthy_tasks_and_when_blocking_the_end_of_the_source(string tasks, int percent, bool isDeferred, bool isOver)
    {
        var plan = Plan(tasks, new(percent, isDeferred), Given.Deployment(2, desired: 4), Given.Completed(1));
        (plan.Deployments[0].Rollout == DeploymentRolloutState.Completed).ShouldBe(isOver);
        plan.Outcomes.Select(o => o.Status).ShouldBe(isOver ? [ServiceDeploymentStatus.Successful] : []);
    }

    [Fact]
    public void What_is_left_goes_on_after_it()
    {
        var plan = Plan("2HHH 1H", new(75, true), Given.Deployment(2, desired: 4), Given.Completed(1));
        plan.Deployments[0].Rollout.ShouldBe(DeploymentRolloutState.Completed);
        plan.Starts.Length.ShouldBe(1);
        plan = Plan("2HHHH 1H", new(75, true), [.. plan.Deployments]);
        plan.Stops.Length.ShouldBe(1);
        plan.Outcomes.ShouldBeEmpty();
    }

    [Fact]
    public void A_rollback_is_never_early()
    {
        var back = Given.Deployment(1, desired: 4) with { RollingBackServiceDeployment = "sd-2", IsOutcomeRecorded = true };
        Plan("1HHHP", new(75, true), back).Deployments[0].Rollout.ShouldBe(DeploymentRolloutState.InProgress);
    }

    private static ServicePlan Plan(string tasks, EarlySuccess early, params DeploymentState[] deployments) =>
        ServicePlanner.Plan(Given.View(4, [.. deployments], tasks) with { EarlySuccess = early }, Given.Noon);
}
