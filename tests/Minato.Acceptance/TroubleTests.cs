using System.Net;
using System.Net.Sockets;
using Minato.Aws;
using Minato.Contracts.Ecs;
using Minato.Contracts.ElasticLoadBalancingV2;
using Minato.Testing.Containers;
using Task = System.Threading.Tasks.Task;

namespace Minato.Acceptance;

/// <summary>What the machine can do to a server that runs: no Docker Engine, no disk, no port.</summary>
[Trait("Floor", "engine")]
public sealed class TroubleTests
{
    private const string Cluster = "trouble";

    private static CancellationToken Ct => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Tasks_wait_for_a_Docker_Engine_that_was_killed_and_go_on_when_it_is_back()
    {
        Assert.SkipWhen((PrivateDaemon.Absence ?? Host.Missing) is not null, PrivateDaemon.Absence ?? Host.Missing ?? "");
        await using var daemon = new PrivateDaemon();
        await daemon.StartAsync(Ct);
        var docker = new Dictionary<string, string> { ["DOCKER_HOST"] = "unix://" + daemon.Socket };
        await ImportImageAsync(docker);
        await using var host = new Host(docker);
        await host.StartAsync(Ct);
        var (ecs, caller) = (host.Minato.Ecs, host.Minato.Caller);
        await ecs.CreateClusterAsync(new() { ClusterName = Cluster }, caller, Ct);
        await ecs.RegisterTaskDefinitionAsync(new()
        {
            Family = "sleeper", NetworkMode = NetworkMode.Awsvpc, RequiresCompatibilities = [Compatibility.Fargate], Cpu = "256", Memory = "512",
            ContainerDefinitions = [new() { Name = "sleeper", Image = "sleeper:1", Command = ["/busybox", "sleep", "3600"], StopTimeout = 2 }],
        }, caller, Ct);
        var subnet = (await host.Minato.Ec2.DescribeSubnetsAsync(new(), caller, Ct)).Subnets?[0].SubnetId ?? "";
        await ecs.CreateServiceAsync(new()
        {
            Cluster = Cluster, ServiceName = "sleeper", TaskDefinition = "sleeper", DesiredCount = 2, LaunchType = LaunchType.Fargate,
            NetworkConfiguration = new() { AwsvpcConfiguration = new() { Subnets = [subnet] } },
        }, caller, Ct);
        var first = await RunningAsync(host, 2);

        await daemon.KillAsync(Ct);
        await ecs.UpdateServiceAsync(new() { Cluster = Cluster, Service = "sleeper", DesiredCount = 3 }, caller, Ct);
        await Host.UntilAsync("the reason why the third task waits", async () =>
        {
            var waiting = (await TasksAsync(host)).SingleOrDefault(t => t.LastStatus is "PENDING");
            var reason = waiting?.Containers?[0].Reason ?? "";
            return (reason.StartsWith("EngineUnavailableError: Docker Engine does not answer on ", StringComparison.Ordinal), $"{waiting?.LastStatus} {reason}");
        }, Ct, 30);

        await daemon.StartAsync(Ct);
        var last = await RunningAsync(host, 3);
        first.Except(last).ShouldBeEmpty("what ran before goes on");
    }

    [Fact]
    public async Task Up_without_a_Docker_Engine_says_what_to_do()
    {
        Assert.SkipWhen(Host.Missing is not null, Host.Missing ?? "");
        const string Advice = "Docker Engine does not answer on /nowhere/docker.sock: start it with";
        await using var host = new Host(new Dictionary<string, string> { ["DOCKER_HOST"] = "unix:///nowhere/docker.sock" });
        await host.StartAsync(Ct);
        var status = await host.RunAsync(Ct, "status");
        (status.Output + status.Error).ShouldContain(Advice);
        var purge = await host.RunAsync(Ct, "down", "--purge");
        purge.Code.ShouldBe(1);
        purge.Error.ShouldStartWith("minato: " + Advice);
        Directory.Exists(host.Data).ShouldBeTrue("what it has of containers must not be forgotten before they are removed");
        Directory.Delete(host.Data, recursive: true);
    }

    [Fact]
    public async Task An_engine_that_DOCKER_HOST_names_is_neither_installed_nor_started_by_up()
    {
        Assert.SkipWhen(Host.Missing is not null, Host.Missing ?? "");
        var data = Path.Combine(Path.GetTempPath(), $"minato-acceptance-{Guid.NewGuid():N}");
        var up = await Shell.RunAsync(Host.Cli, ["up", "--detach", "--data", data, "--port", "0"], Ct, new Dictionary<string, string> { ["DOCKER_HOST"] = "unix:///nowhere/docker.sock" });
        (up.Code, up.Error, Directory.Exists(data)).ShouldBe((1, "minato: Docker Engine does not answer on /nowhere/docker.sock, which DOCKER_HOST names: start it, or unset DOCKER_HOST.\n", false));
    }

