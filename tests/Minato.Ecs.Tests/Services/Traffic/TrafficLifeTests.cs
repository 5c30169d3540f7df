using Minato.Contracts.Ecs;
using Task = System.Threading.Tasks.Task;

namespace Minato.Ecs.Tests.Services.Traffic;

/// <summary>Deployments that shift traffic, from request to containers, in simulated worlds.</summary>
public sealed class TrafficLifeTests
{
    private static readonly DeploymentConfiguration s_blueGreen = new() { Strategy = DeploymentStrategy.BlueGreen, BakeTimeInMinutes = 5 };
    private static readonly TimeSpan s_minute = TimeSpan.FromMinutes(1);

    [Fact]
    public void A_blue_green_deployment_shifts_all_at_once_bakes_and_cleans_up() => TrafficScene.Run(1, async scene =>
    {
        await scene.BeginAsync(s_blueGreen);
        (await scene.WeightsAsync()).ShouldBe("blue 100");
        await scene.Services.RollAsync(ServiceWorld.Better);
        await scene.StageAsync(ServiceDeploymentLifecycleStage.ScaleUp);
        (await scene.WeightsAsync()).ShouldBe("blue 100");
        await scene.StageAsync(ServiceDeploymentLifecycleStage.BakeTime);
        (await scene.WeightsAsync()).ShouldBe("green 100");
        (await scene.WeightsAsync(scene.Test)).ShouldBe("green 100");
        scene.Services.Running().Length.ShouldBe(4);

        await scene.World.RunFor(s_minute * 4.5);
        scene.Services.Running().Length.ShouldBe(4); // Blue runs on for the whole bake time.
        var baking = await scene.DeploymentAsync();
        (baking.TargetServiceRevision?.RequestedProductionTrafficWeight, baking.SourceServiceRevisions?[0].RequestedProductionTrafficWeight).ShouldBe((100, 0));

        var ended = await scene.EndAsync(ServiceDeploymentStatus.Successful);
        ended.LifecycleStage.ShouldBe(ServiceDeploymentLifecycleStage.CleanUp);
        await scene.Services.SettledAsync(s_minute * 3);
        await scene.World.Eventually(() => scene.Services.Running().Length is 2, s_minute, "blue is gone");
        (await scene.HealthyAsync(scene.Green)).ShouldBe(2);
        (await scene.HealthyAsync(scene.Blue)).ShouldBe(0);
    });

    [Fact]
    public void The_next_deployment_uses_the_other_target_group() => TrafficScene.Run(2, async scene =>
    {
        await scene.BeginAsync(s_blueGreen with { BakeTimeInMinutes = 0 });
        (await ServingAsync(scene)).ShouldBe(scene.Blue);
        await scene.Services.RollAsync(ServiceWorld.Better);
        await scene.EndAsync(ServiceDeploymentStatus.Successful);
        (await ServingAsync(scene)).ShouldBe(scene.Green);
        await scene.Services.SettledAsync(s_minute * 3);

        await scene.Services.RollAsync(ServiceWorld.Good);
        await scene.World.RunFor(s_minute);
        await scene.EndAsync(ServiceDeploymentStatus.Successful);
        (await ServingAsync(scene)).ShouldBe(scene.Blue);
        (await scene.WeightsAsync()).ShouldBe("blue 100");
    });

    [Fact]
    public void A_linear_deployment_takes_equal_steps_and_watches_each() => TrafficScene.Run(3, async scene =>
    {
        await scene.BeginAsync(new() { Strategy = DeploymentStrategy.Linear, LinearConfiguration = new() { StepPercent = 30, StepBakeTimeInMinutes = 2 }, BakeTimeInMinutes = 1 });
        var seen = await WeightsOfAsync(scene);
        seen.ShouldBe(["blue 100", "blue 70 green 30", "blue 40 green 60", "blue 10 green 90", "green 100"]);
    });

