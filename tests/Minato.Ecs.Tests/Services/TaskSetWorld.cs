using Minato.Contracts.Ecs;
using Task = System.Threading.Tasks.Task;

namespace Minato.Ecs.Tests.Services;

/// <summary>Short words for what a test does with task sets of the service <c>web</c>.</summary>
internal static class TaskSetWorld
{
    public static async Task<Service> CreateAsync(ServiceWorld world, int desired) => await world.CreateAsync(new()
    {
        ServiceName = "web", DesiredCount = desired, DeploymentController = new() { Type = DeploymentControllerType.External },
    });

    public static async Task<CreateTaskSetRequest> RequestAsync(ServiceWorld world, double? scale, string image = ServiceWorld.Good) => new()
    {
        Cluster = "default",
        Service = "web",
        TaskDefinition = await world.DefineAsync(image),
        LaunchType = LaunchType.Fargate,
        NetworkConfiguration = new() { AwsvpcConfiguration = new() { Subnets = await world.SubnetsAsync() } },
        LoadBalancers = world.TargetGroup is null ? null : [new() { TargetGroupArn = world.TargetGroup, ContainerName = "web", ContainerPort = 80 }],
        Scale = scale is null ? null : new() { Value = scale, Unit = ScaleUnit.Percent },
    };

    public static async Task<TaskSet> SetAsync(ServiceWorld world, double? scale, string image = ServiceWorld.Good) =>
        (await world.Ecs.CreateTaskSetAsync(await RequestAsync(world, scale, image), world.World.Caller, default)).TaskSet
        ?? throw new InvalidOperationException("No task set came back.");

    public static Task ScaleAsync(ServiceWorld world, TaskSet set, double scale) => world.Ecs.UpdateTaskSetAsync(
        new() { Cluster = "default", Service = "web", TaskSet = set.Id ?? "", Scale = new() { Value = scale, Unit = ScaleUnit.Percent } }, world.World.Caller, default);

    public static Task MakePrimaryAsync(ServiceWorld world, TaskSet set) => world.Ecs.UpdateServicePrimaryTaskSetAsync(
        new() { Cluster = "default", Service = "web", PrimaryTaskSet = set.Id ?? "" }, world.World.Caller, default);

    public static async Task<TaskSet?> FindAsync(ServiceWorld world, TaskSet set) => ((await world.Ecs.DescribeTaskSetsAsync(
        new() { Cluster = "default", Service = "web", TaskSets = [set.Id ?? ""] }, world.World.Caller, default)).TaskSets ?? []).SingleOrDefault();

    public static Task SteadyAsync(ServiceWorld world, TaskSet set) => world.World.Eventually(
        async () => (await FindAsync(world, set))?.StabilityStatus == StabilityStatus.SteadyState, TimeSpan.FromMinutes(3), $"{set.Id} is steady");
}
