using System.Collections.Immutable;
using Minato.Contracts.CloudWatchLogs;
using Minato.Contracts.Ecs;
using Minato.Testing;
using Minato.Testing.Containers;
using Task = System.Threading.Tasks.Task;

namespace Minato.Ecs.Tests.Tasks;

/// <summary>The awslogs driver from a container's output to GetLogEvents.</summary>
public sealed class TaskLogTests
{
    private static ContainerDefinition Logging(string image = "app:1", params (string, string)[] more) => TaskWorld.Container(image: image) with
    {
        LogConfiguration = new()
        {
            LogDriver = Contracts.Ecs.LogDriver.Awslogs,
            Options = ImmutableDictionary<string, string>.Empty
                .Add("awslogs-group", "/ecs/web").Add("awslogs-region", "us-east-1").Add("awslogs-stream-prefix", "ecs")
                .AddRange(more.Select(m => System.Collections.Generic.KeyValuePair.Create(m.Item1, m.Item2))),
        },
    };

    private static Task GroupAsync(TaskWorld world) =>
        world.World.Client<ICloudWatchLogs>().CreateLogGroupAsync(new() { LogGroupName = "/ecs/web" }, world.World.Caller, default);

    private static string Stream(string arn) => $"ecs/app/{arn[(arn.LastIndexOf('/') + 1)..]}";

    [Fact]
    public void A_line_is_in_Logs_within_a_second() => TaskWorld.Run(1, async world =>
    {
        await GroupAsync(world);
        var arn = await world.RunAsync(Logging());
        await world.UntilAsync(arn, "RUNNING");
        await world.World.RunFor(TimeSpan.FromSeconds(1));
        world.Host.Write(world.Containers()[0].Id, "hello");
        await world.World.RunFor(TimeSpan.FromSeconds(1));
        (await world.LogAsync(Stream(arn))).ShouldBe(["hello"]);
    });

    [Fact]
    public void Lines_written_while_the_disk_is_full_are_in_Logs_once_it_has_room() => TaskWorld.Run(1, async world =>
    {
        await GroupAsync(world);
        var arn = await world.RunAsync(Logging());
        await world.UntilAsync(arn, "RUNNING");
        await world.World.RunFor(TimeSpan.FromSeconds(1));
        world.World.Disk.IsFull = true;
        world.Host.Write(world.Containers()[0].Id, "one");
        await world.World.RunFor(TimeSpan.FromSeconds(5));
        world.World.Disk.IsFull = false;
        world.Host.Write(world.Containers()[0].Id, "two");
        await world.World.RunFor(TimeSpan.FromSeconds(3));
        (await world.LogAsync(Stream(arn))).ShouldBe(["one", "two"]);
    });

    [Fact]
    public void A_group_that_is_missing_fails_the_task_as_on_Fargate() => TaskWorld.Run(1, async world =>
    {
        var arn = await world.RunAsync(Logging());
        var stopped = await world.UntilAsync(arn, "STOPPED");
        stopped.StopCode.ShouldBe(TaskStopCode.TaskFailedToStart);
        stopped.StoppedReason.ShouldNotBeNull().ShouldStartWith(
            "ResourceInitializationError: failed to validate logger args: create stream has been retried 1 times: failed to create Cloudwatch log stream: ResourceNotFoundException: The specified log group does not exist.");
        world.Containers().ShouldBeEmpty();
    });

    [Fact]
    public void With_awslogs_create_group_the_group_is_made() => TaskWorld.Run(1, async world =>
    {
        world.Host.AddImage(new("said:1") { Lines = [new(TimeSpan.Zero, "one")] });
        var arn = await world.RunAsync(Logging("said:1", ("awslogs-create-group", "true")));
        await world.UntilAsync(arn, "RUNNING");
        await world.World.RunFor(TimeSpan.FromSeconds(1));
        (await world.LogAsync(Stream(arn))).ShouldBe(["one"]);
    });

    [Fact]
    public void Lines_that_belong_together_are_one_event() => TaskWorld.Run(1, async world =>
    {
        await GroupAsync(world);
        world.Host.AddImage(new("said:1") { Lines = [new(TimeSpan.Zero, "INFO a"), new(TimeSpan.Zero, " at x"), new(TimeSpan.FromSeconds(1), "INFO b"), new(TimeSpan.FromSeconds(2), " at y")] });
        var arn = await world.RunAsync(Logging("said:1", ("awslogs-multiline-pattern", "^INFO")));
        await world.UntilAsync(arn, "RUNNING");
        await world.World.RunFor(TimeSpan.FromSeconds(4));
        (await world.LogAsync(Stream(arn))).ShouldBe(["INFO a\n at x"]); // More may still come to the second.
        await world.World.RunFor(TimeSpan.FromSeconds(4));
        (await world.LogAsync(Stream(arn))).ShouldBe(["INFO a\n at x", "INFO b\n at y"]);
    });

    [Theory, Seeds(1, 20)]
    public void The_last_words_of_a_dead_container_arrive_across_crashes(ulong seed) => TaskWorld.Run(seed, async world =>
    {
        await GroupAsync(world);
        var lines = Enumerable.Range(0, 200).Select(i => new SimLine(TimeSpan.FromMilliseconds(20 * i), $"line {i}")).ToImmutableArray();
        world.Host.AddImage(new("said:1") { Lines = lines, RunsFor = TimeSpan.FromSeconds(4.001) });
        var arn = await world.RunAsync(Logging("said:1"));
        await world.World.Faults.RestartProcess(4, TimeSpan.FromSeconds(9));
        await world.UntilAsync(arn, "STOPPED");
        await world.World.Eventually(() => world.Host.Containers.Count == 0, TimeSpan.FromSeconds(70));
        var seen = await world.LogAsync(Stream(arn));
        seen.Distinct().ShouldBe(lines.Select(l => l.Text)); // None lost, in order; repeats only of what was not acknowledged.
    });
}
