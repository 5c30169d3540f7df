using Minato.Contracts.Ecs;
using Minato.Testing;
using Task = System.Threading.Tasks.Task;

namespace Minato.Ecs.Tests.Tasks;

/// <summary>Goal: whatever moment the process dies at, no container is doubled, lost or left over.</summary>
public sealed class TaskCrashTests
{
    [Theory, Seeds(1, 30)]
    public void A_crash_at_any_moment_doubles_nothing(ulong seed) => TaskWorld.Run(seed, async world =>
    {
        world.World.Always(() => world.Host.LiveBy("com.amazonaws.ecs.task-arn", "com.amazonaws.ecs.container-name").All(g => g.Count() == 1), "one container a slot");
        var arn = await world.RunAsync(TaskWorld.Container());
        await world.World.Faults.RestartProcess(3, TimeSpan.FromSeconds(5), TimeSpan.FromSeconds(1));
        await world.UntilAsync(arn, "RUNNING");
        var before = world.Containers();
        before.Length.ShouldBe(1);
        await world.World.RestartAsync(TimeSpan.FromSeconds(3));
        await world.World.RunFor(TimeSpan.FromSeconds(5));
        (await world.DescribeAsync(arn)).LastStatus.ShouldBe("RUNNING");
        world.Containers().Single().Id.ShouldBe(before[0].Id);
        await world.StopAsync(arn);
        await world.World.Faults.RestartProcess(2, TimeSpan.FromSeconds(1));
        await world.UntilAsync(arn, "STOPPED");
        await world.World.Eventually(() => world.Host.Containers.Count == 0, TimeSpan.FromSeconds(70));
    });

    [Fact]
    public void What_ended_while_the_process_was_away_is_noticed() => TaskWorld.Run(1, async world =>
    {
        var arn = await world.RunAsync(TaskWorld.Container());
        await world.UntilAsync(arn, "RUNNING");
        world.World.Kill();
        world.Host.Faults.KillAll();
        await world.World.StartAsync();
        var stopped = await world.UntilAsync(arn, "STOPPED", 2);
        stopped.StopCode.ShouldBe(TaskStopCode.EssentialContainerExited);
        stopped.Containers?[0].ExitCode.ShouldBe(137);
    });

    [Theory, Seeds(1, 10)]
    public void A_reset_removes_the_containers(ulong seed) => TaskWorld.Run(seed, async world =>
    {
        var arn = await world.RunAsync(TaskWorld.Container());
        await world.World.RunFor(TimeSpan.FromSeconds(4 * world.World.Chance.NextDouble()));
        await world.World.Client<Platform.PlatformHost>().ResetAsync(default);
        await world.World.Eventually(() => world.Host.Containers.Count == 0, TimeSpan.FromSeconds(5));
        await world.World.RunFor(TimeSpan.FromSeconds(10));
        world.Host.Containers.Count.ShouldBe(0);
    });
}
