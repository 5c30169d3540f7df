using System.Collections.Immutable;
using Minato.Cli.Demo;
using Minato.Contracts.Ecs;
using Minato.Contracts.ElasticLoadBalancingV2;
using Action = Minato.Contracts.ElasticLoadBalancingV2.Action;
using LoadBalancer = Minato.Contracts.Ecs.LoadBalancer;
using Task = System.Threading.Tasks.Task;

namespace Minato.Acceptance;

/// <summary>Deployments that shift traffic on real engines: neither the way there nor the way back costs a request.</summary>
[Collection(nameof(Host)), Trait("Floor", "engine")]
public sealed class ShiftTests(Host host)
{
    private const string Role = "arn:aws:iam::123456789012:role/ecs";
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_canary_and_a_rollback_in_bake_time_fail_no_request()
    {
        Assert.SkipWhen(Host.Missing is not null, Host.Missing ?? "");
        var world = host.World("shift");
        var v1 = await world.RegisterAsync("v1", Ct);
        await world.CreateLoadBalancerAsync(Ct);
        await world.CreateServiceAsync(v1, Ct);
        await host.SteadyAsync(world, v1, Ct);
        var balancer = await PairAsync(world);

        var v2 = await world.RegisterAsync("v2", Ct);
        var traffic = new Traffic(world.Url, 200);
        await using (traffic)
        {
            await UpdateAsync(world, v2, balancer, new()
            {
                Strategy = DeploymentStrategy.Canary, BakeTimeInMinutes = 0, CanaryConfiguration = new() { CanaryPercent = 10, CanaryBakeTimeInMinutes = 0 },
            });
            await OverAsync(world, ServiceDeploymentStatus.Successful);

            await UpdateAsync(world, v1, null, new() { Strategy = DeploymentStrategy.BlueGreen, BakeTimeInMinutes = 30 });
            var baking = await StageAsync(world, ServiceDeploymentLifecycleStage.BakeTime);
            await host.Minato.Ecs.StopServiceDeploymentAsync(new() { ServiceDeploymentArn = baking }, host.Minato.Caller, Ct);
            await OverAsync(world, ServiceDeploymentStatus.RollbackSuccessful);
            await Task.Delay(1000, Ct);
        }

        traffic.Failures.ShouldBeEmpty($"{traffic.Sent} requests");
        traffic.Versions.Keys.ShouldBe(["v1", "v2"], ignoreOrder: true);
        (await world.ServiceAsync(Ct)).TaskDefinition.ShouldBe(v2);
        (await host.Minato.Ecs.DeleteServiceAsync(new() { Cluster = world.Cluster, Service = DemoWorld.ServiceName, Force = true }, host.Minato.Caller, Ct)).Service.ShouldNotBeNull();
    }

    /// <summary>A second target group beside the world's, in the default rule of its listener.</summary>
    private async Task<LoadBalancer> PairAsync(DemoWorld world)
    {
        var (elb, caller) = (host.Minato.Elb, host.Minato.Caller);
        var blue = (await elb.DescribeTargetGroupsAsync(new() { TargetGroupArns = [world.TargetGroupArn] }, caller, Ct)).TargetGroups?[0];
        var green = (await elb.CreateTargetGroupAsync(new()
        {
            Name = "shift-green", Protocol = ProtocolEnum.Http, Port = 80, VpcId = blue?.VpcId, TargetType = TargetTypeEnum.Ip, HealthCheckPath = "/health",
            HealthCheckIntervalSeconds = 5, HealthCheckTimeoutSeconds = 2, HealthyThresholdCount = 2, UnhealthyThresholdCount = 2,
        }, caller, Ct)).TargetGroups?[0].TargetGroupArn ?? "";
        ImmutableArray<TargetGroupAttribute> attributes = [new() { Key = "deregistration_delay.timeout_seconds", Value = "2" }];
        await elb.ModifyTargetGroupAttributesAsync(new() { TargetGroupArn = green, Attributes = attributes }, caller, Ct);
        var listener = (await elb.DescribeListenersAsync(new() { LoadBalancerArn = world.LoadBalancerArn }, caller, Ct)).Listeners?[0].ListenerArn ?? "";
        ImmutableArray<Action> both =
        [
            new()
            {
                Type = ActionTypeEnum.Forward,
                ForwardConfig = new() { TargetGroups = [new() { TargetGroupArn = world.TargetGroupArn, Weight = 1 }, new() { TargetGroupArn = green, Weight = 0 }] },
            },
        ];
        await elb.ModifyListenerAsync(new() { ListenerArn = listener, DefaultActions = both }, caller, Ct);
        var rule = (await elb.DescribeRulesAsync(new() { ListenerArn = listener }, caller, Ct)).Rules?[0].RuleArn;
        return new()
        {
            TargetGroupArn = world.TargetGroupArn, ContainerName = "web", ContainerPort = 80,
            AdvancedConfiguration = new() { AlternateTargetGroupArn = green, ProductionListenerRule = rule, RoleArn = Role },
        };
    }

    private async Task UpdateAsync(DemoWorld world, string taskDefinition, LoadBalancer? balancer, DeploymentConfiguration configuration) =>
        await host.Minato.Ecs.UpdateServiceAsync(new()
        {
            Cluster = world.Cluster, Service = DemoWorld.ServiceName, TaskDefinition = taskDefinition,
            LoadBalancers = balancer is null ? null : [balancer], DeploymentConfiguration = configuration,
        }, host.Minato.Caller, Ct);

    private Task OverAsync(DemoWorld world, ServiceDeploymentStatus status) => Host.UntilAsync($"{status}", async () =>
    {
        var newest = await NewestAsync(world);
        return (newest.Status == status, $"{newest.Status} {newest.LifecycleStage} {newest.StatusReason}");
    }, Ct, 180);

    private async Task<string> StageAsync(DemoWorld world, ServiceDeploymentLifecycleStage stage)
    {
        ServiceDeployment newest = new();
        await Host.UntilAsync($"{stage}", async () => ((newest = await NewestAsync(world)).LifecycleStage == stage && newest.Status == ServiceDeploymentStatus.InProgress, $"{newest.Status} {newest.LifecycleStage}"), Ct, 120);
        return newest.ServiceDeploymentArn ?? "";
    }

    private async Task<ServiceDeployment> NewestAsync(DemoWorld world)
    {
        var list = await host.Minato.Ecs.ListServiceDeploymentsAsync(new() { Cluster = world.Cluster, Service = DemoWorld.ServiceName }, host.Minato.Caller, Ct);
        var found = await host.Minato.Ecs.DescribeServiceDeploymentsAsync(new() { ServiceDeploymentArns = [list.ServiceDeployments?[0].ServiceDeploymentArn ?? ""] }, host.Minato.Caller, Ct);
        return found.ServiceDeployments?[0] ?? new();
    }
}
