using Minato.Contracts.Ecs;
using Minato.Testing;
using Minato.Testing.Containers;

namespace Minato.Ecs.Tests.Tasks;

/// <summary>Which container starts and stops when.</summary>
public sealed class TaskOrderTests
{
    private static ContainerDefinition Needing(string name, ContainerCondition condition) =>
        TaskWorld.Container() with { DependsOn = [new() { ContainerName = name, Condition = condition }] };

    private static ContainerDefinition Healthy(string name, string image) =>
        TaskWorld.Container(name, image) with { HealthCheck = new() { Command = ["CMD-SHELL", "true"], Interval = 5, Timeout = 2, Retries = 2 } };

    [Fact]
    public void SUCCESS_waits_for_exit_code_0() => TaskWorld.Run(1, async world =>
    {
        world.Host.AddImage(new("init:1") { RunsFor = TimeSpan.FromSeconds(20) });
        var arn = await world.RunAsync(Needing("init", ContainerCondition.Success), TaskWorld.Container("init", "init:1") with { Essential = false });
        await world.World.RunFor(TimeSpan.FromSeconds(15));
        world.Containers("init").Length.ShouldBe(1);
        world.Containers().ShouldBeEmpty();
        (await world.DescribeAsync(arn)).LastStatus.ShouldBe("ACTIVATING");
        await world.UntilAsync(arn, "RUNNING");
    });

    [Fact]
    public void SUCCESS_that_cannot_come_ends_the_task() => TaskWorld.Run(1, async world =>
    {
        world.Host.AddImage(new("init:1") { RunsFor = TimeSpan.FromSeconds(2), ExitCode = 1 });
        var arn = await world.RunAsync(Needing("init", ContainerCondition.Success), TaskWorld.Container("init", "init:1") with { Essential = false });
        var stopped = await world.UntilAsync(arn, "STOPPED");
        stopped.StopCode.ShouldBe(TaskStopCode.TaskFailedToStart);
        stopped.Containers?.Single(c => c.Name == "app").Reason.ShouldBe($"TaskDependencyError: Task dependencies cannot be resolved, taskArn: {arn}");
    });

    [Fact]
    public void HEALTHY_waits_for_the_health_check() => TaskWorld.Run(1, async world =>
    {
        world.Host.AddImage(new("db:1") { Health = [new(TimeSpan.Zero, false), new(TimeSpan.FromSeconds(8), true)] });
        var arn = await world.RunAsync(Needing("db", ContainerCondition.Healthy), Healthy("db", "db:1"));
        await world.World.Eventually(() => world.Containers("db").Length == 1, TimeSpan.FromSeconds(10));
        await world.World.RunFor(TimeSpan.FromSeconds(6));
        world.Containers().ShouldBeEmpty();
        var task = await world.UntilAsync(arn, "RUNNING");
        task.Containers?.Single(c => c.Name == "db").HealthStatus.ShouldBe(HealthStatus.Healthy);
        task.HealthStatus.ShouldBe(HealthStatus.Unknown); // The essential app has no health check.
    });

    [Fact]
    public void A_start_timeout_of_the_dependency_fails_who_waits_with_143() => TaskWorld.Run(1, async world =>
    {
        world.Host.AddImage(new("init:1"));
        var arn = await world.RunAsync(
            Needing("init", ContainerCondition.Complete), TaskWorld.Container("init", "init:1") with { Essential = false, StartTimeout = 10 });
        var stopped = await world.UntilAsync(arn, "STOPPED");
        var app = stopped.Containers?.Single(c => c.Name == "app");
        app?.ExitCode.ShouldBe(143);
        app?.Reason.ShouldNotBeNull().ShouldStartWith("CannotStartContainerError: dependency graph: container ordering dependency [");
        app?.Reason.ShouldNotBeNull().ShouldEndWith("has timed out.");
    });

    [Theory, Seeds(1, 5)]
    public void Shutdown_is_the_reverse_of_the_start(ulong seed) => TaskWorld.Run(seed, async world =>
    {
        world.Host.AddImage(new("slow:1") { ShutdownTime = TimeSpan.FromSeconds(5) });
        var arn = await world.RunAsync(Needing("db", ContainerCondition.Start) with { Image = "slow:1" }, TaskWorld.Container("db"));
        await world.UntilAsync(arn, "RUNNING");
        world.World.Always(() => world.Containers("db").All(d => d.ExitCode is null) || world.Containers().All(a => a.ExitCode is not null), "db ends last");
        await world.StopAsync(arn);
        await world.UntilAsync(arn, "STOPPED");
    });

    [Fact]
    public void A_container_that_ignores_SIGTERM_is_killed_after_its_stopTimeout() => TaskWorld.Run(1, async world =>
    {
        world.Host.AddImage(new("deaf:1") { OnTerminate = null });
        var arn = await world.RunAsync(TaskWorld.Container(image: "deaf:1") with { StopTimeout = 7 });
        await world.UntilAsync(arn, "RUNNING");
        var asked = world.World.Time.Elapsed;
        await world.StopAsync(arn);
        var stopped = await world.UntilAsync(arn, "STOPPED");
        stopped.Containers?[0].ExitCode.ShouldBe(137);
        (world.World.Time.Elapsed - asked).ShouldBeInRange(TimeSpan.FromSeconds(7), TimeSpan.FromSeconds(8));
    });

    [Fact]
    public void A_restart_policy_starts_the_container_again_in_place() => TaskWorld.Run(1, async world =>
    {
        world.Host.AddImage(new("once:1") { RunsFor = TimeSpan.FromSeconds(70), ExitCode = 1 });
        var arn = await world.RunAsync(TaskWorld.Container(image: "once:1") with { RestartPolicy = new() { Enabled = true, RestartAttemptPeriod = 60 } });
        await world.UntilAsync(arn, "RUNNING");
        var id = world.Containers()[0].Id;
        await world.World.RunFor(TimeSpan.FromSeconds(100));
        (await world.DescribeAsync(arn)).LastStatus.ShouldBe("RUNNING");
        world.Containers()[0].Id.ShouldBe(id);
    });

    [Fact]
    public void An_ignored_exit_code_is_not_restarted() => TaskWorld.Run(1, async world =>
    {
        world.Host.AddImage(new("once:1") { RunsFor = TimeSpan.FromSeconds(70), ExitCode = 1 });
        var arn = await world.RunAsync(TaskWorld.Container(image: "once:1") with
        {
            RestartPolicy = new() { Enabled = true, RestartAttemptPeriod = 60, IgnoredExitCodes = [1] },
        });
        (await world.UntilAsync(arn, "STOPPED", 120)).StopCode.ShouldBe(TaskStopCode.EssentialContainerExited);
    });

    [Fact]
    public void An_unhealthy_task_is_told_and_goes_on() => TaskWorld.Run(1, async world =>
    {
        world.Host.AddImage(new("sick:1") { Health = [new(TimeSpan.Zero, true), new(TimeSpan.FromSeconds(20), false)] });
        var arn = await world.RunAsync(Healthy("app", "sick:1"));
        await world.UntilAsync(arn, "RUNNING");
        await world.World.RunFor(TimeSpan.FromSeconds(8));
        (await world.DescribeAsync(arn)).HealthStatus.ShouldBe(HealthStatus.Healthy);
        await world.World.RunFor(TimeSpan.FromSeconds(40));
        var task = await world.DescribeAsync(arn);
        task.HealthStatus.ShouldBe(HealthStatus.Unhealthy);
        task.LastStatus.ShouldBe("RUNNING");
    });
}
