using Minato.Contracts.Ec2;
using Minato.Contracts.Ecs;
using Minato.Engines.Containers;
using Minato.Testing;
using Minato.Testing.Containers;
using Task = System.Threading.Tasks.Task;

namespace Minato.Ecs.Tests.Tasks;

/// <summary>Whole lives of tasks on the simulated machine.</summary>
public sealed class TaskLifeTests
{
    [Theory, Seeds(1, 5)]
    public void A_task_runs_and_stops(ulong seed) => TaskWorld.Run(seed, async world =>
    {
        var made = await world.RunAsync(TaskWorld.Fargate(TaskWorld.Container()));
        made.LastStatus.ShouldBe("PROVISIONING");
        made.DesiredStatus.ShouldBe("RUNNING");
        made.Version.ShouldBe(1);

        var running = await world.UntilAsync(made.TaskArn ?? "", "RUNNING");
        running.StartedAt.ShouldNotBeNull();
        running.PullStartedAt.ShouldNotBeNull();
        running.PullStoppedAt.ShouldNotBeNull();
        running.Containers?[0].LastStatus.ShouldBe("RUNNING");
        running.Containers?[0].NetworkInterfaces?[0].PrivateIpv4Address.ShouldNotBeNull();
        running.Attachments?[0].Status.ShouldBe("ATTACHED");
        world.Containers().Length.ShouldBe(1);

        await world.StopAsync(made.TaskArn ?? "");
        var stopped = await world.UntilAsync(made.TaskArn ?? "", "STOPPED");
        stopped.StopCode.ShouldBe(TaskStopCode.UserInitiated);
        stopped.StoppedReason.ShouldBe("Task stopped by user");
        stopped.Containers?[0].ExitCode.ShouldBe(143);
        await world.World.Eventually(() => world.Host.Containers.Count == 0, TimeSpan.FromSeconds(5));
        (await world.World.Client<IEc2>().DescribeNetworkInterfacesAsync(new(), world.World.Caller, default)).NetworkInterfaces?.Length.ShouldBe(0);
    });

    [Fact]
    public void A_stopped_task_is_described_for_an_hour() => TaskWorld.Run(1, async world =>
    {
        var arn = await world.RunAsync(TaskWorld.Container());
        await world.UntilAsync(arn, "RUNNING");
        await world.StopAsync(arn);
        await world.UntilAsync(arn, "STOPPED");
        await world.World.RunFor(TimeSpan.FromMinutes(59));
        await world.DescribeAsync(arn);
        await world.World.RunFor(TimeSpan.FromMinutes(2));
        var answer = await world.Ecs.DescribeTasksAsync(new() { Tasks = [arn] }, world.World.Caller, default);
        answer.Failures?[0].Reason.ShouldBe("MISSING");
    });

    [Fact]
    public void An_essential_container_that_exits_ends_its_task() => TaskWorld.Run(1, async world =>
    {
        world.Host.AddImage(new("once:1") { RunsFor = TimeSpan.FromSeconds(5), ExitCode = 3 });
        var arn = await world.RunAsync(TaskWorld.Container(image: "once:1"), TaskWorld.Container("side"));
        var stopped = await world.UntilAsync(arn, "STOPPED");
        stopped.StopCode.ShouldBe(TaskStopCode.EssentialContainerExited);
        stopped.StoppedReason.ShouldBe("Essential container in task exited");
        stopped.ExecutionStoppedAt.ShouldNotBeNull();
        stopped.Containers?.Single(c => c.Name == "app").ExitCode.ShouldBe(3);
        stopped.Containers?.Single(c => c.Name == "side").ExitCode.ShouldBe(143);
    });

    [Fact]
    public void A_container_that_is_not_essential_may_end() => TaskWorld.Run(1, async world =>
    {
        world.Host.AddImage(new("once:1") { RunsFor = TimeSpan.FromSeconds(1) });
        var arn = await world.RunAsync(TaskWorld.Container(), TaskWorld.Container("init", "once:1") with { Essential = false });
        await world.UntilAsync(arn, "RUNNING");
        await world.World.RunFor(TimeSpan.FromSeconds(10));
        var task = await world.DescribeAsync(arn);
        task.LastStatus.ShouldBe("RUNNING");
        task.Containers?.Single(c => c.Name == "init").LastStatus.ShouldBe("STOPPED");
    });

    [Fact]
    public void A_container_killed_behind_our_back_ends_the_task_with_its_exit_code() => TaskWorld.Run(1, async world =>
    {
        var arn = await world.RunAsync(TaskWorld.Container());
        await world.UntilAsync(arn, "RUNNING");
        world.Host.Faults.Kill(world.Containers()[0].Id);
        var stopped = await world.UntilAsync(arn, "STOPPED", 2);
        stopped.Containers?[0].ExitCode.ShouldBe(137);
    });

    [Fact]
    public void A_container_removed_behind_our_back_has_vanished() => TaskWorld.Run(1, async world =>
    {
        var arn = await world.RunAsync(TaskWorld.Container());
        await world.UntilAsync(arn, "RUNNING");
        world.Host.Faults.Remove(world.Containers()[0].Id);
        var stopped = await world.UntilAsync(arn, "STOPPED", 2);
        stopped.Containers?[0].Reason.ShouldBe("ContainerVanishedError: No container matching saved ID found");
    });

