using Minato.Contracts.Ecs;
using Minato.Contracts.ElasticLoadBalancingV2;
using Minato.Ecs.State;
using Task = System.Threading.Tasks.Task;

namespace Minato.Ecs.Tests.Services.Traffic;

/// <summary>What goes wrong around a deployment that shifts traffic.</summary>
public sealed class TrafficTroubleTests
{
    private static readonly DeploymentConfiguration s_canary = new()
    {
        Strategy = DeploymentStrategy.Canary, CanaryConfiguration = new() { CanaryPercent = 10, CanaryBakeTimeInMinutes = 5 }, BakeTimeInMinutes = 2,
    };

    private static readonly ServiceKey s_service = new(new ClusterKey(new AccountRegion(Testing.World.AccountId, "us-east-1"), "default"), "web");
    private static readonly TimeSpan s_minute = TimeSpan.FromMinutes(1);

    [Fact]
    public void A_foreign_change_of_the_rule_is_told_and_not_overwritten() => AtCanary(1, async scene =>
    {
        await scene.ForwardAsync(scene.Production, 50, 50);
        await scene.World.RunFor(s_minute * 30);
        (await scene.WeightsAsync()).ShouldBe("blue 50 green 50");
        var waiting = await scene.DeploymentAsync();
        waiting.Status.ShouldBe(ServiceDeploymentStatus.InProgress);
        (waiting.StatusReason ?? "").ShouldStartWith($"The listener rule {scene.Production} was changed outside of Amazon ECS.");
        (await scene.Services.EventsAsync()).Count(e => e.Contains("unable to shift traffic", StringComparison.Ordinal)).ShouldBe(1);

        await scene.ForwardAsync(scene.Production, 90, 10); // As it was: the deployment goes on.
        await scene.EndAsync(ServiceDeploymentStatus.Successful);
    });

    [Fact]
    public void A_rule_that_was_deleted_ends_the_deployment() => AtCanary(3, async scene =>
    {
        await scene.Elb.DeleteRuleAsync(new() { RuleArn = scene.Production }, scene.World.Caller, default);
        var ended = await scene.EndAsync(ServiceDeploymentStatus.RollbackFailed);
        (ended.StatusReason ?? "").ShouldContain("a listener rule does not exist any more.");
    });

    [Fact]
    public void A_target_group_that_was_deleted_ends_the_deployment() => TrafficScene.Run(4, async scene =>
    {
        await scene.BeginAsync(s_canary with { BakeTimeInMinutes = 0 }, isTested: false);
        scene.World.Host.Faults.PullSlowness = 20;
        await scene.Services.RollAsync(ServiceWorld.Better);
        foreach (var rule in new[] { scene.Production, scene.Test })
            await scene.Elb.ModifyRuleAsync(new() { RuleArn = rule, Actions = [new() { Type = ActionTypeEnum.Forward, TargetGroupArn = scene.Blue }] }, scene.World.Caller, default);
        await scene.Elb.DeleteTargetGroupAsync(new() { TargetGroupArn = scene.Green }, scene.World.Caller, default);
        var ended = await scene.EndAsync(ServiceDeploymentStatus.RollbackSuccessful);
        (ended.StatusReason ?? "").ShouldContain($"the target group {scene.Green} does not exist any more.");
        (await scene.WeightsAsync()).ShouldBe("blue 100");
    });

    [Fact]
    public void An_update_during_a_shift_gives_blue_its_traffic_back_first() => AtCanary(5, async scene =>
    {
        var superseded = (await scene.DeploymentAsync()).ServiceDeploymentArn ?? "";
        await scene.Services.RollAsync(ServiceWorld.Good);
        await scene.StageAsync(ServiceDeploymentLifecycleStage.ReconcileService);
        await scene.World.Eventually(async () => await scene.WeightsAsync() == "blue 100", s_minute, "blue has it all");
        (await scene.DescribeAsync(superseded)).Status.ShouldBe(ServiceDeploymentStatus.Stopped);
        await scene.EndAsync(ServiceDeploymentStatus.Successful);
        await scene.Services.SettledAsync(s_minute * 5);
        (await scene.WeightsAsync()).ShouldBe("green 100");
        await scene.World.Eventually(() => scene.Services.Running().Length == 2, s_minute, "blue's tasks have stopped");
    });

