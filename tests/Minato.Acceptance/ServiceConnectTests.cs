using System.Globalization;
using Minato.Cli.Demo;
using Minato.Contracts.Ecs;
using Task = System.Threading.Tasks.Task;

namespace Minato.Acceptance;

/// <summary>Services that speak to each other by their names of Service Connect: real containers, a real proxy, real packets.</summary>
[Collection(nameof(Host)), Trait("Floor", "engine")]
public sealed class ServiceConnectTests(Host host)
{
    private const string Cluster = "connect";

    /// <summary>
    /// Asks both names again and again and says what it heard. A static program cannot look names up where there is no C library, so the shell
    /// reads the file that a resolver would read.
    /// </summary>
    private const string Asking = """
        of() { while read -r address name; do [ "$name" = "$1" ] && echo "$address" && return; done </etc/hosts; }
        get() { /bin/busybox timeout 5 /bin/busybox wget -qO- "http://$(of "$1"):$2/cgi-bin/hello" || echo "$1 failed"; }
        while :; do get backend 8080; get orders.shop 80; /bin/busybox usleep 100000; done
        """;

    private static CancellationToken Ct => TestContext.Current.CancellationToken;
    private IEcs Ecs => host.Minato.Ecs;

    [Fact]
    public async Task Services_reach_each_other_by_name_while_servers_are_scaled_killed_and_replaced()
    {
        Assert.SkipWhen(Host.Missing is not null, Host.Missing ?? "");
        await Ecs.CreateClusterAsync(new() { ClusterName = Cluster, ServiceConnectDefaults = new() { Namespace = "shop" } }, host.Minato.Caller, Ct);
        var network = await NetworkAsync();
        await DefineAsync("backend", "v1");
        await DefineAsync("orders", "v2");
        await DefineAsync("client", "v1", Asking);
        await CreateAsync("backend", network, 2, new() { PortName = "http", ClientAliases = [new() { Port = 8080, DnsName = "backend" }] });
        await CreateAsync("orders", network, 1, new() { PortName = "http", DiscoveryName = "orders", ClientAliases = [new() { Port = 80 }] });
        await CreateAsync("client", network, 1, null);
        await SteadyAsync("client", 1);
        await SteadyAsync("backend", 2);
        await HeardFromAsync("v1", 2);
        await HeardFromAsync("v2", 1);

        await Ecs.UpdateServiceAsync(new() { Cluster = Cluster, Service = "backend", DesiredCount = 3 }, host.Minato.Caller, Ct);
        await HeardFromAsync("v1", 3);

        // Killed and replaced, scaled and rolled over: nobody who asks notices.
        var calm = DateTimeOffset.UtcNow;
        var killed = (await host.ContainersAsync(Ct, "backend"))[0];
        (await Shell.DockerAsync(Ct, "kill", killed)).Ok();
        await Host.UntilAsync("another task", async () =>
            (await host.ContainersAsync(Ct, "backend") is var now && now.Length == 3 && !now.Contains(killed), string.Join(' ', now)), Ct, 60);
        await SteadyAsync("backend", 3);
        await HeardFromAsync("v1", 3);
        await DefineAsync("backend", "v2");
        await Ecs.UpdateServiceAsync(new() { Cluster = Cluster, Service = "backend", TaskDefinition = "backend", DesiredCount = 2 }, host.Minato.Caller, Ct);
        await SteadyAsync("backend", 2);
        await HeardFromAsync("v2", 3);
        var failed = (await HeardAsync(calm)).Where(l => l.Contains("failed", StringComparison.Ordinal)).ToArray();
        failed.ShouldBeEmpty();

        foreach (var service in new[] { "client", "backend", "orders" })
            await Ecs.DeleteServiceAsync(new() { Cluster = Cluster, Service = service, Force = true }, host.Minato.Caller, Ct);
        await Host.UntilAsync("the end of the load balancers", async () =>
        {
            var left = (await host.Minato.Elb.DescribeLoadBalancersAsync(new(), host.Minato.Caller, Ct)).LoadBalancers ?? [];
            var names = left.Select(b => b.LoadBalancerName ?? "").Where(n => n.StartsWith("ecs-sc-", StringComparison.Ordinal)).ToArray();
            return (names.Length == 0, string.Join(' ', names));
        }, Ct, 90);
    }

