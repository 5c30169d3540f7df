using Minato.Contracts.Ecs;
using Minato.Ecs.Tests.Tasks;
using Minato.Testing;
using Task = System.Threading.Tasks.Task;

namespace Minato.Ecs.Tests.Placement;

/// <summary>Placement through the API: what the book remembers is held against what is there.</summary>
public sealed class PlacementBookTests
{
    private static async Task<string> RegisterAsync(TaskWorld world, string zone, int memory = 1024) =>
        (await world.Ecs.RegisterContainerInstanceAsync(new()
        {
            TotalResources =
            [
                new() { Name = "CPU", Type = "INTEGER", IntegerValue = 4096 }, new() { Name = "MEMORY", Type = "INTEGER", IntegerValue = memory },
            ],
            Attributes = [new() { Name = "ecs.availability-zone", Value = zone }, new() { Name = "ecs.instance-type", Value = "m5.large" }],
        }, world.World.Caller, default)).ContainerInstance?.ContainerInstanceArn ?? "";

    private static async Task<RunTaskResponse> RunAsync(TaskWorld world, int count = 1, string? filter = null, params PlacementStrategy[] strategies) =>
        await world.Ecs.RunTaskAsync(new()
        {
            TaskDefinition = "web", LaunchType = LaunchType.Ec2, Count = count, PlacementStrategy = [.. strategies],
            PlacementConstraints = filter is null ? null : [Given.MemberOf(filter)],
        }, world.World.Caller, default);

    private static Task DefineAsync(TaskWorld world, string? memberOf = null) => world.Ecs.RegisterTaskDefinitionAsync(new()
    {
        Family = "web", ContainerDefinitions = [TaskWorld.Container() with { Memory = 256 }],
        PlacementConstraints = memberOf is null ? null : [new() { Type = TaskDefinitionPlacementConstraintType.MemberOf, Expression = memberOf }],
    }, world.World.Caller, default);

    private static IEnumerable<int> Spread(RunTaskResponse answer) =>
        (answer.Tasks ?? []).GroupBy(t => t.ContainerInstanceArn).Select(g => g.Count()).Order();

    [Fact]
    public void Tasks_of_one_call_see_each_other() => TaskWorld.Run(1, async world =>
    {
        await RegisterAsync(world, "us-east-1a");
        await RegisterAsync(world, "us-east-1b");
        await DefineAsync(world);
        Spread(await RunAsync(world, 4, null, Given.Spread("instanceId"))).ShouldBe([2, 2]);
        Spread(await RunAsync(world, 3, null, Given.Binpack("memory"))).ShouldBe([1, 2]);
        var last = await RunAsync(world, 3);
        last.Tasks?.Length.ShouldBe(1);
        last.Failures?.Select(f => f.Reason).ShouldBe(["RESOURCE:MEMORY", "RESOURCE:MEMORY"]);
    });

    [Fact]
    public void What_a_task_leaves_is_given_again() => TaskWorld.Run(1, async world =>
    {
        await RegisterAsync(world, "us-east-1a", memory: 256);
        await DefineAsync(world);
        var first = (await RunAsync(world)).Tasks?[0].TaskArn ?? "";
        (await RunAsync(world)).Failures?.Length.ShouldBe(1);
        await world.UntilAsync(first, "RUNNING");
        await world.StopAsync(first);
        await world.UntilAsync(first, "STOPPED");
        (await RunAsync(world)).Tasks?.Length.ShouldBe(1);
    });

    [Fact]
    public void A_draining_instance_takes_nothing_and_an_empty_cluster_says_so() => TaskWorld.Run(1, async world =>
    {
        var a = await RegisterAsync(world, "us-east-1a");
        var b = await RegisterAsync(world, "us-east-1b");
        await DefineAsync(world);
        await RunAsync(world);
        await world.Ecs.UpdateContainerInstancesStateAsync(new() { ContainerInstances = [a], Status = ContainerInstanceStatus.Draining }, world.World.Caller, default);
        (await RunAsync(world, 2)).Tasks?.ShouldAllBe(t => t.ContainerInstanceArn == b);
        await world.Ecs.UpdateContainerInstancesStateAsync(new() { ContainerInstances = [b], Status = ContainerInstanceStatus.Draining }, world.World.Caller, default);
        (await world.World.Throws<InvalidParameterException>(() => RunAsync(world))).Message.ShouldBe("No Container Instances were found in your cluster.");
    });

    [Fact]
    public void Constraints_of_the_definition_and_of_the_call_hold_together() => TaskWorld.Run(1, async world =>
    {
        var a = await RegisterAsync(world, "us-east-1a");
        await RegisterAsync(world, "us-east-1b");
        await DefineAsync(world, "attribute:ecs.availability-zone == us-east-1a");
        (await RunAsync(world, 2)).Tasks?.ShouldAllBe(t => t.ContainerInstanceArn == a);
        var refused = await RunAsync(world, 1, "attribute:stack == prod");
        refused.Failures?.ShouldAllBe(f => f.Reason == "MemberOf placement constraint unsatisfied.");
        await world.Ecs.PutAttributesAsync(new() { Attributes = [new() { Name = "stack", Value = "prod", TargetId = a }] }, world.World.Caller, default);
        (await RunAsync(world, 1, "attribute:stack == prod")).Tasks?.Length.ShouldBe(1);
    });

    [Fact]
    public void An_expression_that_cannot_be_read_is_refused_everywhere() => TaskWorld.Run(1, async world =>
    {
        await RegisterAsync(world, "us-east-1a");
        await world.World.Throws<ClientException>(() => DefineAsync(world, "attribute:stack =="));
        await DefineAsync(world);
        await world.World.Throws<InvalidParameterException>(() => RunAsync(world, 1, "attribute:stack"));
        await world.World.Throws<InvalidParameterException>(() => world.Ecs.ListContainerInstancesAsync(new() { Filter = "zone == a" }, world.World.Caller, default));
        var found = await world.Ecs.ListContainerInstancesAsync(
            new() { Filter = "attribute:ecs.availability-zone in [us-east-1a, us-east-1c] and not(runningTasksCount > 0)" }, world.World.Caller, default);
        found.ContainerInstanceArns?.Length.ShouldBe(1);
    });

    [Fact]
    public void A_restart_forgets_nothing() => TaskWorld.Run(1, async world =>
    {
        await RegisterAsync(world, "us-east-1a", memory: 600);
        await DefineAsync(world);
        (await RunAsync(world, 2)).Tasks?.Length.ShouldBe(2);
        await world.World.RestartAsync();
        (await RunAsync(world)).Failures?.Single().Reason.ShouldBe("RESOURCE:MEMORY");
    });

    [Fact]
    public void StartTask_tells_what_is_missing_inactive_or_too_small() => TaskWorld.Run(1, async world =>
    {
        var small = await RegisterAsync(world, "us-east-1a", memory: 100);
        var gone = await RegisterAsync(world, "us-east-1a");
        await DefineAsync(world);
        await world.Ecs.DeregisterContainerInstanceAsync(new() { ContainerInstance = gone }, world.World.Caller, default);
        var answer = await world.Ecs.StartTaskAsync(
            new() { TaskDefinition = "web", ContainerInstances = [small, gone, new string('0', 32)] }, world.World.Caller, default);
        answer.Failures?.Select(f => f.Reason).ShouldBe(["RESOURCE:MEMORY", "INACTIVE", "MISSING"]);
    });
}
