using System.Collections.Immutable;
using System.Net.Sockets;
using System.Text;
using Minato.Contracts.CloudWatchLogs;
using Minato.Contracts.Ec2;
using Minato.Contracts.Ecs;
using Minato.Engines.Containers;
using LogDriver = Minato.Contracts.Ecs.LogDriver;
using Task = System.Threading.Tasks.Task;

namespace Minato.Ecs.Tests.Real;

/// <summary>FireLens on the real engine: its fluentd driver writes to the socket in the router's volume, and the router has its configuration.</summary>
[Collection(DockerRooms.OneByOne)]
[Trait("Floor", "engine")]
public sealed class DockerFirelensTests(DockerRooms rooms) : IClassFixture<DockerRooms>
{
    private static readonly TimeSpan s_patience = TimeSpan.FromSeconds(60);

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task What_a_container_says_comes_to_the_socket_of_the_router()
    {
        Assert.SkipWhen(rooms.Absence is not null, rooms.Absence ?? "");
        var task = await RunAsync();
        var id = task.Split('/')[^1];
        var path = await SocketAsync($"ecs-firelens-{id}");
        using var listener = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        listener.Bind(new UnixDomainSocketEndPoint(path));
        listener.Listen();
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(Ct);
        limit.CancelAfter(s_patience);
        using var driver = await listener.AcceptAsync(limit.Token);
        var heard = new StringBuilder();
        var buffer = new byte[4096];
        while (!heard.ToString().Contains("hello from the app", StringComparison.Ordinal))
        {
            var count = await driver.ReceiveAsync(buffer, limit.Token);
            count.ShouldBeGreaterThan(0);
            heard.Append(Encoding.Latin1.GetString(buffer, 0, count));
        }

        heard.ToString().ShouldContain($"app-firelens-{id}");
        await EventuallyAsync(async () => (await LogAsync(id)).Contains("    unix_path /var/run/fluent.sock"));
        await rooms.Ecs.StopTaskAsync(new() { Task = task }, rooms.Caller, Ct);
        await EventuallyAsync(async () => await rooms.Get<IContainerEngine>().EnsureVolumeAsync(Named($"ecs-firelens-{id}"), Ct) is VolumeOutcome.Refused);
    }

    private async Task<string> RunAsync()
    {
        await rooms.Ecs.CreateClusterAsync(new(), rooms.Caller, Ct);
        await rooms.Ecs.RegisterTaskDefinitionAsync(new()
        {
            Family = "routed", NetworkMode = NetworkMode.Awsvpc, RequiresCompatibilities = [Compatibility.Fargate], Cpu = "256", Memory = "512",
            ExecutionRoleArn = "arn:aws:iam::123456789012:role/execution",
            ContainerDefinitions =
            [
                new()
                {
                    Name = "router", Image = rooms.Image, FirelensConfiguration = new() { Type = FirelensConfigurationType.Fluentbit },
                    Command = ["/bin/sh", "-c", "trap 'exit 0' TERM; busybox cat /fluent-bit/etc/fluent-bit.conf; busybox sleep 3600 & wait"],
                    LogConfiguration = new()
                    {
                        LogDriver = LogDriver.Awslogs,
                        Options = ImmutableDictionary<string, string>.Empty.Add("awslogs-group", "/ecs/routed").Add("awslogs-region", "us-east-1")
                            .Add("awslogs-stream-prefix", "routed").Add("awslogs-create-group", "true"),
                    },
                },
                new()
                {
                    Name = "app", Image = rooms.Image, Command = ["/bin/sh", "-c", "trap 'exit 0' TERM; echo hello from the app; busybox sleep 3600 & wait"],
                    LogConfiguration = new() { LogDriver = LogDriver.Awsfirelens, Options = ImmutableDictionary<string, string>.Empty.Add("Name", "stdout") },
                },
            ],
        }, rooms.Caller, Ct);
        var subnets = await rooms.Get<IEc2>().DescribeSubnetsAsync(new(), rooms.Caller, Ct);
        var answer = await rooms.Ecs.RunTaskAsync(new()
        {
            TaskDefinition = "routed", LaunchType = LaunchType.Fargate,
            NetworkConfiguration = new() { AwsvpcConfiguration = new() { Subnets = [subnets.Subnets?[0].SubnetId ?? ""] } },
        }, rooms.Caller, Ct);
        return answer.Tasks?[0].TaskArn ?? throw new InvalidOperationException("No task was made.");
    }

    private async Task<string> SocketAsync(string volume)
    {
        var path = "";
        await EventuallyAsync(async () =>
        {
            if (await rooms.Get<IContainerEngine>().EnsureVolumeAsync(Named(volume), Ct) is VolumeOutcome.Ready { Path: { } there }) path = there;
            return path.Length > 0;
        });
        return $"{path}/fluent.sock";
    }

    private async Task<string[]> LogAsync(string id)
    {
        try
        {
            var events = await rooms.Get<ICloudWatchLogs>().GetLogEventsAsync(
                new() { LogGroupName = "/ecs/routed", LogStreamName = $"routed/router/{id}", StartFromHead = true }, rooms.Caller, Ct);
            return [.. (events.Events ?? []).Select(e => e.Message ?? "")];
        }
        catch (Minato.Contracts.CloudWatchLogs.ResourceNotFoundException)
        {
            return [];
        }
    }

    private static VolumeSpec Named(string name) => new(
        name, "local", ImmutableSortedDictionary<string, string>.Empty, ImmutableSortedDictionary<string, string>.Empty, MayCreate: false);

    private static async Task EventuallyAsync(Func<Task<bool>> condition)
    {
        using var limit = new CancellationTokenSource(s_patience);
        while (!await condition()) await Task.Delay(100, limit.Token);
    }
}