    [Fact]
    public void Memory_beyond_the_limit_is_told_as_OutOfMemoryError() => TaskWorld.Run(1, async world =>
    {
        world.Host.AddImage(new("fat:1") { NeedsMemory = 1L << 40 });
        var arn = await world.RunAsync(TaskWorld.Container(image: "fat:1"));
        var stopped = await world.UntilAsync(arn, "STOPPED");
        stopped.Containers?[0].Reason.ShouldBe("OutOfMemoryError: Container killed due to memory usage");
        stopped.Containers?[0].ExitCode.ShouldBe(137);
    });

    [Fact]
    public void An_image_that_cannot_be_pulled_is_the_reason_on_Fargate() => TaskWorld.Run(1, async world =>
    {
        world.Host.AddImage(new("gone:1") { PullFailure = new(PullFailure.NotFound, "manifest for gone:1 not found") });
        var arn = await world.RunAsync(TaskWorld.Container(image: "gone:1"));
        var stopped = await world.UntilAsync(arn, "STOPPED");
        stopped.StopCode.ShouldBe(TaskStopCode.TaskFailedToStart);
        stopped.StoppedReason.ShouldNotBeNull().ShouldStartWith("CannotPullContainerError: ");
        stopped.Containers?[0].Reason.ShouldBe(stopped.StoppedReason);
        stopped.Containers?[0].ExitCode.ShouldBeNull();
    });

    [Fact]
    public void By_default_a_failed_pull_falls_back_to_the_image_on_the_engine() => TaskWorld.Run(1, async world =>
    {
        world.Host.AddImage(new("demo:1") { PullFailure = new(PullFailure.Unreachable, "no route to host") }, present: true);
        var arn = await world.RunAsync(TaskWorld.Container(image: "demo:1"));
        await world.UntilAsync(arn, "RUNNING");
    });

    [Fact]
    public void With_pull_behavior_always_it_does_not() => TaskWorld.Run(1, async world =>
    {
        world.Host.AddImage(new("demo:1") { PullFailure = new(PullFailure.Unreachable, "no route to host") }, present: true);
        var arn = await world.RunAsync(TaskWorld.Container(image: "demo:1"));
        (await world.UntilAsync(arn, "STOPPED")).StopCode.ShouldBe(TaskStopCode.TaskFailedToStart);
    }, new EcsOptions { ImagePullBehavior = ImagePullBehavior.Always });

    [Fact]
    public void A_task_waits_for_an_engine_that_is_away_and_says_so() => TaskWorld.Run(1, async world =>
    {
        world.Host.Faults.EngineAway(TimeSpan.FromSeconds(30));
        var arn = await world.RunAsync(TaskWorld.Container());
        await world.World.RunFor(TimeSpan.FromSeconds(10));
        var waiting = await world.DescribeAsync(arn);
        waiting.LastStatus.ShouldBe("PENDING");
        waiting.Containers?[0].Reason.ShouldNotBeNull().ShouldContain("Docker Engine does not answer");
        await world.UntilAsync(arn, "RUNNING", 30);
        (await world.DescribeAsync(arn)).Containers?[0].Reason.ShouldBeNull();
    });

    [Fact]
    public void Containers_made_ahead_join_the_pause_container_that_was_made_afresh() => TaskWorld.Run(1, async world =>
    {
        world.Host.AddImage(new("here:1") { PullTime = TimeSpan.Zero });
        await world.UntilAsync(await world.RunAsync(TaskWorld.Container(image: "here:1")), "RUNNING"); // The network is known from here on.
        var arn = await world.RunAsync(TaskWorld.Container(image: "here:1"));
        await world.World.Eventually(() => world.Containers().Length == 2, TimeSpan.FromSeconds(5));
        var ahead = world.Containers()[1];
        ahead.Phase.ShouldBe(ContainerPhase.Created);
        var network = world.Containers("~internal~ecs~pause")[1].Spec.Network.ShouldBeOfType<NetworkAttachment.Address>().Network;
        await world.World.Client<IContainerEngine>().RemoveNetworkAsync(network, default);

        (await world.UntilAsync(arn, "RUNNING", 10)).Containers?[0].RuntimeId.ShouldNotBe(ahead.Id);
        world.Containers().Length.ShouldBe(2);
    });

    [Fact]
    public void A_container_that_could_not_be_made_ahead_is_made_when_it_is_to_start() => TaskWorld.Run(1, async world =>
    {
        world.Host.AddImage(new("here:1") { PullTime = TimeSpan.Zero });
        await world.UntilAsync(await world.RunAsync(TaskWorld.Container(image: "here:1")), "RUNNING");
        var arn = await world.RunAsync(TaskWorld.Container(image: "here:1"));
        await world.World.Eventually(() => world.Containers("~internal~ecs~pause").Length == 2, TimeSpan.FromSeconds(5));
        world.Host.Faults.FailCreates(new CreateOutcome.Refused("No such container: of the first pause"));
        await world.UntilAsync(arn, "RUNNING", 10);
    });

    [Fact]
    public void A_task_stopped_before_it_ran_leaves_nothing() => TaskWorld.Run(1, async world =>
    {
        var arn = await world.RunAsync(TaskWorld.Container());
        await world.World.RunFor(TimeSpan.FromMilliseconds(500)); // It pulls for 2 s at least.
        await world.StopAsync(arn, "enough");
        var stopped = await world.UntilAsync(arn, "STOPPED", 1);
        stopped.StoppedReason.ShouldBe("enough");
        await world.World.RunFor(TimeSpan.FromSeconds(10));
        world.Host.Containers.Count.ShouldBe(0);
    });
}
