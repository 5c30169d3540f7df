using System.Text.Json.Nodes;
using Minato.Contracts.Ecs;
using Minato.Engines.Hosts;
using Minato.Testing;
using Task = System.Threading.Tasks.Task;

namespace Minato.Ecs.Tests.Agents;

/// <summary>The conversations between the control plane and the official agent, as they were seen on the wire.</summary>
public sealed class ConversationTests
{
    private static ContainerStateChange Says(string status, int? exitCode = null, string? reason = null, string name = "app") => new()
    {
        ContainerName = name, Status = status, ExitCode = exitCode, Reason = reason, RuntimeId = status == "PENDING" ? null : $"docker-{name}",
        NetworkBindings = status == "PENDING" ? null : [new() { BindIP = "0.0.0.0", ContainerPort = 80, HostPort = 32768, Protocol = TransportProtocol.Tcp }],
    };

    [Fact]
    public void An_agent_that_connects_hears_a_heartbeat_and_is_described() => AgentWorld.Run(1, async world =>
    {
        var host = await world.JoinAsync();
        await world.WaitAsync(60);
        host.Agent.Of("HeartbeatMessage").Count().ShouldBeGreaterThanOrEqualTo(3);
        host.Agent.Of("HeartbeatMessage").First()["messageId"].ShouldNotBeNull();
        var instance = await world.DescribeHostAsync(host);
        instance.AgentConnected.ShouldBe(true);
        instance.Status.ShouldBe("ACTIVE");
        instance.Ec2InstanceId.ShouldBe("i-one");
        instance.VersionInfo.ShouldBe(new() { AgentVersion = "1.83.0", AgentHash = "4b9ff6a2", DockerVersion = "DockerVersion: 20.10.24" });
    });

    [Fact]
    public void A_task_is_one_payload_and_its_life_is_what_the_agent_reports() => AgentWorld.Run(1, async world =>
    {
        var host = await world.JoinAsync();
        host.Agent.RunsTasks = false;
        var arn = await world.RunTaskAsync(AgentWorld.Definition(AgentWorld.App with { Environment = [new() { Name = "A", Value = "b" }], Command = ["serve"] }));
        await world.WaitAsync(1);
        var payload = host.Agent.Of("PayloadMessage").Single();
        ((string?)payload["containerInstanceArn"]).ShouldBe(host.Arn);
        ((string?)payload["clusterArn"]).ShouldBe($"arn:aws:ecs:us-east-1:{World.AccountId}:cluster/default");
        var task = payload["tasks"].ShouldNotBeNull().AsArray().Single().ShouldNotBeNull();
        ((string?)task["arn"], (string?)task["desiredStatus"], (string?)task["family"], (string?)task["version"]).ShouldBe((arn, "RUNNING", "web", "1"));
        var container = task["containers"].ShouldNotBeNull()[0].ShouldNotBeNull();
        ((bool?)container["essential"]).ShouldBe(true);
        ((string?)container["environment"]?["A"]).ShouldBe("b");
        ((string?)container["environment"]?["AWS_EXECUTION_ENV"]).ShouldBe("AWS_ECS_EC2");
        ((string?)container["command"]?[0]).ShouldBe("serve");
        ((int?)container["memory"]).ShouldBe(128);
        ((string?)container["portMappings"]?[0]?["protocol"]).ShouldBe("tcp");
        var hostConfig = JsonNode.Parse((string?)container["dockerConfig"]?["hostConfig"] ?? "");
        ((string?)hostConfig?["NetworkMode"]).ShouldBe("bridge");
        (await world.DescribeAsync(arn)).LastStatus.ShouldBe("PENDING");

        await host.ReportAsync(arn, "PENDING", new ContainerStateChange { ContainerName = "app", Status = "PENDING", ImageDigest = "sha256:1" });
        await host.ReportAsync(arn, "RUNNING", Says("RUNNING"));
        var running = await world.UntilAsync(arn, "RUNNING");
        running.StartedAt.ShouldNotBeNull();
        var app = running.Containers?[0].ShouldNotBeNull();
        (app?.LastStatus, app?.RuntimeId, app?.ImageDigest).ShouldBe(("RUNNING", "docker-app", "sha256:1"));
        app?.NetworkBindings?[0].HostPort.ShouldBe(32768);
        (await world.DescribeHostAsync(host)).RunningTasksCount.ShouldBe(1);
    });

    [Fact]
    public void StopTask_is_a_payload_that_says_STOPPED() => AgentWorld.Run(1, async world =>
    {
        var host = await world.JoinAsync();
        var arn = await world.RunTaskAsync();
        await world.UntilAsync(arn, "RUNNING");
        await world.StopTaskAsync(arn);
        var stopped = await world.UntilAsync(arn, "STOPPED");
        host.Agent.Orders(arn, "STOPPED").Single()["containers"].ShouldBeNull();
        (stopped.StopCode, stopped.StoppedReason).ShouldBe((TaskStopCode.UserInitiated, "Task stopped by user"));
        stopped.Containers?[0].ExitCode.ShouldBe(143);
        (await world.DescribeHostAsync(host)).RemainingResources?.Single(r => r.Name == "MEMORY").IntegerValue.ShouldBe(4096);
    });

