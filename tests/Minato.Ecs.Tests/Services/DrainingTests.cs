using Minato.Contracts.Ecs;
using Minato.Ecs.Planning.Services;
using Minato.Ecs.State;
using Task = System.Threading.Tasks.Task;

namespace Minato.Ecs.Tests.Services;

/// <summary>Container instances that are set to DRAINING.</summary>
public sealed class DrainingTests
{
    [Fact]
    public void Pending_tasks_go_at_once_and_are_started_elsewhere()
    {
        var plan = ServicePlanner.Plan(Displaced("1HHPP", 2, 3), Given.Noon);
        plan.Stops.Select(s => s.TaskId).ShouldBe(["1p2", "1p3"]);
        plan.Starts.Length.ShouldBe(2);
    }

    [Theory]
    [InlineData(100, 200, 2, 0)] // replacements first
    [InlineData(50, 100, 0, 2)] // no room above: half may go first
    [InlineData(75, 100, 0, 1)]
    [InlineData(100, 150, 2, 0)]
    [InlineData(100, 125, 1, 0)]
    public void Running_tasks_are_replaced_within_the_percentages(int min, int max, int starts, int stops)
    {
        var view = Displaced("1HHHH", 0, 1) with { MinimumHealthyPercent = min, MaximumPercent = max };
        ServicePlanner.Plan(view, Given.Noon).Moves.ShouldBe((starts, stops));
    }

    [Fact]
    public void A_drained_instance_has_no_service_task_left_and_stays_DRAINING() => ServiceWorld.Run(1, async services =>
    {
        var fleet = new Fleet(services);
        var draining = await fleet.AddAsync();
        var other = await fleet.AddAsync();
        await fleet.ReplicaAsync(4);
        await fleet.SteadyAsync("web", 4);
        await fleet.DrainAsync(draining);
        var fewest = 4;
        await services.World.Eventually(async () =>
        {
            var running = await fleet.RunningOnAsync("web");
            fewest = Math.Min(fewest, running.Length);
            return running.Length == 4 && running.All(i => i == other);
        }, TimeSpan.FromMinutes(10), "all on the other instance");
        fewest.ShouldBe(4);
        (await StatusAsync(services, draining)).ShouldBe("DRAINING");
        await fleet.ActivateAsync(draining);
        (await StatusAsync(services, draining)).ShouldBe("ACTIVE");
    });

    [Fact]
    public void Standalone_tasks_are_left_alone() => ServiceWorld.Run(1, async services =>
    {
        var fleet = new Fleet(services);
        var draining = await fleet.AddAsync();
        await services.Ecs.RunTaskAsync(new() { TaskDefinition = await fleet.DefineAsync(), LaunchType = LaunchType.Ec2 }, services.World.Caller, default);
        await services.World.Eventually(() => services.Running().Length == 1, TimeSpan.FromMinutes(1), "it runs");
        await fleet.DrainAsync(draining);
        await services.World.RunFor(TimeSpan.FromMinutes(5));
        services.Running().Length.ShouldBe(1);
        await services.World.Throws<InvalidParameterException>(() =>
            services.Ecs.RunTaskAsync(new() { TaskDefinition = "web", LaunchType = LaunchType.Ec2 }, services.World.Caller, default));
    });

    private static async Task<string?> StatusAsync(ServiceWorld services, string instance) =>
        (await services.Ecs.DescribeContainerInstancesAsync(new() { ContainerInstances = [instance] }, services.World.Caller, default)).ContainerInstances?[0].Status;

    private static ServiceView Displaced(string shape, params int[] tasks)
    {
        var view = Given.View(4, [Given.Completed(1, 4)], shape);
        return view with { Tasks = [.. view.Tasks.Select((t, i) => t with { IsDisplaced = tasks.Contains(i) })] };
    }
}
