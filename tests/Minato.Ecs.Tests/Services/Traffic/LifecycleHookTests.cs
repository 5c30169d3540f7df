using System.Text.Json.Nodes;
using Minato.Contracts.Ecs;
using Minato.Engines.Functions;
using Task = System.Threading.Tasks.Task;

namespace Minato.Ecs.Tests.Services.Traffic;

/// <summary>Lifecycle hooks, from request to function and back, in simulated worlds.</summary>
public sealed class LifecycleHookTests
{
    private static readonly DeploymentConfiguration s_quick = new() { Strategy = DeploymentStrategy.BlueGreen, BakeTimeInMinutes = 0 };
    private static readonly DeploymentLifecycleHookStage[] s_all = Enum.GetValues<DeploymentLifecycleHookStage>();

    [Fact]
    public void Functions_are_called_in_every_stage_in_order_with_the_weights_of_the_moment() => Under(1, With(TrafficScene.Hook(s_all)), async scene =>
    {
        scene.World.Functions.Put(TrafficScene.Function, _ => TrafficScene.Says("SUCCEEDED"));
        await RollAsync(scene);
        var ended = await scene.EndAsync(ServiceDeploymentStatus.Successful);
        scene.Called().ShouldBe(
        [
            "PRE_SCALE_UP 0", "POST_SCALE_UP 0", "TEST_TRAFFIC_SHIFT 0", "POST_TEST_TRAFFIC_SHIFT 0", "PRE_PRODUCTION_TRAFFIC_SHIFT 0",
            "PRODUCTION_TRAFFIC_SHIFT 100", "POST_PRODUCTION_TRAFFIC_SHIFT 100",
        ]);
        ended.LifecycleHookDetails?.ShouldAllBe(h => h.Status == DeploymentLifecycleHookStatus.Succeeded && h.TargetArn == TrafficScene.Function);
        var payload = JsonNode.Parse(scene.World.Functions.Invocations.Last().Payload);
        $"{payload?["resourceArn"]}".ShouldBe(ended.ServiceDeploymentArn);
        $"{payload?["executionDetails"]?["serviceArn"]}".ShouldBe(ended.ServiceArn);
    });

    [Fact]
    public void A_canary_calls_the_hooks_of_the_shift_at_every_step() => Under(2, new()
    {
        Strategy = DeploymentStrategy.Canary, CanaryConfiguration = new() { CanaryPercent = 20, CanaryBakeTimeInMinutes = 1 },
        LifecycleHooks = [TrafficScene.Hook(DeploymentLifecycleHookStage.PreProductionTrafficShift, DeploymentLifecycleHookStage.ProductionTrafficShift)],
    }, async scene =>
    {
        scene.World.Functions.Put(TrafficScene.Function, _ => TrafficScene.Says("SUCCEEDED"));
        await RollAsync(scene);
        await scene.EndAsync(ServiceDeploymentStatus.Successful);
        scene.Called().ShouldBe(
            ["PRE_PRODUCTION_TRAFFIC_SHIFT 0", "PRODUCTION_TRAFFIC_SHIFT 20", "PRE_PRODUCTION_TRAFFIC_SHIFT 20", "PRODUCTION_TRAFFIC_SHIFT 100"]);
    });

    [Fact]
    public void IN_PROGRESS_calls_again_after_its_delay_and_passes_the_details_back() => Under(3, With(TrafficScene.Hook(DeploymentLifecycleHookStage.PostScaleUp) with
    {
        HookDetails = System.Text.Json.JsonDocument.Parse("{\"suite\":\"smoke\",\"try\":0}").RootElement.Clone(),
    }), async scene =>
    {
        var calls = 0;
        scene.World.Functions.Put(TrafficScene.Function, _ => ++calls < 3
            ? TrafficScene.Says("IN_PROGRESS", $",\"callBackDelay\":{(calls == 1 ? 90 : 20)},\"hookDetails\":{{\"try\":{calls}}}") : TrafficScene.Says("SUCCEEDED"));
        await RollAsync(scene);
        await scene.EndAsync(ServiceDeploymentStatus.Successful);
        var made = scene.World.Functions.Invocations.ToArray();
        made.Select(i => JsonNode.Parse(i.Payload)?["hookDetails"]?.ToJsonString()).ShouldBe(
            ["""{"suite":"smoke","try":0}""", """{"suite":"smoke","try":1}""", """{"suite":"smoke","try":2}"""]);
        (made[1].At - made[0].At).TotalSeconds.ShouldBe(90, 1);
        (made[2].At - made[1].At).TotalSeconds.ShouldBe(20, 1);
        made.Select(i => $"{JsonNode.Parse(i.Payload)?["executionId"]}").Distinct().Count().ShouldBe(1);
    });

