using System.Collections.Immutable;
using Microsoft.Extensions.DependencyInjection;
using Minato.Contracts.Ecs;
using Minato.Ecs.Reconcile;
using Minato.Ecs.State;
using Task = System.Threading.Tasks.Task;

namespace Minato.Ecs.Tests.Services;

/// <summary>FARGATE_SPOT tasks whose capacity is taken back.</summary>
public sealed class SpotTests
{
    [Fact]
    public void An_interrupted_task_is_replaced_and_says_why_it_ended() => Run(async services =>
    {
        var arn = (await InterruptAsync(services, 1)).ShouldHaveSingleItem();
        var stopped = await DescribeAsync(services, arn);
        (stopped.DesiredStatus, stopped.StopCode, stopped.StoppedReason).ShouldBe(("STOPPED", TaskStopCode.SpotInterruption, "Your Spot Task was interrupted."));
        await services.World.Eventually(async () => (await DescribeAsync(services, arn)).LastStatus == "STOPPED", TimeSpan.FromMinutes(2), "gone within two minutes");
        await services.SettledAsync(TimeSpan.FromMinutes(5));
        services.Running().Length.ShouldBe(3);
        (await services.DescribeAsync()).Deployments?[0].FailedTasks.ShouldBe(0, "an interruption is no failure of the deployment");
    });

    [Fact]
    public void SIGTERM_comes_with_the_notice_and_waits_for_no_connection() => Run(async services =>
    {
        var arn = (await InterruptAsync(services, 1)).ShouldHaveSingleItem();
        // The deregistration delay is ten minutes.
        await services.World.Eventually(async () => (await DescribeAsync(services, arn)).LastStatus == "STOPPED", TimeSpan.FromMinutes(2), "gone within two minutes");
    }, deregistrationDelay: 600);

    [Fact]
    public void Without_a_number_all_are_interrupted_and_those_of_FARGATE_never() => Run(async services =>
    {
        (await InterruptAsync(services, null)).Length.ShouldBe(2);
        (await InterruptAsync(services, null)).ShouldBeEmpty("what was interrupted is not interrupted again");
    });

    private static async Task<Contracts.Ecs.Task> DescribeAsync(ServiceWorld services, string arn) =>
        (await services.Ecs.DescribeTasksAsync(new() { Tasks = [arn] }, services.World.Caller, default)).Tasks?[0] ?? throw new InvalidOperationException();

    private static ValueTask<ImmutableArray<string>> InterruptAsync(ServiceWorld services, int? count) =>
        services.World.Services.GetRequiredService<SpotInterruptions>()
            .InterruptAsync(new ClusterKey(AccountRegion.Of(services.World.Caller), "default"), "web", count, default);

    /// <summary>A service of three: one on FARGATE, two on FARGATE_SPOT.</summary>
    private static void Run(Func<ServiceWorld, Task> test, int deregistrationDelay = 2) => ServiceWorld.Run(1, async services =>
    {
        await services.BalanceAsync(deregistrationDelay);
        await services.Ecs.PutClusterCapacityProvidersAsync(
            new() { Cluster = "default", CapacityProviders = ["FARGATE", "FARGATE_SPOT"], DefaultCapacityProviderStrategy = [] }, services.World.Caller, default);
        await services.CreateAsync((await services.RequestAsync()) with
        {
            LaunchType = null,
            CapacityProviderStrategy = [new() { CapacityProvider = "FARGATE", Base = 1, Weight = 0 }, new() { CapacityProvider = "FARGATE_SPOT", Weight = 1 }],
        });
        await services.SettledAsync(TimeSpan.FromMinutes(5));
        await test(services);
    });
}
