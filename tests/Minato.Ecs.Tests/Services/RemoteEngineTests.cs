using System.Text.Json.Nodes;
using Microsoft.Extensions.DependencyInjection;
using Minato.Contracts.Ec2;
using Minato.Contracts.Ecs;
using Minato.Engines.Containers;
using Minato.Testing;
using Minato.Testing.Containers;
using Task = System.Threading.Tasks.Task;

namespace Minato.Ecs.Tests.Services;

/// <summary>Container instances that are another machine's engine.</summary>
public sealed class RemoteEngineTests
{
    private const string Far = "tcp://10.0.0.5:2376";

    [Fact]
    public void Tasks_are_where_their_instance_is() => Run(async (services, far) =>
    {
        await JoinAsync(services);
        await RunAsync(services, count: 2);
        await services.World.Eventually(async () => (await TasksAsync(services)).Count(t => t.LastStatus == "RUNNING") == 2, TimeSpan.FromMinutes(1), "both run");
        (far.Containers.Count, services.Host.Containers.Count).ShouldBe((2, 0));
        far.Containers.ShouldAllBe(c => c.Spec.Ports.All(p => p.HostAddress == "0.0.0.0"));
    });

    [Fact]
    public void A_machine_that_EC2_does_not_name_an_engine_for_is_this_one() => Run(async (services, far) =>
    {
        await services.Ecs.RegisterContainerInstanceAsync(new(), services.World.Caller, default);
        await RunAsync(services);
        await services.World.Eventually(async () => (await TasksAsync(services)).Single().LastStatus == "RUNNING", TimeSpan.FromMinutes(1), "it runs");
        (far.Containers.Count, services.Host.Containers.Count).ShouldBe((0, 1));
    });

    [Fact]
    public void While_the_engine_is_away_nothing_is_placed_there_and_what_runs_stays() => Run(async (services, far) =>
    {
        await JoinAsync(services);
        await RunAsync(services);
        await services.World.Eventually(async () => (await TasksAsync(services)).Single().LastStatus == "RUNNING", TimeSpan.FromMinutes(1), "it runs");
        far.Faults.EngineAway(TimeSpan.FromMinutes(5));
        await services.World.Eventually(async () => (await InstanceAsync(services)).AgentConnected == false, TimeSpan.FromMinutes(1), "seen to be away");
        (await RunAsync(services)).Failures?.Single().Reason.ShouldBe("AGENT");
        (await TasksAsync(services)).Single().LastStatus.ShouldBe("RUNNING");
        await services.World.Eventually(async () => (await InstanceAsync(services)).AgentConnected == true, TimeSpan.FromMinutes(10), "back");
        (await RunAsync(services)).Failures.ShouldBe([]);
    });

    [Fact]
    public void A_deregistered_machine_that_does_not_answer_loses_its_tasks() => Run(async (services, far) =>
    {
        await JoinAsync(services);
        await RunAsync(services);
        await services.World.Eventually(async () => (await TasksAsync(services)).Single().LastStatus == "RUNNING", TimeSpan.FromMinutes(1), "it runs");
        far.Faults.EngineAway(TimeSpan.FromDays(1));
        await services.World.Eventually(async () => (await InstanceAsync(services)).AgentConnected == false, TimeSpan.FromMinutes(1), "seen to be away");
        var arn = (await TasksAsync(services)).Single().TaskArn ?? "";
        await services.Ecs.DeregisterContainerInstanceAsync(
            new() { ContainerInstance = (await InstanceAsync(services)).ContainerInstanceArn ?? "", Force = true }, services.World.Caller, default);
        await services.World.Eventually(async () => (await DescribeAsync(services, arn)).LastStatus == "STOPPED", TimeSpan.FromMinutes(1), "lost");
        (await DescribeAsync(services, arn)).StoppedReason.ShouldBe("Container instance deregistration forced by user");
    });

    [Fact]
    public void A_restart_adopts_what_runs_there() => Run(async (services, far) =>
    {
        await JoinAsync(services);
        await RunAsync(services);
        await services.World.Eventually(async () => (await TasksAsync(services)).Single().LastStatus == "RUNNING", TimeSpan.FromMinutes(1), "it runs");
        var before = far.Containers.Single().Id;
        await services.World.RestartAsync(TimeSpan.FromSeconds(5));
        await services.World.RunFor(TimeSpan.FromMinutes(3));
        far.Containers.Single().Id.ShouldBe(before);
        (await TasksAsync(services)).Single().LastStatus.ShouldBe("RUNNING");
    });

