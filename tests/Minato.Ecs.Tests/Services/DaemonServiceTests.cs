using Minato.Contracts.Ecs;
using Task = System.Threading.Tasks.Task;

namespace Minato.Ecs.Tests.Services;

/// <summary>DAEMON services in a world with container instances.</summary>
public sealed class DaemonServiceTests
{
    [Fact]
    public void One_task_runs_on_every_instance_and_on_those_that_come_later() => Run(async (services, fleet) =>
    {
        string[] instances = [await fleet.AddAsync(), await fleet.AddAsync()];
        var made = await fleet.DaemonAsync();
        made.SchedulingStrategy.ShouldBe(SchedulingStrategy.Daemon);
        (made.DeploymentConfiguration?.MinimumHealthyPercent, made.DeploymentConfiguration?.MaximumPercent).ShouldBe((0, 100));
        made.AvailabilityZoneRebalancing.ShouldBe(AvailabilityZoneRebalancing.Disabled);
        await fleet.SteadyAsync("agent", 2);
        (await services.DescribeAsync("agent")).DesiredCount.ShouldBe(2);
        var late = await fleet.AddAsync();
        await fleet.SteadyAsync("agent", 3);
        (await fleet.RunningOnAsync("agent")).ShouldBe([.. instances.Append(late).Order(StringComparer.Ordinal)]);
    });

    [Fact]
    public void A_lost_instance_takes_its_task_with_it() => Run(async (services, fleet) =>
    {
        var lost = await fleet.AddAsync();
        var stays = await fleet.AddAsync();
        await fleet.DaemonAsync();
        await fleet.SteadyAsync("agent", 2);
        await fleet.LoseAsync(lost);
        await fleet.SteadyAsync("agent", 1);
        (await fleet.RunningOnAsync("agent")).ShouldBe([stays]);
        (await services.DescribeAsync("agent")).DesiredCount.ShouldBe(1);
    });

    [Fact]
    public void Only_instances_that_meet_the_constraints_have_one() => Run(async (services, fleet) =>
    {
        await fleet.AddAsync();
        var fast = await fleet.AddAsync(attributes: new Contracts.Ecs.Attribute { Name = "disk", Value = "ssd" });
        await services.CreateAsync(new()
        {
            ServiceName = "agent", TaskDefinition = await fleet.DefineAsync(), SchedulingStrategy = SchedulingStrategy.Daemon,
            PlacementConstraints = [new() { Type = PlacementConstraintType.MemberOf, Expression = "attribute:disk == ssd" }],
        });
        await fleet.SteadyAsync("agent", 1);
        (await fleet.RunningOnAsync("agent")).ShouldBe([fast]);
        await services.Ecs.DeleteAttributesAsync(
            new() { Attributes = [new() { Name = "disk", TargetId = fast, TargetType = TargetType.ContainerInstance }] }, services.World.Caller, default);
        await fleet.SteadyAsync("agent", 0);
    });

    [Fact]
    public void A_draining_instance_loses_its_daemon_last() => Run(async (services, fleet) =>
    {
        var draining = await fleet.AddAsync();
        await fleet.DaemonAsync();
        await fleet.ReplicaAsync(2);
        await fleet.SteadyAsync("agent", 1);
        await fleet.SteadyAsync("web", 2);
        var isLast = true;
        services.World.Always(() => isLast);
        await fleet.DrainAsync(draining);
        await services.World.RunFor(TimeSpan.FromMinutes(1));
        // Nowhere else to go: the replicas stay, and so does the daemon.
        (await fleet.RunningOnAsync("agent")).ShouldBe([draining]);
        var other = await fleet.AddAsync();
        await services.World.Eventually(async () =>
        {
            var daemons = await fleet.RunningOnAsync("agent");
            var replicas = await fleet.RunningOnAsync("web");
            if (replicas.Contains(draining) && !daemons.Contains(draining)) isLast = false;
            return daemons is [var only] && only == other && replicas.All(r => r == other);
        }, TimeSpan.FromMinutes(5), "everything has moved");
    });

    [Fact]
    public void A_daemon_that_does_not_fit_says_so_and_comes_when_there_is_room() => Run(async (services, fleet) =>
    {
        var small = await fleet.AddAsync(memory: 200);
        var web = await fleet.ReplicaAsync(1);
        await fleet.SteadyAsync("web", 1);
        await fleet.DaemonAsync();
        await services.World.Eventually(async () => ((await services.DescribeAsync("agent")).Events ?? [])
            .Any(e => e.Message?.Contains($"The closest matching (container-instance {small}) has insufficient memory available.", StringComparison.Ordinal) == true),
            TimeSpan.FromMinutes(1));
        await services.UpdateAsync(new() { Service = web.ServiceName ?? "", DesiredCount = 0 });
        await fleet.SteadyAsync("agent", 1);
    });

