using System.Net.WebSockets;
using System.Text;
using System.Text.Json.Nodes;
using Minato.Contracts.Ecs;
using Minato.Engines.EcsAgent;
using Minato.Testing;
using Minato.Testing.Agents;
using Task = System.Threading.Tasks.Task;

namespace Minato.Ecs.Tests.Agents;

/// <summary>An agent is somebody else's program: it is believed about its own tasks and about nothing else, and bounded in all it says.</summary>
public sealed class TrustTests
{
    [Fact]
    public void A_change_of_another_machines_task_is_refused_in_the_one_way_that_ends_the_retries() => AgentWorld.Run(1, async world =>
    {
        await world.JoinAsync();
        var arn = await world.RunTaskAsync();
        await world.UntilAsync(arn, "RUNNING");
        var liar = await world.JoinAsync("liar");
        await world.World.Throws<InvalidParameterException>(() => liar.ReportAsync(arn, "STOPPED"));
        await world.WaitAsync(10);
        (await world.DescribeAsync(arn)).LastStatus.ShouldBe("RUNNING");
    });

    [Fact]
    public void A_change_of_a_task_that_nobody_knows_or_that_has_ended_is_acknowledged() => AgentWorld.Run(1, async world =>
    {
        var host = await world.JoinAsync();
        await host.ReportAsync($"arn:aws:ecs:us-east-1:{World.AccountId}:task/default/0123456789abcdef0123456789abcdef", "RUNNING");
        var arn = await world.RunTaskAsync();
        await world.UntilAsync(arn, "RUNNING");
        await world.StopTaskAsync(arn);
        await world.UntilAsync(arn, "STOPPED");
        await host.ReportAsync(arn, "RUNNING");
        (await world.DescribeAsync(arn)).LastStatus.ShouldBe("STOPPED");
    });

    [Fact]
    public void A_container_that_the_task_does_not_have_changes_nothing() => AgentWorld.Run(1, async world =>
    {
        var host = await world.JoinAsync();
        var arn = await world.RunTaskAsync();
        var running = await world.UntilAsync(arn, "RUNNING");
        await host.ReportAsync(arn, null, new ContainerStateChange { ContainerName = "other", Status = "STOPPED", ExitCode = 1 });
        await world.WaitAsync(5);
        (await world.DescribeAsync(arn)).Containers?.Select(c => (c.Name, c.LastStatus)).ShouldBe(running.Containers?.Select(c => (c.Name, c.LastStatus)) ?? []);
    });

    [Fact]
    public void A_task_never_goes_back_whatever_order_changes_come_in() => AgentWorld.Run(1, async world =>
    {
        var host = await world.JoinAsync();
        host.Agent.RunsTasks = false;
        var arn = await world.RunTaskAsync();
        await world.WaitAsync(1);
        var app = new ContainerStateChange { ContainerName = "app", Status = "RUNNING", RuntimeId = "docker-app" };
        await host.ReportAsync(arn, "RUNNING", app);
        await world.UntilAsync(arn, "RUNNING");
        await host.ReportAsync(arn, "PENDING", app with { Status = "PENDING" });
        await world.WaitAsync(5);
        var task = await world.DescribeAsync(arn);
        (task.LastStatus, task.Containers?[0].LastStatus).ShouldBe(("RUNNING", "RUNNING"));
    });

    [Fact]
    public void A_flooding_agent_is_cut_off() => AgentWorld.Run(1, async world =>
    {
        var host = await world.JoinAsync();
        for (var i = 0; i < 60; i++) await host.Agent.SayAsync("HeartbeatAckRequest", new() { ["messageId"] = "x" });
        await world.World.Eventually(() => host.Agent.Closed is not null, TimeSpan.FromSeconds(5));
        host.Agent.Closed.ShouldBe((WebSocketCloseStatus.PolicyViolation, "the agent sent more messages than it may"));
        await world.World.Eventually(() => host.Agent.IsConnected, TimeSpan.FromSeconds(5)); // It may try again.
    }, new() { Burst = 50, Rate = 1 });

    [Theory]
    [InlineData("not json at all", WebSocketCloseStatus.InvalidPayloadData)]
    [InlineData("{\"type\":\"AckRequest\"", WebSocketCloseStatus.InvalidPayloadData)]
    [InlineData("{\"message\":{}}", WebSocketCloseStatus.InvalidPayloadData)]
    [InlineData("[]", WebSocketCloseStatus.InvalidPayloadData)]
    public void What_is_not_a_message_ends_the_connection(string text, WebSocketCloseStatus status) => AgentWorld.Run(1, async world =>
    {
        var host = await world.JoinAsync();
        await host.Agent.SayAsync(text);
        await world.World.Eventually(() => host.Agent.Closed is not null, TimeSpan.FromSeconds(5));
        host.Agent.Closed?.Status.ShouldBe(status);
    });

    [Fact]
    public void A_message_larger_than_any_ends_the_connection_before_it_is_whole() => AgentWorld.Run(1, async world =>
    {
        var host = await world.JoinAsync();
        await host.Agent.SayAsync(Encoding.UTF8.GetBytes(new string('x', 300 * 1024)), WebSocketMessageType.Text);
        await world.World.Eventually(() => host.Agent.Closed is not null, TimeSpan.FromSeconds(5));
        host.Agent.Closed?.Status.ShouldBe(WebSocketCloseStatus.MessageTooBig);
    });

    [Fact]
    public void Acknowledgements_of_what_was_never_said_mean_nothing() => AgentWorld.Run(1, async world =>
    {
        var host = await world.JoinAsync();
        host.Agent.AcknowledgesPayloads = false;
        var arn = await world.RunTaskAsync();
        await world.WaitAsync(1);
        await host.Agent.SayAsync("AckRequest", new() { ["messageId"] = "guess" });
        await host.Agent.SayAsync("IAMRoleCredentialsAckRequest", new() { ["messageId"] = (string?)host.Agent.Of("PayloadMessage").Last()["messageId"] });
        await host.Agent.SayAsync("TaskStopVerificationMessage", new() { ["messageId"] = "guess", ["stopCandidates"] = new JsonArray(new JsonObject { ["taskArn"] = arn }) });
        await world.WaitAsync(1);
        host.Agent.Of("TaskStopVerificationAck").ShouldBeEmpty();
        host.Agent.AcknowledgesPayloads = true;
        host.Agent.Drop();
        await world.UntilAsync(arn, "RUNNING");
        host.Agent.Orders(arn, "RUNNING").Count().ShouldBe(2); // The credentials' acknowledgement did not stand for the payload's.
    });

    [Fact]
    public void A_second_connection_takes_the_place_of_the_first() => AgentWorld.Run(1, async world =>
    {
        var host = await world.JoinAsync();
        var second = new SimAgent(world.World.Time, _ => Task.CompletedTask);
        _ = second.TalkAsync(host.DialOrders().Socket.ShouldNotBeNull());
        await world.World.Eventually(() => host.Agent.Closed?.Words == "the agent connected anew", TimeSpan.FromSeconds(1));
        (await world.DescribeHostAsync(host)).AgentConnected.ShouldBe(true);
    });
}
