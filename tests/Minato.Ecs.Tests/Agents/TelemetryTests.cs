using System.Text.Json.Nodes;
using Minato.Contracts.Ecs;
using Minato.Testing.Agents;
using Task = System.Threading.Tasks.Task;

namespace Minato.Ecs.Tests.Agents;

/// <summary>The telemetry channel.</summary>
public sealed class TelemetryTests
{
    private static readonly ContainerDefinition s_checked = AgentWorld.App with { HealthCheck = new() { Command = ["CMD", "true"] } };

    // AWS: the signature's headers stand before the message, in the same frame.
    private static Task PublishAsync(SimAgent channel, string type, JsonObject message) => channel.SayAsync(
        "Authorization: AWS4-HMAC-SHA256 Credential=x\r\nHost: 127.0.0.1:4566\r\nX-Amz-Date: 20260101T000000Z\r\n\r\n"
        + new JsonObject { ["type"] = type, ["message"] = message }.ToJsonString());

    private static JsonObject Health(string task, string status, string container = "app") => new()
    {
        ["metadata"] = new JsonObject { ["fin"] = true },
        ["tasks"] = new JsonArray(new JsonObject
        {
            ["taskArn"] = task,
            ["containers"] = new JsonArray(new JsonObject { ["containerName"] = container, ["healthStatus"] = status, ["statusSince"] = 1.7e9 }),
        }),
    };

    private static async Task<SimAgent> ConnectAsync(AgentWorld world, AgentHost host)
    {
        var channel = new SimAgent(world.World.Time, _ => Task.CompletedTask);
        _ = channel.TalkAsync(host.DialTelemetry().Socket.ShouldNotBeNull());
        await world.WaitAsync(1);
        return channel;
    }

    [Theory]
    [InlineData("PublishMetricsRequest", "AckPublishMetric")]
    [InlineData("PublishHealthRequest", "AckPublishHealth")]
    [InlineData("PublishInstanceStatusRequest", "AckPublishInstanceStatus")]
    public void Each_message_has_its_acknowledgement(string type, string ack) => AgentWorld.Run(1, async world =>
    {
        var channel = await ConnectAsync(world, await world.JoinAsync());
        await PublishAsync(channel, type, new() { ["metadata"] = new JsonObject { ["idle"] = true, ["fin"] = true } });
        await world.WaitAsync(1);
        channel.Of(ack).Count().ShouldBe(1);
    });

    [Fact]
    public void Health_of_a_task_comes_from_here_alone() => AgentWorld.Run(1, async world =>
    {
        var host = await world.JoinAsync();
        var arn = await world.RunTaskAsync(AgentWorld.Definition(s_checked));
        (await world.UntilAsync(arn, "RUNNING")).HealthStatus.ShouldBe(HealthStatus.Unknown);
        var channel = await ConnectAsync(world, host);
        await PublishAsync(channel, "PublishHealthRequest", Health(arn, "HEALTHY"));
        await world.World.Eventually(async () => (await world.DescribeAsync(arn)).HealthStatus == HealthStatus.Healthy, TimeSpan.FromSeconds(5));
        await PublishAsync(channel, "PublishHealthRequest", Health(arn, "UNHEALTHY"));
        await world.World.Eventually(async () => (await world.DescribeAsync(arn)).Containers?[0].HealthStatus == HealthStatus.Unhealthy, TimeSpan.FromSeconds(5));
    });

    [Fact]
    public void Health_of_another_machines_task_is_not_believed() => AgentWorld.Run(1, async world =>
    {
        await world.JoinAsync();
        var arn = await world.RunTaskAsync(AgentWorld.Definition(s_checked));
        await world.UntilAsync(arn, "RUNNING");
        var channel = await ConnectAsync(world, await world.JoinAsync("liar"));
        await PublishAsync(channel, "PublishHealthRequest", Health(arn, "UNHEALTHY"));
        await world.WaitAsync(5);
        (await world.DescribeAsync(arn)).HealthStatus.ShouldBe(HealthStatus.Unknown);
    });

    [Fact]
    public void A_container_without_a_health_check_stays_UNKNOWN() => AgentWorld.Run(1, async world =>
    {
        var host = await world.JoinAsync();
        var arn = await world.RunTaskAsync();
        await world.UntilAsync(arn, "RUNNING");
        await PublishAsync(await ConnectAsync(world, host), "PublishHealthRequest", Health(arn, "HEALTHY"));
        await world.WaitAsync(5);
        (await world.DescribeAsync(arn)).HealthStatus.ShouldBe(HealthStatus.Unknown);
    });

    [Fact]
    public void The_state_of_the_runtime_is_described_with_times_that_never_were_left_out() => AgentWorld.Run(1, async world =>
    {
        var host = await world.JoinAsync();
        var channel = await ConnectAsync(world, host);
        await PublishAsync(channel, "PublishInstanceStatusRequest", new()
        {
            ["statuses"] = new JsonArray(new JsonObject { ["type"] = "ContainerRuntime", ["status"] = "IMPAIRED", ["lastUpdated"] = -6.8e9, ["lastStatusChange"] = 1.7e9 }),
        });
        await world.WaitAsync(1);
        (await world.DescribeHostAsync(host)).HealthStatus.ShouldBeNull();
        var health = (await world.DescribeHostAsync(host, ContainerInstanceField.ContainerInstanceHealth)).HealthStatus.ShouldNotBeNull();
        health.OverallStatus.ShouldBe(InstanceHealthCheckState.Impaired);
        health.Details?[0].LastUpdated.ShouldBeNull();
        health.Details?[0].LastStatusChange.ShouldBe(DateTimeOffset.FromUnixTimeSeconds(1_700_000_000));
    });

    [Fact]
    public void A_silent_telemetry_channel_is_closed_and_nothing_else_suffers() => AgentWorld.Run(1, async world =>
    {
        var host = await world.JoinAsync();
        var channel = await ConnectAsync(world, host);
        await world.WaitAsync(11 * 60);
        channel.Closed.ShouldNotBeNull();
        (await world.DescribeHostAsync(host)).AgentConnected.ShouldBe(true);
    });
}