    [Theory]
    [InlineData("""{"hookStatus":"FAILED"}""", "returned FAILED.")]
    [InlineData("""{"hookStatus":"MAYBE"}""", "it returned the invalid hookStatus MAYBE.")]
    [InlineData("""{"status":"SUCCEEDED"}""", "it returned no hookStatus.")]
    [InlineData("fine", "it returned no JSON.")]
    public void A_function_that_does_not_say_SUCCEEDED_rolls_back(string answer, string words) =>
        Under(4, With(TrafficScene.Hook(DeploymentLifecycleHookStage.PostScaleUp)), async scene =>
        {
            scene.World.Functions.Put(TrafficScene.Function, _ => new FunctionOutcome.Returned(answer));
            await RollAsync(scene);
            var ended = await scene.EndAsync(ServiceDeploymentStatus.RollbackSuccessful);
            (ended.StatusReason ?? "").ShouldEndWith(words);
            (ended.StatusReason ?? "").ShouldContain("POST_SCALE_UP");
            (await scene.WeightsAsync()).ShouldBe("blue 100");
        });

    [Fact]
    public void A_function_that_is_not_there_rolls_back() => Under(5, With(TrafficScene.Hook(DeploymentLifecycleHookStage.PreScaleUp)), async scene =>
    {
        await RollAsync(scene);
        ((await scene.EndAsync(ServiceDeploymentStatus.RollbackSuccessful)).StatusReason ?? "").ShouldEndWith("the function does not exist.");
    });

    [Fact]
    public void A_failure_after_the_shift_goes_back_through_both_shifts_with_weight_nought() => Under(6, With(TrafficScene.Hook(s_all)), async scene =>
    {
        scene.World.Functions.Put(TrafficScene.Function, p => TrafficScene.Says(p.Contains("POST_PRODUCTION", StringComparison.Ordinal) ? "FAILED" : "SUCCEEDED"));
        await RollAsync(scene);
        await scene.EndAsync(ServiceDeploymentStatus.RollbackSuccessful);
        scene.Called()[^3..].ShouldBe(["POST_PRODUCTION_TRAFFIC_SHIFT 100", "PRODUCTION_TRAFFIC_SHIFT 0", "TEST_TRAFFIC_SHIFT 0"]);
        (await scene.WeightsAsync()).ShouldBe("blue 100");
        (await scene.WeightsAsync(scene.Test)).ShouldBe("blue 100");
    });

    [Theory]
    [InlineData(DeploymentLifecycleHookAction.Rollback, ServiceDeploymentStatus.RollbackSuccessful)]
    [InlineData(DeploymentLifecycleHookAction.Continue, ServiceDeploymentStatus.Successful)]
    public void A_function_that_takes_too_long_does_what_its_timeout_says(DeploymentLifecycleHookAction action, ServiceDeploymentStatus outcome) =>
        Under(7, With(TrafficScene.Hook(DeploymentLifecycleHookStage.PostScaleUp) with { TimeoutConfiguration = new() { TimeoutInMinutes = 10, Action = action } }), async scene =>
        {
            scene.World.Functions.Put(TrafficScene.Function, _ => TrafficScene.Says("IN_PROGRESS"));
            await RollAsync(scene);
            var ended = await scene.EndAsync(outcome);
            ended.LifecycleHookDetails?.Single().Status.ShouldBe(DeploymentLifecycleHookStatus.TimedOut);
            scene.World.Functions.Invocations.Count.ShouldBeInRange(18, 21); // Every 30 seconds when it names no delay.
        });

    [Fact]
    public void A_pause_waits_for_a_person() => Under(8, With(TrafficScene.Pause(DeploymentLifecycleHookStage.PostScaleUp)), async scene =>
    {
        var hook = await PausedAsync(scene);
        (hook.HookId ?? "").ShouldStartWith("ecs-pause-");
        (hook.Status, hook.TimeoutAction).ShouldBe((DeploymentLifecycleHookStatus.AwaitingAction, DeploymentLifecycleHookAction.Rollback));
        await scene.World.RunFor(TimeSpan.FromHours(2));
        (await scene.DeploymentAsync()).LifecycleStage.ShouldBe(ServiceDeploymentLifecycleStage.PostScaleUp);
        await ContinueAsync(scene, hook, null);
        await scene.EndAsync(ServiceDeploymentStatus.Successful);
        await scene.World.Throws<InvalidParameterException>(() => ContinueAsync(scene, hook, null));
    });

    [Fact]
    public void A_pause_can_be_answered_with_a_rollback() => Under(9, With(TrafficScene.Pause(DeploymentLifecycleHookStage.PostProductionTrafficShift)), async scene =>
    {
        var hook = await PausedAsync(scene);
        (await scene.WeightsAsync()).ShouldBe("green 100");
        await ContinueAsync(scene, hook, DeploymentLifecycleHookAction.Rollback);
        await scene.EndAsync(ServiceDeploymentStatus.RollbackSuccessful);
        (await scene.WeightsAsync()).ShouldBe("blue 100");
    });

