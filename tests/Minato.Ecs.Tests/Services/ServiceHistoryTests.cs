using Minato.Contracts.Ecs;
using Task = System.Threading.Tasks.Task;

namespace Minato.Ecs.Tests.Services;

/// <summary>What is kept of a service's past: service deployments, revisions and events.</summary>
public sealed class ServiceHistoryTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(5);

    [Fact]
    public void Deployments_are_listed_newest_first_twenty_on_a_page() => ServiceWorld.Run(1, async w =>
    {
        await w.CreateAsync(0);
        for (var i = 0; i < 24; i++) await ForceAsync(w);
        var first = await w.Ecs.ListServiceDeploymentsAsync(new() { Service = "web" }, w.World.Caller, default);
        var rest = await w.Ecs.ListServiceDeploymentsAsync(new() { Service = "web", NextToken = first.NextToken }, w.World.Caller, default);
        (first.ServiceDeployments?.Length, rest.ServiceDeployments?.Length, rest.NextToken).ShouldBe((20, 5, null));
        ServiceDeploymentBrief[] all = [.. first.ServiceDeployments ?? [], .. rest.ServiceDeployments ?? []];
        all.Select(d => d.ServiceDeploymentArn).ShouldBeUnique();
        all.Select(d => d.CreatedAt).ShouldBe(all.Select(d => d.CreatedAt).OrderDescending());
        all[0].ServiceDeploymentArn.ShouldBe((await w.DescribeAsync()).CurrentServiceDeployment);
    });

    [Fact]
    public void Deployments_are_listed_by_status_and_by_time() => ServiceWorld.Run(2, async w =>
    {
        await w.CreateAsync(1);
        await w.SettledAsync(s_patience);
        var between = w.World.Time.GetUtcNow();
        await w.World.RunFor(TimeSpan.FromSeconds(10));
        await w.RollAsync(ServiceWorld.Better);
        await w.World.RunFor(TimeSpan.FromSeconds(1));
        (await ListAsync(new() { Service = "web", Status = [ServiceDeploymentStatus.Successful] })).ShouldBe([ServiceDeploymentStatus.Successful]);
        (await ListAsync(new() { Service = "web", Status = [ServiceDeploymentStatus.Pending, ServiceDeploymentStatus.InProgress] })).ShouldBe([ServiceDeploymentStatus.InProgress]);
        (await ListAsync(new() { Service = "web", CreatedAt = new() { After = between } })).ShouldBe([ServiceDeploymentStatus.InProgress]);
        (await ListAsync(new() { Service = "web", CreatedAt = new() { Before = between } })).ShouldBe([ServiceDeploymentStatus.Successful]);

        async Task<ServiceDeploymentStatus?[]> ListAsync(ListServiceDeploymentsRequest request) =>
            [.. ((await w.Ecs.ListServiceDeploymentsAsync(request, w.World.Caller, default)).ServiceDeployments ?? []).Select(d => d.Status)];
    });

    [Fact]
    public void A_deployment_is_stop_requested_when_another_begins_and_then_stopped() => ServiceWorld.Run(3, async w =>
    {
        var first = (await w.CreateAsync(2)).CurrentServiceDeployment ?? "";
        await w.World.RunFor(TimeSpan.FromSeconds(1));
        await w.RollAsync(ServiceWorld.Better);
        (await OneAsync(w, first)).Status.ShouldBe(ServiceDeploymentStatus.StopRequested);
        await w.SettledAsync(s_patience);
        var ended = await OneAsync(w, first);
        (ended.Status, ended.FinishedAt is not null).ShouldBe((ServiceDeploymentStatus.Stopped, true));
    });

    [Fact]
    public void A_deployment_shows_its_circuit_breaker_from_monitoring_to_the_end() => ServiceWorld.Run(4, async w =>
    {
        var first = (await w.CreateAsync(1)).CurrentServiceDeployment ?? "";
        (await OneAsync(w, first)).DeploymentCircuitBreaker.ShouldBe(new() { Status = ServiceDeploymentRollbackMonitorsStatus.Monitoring, FailureCount = 0, Threshold = 3 });
        await w.SettledAsync(s_patience);
        (await OneAsync(w, first)).DeploymentCircuitBreaker?.Status.ShouldBe(ServiceDeploymentRollbackMonitorsStatus.MonitoringComplete);
        var second = (await w.RollAsync(ServiceWorld.Missing)).CurrentServiceDeployment ?? "";
        await w.World.Eventually(async () => (await OneAsync(w, second)).FinishedAt is not null, s_patience);
        var failed = await OneAsync(w, second);
        (failed.Status, failed.DeploymentCircuitBreaker).ShouldBe((
            ServiceDeploymentStatus.RollbackSuccessful, new() { Status = ServiceDeploymentRollbackMonitorsStatus.Triggered, FailureCount = 3, Threshold = 3 }));
        await w.UpdateAsync(new() { Service = "web", ForceNewDeployment = true, DeploymentConfiguration = new() { DeploymentCircuitBreaker = new() { Enable = false, Rollback = false } } });
        (await OneAsync(w, (await w.DescribeAsync()).CurrentServiceDeployment ?? "")).DeploymentCircuitBreaker?.Status.ShouldBe(ServiceDeploymentRollbackMonitorsStatus.Disabled);
    });

    [Fact]
    public void A_service_shows_its_last_hundred_events_newest_first() => ServiceWorld.Run(5, async w =>
    {
        await w.CreateAsync(1);
        for (var i = 0; i < 60; i++)
        {
            await w.SettledAsync(s_patience);
            await ForceAsync(w);
        }

        await w.SettledAsync(s_patience);
        var events = (await w.DescribeAsync()).Events ?? [];
        events.Length.ShouldBe(100);
        events[0].Message.ShouldBe("(service web) has reached a steady state.");
        events.Select(e => e.CreatedAt).ShouldBe(events.Select(e => e.CreatedAt).OrderDescending());
    });

    private static Task ForceAsync(ServiceWorld w) => w.UpdateAsync(new() { Service = "web", ForceNewDeployment = true });

    private static async Task<ServiceDeployment> OneAsync(ServiceWorld w, string arn) =>
        (await w.Ecs.DescribeServiceDeploymentsAsync(new() { ServiceDeploymentArns = [arn] }, w.World.Caller, default)).ServiceDeployments?.Single()
        ?? throw new InvalidOperationException($"There is no service deployment {arn}.");
}