    [Fact]
    public void What_ends_there_while_Minato_looks_is_seen_there() => Run(async (services, far) =>
    {
        await JoinAsync(services);
        await RunAsync(services);
        await services.World.Eventually(async () => (await TasksAsync(services)).SingleOrDefault()?.LastStatus == "RUNNING", TimeSpan.FromMinutes(1), "it runs");
        var arn = (await TasksAsync(services)).Single().TaskArn ?? "";
        far.Faults.Kill(far.Containers.Single().Id, 3);
        await services.World.Eventually(async () => (await DescribeAsync(services, arn)).LastStatus == "STOPPED", TimeSpan.FromMinutes(1), "stopped");
        var task = await DescribeAsync(services, arn);
        (task.StopCode, task.Containers?[0].ExitCode).ShouldBe((TaskStopCode.EssentialContainerExited, 3));
    });

    [Fact]
    public void What_only_this_machine_answers_is_not_promised_there() => Run(async (services, far) =>
    {
        await JoinAsync(services);
        await RunAsync(services);
        await services.World.Eventually(async () => (await TasksAsync(services)).Single().LastStatus == "RUNNING", TimeSpan.FromMinutes(1), "it runs");
        far.Containers.Single().Spec.Environment.Keys.ShouldNotContain(k => k.StartsWith("ECS_", StringComparison.Ordinal));
        await services.Ecs.RegisterTaskDefinitionAsync(new()
        {
            Family = "with-role", TaskRoleArn = "arn:aws:iam::123456789012:role/app", ContainerDefinitions = [new() { Name = "web", Image = ServiceWorld.Good, Memory = 64 }],
        }, services.World.Caller, default);
        var refused = await services.Ecs.RunTaskAsync(new() { TaskDefinition = "with-role", LaunchType = LaunchType.Ec2 }, services.World.Caller, default);
        refused.Failures?.Single().Reason.ShouldBe("ATTRIBUTE");
    });

    private static async Task JoinAsync(ServiceWorld services)
    {
        var run = await services.World.Client<IEc2>().RunInstancesAsync(new()
        {
            InstanceType = "m5.large", MinCount = 1, MaxCount = 1,
            TagSpecifications = [new() { ResourceType = "instance", Tags = [new() { Key = "minato:engine", Value = Far }, new() { Key = "minato:address", Value = "10.0.0.5" }] }],
        }, services.World.Caller, default);
        run.Instances?[0].PrivateIpAddress.ShouldBe("10.0.0.5");
        await services.Ecs.RegisterContainerInstanceAsync(new()
        {
            InstanceIdentityDocument = new JsonObject { ["instanceId"] = run.Instances?[0].InstanceId }.ToJsonString(),
        }, services.World.Caller, default);
    }

    private static async Task<RunTaskResponse> RunAsync(ServiceWorld services, int count = 1) => await services.Ecs.RunTaskAsync(
        new() { TaskDefinition = await new Fleet(services).DefineAsync(), Count = count, LaunchType = LaunchType.Ec2 }, services.World.Caller, default);

    private static async Task<ContainerInstance> InstanceAsync(ServiceWorld services)
    {
        var arns = (await services.Ecs.ListContainerInstancesAsync(new(), services.World.Caller, default)).ContainerInstanceArns ?? [];
        return (await services.Ecs.DescribeContainerInstancesAsync(new() { ContainerInstances = arns }, services.World.Caller, default)).ContainerInstances?.Single()
            ?? throw new InvalidOperationException();
    }

    private static async Task<Minato.Contracts.Ecs.Task[]> TasksAsync(ServiceWorld services)
    {
        var arns = (await services.Ecs.ListTasksAsync(new(), services.World.Caller, default)).TaskArns ?? [];
        return arns.IsEmpty ? [] : [.. (await services.Ecs.DescribeTasksAsync(new() { Tasks = arns }, services.World.Caller, default)).Tasks ?? []];
    }

    private static async Task<Minato.Contracts.Ecs.Task> DescribeAsync(ServiceWorld services, string arn) =>
        (await services.Ecs.DescribeTasksAsync(new() { Tasks = [arn] }, services.World.Caller, default)).Tasks?.Single() ?? throw new InvalidOperationException();

    private static void Run(Func<ServiceWorld, SimHost, Task> test)
    {
        SimHost? far = null;
        ServiceWorld.Run(1, services => test(services, far ?? throw new InvalidOperationException()), configure: (world, services) =>
        {
            var host = far = world.Outside(w => new FarMachine(new(w.Time))).Host;
            foreach (var image in ServiceWorld.Images()) host.AddImage(image);
            services.AddSingleton<IContainerEngines>(p => new SimEngines(p.GetRequiredService<IContainerEngine>(), new Dictionary<string, SimHost> { [Far] = host }));
        });
    }

    private sealed record FarMachine(SimHost Host);
}
