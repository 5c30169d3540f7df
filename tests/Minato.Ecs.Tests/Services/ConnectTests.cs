using System.Collections.Immutable;
using Microsoft.Extensions.DependencyInjection;
using Minato.Aws;
using Minato.Aws.Dispatch;
using Minato.Aws.Shapes;
using Minato.Contracts.Ecs;
using Minato.Contracts.ElasticLoadBalancingV2;
using Minato.Contracts.Servicediscovery;
using Minato.Elb;
using Minato.Testing;
using CreateServiceRequest = Minato.Contracts.Ecs.CreateServiceRequest;
using NamespaceNotFoundException = Minato.Contracts.Ecs.NamespaceNotFoundException;
using Service = Minato.Contracts.Ecs.Service;
using Task = System.Threading.Tasks.Task;

namespace Minato.Ecs.Tests.Services;

/// <summary>Service Connect: names of a namespace lead to the tasks behind them.</summary>
public sealed class ConnectTests
{
    private static readonly TimeSpan s_patience = TimeSpan.FromMinutes(5);

    [Fact]
    public void A_service_is_found_by_its_alias_at_the_alias_s_port() => Run(async w =>
    {
        var api = await ServeAsync(w, desired: 2);
        var deployment = api.Deployments?[0];
        deployment?.ServiceConnectConfiguration?.Namespace.ShouldBe("local");
        deployment?.ServiceConnectResources?[0].DiscoveryName.ShouldBe("orders");
        deployment?.ServiceConnectResources?[0].DiscoveryArn.ShouldStartWith("arn:aws:servicediscovery:us-east-1:123456789012:service/srv-");
        await RunningAsync(w, "api", 2);
        await w.World.Eventually(async () => (await TargetsAsync(w)).Length == 2, s_patience);
        (await TargetsAsync(w)).ShouldAllBe(t => t.EndsWith(":8080", StringComparison.Ordinal));
        (await TargetsAsync(w)).Select(t => t.Split(':')[0]).ShouldBe(await AddressesAsync(w, "api"));
        (await ListenerAsync(w)).ShouldBe((80, ProtocolEnum.Tcp));
        var found = await w.World.Client<IServicediscovery>().DiscoverInstancesAsync(new() { NamespaceName = "local", ServiceName = "orders" }, w.World.Caller, default);
        found.Instances?.Select(i => i.Attributes?["AWS_INSTANCE_PORT"]).ShouldBe(["8080", "8080"]);
    });

    [Fact]
    public void Tasks_of_the_namespace_know_the_names_that_were_there_when_their_deployment_began() => Run(async w =>
    {
        await ConnectAsync(w, "early");
        await RunningAsync(w, "early", 1);
        await ServeAsync(w);
        await RunningAsync(w, "api", 1);
        await ConnectAsync(w, "late");
        await RunningAsync(w, "late", 1);
        HostsOf(w, "early").ShouldBeEmpty();
        var hosts = HostsOf(w, "late");
        hosts.Length.ShouldBe(1);
        hosts[0].ShouldStartWith("api:172.31.");
        HostsOf(w, "api").ShouldBe(hosts, "a service knows its own name");
        await w.UpdateAsync(new() { Service = "early", ForceNewDeployment = true });
        await w.World.Eventually(async () => await w.DescribeAsync("early") is { Deployments: [{ RolloutState: DeploymentRolloutState.Completed }], RunningCount: 1 }, s_patience);
        await w.World.RunFor(TimeSpan.FromSeconds(5));
        HostsOf(w, "early").ShouldBe(hosts);
    });

    [Fact]
    public void An_alias_without_a_name_is_the_discovery_name_in_the_namespace() => Run(async w =>
    {
        await ServeAsync(w, dnsName: null);
        await RunningAsync(w, "api", 1);
        HostsOf(w, "api").Single().ShouldStartWith("orders.local:");
    });

