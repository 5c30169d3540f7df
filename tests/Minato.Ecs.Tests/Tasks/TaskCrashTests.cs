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

    [Fact]
    public void After_a_reset_under_running_tasks_the_VPC_has_its_range_again() => TaskWorld.Run(1, async world =>
    {
        var before = await AddressAsync();
        await world.World.Client<Platform.PlatformHost>().ResetAsync(default);
        var after = await AddressAsync();
        (Range(before), Range(after)).ShouldBe(("172.31", "172.31"));

        static string Range(string address) => string.Join('.', address.Split('.')[..2]);

        async System.Threading.Tasks.Task<string> AddressAsync()
        {
            var task = await world.UntilAsync(await world.RunAsync(TaskWorld.Container()), "RUNNING");
            return task.Containers?[0].NetworkInterfaces?[0].PrivateIpv4Address ?? "";
        }
    });
}
