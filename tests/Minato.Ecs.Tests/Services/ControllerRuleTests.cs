using Minato.Contracts.Ecs;
using InvalidParameterException = Minato.Contracts.Ecs.InvalidParameterException;
using Task = System.Threading.Tasks.Task;

namespace Minato.Ecs.Tests.Services;

/// <summary>What a service whose deployments are somebody else's may ask for.</summary>
public sealed class ControllerRuleTests
{
    private const string UseCodeDeploy = "on services with a CODE_DEPLOY deployment controller. Use AWS CodeDeploy to trigger a new deployment.";

    [Fact]
    public void Code_deploy_makes_one_task_set_of_the_whole_service() => ServiceWorld.Run(1, async world =>
    {
        await world.BalanceAsync();
        var created = await world.CreateAsync(await CodeDeployAsync(world));
        created.Deployments.ShouldNotBeNull().ShouldBeEmpty();
        var set = created.TaskSets.ShouldNotBeNull().Single();
        (set.Status, set.StartedBy, set.Scale?.Value).ShouldBe(("PRIMARY", "CODE_DEPLOY", 100d));
        created.TaskDefinition.ShouldBe(set.TaskDefinition);
        await TaskSetWorld.SteadyAsync(world, set);
        world.Running().Length.ShouldBe(2);
    });

    [Fact]
    public void Code_deploy_replaces_the_task_set_through_the_api() => ServiceWorld.Run(2, async world =>
    {
        await world.BalanceAsync();
        var blue = (await world.CreateAsync(await CodeDeployAsync(world))).TaskSets?[0] ?? new();
        await TaskSetWorld.SteadyAsync(world, blue);
        var green = (await world.Ecs.CreateTaskSetAsync(
            await TaskSetWorld.RequestAsync(world, 100, ServiceWorld.Better) with { ExternalId = "d-ABCDEFGHI" }, world.World.Caller, default)).TaskSet ?? new();
        (green.StartedBy, green.ExternalId, green.Status).ShouldBe(("CODE_DEPLOY", "d-ABCDEFGHI", "ACTIVE"));
        await TaskSetWorld.SteadyAsync(world, green);
        await TaskSetWorld.MakePrimaryAsync(world, green);
        await world.Ecs.DeleteTaskSetAsync(new() { Cluster = "default", Service = "web", TaskSet = blue.Id ?? "", Force = true }, world.World.Caller, default);
        await world.World.Eventually(async () => (await world.DescribeAsync()).TaskSets?.Length == 1, TimeSpan.FromMinutes(2), "blue is gone");
        (await world.DescribeAsync()).TaskDefinition.ShouldBe(green.TaskDefinition);
    });

    [Fact]
    public void Code_deploy_refuses_updates_that_are_deployments() => ServiceWorld.Run(3, async world =>
    {
        await world.BalanceAsync();
        var created = await world.CreateAsync(await CodeDeployAsync(world));
        await Refused(new() { Service = "web", TaskDefinition = created.TaskDefinition, ForceNewDeployment = true }, $"Unable to update task definition {UseCodeDeploy}");
        await Refused(new() { Service = "web", NetworkConfiguration = created.NetworkConfiguration, ForceNewDeployment = true }, $"Unable to update network parameters {UseCodeDeploy}");
        await Refused(new() { Service = "web", LoadBalancers = created.LoadBalancers }, $"Unable to update load balancers {UseCodeDeploy}");
        await Refused(new() { Service = "web", PlatformVersion = "LATEST" }, $"Unable to update platform version {UseCodeDeploy}");
        await Refused(new() { Service = "web", ForceNewDeployment = true }, $"Cannot force a new deployment {UseCodeDeploy}");
        await Refused(new() { Service = "web", CapacityProviderStrategy = [new() { CapacityProvider = "FARGATE", Weight = 1 }] }, $"Cannot force a new deployment {UseCodeDeploy}");
        var updated = await world.UpdateAsync(new()
        {
            Service = "web", DesiredCount = 3, HealthCheckGracePeriodSeconds = 10, DeploymentConfiguration = new() { MaximumPercent = 150 },
            EnableECSManagedTags = true, PropagateTags = PropagateTags.Service,
        });
        (updated.DesiredCount, updated.HealthCheckGracePeriodSeconds, updated.DeploymentConfiguration?.MaximumPercent).ShouldBe((3, 10, 150));

        async Task Refused(UpdateServiceRequest request, string message) =>
            (await world.World.Throws<InvalidParameterException>(() => world.UpdateAsync(request))).Message.ShouldBe(message);
    });

    [Fact]
    public void Create_refuses_what_the_controller_cannot_do() => ServiceWorld.Run(4, async world =>
    {
        await world.BalanceAsync();
        var deploy = await CodeDeployAsync(world);
        await Refused(deploy with { LoadBalancers = null });
        await Refused(deploy with { LaunchType = null, CapacityProviderStrategy = [new() { CapacityProvider = "FARGATE", Weight = 1 }] });
        await Refused(deploy with { DeploymentConfiguration = new() { DeploymentCircuitBreaker = new() { Enable = true, Rollback = true } } });
        await Refused(deploy with { SchedulingStrategy = SchedulingStrategy.Daemon, DesiredCount = null });
        var external = deploy with { DeploymentController = new() { Type = DeploymentControllerType.External } };
        (await Refused(external)).ShouldBe("TaskDefinition must be blank.");
        (await Refused(external with { TaskDefinition = "" })).ShouldBe("Family should not be null or empty.");
        await Refused(external with { TaskDefinition = null, LoadBalancers = null });
        await Refused(external with { TaskDefinition = null, NetworkConfiguration = null });

        async Task<string> Refused(CreateServiceRequest request) =>
            (await world.World.Throws<InvalidParameterException>(() => world.CreateAsync(request))).Message;
    });

    [Fact]
    public void Task_sets_are_for_external_controllers_only() => ServiceWorld.Run(5, async world =>
    {
        await world.CreateAsync();
        (await world.World.Throws<InvalidParameterException>(() => TaskSetWorld.SetAsync(world, 100))).Message
            .ShouldBe("Amazon ECS only supports task set management on services configured to use external deployment controllers.");
    });

    private static async Task<CreateServiceRequest> CodeDeployAsync(ServiceWorld world) => await world.RequestAsync(desired: 2) with
    {
        DeploymentController = new() { Type = DeploymentControllerType.CodeDeploy }, DeploymentConfiguration = null,
    };
}