    [Fact]
    public void A_switch_to_rolling_during_a_shift_gives_blue_its_traffic_back_first() => AtCanary(6, async scene =>
    {
        await scene.Services.UpdateAsync(new()
        {
            Service = "web", TaskDefinition = await scene.Services.DefineAsync(ServiceWorld.Good), DeploymentConfiguration = new() { Strategy = DeploymentStrategy.Rolling },
        });
        await scene.EndAsync(ServiceDeploymentStatus.Successful);
        await scene.Services.SettledAsync(s_minute * 5);
        (await scene.WeightsAsync()).ShouldBe("blue 100");
        (await scene.HealthyAsync(scene.Blue)).ShouldBe(2);
    });

    [Fact]
    public void A_rolling_service_becomes_blue_green() => TrafficScene.Run(7, async scene =>
    {
        var request = await scene.Services.RequestAsync(2);
        var balancer = scene.Balancer();
        await scene.Services.CreateAsync(request with { LoadBalancers = [balancer with { AdvancedConfiguration = null }] });
        await scene.Services.SettledAsync(TrafficScene.Patience);
        await scene.Services.UpdateAsync(new()
        {
            Service = "web", TaskDefinition = await scene.Services.DefineAsync(ServiceWorld.Better), LoadBalancers = [balancer],
            DeploymentConfiguration = new() { Strategy = DeploymentStrategy.BlueGreen, BakeTimeInMinutes = 1 },
        });
        await scene.EndAsync(ServiceDeploymentStatus.Successful);
        (await scene.WeightsAsync()).ShouldBe("green 100");
    });

    [Fact]
    public void A_deployment_that_is_aborted_stays_where_it_is() => AtCanary(8, async scene =>
    {
        await StopAsync(scene, StopServiceDeploymentStopType.Abort);
        await scene.EndAsync(ServiceDeploymentStatus.Stopped);
        await scene.World.RunFor(s_minute * 20);
        (await scene.WeightsAsync()).ShouldBe("blue 90 green 10");
        scene.Services.Running().Length.ShouldBe(4);
        await scene.World.Throws<ConflictException>(() => StopAsync(scene, StopServiceDeploymentStopType.Rollback));
    });

    [Fact]
    public void A_service_that_is_deleted_during_a_shift_goes_away() => AtCanary(9, async scene =>
    {
        await scene.Services.Ecs.DeleteServiceAsync(new() { Service = "web", Force = true }, scene.World.Caller, default);
        await scene.World.Eventually(async () => (await scene.Services.DescribeAsync()).Status == "INACTIVE", s_minute * 5, "services-inactive");
        scene.Services.Running().ShouldBeEmpty();
    });

    [Fact]
    public void A_stop_rolls_back_in_every_stage() => TrafficScene.Run(10, async scene =>
    {
        await scene.BeginAsync(s_canary);
        await scene.Services.UpdateAsync(new() { Service = "web", DeploymentConfiguration = PausesEverywhere() });
        foreach (var stage in PauseStages())
        {
            await scene.Services.RollAsync(ServiceWorld.Better);
            await ContinueToAsync(scene, stage);
            await StopAsync(scene, StopServiceDeploymentStopType.Rollback);
            await scene.EndAsync(ServiceDeploymentStatus.RollbackSuccessful);
            (await scene.WeightsAsync()).ShouldBe("blue 100", $"{stage}");
            await scene.Services.SettledAsync(s_minute * 10);
            scene.Services.Running().ShouldAllBe(c => c.Image == ServiceWorld.Good || c.Image.EndsWith('1'), $"{stage}");
        }
    });

    [Fact]
    public void A_restart_in_every_stage_changes_nothing() => TrafficScene.Run(11, async scene =>
    {
        await scene.BeginAsync(s_canary);
        await scene.Services.UpdateAsync(new() { Service = "web", DeploymentConfiguration = PausesEverywhere() });
        await scene.Services.RollAsync(ServiceWorld.Better);
        foreach (var stage in PauseStages())
        {
            await ContinueToAsync(scene, stage);
            var before = await scene.WeightsAsync();
            await scene.World.RestartAsync(TimeSpan.FromSeconds(20));
            await scene.World.RunFor(s_minute);
            (await scene.WeightsAsync()).ShouldBe(before, $"{stage}");
        }

        await ContinueAllAsync(scene);
        await scene.StageAsync(ServiceDeploymentLifecycleStage.BakeTime);
        await scene.World.RestartAsync(TimeSpan.FromSeconds(20));
        await scene.EndAsync(ServiceDeploymentStatus.Successful);
    });

