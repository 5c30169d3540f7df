using System.Net.WebSockets;
using System.Text.Json.Nodes;
using Minato.Contracts.Ecs;
using Minato.Testing.Agents;
using Task = System.Threading.Tasks.Task;

namespace Minato.Acceptance;

/// <summary>An agent on real sockets: played by the tests, let in by a signature that is not Minato's own work.</summary>
[Collection(nameof(Host)), Trait("Floor", "engine")]
public sealed class AgentTests(Host host)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    private IEcs Ecs => host.Minato.Ecs;

    [Fact]
    public async Task A_machine_with_an_agent_joins_runs_a_task_survives_kill_9_and_is_sent_away()
    {
        Assert.SkipWhen(Host.Missing is not null, Host.Missing ?? "");
        var caller = host.Minato.Caller;
        await Ecs.CreateClusterAsync(new() { ClusterName = "agents" }, caller, Ct);
        var instance = await RegisterAsync();
        var agent = new SimAgent(TimeProvider.System, ReportAsync) { StartTakes = TimeSpan.FromMilliseconds(50), StopTakes = TimeSpan.FromMilliseconds(50) };
        var talking = agent.TalkAsync(await DialAsync(instance));
        await ConnectedAsync(instance);
        await Ecs.RegisterTaskDefinitionAsync(new() { Family = "agents", ContainerDefinitions = [new() { Name = "app", Image = "app:1", Memory = 64 }] }, caller, Ct);
        var made = await Ecs.RunTaskAsync(new() { Cluster = "agents", TaskDefinition = "agents", LaunchType = LaunchType.Ec2 }, caller, Ct);
        var arn = made.Tasks?.FirstOrDefault()?.TaskArn ?? throw new InvalidOperationException(made.Failures?.FirstOrDefault()?.Reason);
        await StatusAsync(arn, "RUNNING");

        await host.KillAsync(Ct);
        await talking;
        await host.UpAsync(Ct);
        talking = agent.TalkAsync(await DialAsync(instance));
        await ConnectedAsync(instance);
        await Ecs.StopTaskAsync(new() { Cluster = "agents", Task = arn }, caller, Ct);
        await StatusAsync(arn, "STOPPED");
        agent.Tasks[arn].Starts.ShouldBe(1);

        await Ecs.DeregisterContainerInstanceAsync(new() { Cluster = "agents", ContainerInstance = instance, Force = true }, caller, Ct);
        await talking.WaitAsync(TimeSpan.FromSeconds(30), Ct);
        agent.Closed?.Words.ShouldBe("the container instance was deregistered");
        await Should.ThrowAsync<WebSocketException>(() => DialAsync(instance));
    }

    private async Task<string> RegisterAsync()
    {
        string[] capabilities = ["ecs.capability.full-sync", "com.amazonaws.ecs.capability.docker-remote-api.1.21"];
        var answer = await Ecs.RegisterContainerInstanceAsync(new()
        {
            Cluster = "agents",
            InstanceIdentityDocument = """{"instanceId":"i-0123456789abcdef0","instanceType":"m5.large","availabilityZone":"eu-west-1a"}""",
            Attributes = [.. capabilities.Select(c => new Contracts.Ecs.Attribute { Name = c })],
            TotalResources = [new() { Name = "CPU", Type = "INTEGER", IntegerValue = 2048 }, new() { Name = "MEMORY", Type = "INTEGER", IntegerValue = 2048 }],
        }, host.Minato.Caller, Ct);
        return answer.ContainerInstance?.ContainerInstanceArn ?? "";
    }

    private async Task<WebSocket> DialAsync(string instance)
    {
        var poll = await Ecs.DiscoverPollEndpointAsync(new() { Cluster = "agents", ContainerInstance = instance }, host.Minato.Caller, Ct);
        var query = $"agentHash=4b9ff6a2&agentVersion=1.83.0&clusterArn=agents&containerInstanceArn={Uri.EscapeDataString(instance)}"
            + "&dockerVersion=DockerVersion%3A%2020.10.24%2Bdfsg1&protocolVersion=2&sendCredentials=true&seqNum=1";
        var (installation, _) = host.Files.Require();
        var url = new Uri($"{poll.Endpoint}ws?{query}");
        var socket = new ClientWebSocket();
        foreach (var (name, value) in RawRequest.SignGet(url, installation.RootKey.AccessKeyId, installation.RootKey.SecretAccessKey))
            socket.Options.SetRequestHeader(name, value);
        // AWS: the agent writes a space as "+", but signs it as "%20".
        await socket.ConnectAsync(new UriBuilder(url) { Scheme = "ws", Query = query.Replace("%20", "+", StringComparison.Ordinal) }.Uri, Ct);
        return socket;
    }

    private Task ReportAsync(SimTaskChange change) => Ecs.SubmitTaskStateChangeAsync(new()
    {
        Cluster = "agents", Task = change.Task, Status = change.Status, Reason = "",
        Containers = [.. change.Containers.Select(c => new ContainerStateChange { ContainerName = c.Name, Status = c.Status, ExitCode = c.ExitCode })],
    }, host.Minato.Caller, default);

    private Task ConnectedAsync(string instance) => Host.UntilAsync("the connection", async () =>
    {
        var answer = await Ecs.DescribeContainerInstancesAsync(new() { Cluster = "agents", ContainerInstances = [instance] }, host.Minato.Caller, Ct);
        return (answer.ContainerInstances?[0].AgentConnected == true, "not connected");
    }, Ct, 20);

    private Task StatusAsync(string task, string status) => Host.UntilAsync(status, async () =>
    {
        var answer = await Ecs.DescribeTasksAsync(new() { Cluster = "agents", Tasks = [task] }, host.Minato.Caller, Ct);
        return (answer.Tasks?[0].LastStatus == status, answer.Tasks?[0].LastStatus ?? "");
    }, Ct, 30);
}