    [Fact]
    public void A_pause_that_nobody_answers_rolls_back_when_it_expires() => Under(10, With(TrafficScene.Pause(DeploymentLifecycleHookStage.PostScaleUp) with
    {
        TimeoutConfiguration = new() { TimeoutInMinutes = 90 },
    }), async scene =>
    {
        var hook = await PausedAsync(scene);
        await scene.World.RunFor(TimeSpan.FromMinutes(89));
        (await scene.DeploymentAsync()).Status.ShouldBe(ServiceDeploymentStatus.InProgress);
        var ended = await scene.EndAsync(ServiceDeploymentStatus.RollbackSuccessful);
        ended.LifecycleHookDetails?.Single().Status.ShouldBe(DeploymentLifecycleHookStatus.TimedOut);
        hook.ExpiresAt.ShouldNotBeNull();
    });

    [Fact]
    public void A_restart_while_the_clock_is_set_back_grows_no_wait() => Under(13, With(TrafficScene.Pause(DeploymentLifecycleHookStage.PostScaleUp) with
    {
        TimeoutConfiguration = new() { TimeoutInMinutes = 60 },
    }), async scene =>
    {
        await PausedAsync(scene);
        var begun = scene.World.Time.Elapsed;
        await scene.World.RunFor(TimeSpan.FromMinutes(20));
        scene.World.Time.SetClock(-TimeSpan.FromHours(6));
        await scene.World.RunFor(TimeSpan.FromMinutes(10));
        await scene.World.RestartAsync(TimeSpan.FromMinutes(1));
        await scene.EndAsync(ServiceDeploymentStatus.RollbackSuccessful);
        (scene.World.Time.Elapsed - begun).ShouldBe(TimeSpan.FromMinutes(63), TimeSpan.FromMinutes(3)); // A tenth slower while the clock is behind.
    });

    [Fact]
    public void Hooks_of_a_stage_run_together_and_all_must_end() => Under(11, With(
        TrafficScene.Hook(DeploymentLifecycleHookStage.PostScaleUp), TrafficScene.Pause(DeploymentLifecycleHookStage.PostScaleUp)), async scene =>
    {
        scene.World.Functions.Put(TrafficScene.Function, _ => TrafficScene.Says("FAILED"));
        var hook = await PausedAsync(scene);
        await scene.World.RunFor(TimeSpan.FromMinutes(1));
        var waiting = await scene.DeploymentAsync();
        waiting.Status.ShouldBe(ServiceDeploymentStatus.InProgress);
        waiting.LifecycleHookDetails?.Select(h => h.Status).ShouldBe([DeploymentLifecycleHookStatus.Failed, DeploymentLifecycleHookStatus.AwaitingAction]);
        await ContinueAsync(scene, hook, null);
        await scene.EndAsync(ServiceDeploymentStatus.RollbackSuccessful);
    });

    [Fact]
    public void A_call_that_died_with_the_server_is_made_again() => Under(12, With(TrafficScene.Hook(DeploymentLifecycleHookStage.PostScaleUp)), async scene =>
    {
        scene.World.Functions.Takes = TimeSpan.FromMinutes(5);
        scene.World.Functions.Put(TrafficScene.Function, _ => TrafficScene.Says("SUCCEEDED"));
        await RollAsync(scene);
        await scene.StageAsync(ServiceDeploymentLifecycleStage.PostScaleUp);
        await scene.World.RestartAsync(TimeSpan.FromMinutes(1));
        await scene.EndAsync(ServiceDeploymentStatus.Successful);
    });

    private static DeploymentConfiguration With(params DeploymentLifecycleHook[] hooks) => s_quick with { LifecycleHooks = [.. hooks] };

    /// <summary>The hooks are for the second deployment: the first would meet functions that are not there yet.</summary>
    private static void Under(ulong seed, DeploymentConfiguration configuration, Func<TrafficScene, Task> test) => TrafficScene.Run(seed, async scene =>
    {
        await scene.BeginAsync(s_quick);
        await scene.Services.UpdateAsync(new() { Service = "web", DeploymentConfiguration = configuration });
        await test(scene);
    });

    private static Task<Service> RollAsync(TrafficScene scene) => scene.Services.RollAsync(ServiceWorld.Better);

    private static async Task<DeploymentLifecycleHookDetail> PausedAsync(TrafficScene scene)
    {
        await RollAsync(scene);
        DeploymentLifecycleHookDetail? found = null;
        await scene.World.Eventually(async () => (found = ((await scene.DeploymentAsync()).LifecycleHookDetails ?? [])
            .FirstOrDefault(h => h.Status == DeploymentLifecycleHookStatus.AwaitingAction)) is not null, TrafficScene.Patience, "paused");
        return found ?? throw new InvalidOperationException();
    }

    private static async Task ContinueAsync(TrafficScene scene, DeploymentLifecycleHookDetail hook, DeploymentLifecycleHookAction? action) =>
        await scene.Services.Ecs.ContinueServiceDeploymentAsync(new()
        {
            ServiceDeploymentArn = (await scene.DeploymentAsync()).ServiceDeploymentArn ?? "", HookId = hook.HookId ?? "", Action = action,
        }, scene.World.Caller, default);
}