    [Fact]
    public void Targets_follow_scaling_and_everything_goes_with_the_service() => Run(async w =>
    {
        await ServeAsync(w, desired: 1);
        await RunningAsync(w, "api", 1);
        await w.UpdateAsync(new() { Service = "api", DesiredCount = 3 });
        await w.World.Eventually(async () => (await TargetsAsync(w)).Length == 3, s_patience);
        await w.Ecs.DeleteServiceAsync(new() { Service = "api", Force = true }, w.World.Caller, default);
        await w.World.Eventually(async () => (await w.DescribeAsync("api")).Status == "INACTIVE", s_patience);
        await w.World.Eventually(async () => (await BalancersAsync(w)).Length == 0, s_patience);
        var map = w.World.Client<IServicediscovery>();
        await w.World.Eventually(async () => (await map.ListServicesAsync(new(), w.World.Caller, default)).Services is not { Length: > 0 }, s_patience);
    });

    [Theory, InlineData(true), InlineData(false)]
    public void A_load_balancer_that_somebody_deleted_is_made_again(bool withItsGroup) => Run(async w =>
    {
        await ServeAsync(w);
        await RunningAsync(w, "api", 1);
        var elb = w.World.Client<IElasticLoadBalancingV2>();
        var group = (await elb.DescribeTargetGroupsAsync(new(), w.World.Caller, default)).TargetGroups?[0].TargetGroupArn ?? "";
        await elb.DeleteLoadBalancerAsync(new() { LoadBalancerArn = (await BalancersAsync(w))[0].LoadBalancerArn ?? "" }, w.World.Caller, default);
        if (withItsGroup) await elb.DeleteTargetGroupAsync(new() { TargetGroupArn = group }, w.World.Caller, default);
        await w.UpdateAsync(new() { Service = "api", DesiredCount = 2 });
        await w.World.Eventually(async () => await BalancersAsync(w) is [_] && (await TargetsAsync(w)).Length == 2, s_patience);
        (await ListenerAsync(w)).ShouldBe((80, ProtocolEnum.Tcp));
    });

    [Fact]
    public void What_the_tasks_of_one_change_bring_does_not_have_the_load_balancer_looked_for_each_time()
    {
        var looks = new Looks();
        Run(async w =>
        {
            await ServeAsync(w);
            await RunningAsync(w, "api", 1);
            await w.World.RunFor(TimeSpan.FromSeconds(5));
            looks.Count = 0;
            await w.UpdateAsync(new() { Service = "api", DesiredCount = 8 });
            await w.World.Eventually(async () => (await TargetsAsync(w)).Length == 8, TimeSpan.FromSeconds(15));
            await w.World.RunFor(TimeSpan.FromSeconds(5));
            looks.Count.ShouldBeInRange(1, 12);
        }, (_, services) => services.AddSingleton<IElasticLoadBalancingV2>(rooms => new ElasticLoadBalancingV2Client(looks.At(rooms))));
    }

    [Fact]
    public void Service_Connect_is_taken_away_by_an_update() => Run(async w =>
    {
        await ServeAsync(w);
        await RunningAsync(w, "api", 1);
        var changed = await w.UpdateAsync(new() { Service = "api", ServiceConnectConfiguration = new() { Enabled = false } });
        changed.Deployments?[0].ServiceConnectConfiguration.ShouldBeNull();
        changed.Deployments?.Length.ShouldBe(2, "it is a new deployment");
        await w.World.Eventually(async () => (await BalancersAsync(w)).Length == 0, s_patience);
    });

    [Fact]
    public void An_update_that_does_not_speak_of_Service_Connect_keeps_what_another_makes_of_it_at_the_same_time() => Run(async w =>
    {
        await ServeAsync(w);
        await RunningAsync(w, "api", 1);
        await Task.WhenAll(
            w.UpdateAsync(new() { Service = "api", ServiceConnectConfiguration = new() { Enabled = false } }),
            w.UpdateAsync(new() { Service = "api", DesiredCount = 2 }));
        await RunningAsync(w, "api", 2);
        await w.World.Eventually(async () => (await w.DescribeAsync("api")).Deployments is [{ ServiceConnectConfiguration: null }], s_patience);
        await w.World.Eventually(async () => (await BalancersAsync(w)).Length == 0, s_patience);
    });