    // A company's proxy knows nothing of this machine's loopback, and .NET does not leave loopback out by itself.
    [Fact]
    public async Task A_proxy_for_the_internet_is_not_asked_for_the_server_of_this_machine()
    {
        Assert.SkipWhen(Host.Missing is not null, Host.Missing ?? "");
        await using var host = new Host(new Dictionary<string, string> { ["HTTP_PROXY"] = "http://127.0.0.1:9", ["http_proxy"] = "http://127.0.0.1:9" });
        await host.StartAsync(Ct);
        (await host.RunAsync(Ct, "status")).Ok().ShouldContain("account 123456789012");
    }

    // The server remembers that the network is there; the containers of the task were made for a pause container that could not start.
    [Fact]
    public async Task A_network_that_somebody_pruned_is_made_again_by_the_next_task()
    {
        Assert.SkipWhen(Host.Missing is not null, Host.Missing ?? "");
        await using var host = new Host();
        await host.InitializeAsync();
        var (ecs, caller) = (host.Minato.Ecs, host.Minato.Caller);
        await ecs.CreateClusterAsync(new() { ClusterName = Cluster }, caller, Ct);
        var definition = await host.World(Cluster).RegisterAsync("v1", Ct);
        var subnet = (await host.Minato.Ec2.DescribeSubnetsAsync(new(), caller, Ct)).Subnets?[0].SubnetId ?? "";
        await StartAsync();
        await ecs.StopTaskAsync(new() { Cluster = Cluster, Task = (await RunningAsync(host, 1))[0] }, caller, Ct);
        var networks = (await Shell.DockerAsync(Ct, "network", "ls", "-q", "--filter", $"label=minato.installation={host.Files.Require().Installation.Id}")).Ok()
            .Split('\n', StringSplitOptions.RemoveEmptyEntries);
        networks.ShouldNotBeEmpty();
        await Host.UntilAsync("the end of the network", async () =>
        {
            var removed = await Shell.DockerAsync(Ct, ["network", "rm", .. networks]);
            return (removed.Code is 0, removed.Error);
        }, Ct, 60);

        await StartAsync();
        await RunningAsync(host, 1);

        Task StartAsync() => ecs.RunTaskAsync(new()
        {
            Cluster = Cluster, TaskDefinition = definition, LaunchType = LaunchType.Fargate, NetworkConfiguration = new() { AwsvpcConfiguration = new() { Subnets = [subnet] } },
        }, caller, Ct);
    }

    [Fact]
    public async Task A_full_disk_refuses_writes_loses_nothing_and_heals()
    {
        Assert.SkipWhen(Host.Missing is not null || !Environment.IsPrivilegedProcess, Host.Missing ?? "A disk that can be filled needs root.");
        var disk = Directory.CreateTempSubdirectory("minato-full-").FullName;
        (await Shell.RunAsync("mount", ["-t", "tmpfs", "-o", "size=24m", "tmpfs", disk], Ct)).Ok();
        try
        {
            await using var host = new Host { Data = Path.Combine(disk, "data") };
            await host.StartAsync(Ct);
            var (ecs, caller) = (host.Minato.Ecs, host.Minato.Caller);
            await ecs.CreateClusterAsync(new() { ClusterName = "before" }, caller, Ct);
            var filler = Path.Combine(disk, "filler");
            await FillAsync(filler);

            var made = new List<string> { "before" };
            var refusal = await Should.ThrowAsync<AwsException>(async () =>
            {
                for (var i = 0; i < 10_000; i++)
                {
                    await ecs.CreateClusterAsync(new() { ClusterName = $"c{i}" }, caller, Ct);
                    made.Add($"c{i}");
                }
            });
            refusal.Message.ShouldContain("state.db is full: free some space and try again.");
            (await ecs.DescribeClustersAsync(new() { Clusters = ["before"] }, caller, Ct)).Clusters?.Length.ShouldBe(1, "reading goes on");

            File.Delete(filler);
            await ecs.CreateClusterAsync(new() { ClusterName = "after" }, caller, Ct);
            await host.KillAsync(Ct);
            await host.UpAsync(Ct);
            var kept = new List<string>();
            for (string? next = null; ;)
            {
                var page = await host.Minato.Ecs.ListClustersAsync(new() { NextToken = next }, caller, Ct);
                kept.AddRange((page.ClusterArns ?? []).Select(a => a[(a.LastIndexOf('/') + 1)..]));
                if ((next = page.NextToken) is null) break;
            }
            kept.ShouldBe([.. made, "after"], ignoreOrder: true);
        }
        finally
        {
            await Shell.RunAsync("umount", ["-l", disk], CancellationToken.None);
            Directory.Delete(disk);
        }
    }

