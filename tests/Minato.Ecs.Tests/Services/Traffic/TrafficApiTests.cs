using Minato.Contracts.Ecs;
using Minato.Contracts.ElasticLoadBalancingV2;
using LoadBalancer = Minato.Contracts.Ecs.LoadBalancer;

namespace Minato.Ecs.Tests.Services.Traffic;

/// <summary>What BLUE_GREEN, LINEAR and CANARY refuse.</summary>
public sealed class TrafficApiTests
{
    private const string Elsewhere = "arn:aws:elasticloadbalancing:us-east-1:123456789012:listener-rule/app/web/1111111111111111/2222222222222222/3333333333333333";

    [Theory]
    [InlineData(-1, "bakeTimeInMinutes must be between 0 and 1440.")]
    [InlineData(1441, "bakeTimeInMinutes must be between 0 and 1440.")]
    [InlineData(null, "bakeTimeInMinutes must be specified for services with the BLUE_GREEN deployment strategy.")]
    public void Bake_time(int? minutes, string words) => Refused(new() { Strategy = DeploymentStrategy.BlueGreen, BakeTimeInMinutes = minutes }, words);

    [Theory]
    [InlineData(2.9)]
    [InlineData(100.1)]
    [InlineData(33.33)]
    public void Linear_steps_are_3_to_100_percent_in_tenths(double percent) =>
        Refused(new() { Strategy = DeploymentStrategy.Linear, LinearConfiguration = new() { StepPercent = percent } }, "stepPercent must be between 3.0 and 100.0 in steps of 0.1.");

    [Theory]
    [InlineData(0.0)]
    [InlineData(100.1)]
    [InlineData(0.15)]
    public void A_canary_is_a_tenth_to_100_percent_in_tenths(double percent) =>
        Refused(new() { Strategy = DeploymentStrategy.Canary, CanaryConfiguration = new() { CanaryPercent = percent } }, "canaryPercent must be between 0.1 and 100.0 in steps of 0.1.");

    [Theory]
    [InlineData(DeploymentStrategy.Linear, 1441, "stepBakeTimeInMinutes must be between 0 and 1440.")]
    [InlineData(DeploymentStrategy.Canary, -1, "canaryBakeTimeInMinutes must be between 0 and 1440.")]
    public void Steps_are_watched_for_a_day_at_most(DeploymentStrategy strategy, int minutes, string words) => Refused(new()
    {
        Strategy = strategy,
        LinearConfiguration = strategy == DeploymentStrategy.Linear ? new() { StepBakeTimeInMinutes = minutes } : null,
        CanaryConfiguration = strategy == DeploymentStrategy.Canary ? new() { CanaryBakeTimeInMinutes = minutes } : null,
    }, words);

    [Theory]
    [InlineData(DeploymentLifecycleHookTargetType.AwsLambda, 1441, "timeoutInMinutes must be between 1 and 1440.")]
    [InlineData(DeploymentLifecycleHookTargetType.Pause, 20161, "timeoutInMinutes must be between 1 and 20160.")]
    public void Hooks_have_their_timeouts(DeploymentLifecycleHookTargetType type, int minutes, string words) => Refused(With(
        (type == DeploymentLifecycleHookTargetType.Pause ? TrafficScene.Pause(DeploymentLifecycleHookStage.PostScaleUp) : TrafficScene.Hook(DeploymentLifecycleHookStage.PostScaleUp)) with
        {
            TimeoutConfiguration = new() { TimeoutInMinutes = minutes },
        }), words);

    [Theory]
    [InlineData(DeploymentLifecycleHookStage.TestTrafficShift)]
    [InlineData(DeploymentLifecycleHookStage.ProductionTrafficShift)]
    public void A_shift_cannot_be_paused(DeploymentLifecycleHookStage stage) =>
        Refused(With(TrafficScene.Pause(stage)), $"A lifecycle hook of the target type PAUSE cannot be used in the lifecycle stage {stage.ToWire()}.");

    [Fact]
    public void There_are_ten_hooks_of_a_kind_at_most() => Refused(
        With([.. Enumerable.Repeat(TrafficScene.Hook(DeploymentLifecycleHookStage.PostScaleUp), 11)]), "lifecycleHooks can have at most 10 hooks of the target type AWS_LAMBDA.");

    [Fact]
    public void Hooks_belong_to_shifts() => Refused(
        With(TrafficScene.Hook(DeploymentLifecycleHookStage.PostScaleUp)) with { Strategy = DeploymentStrategy.Rolling },
        "Lifecycle hooks can only be specified with the BLUE_GREEN, LINEAR and CANARY deployment strategies.");