    [Fact]
    public void The_load_balancer_of_a_name_is_in_the_security_groups_of_its_service() => Run(async w =>
    {
        var (first, second) = (await GroupAsync(w, "first"), await GroupAsync(w, "second"));
        await ServeAsync(w, securityGroups: [first]);
        await w.World.Eventually(async () => await BalancersAsync(w) is [{ SecurityGroups: [var one] }] && one == first, s_patience);
        await w.UpdateAsync(new() { Service = "api", NetworkConfiguration = new() { AwsvpcConfiguration = new() { Subnets = await w.SubnetsAsync(), SecurityGroups = [second] } } });
        await w.World.Eventually(async () => await BalancersAsync(w) is [{ SecurityGroups: [var one] }] && one == second, s_patience);
    });

    [Fact]
    public void Services_are_listed_by_the_name_and_by_the_ARN_of_their_namespace() => Run(async w =>
    {
        var api = await ServeAsync(w);
        var arn = (await w.World.Client<IServicediscovery>().ListNamespacesAsync(new(), w.World.Caller, default)).Namespaces?[0].Arn ?? "";
        foreach (var name in new[] { "local", arn })
            (await w.Ecs.ListServicesByNamespaceAsync(new() { Namespace = name }, w.World.Caller, default)).ServiceArns.ShouldBe([api.ServiceArn ?? ""]);
    });

    [Theory]
    [InlineData("namespace", "The specified namespace was not found.")]
    [InlineData("aliases", "clientAliases must have 1 element.")]
    [InlineData("port", "The portName grpc does not exist in the task definition.")]
    [InlineData("taken", "The endpoint api:80 (discovery name other) is in use by the service api.")]
    [InlineData("tls", "Minato does not serve TLS of Service Connect yet.")]
    public void What_cannot_be_connected_is_refused(string what, string message) => Run(async w =>
    {
        var asked = new ServiceConnectService { PortName = "http", DiscoveryName = "other", ClientAliases = [new() { Port = 80, DnsName = "api" }] };
        if (what == "taken") await ServeAsync(w);
        asked = what switch
        {
            "aliases" => asked with { ClientAliases = null },
            "port" => asked with { PortName = "grpc" },
            "tls" => asked with { Tls = new() { IssuerCertificateAuthority = new() } },
            _ => asked,
        };
        var thrown = await w.World.Throws<Minato.Aws.AwsException>(async () => await w.CreateAsync(
            await RequestAsync(w, "second", 1) with { ServiceConnectConfiguration = new() { Enabled = true, Namespace = what == "namespace" ? "elsewhere" : null, Services = [asked] } }));
        thrown.Message.ShouldBe(message);
        (thrown is NamespaceNotFoundException).ShouldBe(what == "namespace");
    });

    private static void Run(Func<ServiceWorld, Task> test, Action<World, IServiceCollection>? configure = null) => ServiceWorld.Run(1, async w =>
    {
        await w.Ecs.UpdateClusterAsync(new() { Cluster = "default", ServiceConnectDefaults = new() { Namespace = "local" } }, w.World.Caller, default);
        await test(w);
    }, configure: configure);

    /// <summary>Counts how often the load balancer of a name is asked for, in front of the room.</summary>
    private sealed class Looks : IAwsInvoker
    {
        private static readonly Type s_room = new ServiceCollection().AddElb().Last(s => s.ServiceType == typeof(IElasticLoadBalancingV2)).ImplementationType
            ?? throw new InvalidOperationException();

        private object? _room;

        public int Count { get; set; }

        public IAwsInvoker At(IServiceProvider rooms)
        {
            _room = ActivatorUtilities.CreateInstance(rooms, s_room);
            return this;
        }

        public async Task<TOut> InvokeAsync<TOut>(ServiceModel service, OperationModel operation, IShape request, Caller caller, CancellationToken ct)
            where TOut : IShape<TOut>
        {
            if (request is DescribeLoadBalancersRequest { Names: [var name] } && name.StartsWith("ecs-sc-", StringComparison.Ordinal)) Count++;
            return (TOut)await operation.InvokeAsync(_room ?? throw new InvalidOperationException(), request, caller, ct);
        }
    }

