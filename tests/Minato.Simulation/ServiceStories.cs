using Minato.Contracts.Ecs;
using Minato.Ecs.Tests.Services;
using Minato.Testing;
using Task = System.Threading.Tasks.Task;

namespace Minato.Simulation;

/// <summary>
/// Goal: whatever happens during a deployment, it stays within its percentages, ends, and is recorded once. Method: safety
/// (<see cref="ServiceInvariants"/>) after every step while things go wrong, liveness once they stop.
/// </summary>
public sealed class ServiceStories
{
    [Theory, Seeds(1, 200)]
    public void A_rolling_update_survives_killed_containers(ulong seed) => Story.Run(seed, async story =>
    {
        await story.BeginAsync();
        await story.Services.RollAsync(ServiceWorld.Better);
        await story.KillContainersAsync(story.Between(1, 5), within: 30);
        await story.EndAsync();
        await story.DeleteAsync();
    });

    [Theory, Seeds(1, 200)]
    public void A_rolling_update_survives_slow_pulls_and_an_engine_that_goes_away(ulong seed) => Story.Run(seed, async story =>
    {
        await story.BeginAsync();
        var faults = story.Services.Host.Faults;
        faults.PullSlowness = story.Between(1, 30);
        await story.Services.RollAsync(ServiceWorld.Better);
        await story.WaitAsync(20);
        if (story.OneIn(3)) faults.DiskFull = true;
        faults.EngineAway(story.Within(40), containersDie: story.OneIn(3));
        await story.WaitAsync(60);
        faults.DiskFull = false;
        faults.PullSlowness = 1;
        await story.EndAsync();
        await story.DeleteAsync();
    });

    [Theory, Seeds(1, 200)]
    public void A_bad_version_is_rolled_back_among_killed_containers(ulong seed) => Story.Run(seed, async story =>
    {
        var isBalanced = story.OneIn(2);
        var before = await story.BeginAsync(isBalanced);
        // Without a load balancer nobody finds out that a version is sick.
        await story.Services.RollAsync(isBalanced && story.OneIn(2) ? ServiceWorld.Sick : ServiceWorld.Missing);
        await story.KillContainersAsync(story.Between(0, 3), within: 20);
        var after = await story.EndAsync();
        after.TaskDefinition.ShouldBe(before.TaskDefinition);
        after.Deployments?[0].Id.ShouldBe(before.Deployments?[0].Id);
        (await story.Services.DeploymentsAsync())[0].Status.ShouldBe(ServiceDeploymentStatus.RollbackSuccessful);
        await story.DeleteAsync();
    });

    [Theory, Seeds(1, 200)]
    public void A_deployment_goes_on_after_crashes_of_the_server(ulong seed) => Story.Run(seed, async story =>
    {
        await story.BeginAsync();
        var isGood = !story.OneIn(3);
        var acknowledged = await story.Services.RollAsync(isGood ? ServiceWorld.Better : ServiceWorld.Missing);
        for (var crashes = story.Between(1, 3); crashes > 0; crashes--)
        {
            await story.WaitAsync(8);
            await story.Services.World.RestartAsync(story.Within(5));
            await HoldsAsync(story, acknowledged);
        }

        var after = await story.EndAsync();
        if (isGood) after.TaskDefinition.ShouldBe(acknowledged.TaskDefinition);
        else after.TaskDefinition.ShouldNotBe(acknowledged.TaskDefinition);
        await story.DeleteAsync();
    });

    [Theory, Seeds(1, 200)]
    public void The_last_of_several_updates_wins(ulong seed) => Story.Run(seed, async story =>
    {
        await story.BeginAsync();
        string[] images = [ServiceWorld.Better, ServiceWorld.Missing, ServiceWorld.Sick, ServiceWorld.Crashing];
        for (var updates = story.Between(1, 3); updates > 0; updates--)
        {
            await story.Services.RollAsync(images[story.Chance.Next(images.Length)]);
            await story.WaitAsync(15);
            if (story.OneIn(4)) await story.KillContainersAsync(1, within: 1);
        }

        var last = await story.Services.RollAsync(story.OneIn(2) ? ServiceWorld.Good : ServiceWorld.Better);
        var after = await story.EndAsync();
        after.Deployments?[0].Id.ShouldBe(last.Deployments?[0].Id);
        (await story.Services.DeploymentsAsync())[0].Status.ShouldBe(ServiceDeploymentStatus.Successful);
        await story.DeleteAsync();
    });

    [Theory, Seeds(1, 200)]
    public void Scaling_during_deployments_ends_at_the_desired_count(ulong seed) => Story.Run(seed, async story =>
    {
        await story.BeginAsync();
        var desired = 0;
        for (var changes = story.Between(2, 5); changes > 0; changes--)
        {
            desired = story.Between(0, 8);
            await story.Services.UpdateAsync(new() { Service = "web", DesiredCount = desired, ForceNewDeployment = story.OneIn(3) });
            await story.WaitAsync(25);
            if (story.OneIn(5)) await story.Services.World.RestartAsync(story.Within(2));
        }

        if (desired == 1) await story.Services.UpdateAsync(new() { Service = "web", DesiredCount = desired = 2, DeploymentConfiguration = new() { MaximumPercent = 200 } });
        var after = await story.EndAsync();
        after.RunningCount.ShouldBe(desired);
        await story.DeleteAsync();
    });

    /// <summary>What was acknowledged survives a crash: the deployment is there, or its outcome is.</summary>
    private static async Task HoldsAsync(Story story, Service acknowledged)
    {
        var now = await story.Services.DescribeAsync();
        now.DesiredCount.ShouldBe(acknowledged.DesiredCount);
        var id = acknowledged.Deployments?[0].Id;
        if (now.Deployments?.Any(d => d.Id == id) == true) return;
        var history = await story.Services.DeploymentsAsync();
        history.ShouldContain(d => d.ServiceDeploymentArn == acknowledged.CurrentServiceDeployment);
    }
}
