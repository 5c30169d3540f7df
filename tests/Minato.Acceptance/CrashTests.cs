using Minato.Cli.Demo;
using Minato.Contracts.Ecs;
using Task = System.Threading.Tasks.Task;

namespace Minato.Acceptance;

/// <summary>Bad luck on real engines.</summary>
[Collection(nameof(Host)), Trait("Floor", "engine")]
public sealed class CrashTests(Host host)
{
    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_deployment_survives_kill_9_of_the_server_and_traffic_never_stops()
    {
        Assert.SkipWhen(Host.Missing is not null, Host.Missing ?? "");
        var world = host.World("crash");
        var v1 = await world.RegisterAsync("v1", Ct);
        var v2 = await world.RegisterAsync("v2", Ct);
        await world.CreateLoadBalancerAsync(Ct);
        await world.CreateServiceAsync(v1, Ct);
        await host.SteadyAsync(world, v1, Ct);
        var traffic = new Traffic(world.Url, 100);
        await using (traffic)
        {
            await world.UpdateAsync(v2, Ct);
            for (var round = 0; round < 3; round++)
            {
                await Task.Delay(700, Ct);
                await host.KillAsync(Ct);
                await Task.Delay(500, Ct);
                await host.UpAsync(Ct);
            }
            await host.SteadyAsync(world, v2, Ct);
        }
        traffic.Failures.ShouldBeEmpty($"{traffic.Sent} requests");
        var service = await world.ServiceAsync(Ct);
        service.RunningCount.ShouldBe(3);
        await NothingIsLeftOver(world);
    }

    [Fact]
    public async Task A_change_that_was_answered_is_in_the_audit_after_kill_9()
    {
        Assert.SkipWhen(Host.Missing is not null, Host.Missing ?? "");
        var answered = new System.Collections.Concurrent.ConcurrentBag<string>();
        var callers = Enumerable.Range(0, 8).Select(async caller =>
        {
            for (var i = 0; ; i++)
            {
                await host.Minato.Ecs.CreateClusterAsync(new() { ClusterName = $"audit-{caller}-{i}" }, host.Minato.Caller, Ct);
                answered.Add($"audit-{caller}-{i}");
            }
        }).ToArray();
        await Task.Delay(1000, Ct);
        await host.KillAsync(Ct);
        foreach (var one in callers) await Should.ThrowAsync<Exception>(one);
        await host.UpAsync(Ct);
        var events = (await host.AwsAsync(Ct, "cloudtrail", "lookup-events", "--lookup-attributes", "AttributeKey=EventName,AttributeValue=CreateCluster"))?["Events"]?.AsArray() ?? [];
        var recorded = events.Select(e => (string?)System.Text.Json.Nodes.JsonNode.Parse((string?)e?["CloudTrailEvent"] ?? "{}")?["requestParameters"]?["clusterName"] ?? "").ToArray();
        answered.ShouldNotBeEmpty();
        answered.ShouldBeSubsetOf(recorded);
        recorded.Where(n => n.StartsWith("audit-", StringComparison.Ordinal)).ShouldBeUnique();
        foreach (var name in recorded.Where(n => n.StartsWith("audit-", StringComparison.Ordinal))) await host.Minato.Ecs.DeleteClusterAsync(new() { Cluster = name }, host.Minato.Caller, Ct);
    }

    [Fact]
    public async Task A_killed_proxy_comes_back_by_itself()
    {
        Assert.SkipWhen(Host.Missing is not null, Host.Missing ?? "");
        var world = host.World("proxy");
        var v1 = await world.RegisterAsync("v1", Ct);
        await world.CreateLoadBalancerAsync(Ct);
        await world.CreateServiceAsync(v1, Ct);
        await host.SteadyAsync(world, v1, Ct);
        (await Shell.RunAsync("pkill", ["-KILL", "-f", Path.Combine(host.Data, "haproxy")], Ct)).Code.ShouldBe(0);
        using var http = new HttpClient();
        await Host.UntilAsync("the proxy", async () =>
        {
            try { return ((await http.GetStringAsync(world.Url, Ct)).StartsWith("version v1", StringComparison.Ordinal), "answers"); }
            catch (HttpRequestException e) { return (false, e.Message); }
        }, Ct, 30);
        await host.SteadyAsync(world, v1, Ct);
    }