    private static async Task<CreateServiceRequest> RequestAsync(ServiceWorld w, string name, int desired)
    {
        await w.Ecs.RegisterTaskDefinitionAsync(new()
        {
            Family = name, NetworkMode = NetworkMode.Awsvpc, RequiresCompatibilities = [Compatibility.Fargate], Cpu = "256", Memory = "512",
            ContainerDefinitions = [new() { Name = "web", Image = ServiceWorld.Good, PortMappings = [new() { Name = "http", ContainerPort = 8080 }] }],
        }, w.World.Caller, default);
        return await w.RequestAsync(desired) with { ServiceName = name, TaskDefinition = name };
    }

    private static async Task<Service> ServeAsync(ServiceWorld w, int desired = 1, string? dnsName = "api", ImmutableArray<string>? securityGroups = null) =>
        await w.CreateAsync(await RequestAsync(w, "api", desired) with
        {
            NetworkConfiguration = new() { AwsvpcConfiguration = new() { Subnets = await w.SubnetsAsync(), SecurityGroups = securityGroups } },
            ServiceConnectConfiguration = new()
            {
                Enabled = true, Services = [new() { PortName = "http", DiscoveryName = "orders", ClientAliases = [new() { Port = 80, DnsName = dnsName }] }],
            },
        });

    private static async Task<string> GroupAsync(ServiceWorld w, string name) => (await w.World.Client<Contracts.Ec2.IEc2>().CreateSecurityGroupAsync(
        new() { GroupName = name, Description = name, VpcId = await w.VpcAsync() }, w.World.Caller, default)).GroupId ?? "";

    /// <summary>One that only connects to others.</summary>
    private static async Task ConnectAsync(ServiceWorld w, string name) =>
        await w.CreateAsync(await RequestAsync(w, name, 1) with { ServiceConnectConfiguration = new() { Enabled = true } });

    private static Task RunningAsync(ServiceWorld w, string name, int count) =>
        w.World.Eventually(async () => (await w.DescribeAsync(name)).RunningCount == count, s_patience, $"{name} runs");

    private static async Task<Contracts.ElasticLoadBalancingV2.LoadBalancer[]> BalancersAsync(ServiceWorld w) =>
        [.. (await w.World.Client<IElasticLoadBalancingV2>().DescribeLoadBalancersAsync(new(), w.World.Caller, default)).LoadBalancers ?? []];

    private static async Task<(int?, ProtocolEnum?)> ListenerAsync(ServiceWorld w)
    {
        var elb = w.World.Client<IElasticLoadBalancingV2>();
        var listener = (await elb.DescribeListenersAsync(new() { LoadBalancerArn = (await BalancersAsync(w))[0].LoadBalancerArn }, w.World.Caller, default)).Listeners?.Single();
        return (listener?.Port, listener?.Protocol);
    }

    private static async Task<string[]> TargetsAsync(ServiceWorld w)
    {
        var elb = w.World.Client<IElasticLoadBalancingV2>();
        if ((await elb.DescribeTargetGroupsAsync(new(), w.World.Caller, default)).TargetGroups is not [var group, ..]) return [];
        var health = await elb.DescribeTargetHealthAsync(new() { TargetGroupArn = group.TargetGroupArn ?? "" }, w.World.Caller, default);
        return [.. (health.TargetHealthDescriptions ?? []).Where(t => t.TargetHealth?.State != TargetHealthStateEnum.Draining)
            .Select(t => $"{t.Target?.Id}:{t.Target?.Port}").Order(StringComparer.Ordinal)];
    }

    private static async Task<string[]> AddressesAsync(ServiceWorld w, string service)
    {
        var arns = (await w.Ecs.ListTasksAsync(new() { ServiceName = service }, w.World.Caller, default)).TaskArns ?? [];
        return [.. ((await w.Ecs.DescribeTasksAsync(new() { Tasks = arns }, w.World.Caller, default)).Tasks ?? [])
            .Select(t => t.Attachments?[0].Details?.First(d => d.Name == "privateIPv4Address").Value ?? "").Order(StringComparer.Ordinal)];
    }

    /// <summary>What stands in /etc/hosts of the service's running tasks.</summary>
    private static string[] HostsOf(ServiceWorld w, string family) =>
        [.. w.Host.Containers.Where(c => c.Phase == Engines.Containers.ContainerPhase.Running && c.Name.StartsWith($"ecs-{family}-", StringComparison.Ordinal))
            .SelectMany(c => c.Spec.ExtraHosts).Distinct()];
}