    [Fact]
    public void A_canary_deployment_takes_a_small_step_and_then_the_rest() => TrafficScene.Run(4, async scene =>
    {
        await scene.BeginAsync(new() { Strategy = DeploymentStrategy.Canary, CanaryConfiguration = new() { CanaryPercent = 0.1, CanaryBakeTimeInMinutes = 10 } });
        var began = scene.World.Time.Elapsed;
        (await WeightsOfAsync(scene)).ShouldBe(["blue 100", "blue 99.9 green 0.1", "green 100"]);
        (scene.World.Time.Elapsed - began).ShouldBeGreaterThan(s_minute * 10);
    });

    [Fact]
    public void A_rollback_in_bake_time_gives_blue_its_traffic_back() => TrafficScene.Run(5, async scene =>
    {
        var first = await scene.BeginAsync(s_blueGreen);
        var rolled = await scene.Services.RollAsync(ServiceWorld.Better);
        await scene.StageAsync(ServiceDeploymentLifecycleStage.BakeTime);
        await scene.Services.Ecs.StopServiceDeploymentAsync(
            new() { ServiceDeploymentArn = rolled.CurrentServiceDeployment ?? "", StopType = StopServiceDeploymentStopType.Rollback }, scene.World.Caller, default);
        await scene.World.Eventually(async () => await scene.WeightsAsync() == "blue 100", TimeSpan.FromSeconds(5), "back at once");
        var ended = await scene.EndAsync(ServiceDeploymentStatus.RollbackSuccessful);
        ended.Rollback?.ServiceRevisionArn.ShouldBe(ended.SourceServiceRevisions?[0].Arn);
        (await scene.WeightsAsync(scene.Test)).ShouldBe("blue 100");
        await scene.Services.SettledAsync(s_minute * 3);
        (await scene.Services.DescribeAsync()).TaskDefinition.ShouldBe(first.TaskDefinition);
        scene.Services.Running().ShouldAllBe(c => c.Image == ServiceWorld.Good || c.Image.EndsWith('1'));
    });

    [Fact]
    public void A_version_that_never_gets_healthy_gets_no_traffic() => TrafficScene.Run(6, async scene =>
    {
        await scene.BeginAsync(s_blueGreen with { DeploymentCircuitBreaker = new() { Enable = true, Rollback = true } });
        await scene.Services.RollAsync(ServiceWorld.Sick);
        scene.World.Always(_ => scene.WeightsAsync().GetAwaiter().GetResult() is "blue 100" ? null : "traffic was shifted");
        var ended = await scene.EndAsync(ServiceDeploymentStatus.RollbackSuccessful);
        ended.LifecycleStage.ShouldBe(ServiceDeploymentLifecycleStage.CleanUp);
        ended.StatusReason.ShouldBe("ECS deployment circuit breaker: tasks failed to start.");
    });

    private static async Task<string?> ServingAsync(TrafficScene scene)
    {
        var revision = (await scene.DeploymentAsync()).TargetServiceRevision?.Arn ?? "";
        var found = await scene.Services.Ecs.DescribeServiceRevisionsAsync(new() { ServiceRevisionArns = [revision] }, scene.World.Caller, default);
        return found.ServiceRevisions?[0].ResolvedConfiguration?.LoadBalancers?[0].TargetGroupArn;
    }

    /// <summary>Every share-out of production during a deployment of the next version.</summary>
    private static async Task<List<string>> WeightsOfAsync(TrafficScene scene)
    {
        await scene.Services.RollAsync(ServiceWorld.Better);
        var seen = new List<string>();
        var end = scene.World.Time.Elapsed + TrafficScene.Patience;
        while ((await scene.DeploymentAsync()).Status != ServiceDeploymentStatus.Successful && scene.World.Time.Elapsed < end)
        {
            var now = await scene.WeightsAsync();
            if (seen.LastOrDefault() != now) seen.Add(now);
            await scene.World.RunFor(TimeSpan.FromMilliseconds(500));
        }

        return seen;
    }
}