    [Fact]
    public void Records_are_kept_for_ninety_days() => TrafficScene.Run(12, async scene =>
    {
        await scene.BeginAsync(new() { Strategy = DeploymentStrategy.BlueGreen, BakeTimeInMinutes = 0 });
        var first = await scene.DeploymentAsync();
        await scene.Services.RollAsync(ServiceWorld.Better);
        await scene.EndAsync(ServiceDeploymentStatus.Successful);
        await scene.Services.SettledAsync(s_minute * 5);
        var before = scene.World.Store.Current.Where(ServiceTables.ServiceDeploymentsByService, s_service).ToArray();
        await scene.World.Store.UpdateAsync(ecs =>
        {
            foreach (var record in before) ecs.Put(ServiceTables.ServiceDeployments, record with { FinishedAt = record.FinishedAt - TimeSpan.FromDays(90) + TimeSpan.FromHours(1) });
        }, default);
        await scene.World.RunFor(s_minute * 50);
        (await scene.Services.DeploymentsAsync()).Length.ShouldBe(2);
        await scene.World.RunFor(s_minute * 20);
        (await scene.Services.DeploymentsAsync()).ShouldBeEmpty();
        (await IsRevisionThereAsync(scene, first.TargetServiceRevision?.Arn)).ShouldBeFalse();
        (await IsRevisionThereAsync(scene, (await scene.Services.DescribeAsync()).CurrentServiceRevisions?[0].Arn)).ShouldBeTrue(); // It serves.
    });

    private static void AtCanary(ulong seed, Func<TrafficScene, Task> test) => TrafficScene.Run(seed, async scene =>
    {
        await scene.BeginAsync(s_canary);
        await scene.Services.RollAsync(ServiceWorld.Better);
        await scene.World.Eventually(async () => await scene.WeightsAsync() == "blue 90 green 10", TrafficScene.Patience, "the canary has its traffic");
        await test(scene);
    });

    private static DeploymentLifecycleHookStage[] PauseStages() =>
    [
        DeploymentLifecycleHookStage.PreScaleUp, DeploymentLifecycleHookStage.PostScaleUp, DeploymentLifecycleHookStage.PostTestTrafficShift,
        DeploymentLifecycleHookStage.PreProductionTrafficShift, DeploymentLifecycleHookStage.PostProductionTrafficShift,
    ];

    private static DeploymentConfiguration PausesEverywhere() => s_canary with { LifecycleHooks = [.. PauseStages().Select(TrafficScene.Pause)] };

    private static async Task ContinueToAsync(TrafficScene scene, DeploymentLifecycleHookStage stage)
    {
        var number = Array.IndexOf(PauseStages(), stage);
        await scene.World.Eventually(async () =>
        {
            var hooks = (await scene.DeploymentAsync()).LifecycleHookDetails ?? [];
            var stages = hooks.Length;
            if (hooks.FirstOrDefault(h => h.Status == DeploymentLifecycleHookStatus.AwaitingAction) is not { } open) return false;
            // PRE_PRODUCTION_TRAFFIC_SHIFT comes twice in a canary.
            var isThere = number == 4 ? stages == 6 : stages == number + 1;
            if (!isThere) await ContinueAsync(scene, open);
            return isThere;
        }, TrafficScene.Patience, $"paused in {stage}");
    }

    private static async Task ContinueAllAsync(TrafficScene scene)
    {
        foreach (var hook in (await scene.DeploymentAsync()).LifecycleHookDetails ?? [])
            if (hook.Status == DeploymentLifecycleHookStatus.AwaitingAction) await ContinueAsync(scene, hook);
    }

    private static async Task ContinueAsync(TrafficScene scene, DeploymentLifecycleHookDetail hook) =>
        await scene.Services.Ecs.ContinueServiceDeploymentAsync(
            new() { ServiceDeploymentArn = (await scene.DeploymentAsync()).ServiceDeploymentArn ?? "", HookId = hook.HookId ?? "" }, scene.World.Caller, default);

    private static async Task StopAsync(TrafficScene scene, StopServiceDeploymentStopType type) =>
        await scene.Services.Ecs.StopServiceDeploymentAsync(
            new() { ServiceDeploymentArn = (await scene.DeploymentAsync()).ServiceDeploymentArn ?? "", StopType = type }, scene.World.Caller, default);

    private static async Task<bool> IsRevisionThereAsync(TrafficScene scene, string? arn) =>
        (await scene.Services.Ecs.DescribeServiceRevisionsAsync(new() { ServiceRevisionArns = [arn ?? ""] }, scene.World.Caller, default)).ServiceRevisions is { Length: 1 };
}
