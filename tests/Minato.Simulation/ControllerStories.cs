using Minato.Contracts.Ecs;
using Minato.Ecs.Tests.Services;
using Minato.Testing;
using Task = System.Threading.Tasks.Task;

namespace Minato.Simulation;

/// <summary>
/// Goal: whoever changes his mind, at whatever moment, gets what he asked for last, and nothing is stuck. Method: task sets that are
/// scaled while their containers die, and services that are updated by two at once and deleted in the middle of it.
/// </summary>
public sealed class ControllerStories
{
    [Theory, Seeds(1, 40)]
    public void Task_sets_end_as_they_were_last_asked_for(ulong seed) => ServiceWorld.Run(seed, async world =>
    {
        var chance = world.World.Chance;
        if (chance.Next(2) == 0) await world.BalanceAsync(chance.Next(8));
        var desired = 1 + chance.Next(5);
        await TaskSetWorld.CreateAsync(world, desired);
        var blue = await TaskSetWorld.SetAsync(world, 100);
        var green = await TaskSetWorld.SetAsync(world, 0, ServiceWorld.Better);
        var (blueScale, greenScale) = (100, 0);
        for (var i = 0; i < 12; i++)
        {
            await world.World.RunFor(TimeSpan.FromSeconds(15 * chance.NextDouble()));
            switch (chance.Next(6))
            {
                case 0: await TaskSetWorld.ScaleAsync(world, blue, blueScale = chance.Next(101)); break;
                case 1: await TaskSetWorld.ScaleAsync(world, green, greenScale = chance.Next(101)); break;
                case 2: await TaskSetWorld.MakePrimaryAsync(world, chance.Next(2) == 0 ? blue : green); break;
                case 3: await world.UpdateAsync(new() { Service = "web", DesiredCount = desired = 1 + chance.Next(5) }); break;
                case 4: await world.World.RestartAsync(TimeSpan.FromSeconds(chance.Next(4))); break;
                default: Kill(world); break;
            }
        }

        await world.World.Eventually(
            async () => (await TaskSetWorld.FindAsync(world, blue))?.RunningCount == Computed(desired, blueScale)
                && (await TaskSetWorld.FindAsync(world, green))?.RunningCount == Computed(desired, greenScale),
            Story.Patience, "each set has its share");
        await TaskSetWorld.SteadyAsync(world, blue);
        await TaskSetWorld.SteadyAsync(world, green);
        await world.World.Eventually(() => world.Running().Length == Computed(desired, blueScale) + Computed(desired, greenScale), TimeSpan.FromMinutes(2), "nothing more runs");
        await EndAsync(world);
    });

    [Theory, Seeds(1, 40)]
    public void A_service_deleted_in_the_middle_of_a_deployment_leaves_nothing(ulong seed) => Story.Run(seed, async story =>
    {
        var world = story.Services;
        await story.BeginAsync();
        await Task.WhenAll(
            world.RollAsync(ServiceWorld.Better),
            world.UpdateAsync(new() { Service = "web", DesiredCount = story.Between(1, 6) }));
        await story.WaitAsync(60);
        if (story.OneIn(2)) Kill(world);
        await story.DeleteAsync();
        (await world.DescribeAsync()).Events.ShouldNotBeNull().ShouldNotBeEmpty();
        await world.World.Throws<ServiceNotActiveException>(() => world.UpdateAsync(new() { Service = "web", DesiredCount = 1 }));
        (await world.Ecs.DeleteClusterAsync(new() { Cluster = "default" }, world.World.Caller, default)).Cluster?.Status.ShouldBe("INACTIVE");
    });

    [Theory, Seeds(1, 40)]
    public void Of_two_updates_at_once_both_hold_and_one_deployment_stays(ulong seed) => Story.Run(seed, async story =>
    {
        var world = story.Services;
        await story.BeginAsync();
        var desired = story.Between(4, 8); // Percentages of fewer may round to a deployment that is allowed nothing.
        await Task.WhenAll(
            world.RollAsync(ServiceWorld.Better),
            world.UpdateAsync(new() { Service = "web", DesiredCount = desired }),
            world.RollAsync(ServiceWorld.Good));
        var service = await story.EndAsync();
        service.DesiredCount.ShouldBe(desired);
        service.Deployments?.Length.ShouldBe(1);
    });

    private static int Computed(int desired, int scale) => (desired * scale + 99) / 100;

    private static void Kill(ServiceWorld world)
    {
        if (world.Running() is { Length: > 0 } running) world.Host.Faults.Kill(running[world.World.Chance.Next(running.Length)].Id);
    }

    private static async Task EndAsync(ServiceWorld world)
    {
        await world.Ecs.DeleteServiceAsync(new() { Service = "web", Force = true }, world.World.Caller, default);
        await world.World.Eventually(async () => (await world.DescribeAsync()).Status == "INACTIVE", TimeSpan.FromMinutes(5), "services-inactive");
        await world.World.Eventually(() => world.Host.Containers.Count == 0, TimeSpan.FromMinutes(5), "no orphan containers");
    }
}