    [Fact]
    public async Task A_listener_whose_port_is_taken_says_so_and_heals()
    {
        Assert.SkipWhen(Host.Missing is not null, Host.Missing ?? "");
        await using var host = new Host();
        await host.StartAsync(Ct);
        var (elb, caller) = (host.Minato.Elb, host.Minato.Caller);
        var subnets = (await host.Minato.Ec2.DescribeSubnetsAsync(new(), caller, Ct)).Subnets ?? [];
        using var thief = new TcpListener(IPAddress.Any, 0);
        thief.Start();
        var port = ((IPEndPoint)thief.LocalEndpoint).Port;
        var balancer = (await elb.CreateLoadBalancerAsync(new() { Name = Cluster, Subnets = [.. subnets.Select(s => s.SubnetId ?? "")] }, caller, Ct)).LoadBalancers?[0];
        await elb.CreateListenerAsync(new()
        {
            LoadBalancerArn = balancer?.LoadBalancerArn ?? "", Protocol = ProtocolEnum.Http, Port = port,
            DefaultActions = [new() { Type = ActionTypeEnum.FixedResponse, FixedResponseConfig = new() { StatusCode = "200", MessageBody = "here" } }],
        }, caller, Ct);

        await StateAsync(LoadBalancerStateEnum.ActiveImpaired, $"port {port}");
        thief.Stop();
        await StateAsync(LoadBalancerStateEnum.Active, "");
        // A new load balancer tries other addresses first.
        var healed = (await elb.DescribeLoadBalancersAsync(new() { Names = [Cluster] }, caller, Ct)).LoadBalancers?[0];
        var address = healed?.AvailabilityZones?[0].LoadBalancerAddresses?[0].IpAddress;
        using var http = new HttpClient();
        (await http.GetStringAsync(new Uri($"http://{address}:{port}/"), Ct)).ShouldBe("here");

        Task StateAsync(LoadBalancerStateEnum wanted, string words) => Host.UntilAsync($"the state {wanted}", async () =>
        {
            var state = (await elb.DescribeLoadBalancersAsync(new() { Names = [Cluster] }, caller, Ct)).LoadBalancers?[0].State;
            return (state?.Code == wanted && (state.Reason ?? "").Contains(words, StringComparison.Ordinal), $"{state?.Code} {state?.Reason}");
        }, Ct, 30);
    }

    private static async Task ImportImageAsync(Dictionary<string, string> docker)
    {
        var busybox = File.Exists("/bin/busybox") ? "/bin" : "/usr/bin";
        (await Shell.RunAsync("/bin/sh", ["-c", $"tar -c -C {busybox} busybox | docker import - sleeper:1"], Ct, docker)).Ok();
    }

    private static async Task<Contracts.Ecs.Task[]> TasksAsync(Host host)
    {
        var arns = (await host.Minato.Ecs.ListTasksAsync(new() { Cluster = Cluster }, host.Minato.Caller, Ct)).TaskArns ?? [];
        if (arns.IsEmpty) return [];
        return [.. (await host.Minato.Ecs.DescribeTasksAsync(new() { Cluster = Cluster, Tasks = arns }, host.Minato.Caller, Ct)).Tasks ?? []];
    }

    private static async Task<string[]> RunningAsync(Host host, int count)
    {
        string[] found = [];
        await Host.UntilAsync($"{count} running tasks", async () =>
        {
            var tasks = await TasksAsync(host);
            found = [.. tasks.Where(t => t.LastStatus is "RUNNING").Select(t => t.TaskArn ?? "")];
            return (found.Length == count, string.Join(", ", tasks.Select(t => $"{t.LastStatus} {t.StoppedReason} {t.Containers?[0].Reason}")));
        }, Ct, 60);
        return found;
    }

    private static async Task FillAsync(string path)
    {
        await using var file = File.Create(path);
        var block = new byte[64 << 10];
        try
        {
            while (true)
            {
                await file.WriteAsync(block, Ct);
                await file.FlushAsync(Ct);
            }
        }
        catch (IOException)
        {
            // Full.
        }
    }
}