    [Fact]
    public void What_a_daemon_needs_is_kept_from_replicas_until_it_is_there() => Run(async (services, fleet) =>
    {
        await fleet.DaemonAsync();
        await fleet.ReplicaAsync(3);
        await services.World.RunFor(TimeSpan.FromMinutes(1));
        // The replicas wait for a place before there is one: 300 MiB are room for two tasks, and one of them is the daemon's.
        var instance = await fleet.AddAsync(memory: 300);
        await fleet.SteadyAsync("agent", 1);
        await services.World.RunFor(TimeSpan.FromMinutes(2));
        (await fleet.RunningOnAsync("agent")).ShouldBe([instance]);
        (await fleet.RunningOnAsync("web")).ShouldBe([instance]);
    });

    [Fact]
    public void What_a_replica_leaves_is_the_daemon_s_that_waits_for_it() => Run(async (services, fleet) =>
    {
        var small = await fleet.AddAsync(memory: 200);
        await fleet.ReplicaAsync(1);
        await fleet.SteadyAsync("web", 1);
        await fleet.DaemonAsync();
        await services.World.RunFor(TimeSpan.FromMinutes(1));
        var standing = (await fleet.TasksAsync("web")).Single().TaskArn ?? "";
        // Nobody is stopped for a daemon. The scheduler wants to replace the task at once, but what it leaves is kept.
        await services.Ecs.StopTaskAsync(new() { Task = standing }, services.World.Caller, default);
        await fleet.SteadyAsync("agent", 1);
        (await fleet.RunningOnAsync("agent")).ShouldBe([small]);
        (await fleet.RunningOnAsync("web")).ShouldBeEmpty();
    });

    [Fact]
    public void A_daemon_that_is_deleted_keeps_nothing() => Run(async (services, fleet) =>
    {
        await fleet.DaemonAsync();
        await services.Ecs.DeleteServiceAsync(new() { Service = "agent" }, services.World.Caller, default);
        await fleet.AddAsync(memory: 140);
        await fleet.ReplicaAsync(1);
        await fleet.SteadyAsync("web", 1);
    });

    [Fact]
    public void A_new_revision_rolls_within_the_minimum() => Run(async (services, fleet) =>
    {
        for (var i = 0; i < 4; i++) await fleet.AddAsync();
        await fleet.DaemonAsync(minimumHealthyPercent: 50);
        await fleet.SteadyAsync("agent", 4);
        var fewest = 4;
        await services.UpdateAsync(new() { Service = "agent", TaskDefinition = await fleet.DefineAsync(ServiceWorld.Better, "agent") });
        await services.World.Eventually(async () =>
        {
            var service = await services.DescribeAsync("agent");
            fewest = Math.Min(fewest, (await fleet.RunningOnAsync("agent")).Length);
            return service is { RunningCount: 4, Deployments: [{ RolloutState: DeploymentRolloutState.Completed }] };
        }, TimeSpan.FromMinutes(10), "rolled out");
        fewest.ShouldBe(2);
    });

    [Theory]
    [InlineData("desired", "The daemon scheduling strategy does not support a desired count for services. Remove the desired count value and try again")]
    [InlineData("strategy", "The daemon scheduling strategy does not support placement strategies. Remove the placement strategy and try again")]
    [InlineData("fargate", "The daemon scheduling strategy does not support the FARGATE launch type. Change the launch type and try again")]
    [InlineData("maximum", "The daemon scheduling strategy does not support values other than 100 for maximumPercent. Change the value of maximumPercent and try again")]
    [InlineData("provider", "Specifying a capacity provider strategy is not supported when you create a service using the DAEMON scheduling strategy.")]
    [InlineData("zones", "Availability Zone rebalancing is not supported with the DAEMON scheduling strategy.")]
    public void What_a_daemon_may_not_ask_for_is_refused(string what, string message) => Run(async (services, fleet) =>
    {
        var request = new CreateServiceRequest { ServiceName = "agent", TaskDefinition = await fleet.DefineAsync(), SchedulingStrategy = SchedulingStrategy.Daemon };
        request = what switch
        {
            "desired" => request with { DesiredCount = 1 },
            "strategy" => request with { PlacementStrategy = [new() { Type = PlacementStrategyType.Random }] },
            "fargate" => request with { LaunchType = LaunchType.Fargate },
            "maximum" => request with { DeploymentConfiguration = new() { MaximumPercent = 200 } },
            "provider" => request with { CapacityProviderStrategy = [new() { CapacityProvider = "FARGATE", Weight = 1 }] },
            _ => request with { AvailabilityZoneRebalancing = AvailabilityZoneRebalancing.Enabled },
        };
        (await services.World.Throws<InvalidParameterException>(() => services.CreateAsync(request))).Message.ShouldBe(message);
    });

    [Fact]
    public void Deleting_a_daemon_needs_no_force() => Run(async (services, fleet) =>
    {
        await fleet.AddAsync();
        await fleet.DaemonAsync();
        await fleet.SteadyAsync("agent", 1);
        await services.Ecs.DeleteServiceAsync(new() { Service = "agent" }, services.World.Caller, default);
        await services.World.Eventually(async () => (await services.DescribeAsync("agent")).Status == "INACTIVE", TimeSpan.FromMinutes(2));
        services.Running().ShouldBeEmpty();
    });

    private static void Run(Func<ServiceWorld, Fleet, Task> test) => ServiceWorld.Run(1, services => test(services, new Fleet(services)));
}
