using Minato.Contracts.Ecs;
using Minato.Testing;
using Task = System.Threading.Tasks.Task;

namespace Minato.Ecs.Tests.Tasks;

/// <summary>Tasks of the EC2 launch type on this host.</summary>
public sealed class ContainerInstanceTests
{
    private static RegisterTaskDefinitionRequest Bridge(int hostPort = 0, int memory = 128) => new()
    {
        Family = "web",
        ContainerDefinitions = [TaskWorld.Container() with { Memory = memory, PortMappings = [new() { ContainerPort = 80, HostPort = hostPort }] }],
    };

    private static async Task<RunTaskResponse> RunAsync(TaskWorld world, RegisterTaskDefinitionRequest definition, int count = 1)
    {
        await world.Ecs.RegisterTaskDefinitionAsync(definition, world.World.Caller, default);
        return await world.Ecs.RunTaskAsync(new() { TaskDefinition = "web", LaunchType = LaunchType.Ec2, Count = count }, world.World.Caller, default);
    }

    private static async Task<ContainerInstance> RegisterAsync(TaskWorld world) =>
        (await world.Ecs.RegisterContainerInstanceAsync(new() { TotalResources = [
            new() { Name = "CPU", Type = "INTEGER", IntegerValue = 2048 }, new() { Name = "MEMORY", Type = "INTEGER", IntegerValue = 1024 }] },
            world.World.Caller, default)).ContainerInstance ?? throw new InvalidOperationException();

    [Fact]
    public void Without_instances_EC2_tasks_are_refused() => TaskWorld.Run(1, async world =>
    {
        await world.ClusterAsync();
        var refused = await world.World.Throws<InvalidParameterException>(() => RunAsync(world, Bridge()));
        refused.Message.ShouldBe("No Container Instances were found in your cluster.");
    });

    [Fact]
    public void A_dynamic_port_is_told_and_resources_are_counted() => TaskWorld.Run(1, async world =>
    {
        var instance = await RegisterAsync(world);
        var made = await RunAsync(world, Bridge());
        made.Tasks?[0].LastStatus.ShouldBe("PENDING");
        made.Tasks?[0].ContainerInstanceArn.ShouldBe(instance.ContainerInstanceArn);
        var task = await world.UntilAsync(made.Tasks?[0].TaskArn ?? "", "RUNNING");
        task.Containers?[0].NetworkBindings?[0].ContainerPort.ShouldBe(80);
        task.Containers?[0].NetworkBindings?[0].HostPort.ShouldNotBeNull().ShouldBeGreaterThan(0);
        var now = (await world.Ecs.DescribeContainerInstancesAsync(
            new() { ContainerInstances = [instance.ContainerInstanceArn ?? ""] }, world.World.Caller, default)).ContainerInstances?[0];
        now?.RemainingResources?.Single(r => r.Name == "MEMORY").IntegerValue.ShouldBe(1024 - 128);
        now?.RunningTasksCount.ShouldBe(1);
    });

    [Fact]
    public void What_does_not_fit_is_a_failure_and_no_exception() => TaskWorld.Run(1, async world =>
    {
        var instance = await RegisterAsync(world);
        var memory = await RunAsync(world, Bridge(memory: 600), count: 2);
        memory.Tasks?.Length.ShouldBe(1);
        memory.Failures?.Single().ShouldBe(new Failure { Arn = instance.ContainerInstanceArn, Reason = "RESOURCE:MEMORY" });
    });

    [Fact]
    public void A_fixed_host_port_is_given_once() => TaskWorld.Run(1, async world =>
    {
        await RegisterAsync(world);
        (await RunAsync(world, Bridge(8080))).Failures?.ShouldBeEmpty();
        (await RunAsync(world, Bridge(8080))).Failures?.Single().Reason.ShouldBe("RESOURCE:PORTS");
    });

    [Fact]
    public void A_port_that_another_process_has_is_the_reason() => TaskWorld.Run(1, async world =>
    {
        await RegisterAsync(world);
        world.Host.OccupyPort(8080);
        var made = await RunAsync(world, Bridge(8080));
        var stopped = await world.UntilAsync(made.Tasks?[0].TaskArn ?? "", "STOPPED");
        stopped.StopCode.ShouldBe(TaskStopCode.TaskFailedToStart);
        stopped.StoppedReason.ShouldBe("Task failed to start");
        stopped.Containers?[0].Reason.ShouldNotBeNull().ShouldStartWith("CannotStartContainerError: ");
    });

    [Fact]
    public void Deregistering_needs_force_while_tasks_run() => TaskWorld.Run(1, async world =>
    {
        var arn = (await RegisterAsync(world)).ContainerInstanceArn ?? "";
        var made = await RunAsync(world, Bridge());
        await world.UntilAsync(made.Tasks?[0].TaskArn ?? "", "RUNNING");
        var refused = await world.World.Throws<InvalidParameterException>(
            () => world.Ecs.DeregisterContainerInstanceAsync(new() { ContainerInstance = arn }, world.World.Caller, default));
        refused.Message.ShouldBe("Found running tasks on the instance.");
        var gone = await world.Ecs.DeregisterContainerInstanceAsync(new() { ContainerInstance = arn, Force = true }, world.World.Caller, default);
        gone.ContainerInstance?.Status.ShouldBe("INACTIVE");
        var stopped = await world.UntilAsync(made.Tasks?[0].TaskArn ?? "", "STOPPED");
        stopped.StoppedReason.ShouldBe("Container instance deregistration forced by user");
    });
}
