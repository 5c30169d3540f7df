using Minato.Contracts.Ec2;
using Minato.Contracts.Ecs;
using Minato.Engines.Containers;
using Minato.Testing;
using NetworkMode = Minato.Contracts.Ecs.NetworkMode;
using Task = System.Threading.Tasks.Task;

namespace Minato.Ecs.Tests.Tasks;

/// <summary>Container instances that are parts of one machine.</summary>
public sealed class CarvedInstanceTests
{
    private static async Task<ContainerInstance> AddAsync(TaskWorld world, string type = "m5.large", string zone = "us-east-1a")
    {
        var run = await world.World.Client<IEc2>().RunInstancesAsync(
            new() { InstanceType = type, MinCount = 1, MaxCount = 1, Placement = new() { AvailabilityZone = zone } }, world.World.Caller, default);
        return (await world.Ecs.RegisterContainerInstanceAsync(
            new() { InstanceIdentityDocument = $$"""{"instanceId":"{{run.Instances?[0].InstanceId}}"}""" }, world.World.Caller, default)).ContainerInstance
            ?? throw new InvalidOperationException();
    }

    private static async Task<RunTaskResponse> RunAsync(TaskWorld world, NetworkMode mode, int hostPort = 0, int count = 1, string? subnet = null)
    {
        await world.Ecs.RegisterTaskDefinitionAsync(new()
        {
            Family = "web", NetworkMode = mode, ContainerDefinitions = [TaskWorld.Container() with
            {
                Memory = 128, PortMappings = mode == NetworkMode.Bridge ? [new() { ContainerPort = 80, HostPort = hostPort }] : [new() { ContainerPort = 80 }],
            }],
        }, world.World.Caller, default);
        return await world.Ecs.RunTaskAsync(new()
        {
            TaskDefinition = "web", LaunchType = LaunchType.Ec2, Count = count,
            NetworkConfiguration = subnet is null ? null : new() { AwsvpcConfiguration = new() { Subnets = [subnet] } },
        }, world.World.Caller, default);
    }

    private static string? Attribute(ContainerInstance instance, string name) => instance.Attributes?.Single(a => a.Name == name).Value;

    [Fact]
    public void They_register_with_the_size_and_zone_of_their_instance() => TaskWorld.Run(1, async world =>
    {
        var instance = await AddAsync(world, "c5.xlarge", "us-east-1b");
        instance.RegisteredResources?.Single(r => r.Name == "CPU").IntegerValue.ShouldBe(4096);
        instance.RegisteredResources?.Single(r => r.Name == "MEMORY").IntegerValue.ShouldBe(8192);
        Attribute(instance, "ecs.instance-type").ShouldBe("c5.xlarge");
        Attribute(instance, "ecs.availability-zone").ShouldBe("us-east-1b");
        instance.Ec2InstanceId.ShouldNotBeNull().ShouldStartWith("i-");
    });

    [Fact]
    public void A_fixed_port_is_there_once_on_each_of_them() => TaskWorld.Run(1, async world =>
    {
        await AddAsync(world);
        await AddAsync(world);
        var made = await RunAsync(world, NetworkMode.Bridge, 8080, count: 3);
        made.Failures?.Select(f => f.Reason).ShouldBe(["RESOURCE:PORTS", "RESOURCE:PORTS"]);
        foreach (var task in made.Tasks ?? []) await world.UntilAsync(task.TaskArn ?? "", "RUNNING");
        world.Containers().SelectMany(c => c.Spec.Ports).Select(p => p.HostAddress).Distinct().Count().ShouldBe(2, "each has an address of its own");
    });

    [Fact]
    public void Containers_are_in_the_slice_of_their_instance() => TaskWorld.Run(1, async world =>
    {
        var instance = await AddAsync(world, "t3.micro");
        var made = await RunAsync(world, NetworkMode.Bridge);
        await world.UntilAsync(made.Tasks?[0].TaskArn ?? "", "RUNNING");
        world.Containers().Single().Spec.Slice.ShouldBe(new ResourceSlice(instance.Ec2InstanceId ?? "", 2048, 1L << 30));
    });

    [Fact]
    public void Network_interfaces_of_the_type_limit_awsvpc_tasks() => TaskWorld.Run(1, async world =>
    {
        await AddAsync(world, "m5.large");
        var made = await RunAsync(world, NetworkMode.Awsvpc, count: 3, subnet: await world.SubnetAsync());
        made.Tasks?.Length.ShouldBe(2);
        made.Failures?.Single().Reason.ShouldBe("RESOURCE:ENI");
    });

    [Fact]
    public void A_subnet_elsewhere_is_refused() => TaskWorld.Run(1, async world =>
    {
        await AddAsync(world, zone: "us-east-1b");
        (await RunAsync(world, NetworkMode.Awsvpc, subnet: await world.SubnetAsync())).Failures?.Single().Reason.ShouldBe("LOCATION");
    });

    [Fact]
    public void They_are_there_after_a_restart_with_their_tasks() => TaskWorld.Run(1, async world =>
    {
        var instance = await AddAsync(world);
        var made = await RunAsync(world, NetworkMode.Bridge, 8080);
        await world.UntilAsync(made.Tasks?[0].TaskArn ?? "", "RUNNING");
        var before = world.Containers().Single();
        await world.World.RestartAsync(TimeSpan.FromSeconds(5));
        await world.World.RunFor(TimeSpan.FromMinutes(2));
        world.Containers().Single().Id.ShouldBe(before.Id);
        (await world.DescribeAsync(made.Tasks?[0].TaskArn ?? "")).ContainerInstanceArn.ShouldBe(instance.ContainerInstanceArn);
        (await RunAsync(world, NetworkMode.Bridge, 8080)).Failures?.Single().Reason.ShouldBe("RESOURCE:PORTS");
    });
}
