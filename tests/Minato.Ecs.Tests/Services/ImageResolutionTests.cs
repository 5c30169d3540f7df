using System.Collections.Immutable;
using Minato.Contracts.Ecs;
using Minato.Ecs.Planning.Services;
using Minato.Ecs.State;
using Minato.Engines.Containers;
using Shouldly;
using Xunit;

namespace Minato.Ecs.Tests.Services;

/// <summary>Which bytes the tags of a deployment stand for.</summary>
public sealed class ImageResolutionTests
{
    private static readonly ImmutableSortedDictionary<string, string> s_digests = ImmutableSortedDictionary<string, string>.Empty.Add("web", "sha256:abc");

    [Theory]
    [InlineData("", 1)]
    [InlineData("1P", 0)] // it still looks
    public void The_first_task_of_a_deployment_starts_alone(string tasks, int starts) =>
        Plan(View(Given.Deployment(1), tasks)).Starts.Length.ShouldBe(starts);

    [Fact]
    public void The_others_start_once_it_has_its_images_and_run_the_same()
    {
        var view = View(Given.Deployment(1), "1P");
        var plan = Plan(view with { Tasks = [view.Tasks[0] with { HasImages = true, ImageDigests = s_digests }] });
        plan.Starts.Length.ShouldBe(4);
        plan.Deployments[0].ImageDigests.ShouldBe(s_digests);
    }

    [Fact]
    public void An_image_that_no_registry_knows_holds_nobody_up()
    {
        var view = View(Given.Deployment(1), "1P");
        var plan = Plan(view with { Tasks = [view.Tasks[0] with { HasImages = true }] });
        (plan.Starts.Length, plan.Deployments[0].IsResolved).ShouldBe((4, true));
    }

    [Fact]
    public void Without_tags_all_start_at_once() => Plan(View(Given.Deployment(1), "") with { WithTags = [] }).Starts.Length.ShouldBe(5);

    [Fact]
    public void After_three_attempts_the_deployment_goes_on_without_digests()
    {
        var second = Plan(View(Given.Deployment(1) with { FailedResolutions = 1 }, "1F")).Deployments[0];
        (second.FailedResolutions, second.IsResolved).ShouldBe((2, false));
        var third = Plan(View(Given.Deployment(1) with { FailedResolutions = 2 }, "1F")).Deployments[0];
        (third.FailedResolutions, third.IsResolved, third.Rollout).ShouldBe((3, true, DeploymentRolloutState.InProgress));
        Plan(View(third with { Backoff = new() }, "")).Starts.Length.ShouldBe(5);
    }

    [Fact]
    public void After_three_attempts_a_circuit_breaker_rolls_back()
    {
        var view = Given.View(20, [Given.Deployment(2) with { FailedResolutions = 2 }, Given.Completed(1)], "2F" + "1" + new string('H', 20)) with
        {
            WithTags = [Given.Id(2)], Breaker = new(true, true),
        };
        Plan(view).RolledBackTo?.Id.ShouldBe(Given.Id(1));
    }

    [Fact]
    public void The_first_task_runs_a_tag_and_the_others_its_digest() => ServiceWorld.Run(1, async services =>
    {
        await services.BalanceAsync();
        await services.CreateAsync(await services.RequestAsync(3));
        await services.SettledAsync(TimeSpan.FromMinutes(5));
        var images = services.Host.Containers.Where(c => c.Image != EngineImage.Pause).Select(c => c.Spec.Image).ToArray();
        images.Count(i => i.Contains('@', StringComparison.Ordinal)).ShouldBe(2);
        images.Count(i => i == ServiceWorld.Good).ShouldBe(1);
    });

    private static ServiceView View(DeploymentState deployment, string tasks) => Given.View(5, [deployment], tasks) with { WithTags = [deployment.Id] };

    private static ServicePlan Plan(ServiceView view) => ServicePlanner.Plan(view, Given.Noon);
}
