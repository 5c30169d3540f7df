using Microsoft.Extensions.DependencyInjection;
using Minato.Contracts.Ecs;
using Minato.Ecs.Planning.Services;
using Minato.Engines.Gates;
using Shouldly;
using Xunit;
using Task = System.Threading.Tasks.Task;

namespace Minato.Ecs.Tests.Services;

/// <summary>The image gate: asked before the first task of a deployment, once, with the reason where people look.</summary>
public sealed class AdmissionTests
{
    private const string Why = "image web:2 of container web is not signed";
    private static readonly GateVerdict s_refused = new(GateOutcome.Refused, Why);
    private static readonly GateVerdict s_waiting = new(GateOutcome.Waiting, "it is being scanned");

    [Fact]
    public void A_refused_deployment_fails_before_its_first_task_and_the_old_one_stays()
    {
        var plan = ServicePlanner.Plan(Given.View(3, [Given.Deployment(2), Given.Completed(1)], "1HHH") with { Gate = s_refused }, Given.Noon);
        plan.Starts.ShouldBeEmpty();
        plan.Stops.ShouldBeEmpty();
        plan.Deployments[0].Rollout.ShouldBe(DeploymentRolloutState.Failed);
        plan.Deployments[0].RolloutReason.ShouldBe($"Refused by the image gate: {Why}.");
        plan.Events.Select(e => e.Message).ShouldContain($"(service web) (deployment {Given.Id(2)}) deployment failed: refused by the image gate: {Why}.");
        plan.Outcomes.ShouldHaveSingleItem().Status.ShouldBe(ServiceDeploymentStatus.Stopped);
    }

    [Fact]
    public void A_refused_deployment_is_rolled_back_where_the_circuit_breaker_would()
    {
        var plan = ServicePlanner.Plan(Given.View(3, [Given.Deployment(2), Given.Completed(1)], "1HHH") with { Gate = s_refused, Breaker = new(true, true) }, Given.Noon);
        plan.RolledBackTo.ShouldNotBeNull().Id.ShouldBe(Given.Id(1));
        plan.Starts.ShouldBeEmpty();
        plan.Outcomes.ShouldContain(o => o.Status == ServiceDeploymentStatus.RollbackInProgress);
    }

    [Fact]
    public void A_deployment_that_passes_is_not_asked_about_again()
    {
        var plan = ServicePlanner.Plan(Given.View(3, [Given.Deployment(1)], "") with { Gate = GateVerdict.Allowed }, Given.Noon);
        plan.Starts.ShouldNotBeEmpty();
        plan.Deployments[0].IsAdmitted.ShouldBeTrue();
        Admission.IsOpen(plan.Deployments[0]).ShouldBeFalse();
        Admission.IsOpen(Given.Completed(1)).ShouldBeFalse();
    }

    [Fact]
    public void While_a_scan_runs_the_deployment_waits_and_then_is_refused()
    {
        var fresh = Given.Deployment(1) with { CreatedAt = Given.Noon };
        var plan = ServicePlanner.Plan(Given.View(3, [fresh], "") with { Gate = s_waiting }, Given.Noon);
        plan.Starts.ShouldBeEmpty();
        plan.Deployments[0].Rollout.ShouldBe(DeploymentRolloutState.InProgress);
        plan.WakeAt.ShouldNotBeNull().ShouldBeGreaterThan(Given.Noon);
        var late = ServicePlanner.Plan(Given.View(3, [fresh], "") with { Gate = s_waiting }, Given.Noon + Admission.Patience);
        late.Deployments[0].Rollout.ShouldBe(DeploymentRolloutState.Failed);
    }

    [Fact]
    public void A_service_is_refused_in_the_world_and_says_why() => ServiceWorld.Run(7, async world =>
    {
        await world.CreateAsync();
        await world.SettledAsync(TimeSpan.FromMinutes(2));
        await world.UpdateAsync(new() { Service = "web", TaskDefinition = await world.DefineAsync(ServiceWorld.Better) });
        await world.World.RunFor(TimeSpan.FromMinutes(2));
        (await world.EventsAsync()).ShouldContain(e => e.Contains($"refused by the image gate: {Why}."));
        world.Running().Select(c => c.Image).ShouldAllBe(i => !i.Contains(ServiceWorld.Better) && !i.Contains("2222"));
        world.Running().Length.ShouldBe(3);
    }, configure: (_, services) => services.AddSingleton<IImageGate>(new OnlyGood()));

    private sealed class OnlyGood : IImageGate
    {
        public ValueTask<GateVerdict> AskAsync(GateQuestion question, CancellationToken ct) =>
            new(question.Images.All(i => i.Image == ServiceWorld.Good) ? GateVerdict.Allowed : s_refused);
    }
}
