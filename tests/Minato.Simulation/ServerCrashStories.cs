using Minato.Contracts.Ecs;
using Minato.Ecs.Tests.Services;
using Minato.Testing;
using Task = System.Threading.Tasks.Task;

namespace Minato.Simulation;

/// <summary>Crashes of the server and changes of the desired count during deployments: what was acknowledged holds.</summary>
public sealed class ServerCrashStories
{
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

        // Some counts leave a deployment neither room to start nor to stop; that is said in an event, and changed by a person.
        await story.Services.UpdateAsync(new() { Service = "web", DeploymentConfiguration = new() { MaximumPercent = 200 } });
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