    [Fact]
    public void A_shift_needs_a_pair_of_target_groups_and_a_rule() => TrafficScene.Run(1, async scene =>
    {
        async System.Threading.Tasks.Task Refuses(Func<LoadBalancer, LoadBalancer> change, string words)
        {
            var request = await scene.Services.RequestAsync(1);
            var refused = await scene.World.Throws<InvalidParameterException>(() => scene.Services.CreateAsync(
                request with { LoadBalancers = [change(scene.Balancer())], DeploymentConfiguration = With() }));
            refused.Message.ShouldBe(words);
        }

        await Refuses(b => b with { AdvancedConfiguration = null }, "advancedConfiguration is required on each load balancer when using the BLUE_GREEN deployment strategy.");
        await Refuses(b => Change(b, a => a with { AlternateTargetGroupArn = null }), "alternateTargetGroupArn of advancedConfiguration cannot be blank.");
        await Refuses(b => Change(b, a => a with { ProductionListenerRule = null }), "productionListenerRule of advancedConfiguration cannot be blank.");
        await Refuses(b => Change(b, a => a with { AlternateTargetGroupArn = scene.Blue }), "targetGroupArn and alternateTargetGroupArn must be different target groups.");
        await Refuses(b => Change(b, a => a with { TestListenerRule = scene.Production }), "productionListenerRule and testListenerRule must be different listener rules.");
        await Refuses(b => Change(b, a => a with { ProductionListenerRule = Elsewhere }), $"The specified listener rule does not exist: {Elsewhere}");

        var other = await scene.Elb.CreateLoadBalancerAsync(new() { Name = "other", Subnets = await scene.Services.SubnetsAsync() }, scene.World.Caller, default);
        var listener = (await scene.Elb.CreateListenerAsync(new()
        {
            LoadBalancerArn = other.LoadBalancers?[0].LoadBalancerArn ?? "", Port = 80, Protocol = ProtocolEnum.Http,
            DefaultActions = [new() { Type = ActionTypeEnum.FixedResponse, FixedResponseConfig = new() { StatusCode = "404" } }],
        }, scene.World.Caller, default)).Listeners?[0].ListenerArn ?? "";
        await Refuses(b => Change(b, a => a with { ProductionListenerRule = listener }),
            $"The listener rule {listener} does not belong to the load balancer of the target group {scene.Blue}.");
    });

    [Fact]
    public void A_canary_needs_a_load_balancer() => TrafficScene.Run(2, async scene =>
    {
        var request = await scene.Services.RequestAsync(1) with { LoadBalancers = null, DeploymentConfiguration = new() { Strategy = DeploymentStrategy.Canary } };
        (await scene.World.Throws<InvalidParameterException>(() => scene.Services.CreateAsync(request))).Message
            .ShouldBe("The CANARY deployment strategy requires at least one load balancer.");
        await scene.Services.CreateAsync(request with { DeploymentConfiguration = With() }); // Blue/green does not.
        await scene.EndAsync(ServiceDeploymentStatus.Successful);
    });

    [Fact]
    public void Unknown_deployments_and_hooks_are_refused() => TrafficScene.Run(3, async scene =>
    {
        await scene.BeginAsync(With());
        var arn = (await scene.DeploymentAsync()).ServiceDeploymentArn ?? "";
        var (ecs, caller) = (scene.Services.Ecs, scene.World.Caller);
        await scene.World.Throws<ServiceDeploymentNotFoundException>(() => ecs.ContinueServiceDeploymentAsync(new() { ServiceDeploymentArn = arn + "x", HookId = "ecs-pause-1" }, caller, default));
        await scene.World.Throws<InvalidParameterException>(() => ecs.ContinueServiceDeploymentAsync(new() { ServiceDeploymentArn = arn, HookId = "ecs-pause-1" }, caller, default));
        await scene.World.Throws<ConflictException>(() => ecs.StopServiceDeploymentAsync(new() { ServiceDeploymentArn = arn }, caller, default));
    });

    private static DeploymentConfiguration With(params DeploymentLifecycleHook[] hooks) => new()
    {
        Strategy = DeploymentStrategy.BlueGreen, BakeTimeInMinutes = 0, LifecycleHooks = hooks.Length == 0 ? null : [.. hooks],
    };

    private static LoadBalancer Change(LoadBalancer balancer, Func<AdvancedConfiguration, AdvancedConfiguration> change) =>
        balancer with { AdvancedConfiguration = balancer.AdvancedConfiguration is { } advanced ? change(advanced) : null };

    private static void Refused(DeploymentConfiguration configuration, string words) => TrafficScene.Run(4, async scene =>
    {
        var request = await scene.Services.RequestAsync(1);
        var refused = await scene.World.Throws<InvalidParameterException>(() => scene.Services.CreateAsync(
            request with { LoadBalancers = [scene.Balancer()], DeploymentConfiguration = configuration }));
        refused.Message.ShouldBe(words);
    });
}