    /// <summary>One security group for all, which lets its own members in and nobody else, as most applications have.</summary>
    private async Task<NetworkConfiguration> NetworkAsync()
    {
        var (ec2, caller) = (host.Minato.Ec2, host.Minato.Caller);
        var subnet = (await ec2.DescribeSubnetsAsync(new(), caller, Ct)).Subnets?[0];
        var group = (await ec2.CreateSecurityGroupAsync(new() { GroupName = "connect", Description = "connect", VpcId = subnet?.VpcId }, caller, Ct)).GroupId ?? "";
        await ec2.AuthorizeSecurityGroupIngressAsync(
            new() { GroupId = group, IpPermissions = [new() { IpProtocol = "-1", UserIdGroupPairs = [new() { GroupId = group }] }] }, caller, Ct);
        return new() { AwsvpcConfiguration = new() { Subnets = [subnet?.SubnetId ?? ""], SecurityGroups = [group] } };
    }

    private async Task DefineAsync(string family, string version, string? script = null) => await Ecs.RegisterTaskDefinitionAsync(new()
    {
        Family = family, NetworkMode = NetworkMode.Awsvpc, RequiresCompatibilities = [Compatibility.Fargate], Cpu = "256", Memory = "512",
        ExecutionRoleArn = await ExecutionRole.EnsureAsync(host.Minato, Ct),
        ContainerDefinitions =
        [
            new()
            {
                Name = family, Image = host.Image.Name(version), PortMappings = [new() { Name = "http", ContainerPort = 80 }],
                EntryPoint = script is null ? null : ["/bin/busybox", "sh", "-c", script], StopTimeout = 2,
            },
        ],
    }, host.Minato.Caller, Ct);

    private async Task CreateAsync(string name, NetworkConfiguration network, int desired, ServiceConnectService? offered) => await Ecs.CreateServiceAsync(new()
    {
        Cluster = Cluster, ServiceName = name, TaskDefinition = name, DesiredCount = desired, LaunchType = LaunchType.Fargate, NetworkConfiguration = network,
        ServiceConnectConfiguration = new() { Enabled = true, Services = offered is null ? null : [offered] },
    }, host.Minato.Caller, Ct);

    private Task SteadyAsync(string name, int running) => Host.UntilAsync($"the steady state of {name}", async () =>
    {
        var service = (await Ecs.DescribeServicesAsync(new() { Cluster = Cluster, Services = [name] }, host.Minato.Caller, Ct)).Services?[0];
        return (service is { Deployments: [{ RolloutState: DeploymentRolloutState.Completed }] } && service.RunningCount == running,
            string.Join('\n', (service?.Events ?? []).Take(8).Select(e => e.Message)));
    }, Ct, 180);

    /// <summary>From now on, so many different tasks of the version answer.</summary>
    private async Task HeardFromAsync(string version, int tasks)
    {
        var since = DateTimeOffset.UtcNow;
        await Host.UntilAsync($"answers of {tasks} tasks of {version}", async () =>
        {
            var heard = await HeardAsync(since);
            var answered = heard.Where(l => l.StartsWith($"version {version} from ", StringComparison.Ordinal)).Distinct(StringComparer.Ordinal).Count();
            return (answered == tasks, string.Join('\n', heard.TakeLast(10)));
        }, Ct, 60);
    }

    private async Task<string[]> HeardAsync(DateTimeOffset since)
    {
        var client = (await host.ContainersAsync(Ct, "client")).Single();
        var logs = await Shell.DockerAsync(Ct, "logs", "--since", since.ToString("O", CultureInfo.InvariantCulture), client);
        return (logs.Ok() + logs.Error).Split('\n', StringSplitOptions.RemoveEmptyEntries);
    }
}