    [Fact]
    public void An_essential_container_that_exits_ends_the_task_and_comes_twice_in_one_change() => AgentWorld.Run(1, async world =>
    {
        var host = await world.JoinAsync();
        host.Agent.RunsTasks = false;
        var arn = await world.RunTaskAsync();
        await world.WaitAsync(1);
        await host.ReportAsync(arn, "STOPPED", Says("RUNNING", exitCode: 3), Says("STOPPED", exitCode: 3));
        var stopped = await world.UntilAsync(arn, "STOPPED");
        (stopped.StopCode, stopped.StoppedReason).ShouldBe((TaskStopCode.EssentialContainerExited, "Essential container in task exited"));
        stopped.Containers?[0].ExitCode.ShouldBe(3);
    });

    [Fact]
    public void An_image_that_cannot_be_pulled_is_the_containers_reason() => AgentWorld.Run(1, async world =>
    {
        var host = await world.JoinAsync();
        host.Agent.RunsTasks = false;
        var arn = await world.RunTaskAsync();
        await world.WaitAsync(1);
        await host.ReportAsync(arn, "STOPPED", new ContainerStateChange { ContainerName = "app", Status = "STOPPED", Reason = "CannotPullContainerError: no such image" });
        var stopped = await world.UntilAsync(arn, "STOPPED");
        (stopped.StopCode, stopped.StoppedReason).ShouldBe((TaskStopCode.TaskFailedToStart, "Task failed to start"));
        stopped.Containers?[0].Reason.ShouldBe("CannotPullContainerError: no such image");
    });

    [Fact]
    public void A_task_refused_at_parse_time_arrives_as_STOPPED_without_containers() => AgentWorld.Run(1, async world =>
    {
        var host = await world.JoinAsync();
        host.Agent.AcknowledgesPayloads = false;
        var arn = await world.RunTaskAsync();
        await world.WaitAsync(1);
        await host.ReportAsync(arn, "STOPPED");
        (await world.UntilAsync(arn, "STOPPED")).StopCode.ShouldBe(TaskStopCode.TaskFailedToStart);
        host.Agent.Drop();
        await world.WaitAsync(5);
        host.Agent.Orders(arn, "RUNNING").Count().ShouldBe(1); // Its STOPPED stands for the acknowledgement.
    });

    [Fact]
    public void What_was_not_acknowledged_is_sent_again_and_what_was_is_not() => AgentWorld.Run(1, async world =>
    {
        var host = await world.JoinAsync();
        host.Agent.AcknowledgesPayloads = false;
        var first = await world.RunTaskAsync();
        await world.WaitAsync(1);
        host.Agent.AcknowledgesPayloads = true;
        host.Agent.Drop();
        await world.UntilAsync(first, "RUNNING");
        host.Agent.Orders(first, "RUNNING").Count().ShouldBe(2);
        host.Agent.Drop();
        await world.WaitAsync(5);
        host.Agent.Orders(first, "RUNNING").Count().ShouldBe(2);
        host.Agent.Tasks[first].Starts.ShouldBe(1);
    });

    [Fact]
    public void A_restarted_server_sends_again_what_was_not_acknowledged() => AgentWorld.Run(1, async world =>
    {
        var host = await world.JoinAsync();
        var running = await world.RunTaskAsync();
        await world.UntilAsync(running, "RUNNING");
        host.Agent.AcknowledgesPayloads = false;
        var waiting = await world.RunTaskAsync();
        await world.WaitAsync(1);
        host.Agent.AcknowledgesPayloads = true;
        await world.RestartAsync(afterSeconds: 5);
        await world.UntilAsync(waiting, "RUNNING");
        host.Agent.Orders(running, "RUNNING").Count().ShouldBe(1);
        (await world.DescribeAsync(running)).LastStatus.ShouldBe("RUNNING");
    });

    [Fact]
    public void A_task_waits_for_an_agent_that_is_away_and_a_stop_does_too() => AgentWorld.Run(1, async world =>
    {
        var host = await world.JoinAsync();
        var arn = await world.RunTaskAsync();
        await world.UntilAsync(arn, "RUNNING");
        host.Kill();
        await world.World.Eventually(async () => (await world.DescribeHostAsync(host)).AgentConnected == false, TimeSpan.FromSeconds(5));
        await world.StopTaskAsync(arn);
        await world.WaitAsync(600);
        var waiting = await world.DescribeAsync(arn);
        (waiting.LastStatus, waiting.DesiredStatus).ShouldBe(("RUNNING", "STOPPED"));
        host.Start();
        await world.UntilAsync(arn, "STOPPED");
        host.Agent.Tasks[arn].Starts.ShouldBe(1);
    });

