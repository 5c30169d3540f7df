using Minato.Contracts.Ecs;
using Minato.Testing;

namespace Minato.Ecs.Tests.Services;

/// <summary>Services from request to containers, in simulated worlds.</summary>
public sealed class ServiceLifeTests
{
    private static readonly TimeSpan s_minute = TimeSpan.FromMinutes(1);

    [Fact]
    public void A_service_without_load_balancer_comes_up_and_completes_after_forty_seconds() => ServiceWorld.Run(1, async world =>
    {
        var created = await world.CreateAsync();
        created.Status.ShouldBe("ACTIVE");
        created.DesiredCount.ShouldBe(3);
        var primary = created.Deployments.ShouldNotBeNull().Single();
        (primary.Status, primary.DesiredCount, primary.RolloutState).ShouldBe(("PRIMARY", 0, DeploymentRolloutState.InProgress));
        primary.RolloutStateReason.ShouldBe($"ECS deployment {primary.Id} in progress.");

        await world.StableAsync(s_minute);
        world.Running().Length.ShouldBe(3);
        (await world.DescribeAsync()).Deployments?[0].RolloutState.ShouldBe(DeploymentRolloutState.InProgress);
        await world.SettledAsync(TimeSpan.FromSeconds(45));
        var events = await world.EventsAsync();
        events[0].ShouldStartWith("(service web) has started 1 tasks: (task "); // It finds out what the tag stands for.
        events[1].ShouldStartWith("(service web) has started 2 tasks: (task ");
        events[^2].ShouldBe($"(service web) (deployment {primary.Id}) deployment completed.");
        events[^1].ShouldBe("(service web) has reached a steady state.");
        (await world.DeploymentsAsync()).Single().Status.ShouldBe(ServiceDeploymentStatus.Successful);
    });

    [Fact]
    public void A_killed_container_is_replaced_at_once() => ServiceWorld.Run(2, async world =>
    {
        await world.CreateAsync();
        await world.SettledAsync(s_minute * 2);
        var victim = world.Running()[0];
        world.Host.Faults.Kill(victim.Id);
        await world.World.Eventually(() => world.Running().Length == 3 && world.Running().All(c => c.Id != victim.Id), TimeSpan.FromSeconds(8));
    });

    [Fact]
    public void A_service_behind_a_load_balancer_rolls_over() => ServiceWorld.Run(3, async world =>
    {
        await world.BalanceAsync();
        await world.CreateAsync();
        await world.SettledAsync(s_minute * 3);
        var updated = await world.RollAsync(ServiceWorld.Better);
        updated.Deployments?.Select(d => d.Status).ShouldBe(["PRIMARY", "ACTIVE"]);
        updated.Deployments?[0].DesiredCount.ShouldBe(0);
        await world.SettledAsync(s_minute * 3);
        // AWS: the deployment is over when the old tasks are told to stop; their containers may take a moment more.
        await world.World.Eventually(() => world.Running().All(c => c.Image != ServiceWorld.Good) && world.Running().Length == 3, s_minute);
        var service = await world.DescribeAsync();
        service.Deployments?.Single().Id.ShouldBe(updated.Deployments?[0].Id);
        var events = string.Join('\n', await world.EventsAsync());
        events.ShouldContain($"targets in (target-group {world.TargetGroup})");
        events.ShouldContain("has begun draining connections on");
        events.ShouldContain("deregistered ");
        events.ShouldContain("has stopped ");
    });

    [Fact]
    public void A_sick_version_is_rolled_back() => ServiceWorld.Run(4, async world =>
    {
        await world.BalanceAsync();
        var created = await world.CreateAsync();
        await world.SettledAsync(s_minute * 3);
        var rolled = await world.RollAsync(ServiceWorld.Sick);
        await world.World.Eventually(async () => (await world.DescribeAsync()).TaskDefinition == created.TaskDefinition, s_minute * 5, "rolled back");
        await world.SettledAsync(s_minute * 3);
        var service = await world.DescribeAsync();
        service.Deployments?.Single().Id.ShouldBe(created.Deployments?[0].Id);
        service.Deployments?.Single().RolloutStateReason.ShouldBe($"ECS deployment {created.Deployments?[0].Id} completed.");
        var history = await world.DeploymentsAsync();
        history.Select(d => d.Status).ShouldBe([ServiceDeploymentStatus.RollbackSuccessful, ServiceDeploymentStatus.Successful]);
        history[0].ServiceDeploymentArn.ShouldBe(rolled.CurrentServiceDeployment);
        var events = await world.EventsAsync();
        events.ShouldContain($"(service web) (deployment {rolled.Deployments?[0].Id}) deployment failed: tasks failed to start.");
        events.ShouldContain($"(service web) rolling back to deployment {created.Deployments?[0].Id}.");
        await world.World.Eventually(() => world.Running().Length is 3, s_minute, "the sick ones are gone");
    });

