using Minato.Contracts.Ecs;
using Minato.Contracts.ElasticLoadBalancingV2;
using Shouldly;
using Xunit;
using Task = System.Threading.Tasks.Task;

namespace Minato.Ecs.Tests.Services;

/// <summary>A service behind a network load balancer: a target that takes connections is a healthy task.</summary>
public sealed class NetworkBalancerTests
{
    [Fact]
    public void Tasks_are_registered_and_counted_healthy_when_they_take_connections() => ServiceWorld.Run(1, async services =>
    {
        await services.BalanceAsync(protocol: ProtocolEnum.Tcp);
        await services.CreateAsync(desired: 2);
        await services.SettledAsync(TimeSpan.FromMinutes(10));
        (await HealthAsync(services)).ShouldBe([TargetHealthStateEnum.Healthy, TargetHealthStateEnum.Healthy]);
        await services.RollAsync(ServiceWorld.Better);
        await services.SettledAsync(TimeSpan.FromMinutes(10));
        (await HealthAsync(services)).Count(h => h is TargetHealthStateEnum.Healthy).ShouldBe(2);
    });

    [Fact]
    public void A_task_that_is_gone_leaves_the_group() => ServiceWorld.Run(1, async services =>
    {
        await services.BalanceAsync(protocol: ProtocolEnum.Tcp);
        await services.CreateAsync(desired: 2);
        await services.SettledAsync(TimeSpan.FromMinutes(10));
        await services.UpdateAsync(new() { Service = "web", DesiredCount = 1 });
        await services.World.Eventually(async () => (await HealthAsync(services)).Count == 1, TimeSpan.FromMinutes(5));
    });

    private static async Task<List<TargetHealthStateEnum?>> HealthAsync(ServiceWorld services) =>
        [.. ((await services.World.Client<IElasticLoadBalancingV2>().DescribeTargetHealthAsync(new() { TargetGroupArn = services.TargetGroup ?? "" }, services.World.Caller, default))
            .TargetHealthDescriptions ?? []).Select(d => d.TargetHealth?.State)];
}