    [Fact]
    public void An_agent_that_is_away_takes_no_tasks() => AgentWorld.Run(1, async world =>
    {
        var host = await world.JoinAsync();
        host.Kill();
        await world.WaitAsync(1);
        var made = await world.Ecs.RegisterTaskDefinitionAsync(AgentWorld.Definition(), world.World.Caller, default);
        var answer = await world.Ecs.RunTaskAsync(new() { TaskDefinition = made.TaskDefinition?.TaskDefinitionArn ?? "", LaunchType = LaunchType.Ec2 }, world.World.Caller, default);
        answer.Failures?.Single().Reason.ShouldBe("AGENT");
    });

    [Fact]
    public void The_manifest_tells_a_restarted_agent_what_it_should_run_and_the_rest_is_stopped_by_payload() => AgentWorld.Run(1, async world =>
    {
        var host = await world.JoinAsync();
        var kept = await world.RunTaskAsync();
        await world.UntilAsync(kept, "RUNNING");
        var stray = kept[..^4] + "beef";
        host.Kill();
        host.Agent.Tasks[stray] = new(stray) { Status = "RUNNING" };
        await world.WaitAsync(1);
        host.Start();
        await world.World.Eventually(() => host.Agent.Orders(stray, "STOPPED").Any(), TimeSpan.FromSeconds(10));
        var manifest = host.Agent.Of("TaskManifestMessage").Last();
        manifest["tasks"].ShouldNotBeNull().AsArray().Select(t => (string?)t?["taskArn"]).ShouldBe([kept]);
        // AWS: agents before 1.86.3 leave containers running when they are told by the acknowledgement.
        host.Agent.Of("TaskStopVerificationAck").Last()["stopTasks"].ShouldNotBeNull().AsArray().ShouldBeEmpty();
        host.Agent.Orders(kept, "STOPPED").ShouldBeEmpty();
    });

    [Fact]
    public void A_newer_agent_is_told_what_to_stop_by_the_acknowledgement() => AgentWorld.Run(1, async world =>
    {
        var host = await world.JoinAsync();
        host.Kill();
        host.Version = "1.99.1";
        var stray = $"arn:aws:ecs:us-east-1:{World.AccountId}:task/default/0123456789abcdef0123456789abcdef";
        host.Agent.Tasks[stray] = new(stray) { Status = "RUNNING" };
        host.Start();
        await world.World.Eventually(() => host.Agent.Of("TaskStopVerificationAck").Any(), TimeSpan.FromSeconds(10));
        ((string?)host.Agent.Of("TaskStopVerificationAck").Last()["stopTasks"]?[0]?["taskArn"]).ShouldBe(stray);
    });

    [Fact]
    public void An_agent_closes_its_connection_after_half_an_hour_and_comes_back() => AgentWorld.Run(1, async world =>
    {
        var host = await world.JoinAsync();
        var arn = await world.RunTaskAsync();
        await world.UntilAsync(arn, "RUNNING");
        await host.Agent.CloseAsync();
        await world.WaitAsync(2);
        (await world.DescribeHostAsync(host)).AgentConnected.ShouldBe(true);
        host.Agent.Orders(arn, "RUNNING").Count().ShouldBe(1);
    });

    [Fact]
    public void An_agent_that_acknowledges_no_heartbeats_is_let_go() => AgentWorld.Run(1, async world =>
    {
        var host = await world.JoinAsync();
        host.Agent.AcknowledgesHeartbeats = false;
        await world.World.Eventually(() => host.Agent.Closed is not null, TimeSpan.FromSeconds(130));
        host.Agent.Closed?.Words.ShouldBe("the agent acknowledges no heartbeats");
    });

    [Fact]
    public void A_reset_orders_the_end_of_every_task_and_lets_the_agent_go() => AgentWorld.Run(1, async world =>
    {
        var host = await world.JoinAsync();
        var arn = await world.RunTaskAsync();
        await world.UntilAsync(arn, "RUNNING");
        await world.World.Client<Platform.PlatformHost>().ResetAsync(default);
        await world.World.Eventually(() => host.Agent.Tasks[arn].IsStopWanted, TimeSpan.FromSeconds(2));
        await world.World.Eventually(() => host.Admission is HostAdmission.Unknown, TimeSpan.FromSeconds(10));
    });

    [Fact]
    public void A_container_that_is_not_essential_may_end_in_a_task_that_goes_on() => AgentWorld.Run(1, async world =>
    {
        var host = await world.JoinAsync();
        host.Agent.RunsTasks = false;
        var arn = await world.RunTaskAsync(AgentWorld.Definition(AgentWorld.App, new() { Name = "side", Image = "side:1", Memory = 64, Essential = false }));
        await world.WaitAsync(1);
        await host.ReportAsync(arn, "RUNNING", Says("RUNNING"), Says("RUNNING", name: "side"));
        await world.UntilAsync(arn, "RUNNING");
        await host.ReportAsync(arn, "RUNNING", Says("STOPPED", exitCode: 0, name: "side"));
        await world.World.Eventually(async () => (await world.DescribeAsync(arn)).Containers?[1].LastStatus == "STOPPED", TimeSpan.FromSeconds(5));
        (await world.DescribeAsync(arn)).LastStatus.ShouldBe("RUNNING");
    });
}
