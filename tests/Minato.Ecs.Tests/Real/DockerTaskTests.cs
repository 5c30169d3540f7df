using System.Collections.Immutable;
using System.Diagnostics;
using Minato.Contracts.CloudWatchLogs;
using Minato.Contracts.Ec2;
using Minato.Contracts.Ecs;
using Minato.Engines.Containers;
using EcsTask = Minato.Contracts.Ecs.Task;
using Task = System.Threading.Tasks.Task;

namespace Minato.Ecs.Tests.Real;

/// <summary>Tasks on the real engine: what the simulated one cannot vouch for.</summary>
[Collection(DockerRooms.OneByOne)]
[Trait("Floor", "engine")]
public sealed class DockerTaskTests(DockerRooms rooms, ITestOutputHelper output) : IClassFixture<DockerRooms>
{
    private const string Waits = "trap 'exit 0' TERM; echo up; busybox sleep 3600 & wait";
    private static CancellationToken None => CancellationToken.None;

    [Fact]
    public async Task A_task_runs_logs_and_stops()
    {
        Assert.SkipWhen(rooms.Absence is not null, rooms.Absence ?? "");
        var task = await RunAsync("life", Waits);
        var running = await UntilAsync(task, "RUNNING");
        running.Containers?[0].NetworkInterfaces?[0].PrivateIpv4Address.ShouldNotBeNull();
        await EventuallyAsync(async () => (await LogAsync(task, "life")) is ["up"]);

        await rooms.Ecs.StopTaskAsync(new() { Task = task }, rooms.Caller, None);
        var stopped = await UntilAsync(task, "STOPPED");
        stopped.Containers?[0].ExitCode.ShouldBe(0);
        await EventuallyAsync(async () => (await rooms.Get<IContainerEngine>().ListAsync(None)).All(c => !c.Labels.ContainsValue(task)));
    }

    [Fact]
    public async Task An_exit_code_is_told()
    {
        Assert.SkipWhen(rooms.Absence is not null, rooms.Absence ?? "");
        var stopped = await UntilAsync(await RunAsync("exits", "exit 7"), "STOPPED");
        stopped.StopCode.ShouldBe(TaskStopCode.EssentialContainerExited);
        stopped.Containers?[0].ExitCode.ShouldBe(7);
    }

    [Fact]
    public async Task Own_share_of_the_time_from_RunTask_to_RUNNING_is_told()
    {
        Assert.SkipWhen(rooms.Absence is not null, rooms.Absence ?? "");
        await UntilAsync(await RunAsync("warm", Waits), "RUNNING");
        var times = new List<TimeSpan>();
        for (var i = 0; i < 5; i++)
        {
            var watch = Stopwatch.StartNew();
            var task = await StartAsync("warm");
            await UntilAsync(task, "RUNNING");
            times.Add(watch.Elapsed);
        }

        output.WriteLine($"RunTask to RUNNING: {string.Join(", ", times.Order().Select(t => $"{t.TotalMilliseconds:F0} ms"))}");
    }

    private async Task<string> RunAsync(string family, string script)
    {
        await rooms.Ecs.CreateClusterAsync(new(), rooms.Caller, None);
        await rooms.Ecs.RegisterTaskDefinitionAsync(new()
        {
            Family = family,
            NetworkMode = NetworkMode.Awsvpc,
            RequiresCompatibilities = [Compatibility.Fargate],
            Cpu = "256",
            Memory = "512",
            ExecutionRoleArn = "arn:aws:iam::123456789012:role/execution",
            ContainerDefinitions = [new()
            {
                Name = "app", Image = rooms.Image, Command = ["/bin/sh", "-c", script],
                LogConfiguration = new()
                {
                    LogDriver = Contracts.Ecs.LogDriver.Awslogs,
                    Options = ImmutableDictionary<string, string>.Empty.Add("awslogs-group", "/ecs/real").Add("awslogs-region", "us-east-1")
                        .Add("awslogs-stream-prefix", family).Add("awslogs-create-group", "true"),
                },
            }],
        }, rooms.Caller, None);
        return await StartAsync(family);
    }

    private async Task<string> StartAsync(string family)
    {
        var subnets = await rooms.Get<IEc2>().DescribeSubnetsAsync(new(), rooms.Caller, None);
        var answer = await rooms.Ecs.RunTaskAsync(new()
        {
            TaskDefinition = family,
            LaunchType = LaunchType.Fargate,
            NetworkConfiguration = new() { AwsvpcConfiguration = new() { Subnets = [subnets.Subnets?[0].SubnetId ?? ""] } },
        }, rooms.Caller, None);
        return answer.Tasks?[0].TaskArn ?? throw new InvalidOperationException("No task was made.");
    }

    private async Task<EcsTask> UntilAsync(string arn, string status)
    {
        EcsTask? task = null;
        await EventuallyAsync(async () =>
        {
            task = (await rooms.Ecs.DescribeTasksAsync(new() { Tasks = [arn] }, rooms.Caller, None)).Tasks?[0];
            return task?.LastStatus == status || (task?.LastStatus == "STOPPED" ? throw new InvalidOperationException($"It stopped: {task.StoppedReason}") : false);
        });
        return task ?? throw new InvalidOperationException("There is no such task.");
    }

    private async Task<string[]> LogAsync(string arn, string prefix) =>
        [.. ((await rooms.Get<ICloudWatchLogs>().GetLogEventsAsync(
            new() { LogGroupName = "/ecs/real", LogStreamName = $"{prefix}/app/{arn[(arn.LastIndexOf('/') + 1)..]}" }, rooms.Caller, None)).Events ?? [])
            .Select(e => e.Message ?? "")];

    private static async Task EventuallyAsync(Func<Task<bool>> condition)
    {
        using var late = new CancellationTokenSource(TimeSpan.FromSeconds(90));
        while (!await condition()) await Task.Delay(2, late.Token);
    }
}
