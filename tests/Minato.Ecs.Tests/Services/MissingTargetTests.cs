using Minato.Contracts.Ecs;
using Minato.Contracts.ElasticLoadBalancingV2;

namespace Minato.Ecs.Tests.Services;

/// <summary>A target group that is deleted under a service.</summary>
public sealed class MissingTargetTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(10);

    [Fact]
    public void A_target_group_deleted_under_a_deployment_is_told_and_the_next_update_gets_past_it() => ServiceWorld.Run(1, async w =>
    {
        await w.BalanceAsync();
        await w.CreateAsync(2);
        await w.SettledAsync(s_patience);
        await w.RollAsync(ServiceWorld.Better);
        var elb = w.World.Client<IElasticLoadBalancingV2>();
        var balancer = (await elb.DescribeLoadBalancersAsync(new(), w.World.Caller, default)).LoadBalancers?[0].LoadBalancerArn ?? "";
        await elb.DeleteLoadBalancerAsync(new() { LoadBalancerArn = balancer }, w.World.Caller, default);
        await elb.DeleteTargetGroupAsync(new() { TargetGroupArn = w.TargetGroup ?? "" }, w.World.Caller, default);

        // The new tasks run, and the service says why they are not healthy.
        await w.World.Eventually(async () => (await w.EventsAsync()).Any(e =>
            e.EndsWith($"is not healthy in target-group ({w.TargetGroup}) due to TARGET GROUP IS NOT FOUND.", StringComparison.Ordinal)), s_patience);
        await w.World.Eventually(async () => (await w.DescribeAsync()).Deployments?[0].RunningCount == 2, s_patience, "the new version runs");
        w.Running().Length.ShouldBeGreaterThanOrEqualTo(2);

        await w.UpdateAsync(new() { Service = "web", LoadBalancers = [] });
        await w.SettledAsync(s_patience);
        w.Running().Length.ShouldBe(2);
    });

    [Fact]
    public void A_steady_service_keeps_its_tasks_when_their_target_group_is_deleted_and_can_be_deleted_itself() => ServiceWorld.Run(2, async w =>
    {
        await w.BalanceAsync();
        await w.CreateAsync(2);
        await w.SettledAsync(s_patience);
        var before = w.Running().Select(c => c.Id).Order(StringComparer.Ordinal).ToArray();
        var elb = w.World.Client<IElasticLoadBalancingV2>();
        await elb.DeleteLoadBalancerAsync(
            new() { LoadBalancerArn = (await elb.DescribeLoadBalancersAsync(new(), w.World.Caller, default)).LoadBalancers?[0].LoadBalancerArn ?? "" }, w.World.Caller, default);
        await elb.DeleteTargetGroupAsync(new() { TargetGroupArn = w.TargetGroup ?? "" }, w.World.Caller, default);
        await w.World.RunFor(TimeSpan.FromMinutes(5));
        w.Running().Select(c => c.Id).Order(StringComparer.Ordinal).ShouldBe(before);
        (await w.EventsAsync()).Count(e => e.Contains("TARGET GROUP IS NOT FOUND", StringComparison.Ordinal)).ShouldBe(2, "once for each task");
        await w.Ecs.DeleteServiceAsync(new() { Service = "web", Force = true }, w.World.Caller, default);
        await w.World.Eventually(async () => (await w.DescribeAsync()).Status == "INACTIVE", s_patience);
    });

    [Fact]
    public void A_target_that_somebody_took_out_of_its_group_is_told_and_its_task_stays() => ServiceWorld.Run(3, async w =>
    {
        await w.BalanceAsync();
        await w.CreateAsync(2);
        await w.SettledAsync(s_patience);
        var before = w.Running().Select(c => c.Id).Order(StringComparer.Ordinal).ToArray();
        var elb = w.World.Client<IElasticLoadBalancingV2>();
        var one = (await elb.DescribeTargetHealthAsync(new() { TargetGroupArn = w.TargetGroup ?? "" }, w.World.Caller, default)).TargetHealthDescriptions?[0].Target ?? throw new InvalidOperationException();
        await elb.DeregisterTargetsAsync(new() { TargetGroupArn = w.TargetGroup ?? "", Targets = [one] }, w.World.Caller, default);
        await w.World.RunFor(TimeSpan.FromMinutes(5));
        (await w.EventsAsync()).Count(e => e.EndsWith($"is not healthy in target-group ({w.TargetGroup}) due to TARGET IS NOT FOUND.", StringComparison.Ordinal)).ShouldBe(1);
        w.Running().Select(c => c.Id).Order(StringComparer.Ordinal).ShouldBe(before);
    });
}