    [Fact]
    public void A_missing_image_is_named_in_the_events_and_rolled_back() => ServiceWorld.Run(5, async world =>
    {
        await world.CreateAsync();
        await world.SettledAsync(s_minute * 3);
        await world.RollAsync(ServiceWorld.Missing);
        await world.World.Eventually(async () => (await world.EventsAsync()).Any(e => e.Contains("rolling back", StringComparison.Ordinal)), s_minute * 2, "rolled back");
        (await world.EventsAsync()).ShouldContain(e => e.StartsWith("(service web) was unable to place a task. Reason: CannotPull", StringComparison.Ordinal));
        await world.SettledAsync(s_minute * 3);
        world.Running().Length.ShouldBe(3);
    });

    [Fact]
    public void A_sick_container_is_replaced_by_its_health_check() => ServiceWorld.Run(6, async world =>
    {
        var check = new HealthCheck { Command = ["CMD-SHELL", "true"], Interval = 5, Retries = 2 };
        await world.CreateAsync(await world.RequestAsync() with { TaskDefinition = await world.DefineAsync(ServiceWorld.Good, check) });
        await world.SettledAsync(s_minute * 2);
        var victim = world.Running()[0];
        world.Host.Faults.BeWell(victim.Id, false);
        await world.World.Eventually(() => world.Running().All(c => c.Id != victim.Id), s_minute * 2);
        await world.SettledAsync(s_minute);
        var events = string.Join('\n', await world.EventsAsync());
        events.ShouldContain(") failed container health checks.");
        events.ShouldContain("Amazon ECS replaced 1 tasks due to an unhealthy status.");
    });

    [Fact]
    public void Scaling_out_and_in_follows_the_desired_count() => ServiceWorld.Run(7, async world =>
    {
        await world.CreateAsync(1);
        await world.SettledAsync(s_minute * 2);
        (await world.UpdateAsync(new() { Service = "web", DesiredCount = 5 })).Deployments?.Length.ShouldBe(1);
        await world.World.Eventually(() => world.Running().Length == 5, s_minute);
        await world.UpdateAsync(new() { Service = "web", DesiredCount = 2 });
        await world.World.Eventually(() => world.Running().Length == 2, s_minute);
        await world.SettledAsync(s_minute);
    });

    [Fact]
    public void Tasks_spread_over_the_zones_of_the_subnets() => ServiceWorld.Run(8, async world =>
    {
        await world.CreateAsync();
        await world.StableAsync(s_minute);
        var tasks = await world.Ecs.ListTasksAsync(new() { ServiceName = "web" }, world.World.Caller, default);
        var described = await world.Ecs.DescribeTasksAsync(new() { Tasks = tasks.TaskArns ?? [] }, world.World.Caller, default);
        described.Tasks?.Select(t => t.AvailabilityZone).Distinct().Count().ShouldBe(3);
        described.Tasks.ShouldNotBeNull().ShouldAllBe(t => t.Group == "service:web" && t.StartedBy != null && t.StartedBy.StartsWith("ecs-svc/"));
    });

    [Fact]
    public void A_deleted_service_drains_and_ends_inactive() => ServiceWorld.Run(9, async world =>
    {
        await world.CreateAsync();
        await world.StableAsync(s_minute);
        var ecs = world.Ecs;
        var refused = await world.World.Throws<InvalidParameterException>(() => ecs.DeleteServiceAsync(new() { Service = "web" }, world.World.Caller, default));
        refused.Message.ShouldBe("The service cannot be stopped while the primary deployment is scaled above 0.");
        (await ecs.DeleteServiceAsync(new() { Service = "web", Force = true }, world.World.Caller, default)).Service?.Status.ShouldBe("DRAINING");
        (await ecs.ListServicesAsync(new(), world.World.Caller, default)).ServiceArns.ShouldNotBeNull().ShouldBeEmpty();
        await world.World.Eventually(async () => (await world.DescribeAsync()).Status == "INACTIVE", s_minute, "services-inactive");
        world.Running().ShouldBeEmpty();
        (await world.CreateAsync()).Status.ShouldBe("ACTIVE");
    });

    [Fact]
    public void Later_tasks_run_the_digest_that_the_first_one_found() => ServiceWorld.Run(10, async world =>
    {
        var created = await world.CreateAsync(1);
        await world.StableAsync(s_minute);
        var revisions = await world.Ecs.DescribeServiceRevisionsAsync(
            new() { ServiceRevisionArns = [created.CurrentServiceRevisions?[0].Arn ?? ""] }, world.World.Caller, default);
        revisions.ServiceRevisions?[0].ContainerImages?[0].ImageDigest.ShouldBe("sha256:" + new string('1', 64));
    });

    [Fact]
    public void Deployments_that_keep_failing_without_breaker_back_off() => ServiceWorld.Run(11, async world =>
    {
        await world.CreateAsync(await world.RequestAsync(1, ServiceWorld.Missing) with { DeploymentConfiguration = null });
        await world.World.RunFor(TimeSpan.FromHours(3));
        var service = await world.DescribeAsync();
        service.Deployments?[0].FailedTasks.ShouldNotBeNull().ShouldBeInRange(10, 30);
        (await world.EventsAsync()).ShouldContain("(service web) is unable to consistently start tasks successfully.");
        service.Deployments?[0].RolloutState.ShouldBe(DeploymentRolloutState.InProgress);
        await world.RollAsync(ServiceWorld.Good);
        await world.SettledAsync(s_minute * 2);
    });
}
