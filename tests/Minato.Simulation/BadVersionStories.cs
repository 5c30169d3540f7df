using Minato.Contracts.Ecs;
using Minato.Ecs.Tests.Services;
using Minato.Testing;
using Task = System.Threading.Tasks.Task;

namespace Minato.Simulation;

/// <summary>Versions that do not come up, and updates on top of updates: safety at every step, and the right version in the end.</summary>
public sealed class BadVersionStories
{
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
}
