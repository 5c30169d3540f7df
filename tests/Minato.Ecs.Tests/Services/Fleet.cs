using System.Globalization;
using Minato.Contracts.Ecs;
using Attribute = Minato.Contracts.Ecs.Attribute;
using Task = System.Threading.Tasks.Task;

namespace Minato.Ecs.Tests.Services;

/// <summary>Container instances of a <see cref="ServiceWorld"/>, and services of the EC2 launch type on them.</summary>
public sealed class Fleet(ServiceWorld services)
{
    private int _instances;

    private static CancellationToken None => CancellationToken.None;

    /// <returns>The id of the new instance.</returns>
    public async Task<string> AddAsync(string zone = "us-east-1a", int memory = 1024, params Attribute[] attributes)
    {
        var made = await services.Ecs.RegisterContainerInstanceAsync(new()
        {
            InstanceIdentityDocument = $$"""{"instanceId":"i-{{(++_instances).ToString("x17", CultureInfo.InvariantCulture)}}"}""",
            TotalResources =
            [
                new() { Name = "CPU", Type = "INTEGER", IntegerValue = 2048 }, new() { Name = "MEMORY", Type = "INTEGER", IntegerValue = memory },
            ],
            Attributes = [new() { Name = "ecs.availability-zone", Value = zone }, .. attributes],
        }, services.World.Caller, None);
        return IdOf(made.ContainerInstance?.ContainerInstanceArn);
    }

    public Task DrainAsync(string instance) => StateAsync(instance, ContainerInstanceStatus.Draining);

    public Task ActivateAsync(string instance) => StateAsync(instance, ContainerInstanceStatus.Active);

    /// <summary>The machine is lost with everything on it.</summary>
    public async Task LoseAsync(string instance) =>
        await services.Ecs.DeregisterContainerInstanceAsync(new() { ContainerInstance = instance, Force = true }, services.World.Caller, None);

    public async Task<string> DefineAsync(string image = ServiceWorld.Good, string family = "web", int memory = 128) =>
        (await services.Ecs.RegisterTaskDefinitionAsync(new()
        {
            Family = family,
            ContainerDefinitions = [new() { Name = "web", Image = image, Memory = memory, PortMappings = [new() { ContainerPort = 80 }] }],
        }, services.World.Caller, None)).TaskDefinition?.TaskDefinitionArn ?? "";

    public async Task<Service> DaemonAsync(string name = "agent", int minimumHealthyPercent = 0) => await services.CreateAsync(new()
    {
        ServiceName = name,
        TaskDefinition = await DefineAsync(family: name),
        SchedulingStrategy = SchedulingStrategy.Daemon,
        LaunchType = LaunchType.Ec2,
        DeploymentConfiguration = new() { MinimumHealthyPercent = minimumHealthyPercent },
    });

    public async Task<Service> ReplicaAsync(int desired, int min = 100, int max = 200) => await services.CreateAsync(new()
    {
        ServiceName = "web",
        TaskDefinition = await DefineAsync(),
        DesiredCount = desired,
        LaunchType = LaunchType.Ec2,
        DeploymentConfiguration = new() { MinimumHealthyPercent = min, MaximumPercent = max },
    });

    /// <summary>Ids of the instances with a running task of the service, one entry a task.</summary>
    public async Task<string[]> RunningOnAsync(string service) =>
        [.. (await TasksAsync(service)).Where(t => t.LastStatus == "RUNNING").Select(t => IdOf(t.ContainerInstanceArn)).Order(StringComparer.Ordinal)];

    /// <summary>Tasks of the service that are not told to stop.</summary>
    public async Task<Contracts.Ecs.Task[]> TasksAsync(string service)
    {
        var arns = (await services.Ecs.ListTasksAsync(new() { ServiceName = service }, services.World.Caller, None)).TaskArns ?? [];
        return arns.IsEmpty ? [] : [.. (await services.Ecs.DescribeTasksAsync(new() { Tasks = arns }, services.World.Caller, None)).Tasks ?? []];
    }

    public Task SteadyAsync(string service, int running) => services.World.Eventually(async () =>
        await services.DescribeAsync(service) is { PendingCount: 0, Deployments: [{ RolloutState: DeploymentRolloutState.Completed }] } now && now.RunningCount == running,
        TimeSpan.FromMinutes(10));

    private async Task StateAsync(string instance, ContainerInstanceStatus status) =>
        await services.Ecs.UpdateContainerInstancesStateAsync(new() { ContainerInstances = [instance], Status = status }, services.World.Caller, None);

    private static string IdOf(string? arn) => arn?[(arn.LastIndexOf('/') + 1)..] ?? "";
}