    [Fact]
    public async Task A_missing_image_is_named_in_the_stopped_reason()
    {
        Assert.SkipWhen(Host.Missing is not null, Host.Missing ?? "");
        var caller = host.Minato.Caller;
        await host.Minato.Ecs.CreateClusterAsync(new() { ClusterName = "missing" }, caller, Ct);
        await host.Minato.Ecs.RegisterTaskDefinitionAsync(new()
        {
            Family = "missing", NetworkMode = NetworkMode.Awsvpc, RequiresCompatibilities = [Compatibility.Fargate], Cpu = "256", Memory = "512",
            ExecutionRoleArn = await ExecutionRole.EnsureAsync(host.Minato, Ct),
            ContainerDefinitions = [new() { Name = "web", Image = host.Image.Name("never-pushed") }],
        }, caller, Ct);
        var subnet = (await host.Minato.Ec2.DescribeSubnetsAsync(new(), caller, Ct)).Subnets?[0].SubnetId ?? "";
        var task = (await host.Minato.Ecs.RunTaskAsync(new()
        {
            Cluster = "missing", TaskDefinition = "missing", LaunchType = LaunchType.Fargate, NetworkConfiguration = new() { AwsvpcConfiguration = new() { Subnets = [subnet] } },
        }, caller, Ct)).Tasks?[0].TaskArn ?? "";
        Contracts.Ecs.Task? found = null;
        await Host.UntilAsync("the end of the task", async () =>
        {
            found = (await host.Minato.Ecs.DescribeTasksAsync(new() { Cluster = "missing", Tasks = [task] }, caller, Ct)).Tasks?[0];
            return (found?.LastStatus is "STOPPED", found?.LastStatus ?? "");
        }, Ct, 60);
        found?.StopCode.ShouldBe(TaskStopCode.TaskFailedToStart);
        found?.StoppedReason.ShouldNotBeNull().ShouldStartWith("CannotPullContainerError: ");
    }

    [Fact]
    public async Task Reset_leaves_the_first_state_and_no_container()
    {
        Assert.SkipWhen(Host.Missing is not null, Host.Missing ?? "");
        await using var other = new Host();
        await other.InitializeAsync();
        var world = other.World("reset");
        var v1 = await world.RegisterAsync("v1", Ct);
        await world.CreateLoadBalancerAsync(Ct);
        await world.CreateServiceAsync(v1, Ct);
        await other.SteadyAsync(world, v1, Ct);
        (await other.RunAsync(Ct, "reset")).Ok().ShouldContain("Reset in");
        (await other.ContainersAsync(Ct)).ShouldBeEmpty();
        (await other.Minato.Ecs.ListClustersAsync(new(), other.Minato.Caller, Ct)).ClusterArns.ShouldBe([]);
        (await other.Minato.Elb.DescribeLoadBalancersAsync(new(), other.Minato.Caller, Ct)).LoadBalancers.ShouldBe([]);
        // It is as good as new: the same again works.
        await other.Image.BuildAndPushAsync(["v1"], Ct);
        v1 = await world.RegisterAsync("v1", Ct);
        v1.ShouldEndWith(":1");
        await world.CreateLoadBalancerAsync(Ct);
        await world.CreateServiceAsync(v1, Ct);
        await other.SteadyAsync(world, v1, Ct);
    }

    // Containers of stopped tasks may wait for their logs; running ones belong to the three tasks and to nobody else.
    private static async Task NothingIsLeftOver(DemoWorld world)
    {
        var tasks = (await world.TasksAsync(Ct)).Select(t => t.TaskArn).ToArray();
        var filter = $"label=com.amazonaws.ecs.cluster={world.Cluster}";
        var output = (await Shell.DockerAsync(Ct, "ps", "--filter", filter, "--filter", "label=com.amazonaws.ecs.container-name=web", "--format", "{{.Label \"com.amazonaws.ecs.task-arn\"}}")).Ok();
        output.Split('\n', StringSplitOptions.RemoveEmptyEntries).ShouldBe(tasks, ignoreOrder: true);
    }
}
