using System.Collections.Immutable;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Minato.AutoScaling;
using Minato.Aws;
using Minato.CloudMap;
using Minato.CloudWatch;
using Minato.Contracts.Ec2;
using Minato.Contracts.Ecs;
using Minato.Contracts.ElasticLoadBalancingV2;
using Minato.Ec2;
using Minato.Elb;
using Minato.Engines.Containers;
using Minato.Engines.Proxy;
using Minato.Logs;
using Minato.Route53;
using Minato.Testing;
using Minato.Testing.Containers;
using Minato.Testing.Proxy;
using LoadBalancer = Minato.Contracts.Ecs.LoadBalancer;
using Task = System.Threading.Tasks.Task;

namespace Minato.Ecs.Tests.Services;

/// <summary>A world with the rooms a service needs, and short words for what a test does with services.</summary>
public sealed class ServiceWorld(World world)
{
    public const string Good = "web:1";
    public const string Better = "web:2";

    /// <summary>Runs, but never answers well.</summary>
    public const string Sick = "web:sick";

    /// <summary>In no registry.</summary>
    public const string Missing = "web:missing";

    /// <summary>Ends at once.</summary>
    public const string Crashing = "web:crash";

    public World World => world;
    public IEcs Ecs => world.Client<IEcs>();
    public SimHost Host => world.Host;
    public string? TargetGroup { get; private set; }
    private static CancellationToken None => CancellationToken.None;

    /// <param name="configure">What takes the place of the usual parts.</param>
    public static void Run(
        ulong seed, Func<ServiceWorld, Task> test, EcsOptions? options = null, Action<World, IServiceCollection>? configure = null) =>
        World.Run(seed, async world =>
        {
            var services = new ServiceWorld(world);
            foreach (var image in Images()) services.Host.AddImage(image);
            await services.Ecs.CreateClusterAsync(new(), world.Caller, None);
            await test(services);
        }, (world, services) =>
        {
            services.AddSingleton(options ?? new EcsOptions());
            services.AddSingleton(new PageTokens("a secret of the test"u8));
            services.TryAddSingleton(world.Outside(w => new SimTargets { Fallback = r => Answer(w.Host.Ask(r.Address, r.Port)) }));
            services.TryAddSingleton(world.Outside(w => new SimProxy(w.Outside(_ => new SimTargets()), w.Time)));
            services.TryAddSingleton<IProxyEngine, SimProxyEngine>();
            services.TryAddSingleton<IHealthProber, SimHealthProber>();
            configure?.Invoke(world, services);
            services.AddAutoScaling().AddEc2().AddElb().AddLogs().AddCloudWatch().AddRoute53().AddCloudMap().AddEcs();
        });

    /// <summary>A load balancer, of the type that the protocol asks for, with a target group whose checks are quick.</summary>
    public async Task BalanceAsync(int deregistrationDelay = 2, string healthyThreshold = "2", ProtocolEnum protocol = ProtocolEnum.Http)
    {
        var elb = world.Client<IElasticLoadBalancingV2>();
        var balancer = await elb.CreateLoadBalancerAsync(new()
        {
            Name = "web", Subnets = await SubnetsAsync(), Type = protocol is ProtocolEnum.Http ? LoadBalancerTypeEnum.Application : LoadBalancerTypeEnum.Network,
        }, world.Caller, None);
        var group = await elb.CreateTargetGroupAsync(new()
        {
            Name = "web", Protocol = protocol, Port = 80, TargetType = TargetTypeEnum.Ip, VpcId = await VpcAsync(),
            HealthCheckIntervalSeconds = 5, HealthCheckTimeoutSeconds = 2, HealthyThresholdCount = int.Parse(healthyThreshold, null), UnhealthyThresholdCount = 2,
        }, world.Caller, None);
        TargetGroup = group.TargetGroups?[0].TargetGroupArn ?? "";
        await elb.ModifyTargetGroupAttributesAsync(new()
        {
            TargetGroupArn = TargetGroup,
            Attributes = [new() { Key = "deregistration_delay.timeout_seconds", Value = deregistrationDelay.ToString(null as IFormatProvider) }],
        }, world.Caller, None);
        await elb.CreateListenerAsync(new()
        {
            LoadBalancerArn = balancer.LoadBalancers?[0].LoadBalancerArn ?? "", Port = 80, Protocol = protocol,
            DefaultActions = [new() { Type = ActionTypeEnum.Forward, TargetGroupArn = TargetGroup }],
        }, world.Caller, None);
    }

    public async Task<ImmutableArray<string>> SubnetsAsync() =>
        [.. ((await world.Client<IEc2>().DescribeSubnetsAsync(new(), world.Caller, None)).Subnets ?? []).Select(s => s.SubnetId ?? "")];

    public async Task<string> DefineAsync(string image, HealthCheck? check = null) =>
        (await Ecs.RegisterTaskDefinitionAsync(new()
        {
            Family = "web",
            NetworkMode = NetworkMode.Awsvpc,
            RequiresCompatibilities = [Compatibility.Fargate],
            Cpu = "256",
            Memory = "512",
            ContainerDefinitions = [new() { Name = "web", Image = image, PortMappings = [new() { ContainerPort = 80 }], HealthCheck = check }],
        }, world.Caller, None)).TaskDefinition?.TaskDefinitionArn ?? "";

    public async Task<CreateServiceRequest> RequestAsync(int desired = 3, string image = Good) => new()
    {
        ServiceName = "web",
        TaskDefinition = await DefineAsync(image),
        DesiredCount = desired,
        LaunchType = LaunchType.Fargate,
        NetworkConfiguration = new() { AwsvpcConfiguration = new() { Subnets = await SubnetsAsync() } },
        LoadBalancers = TargetGroup is null ? null : [new LoadBalancer { TargetGroupArn = TargetGroup, ContainerName = "web", ContainerPort = 80 }],
        DeploymentConfiguration = new() { DeploymentCircuitBreaker = new() { Enable = true, Rollback = true } },
    };

    public async Task<Service> CreateAsync(int desired = 3, string image = Good) => await CreateAsync(await RequestAsync(desired, image));

    public async Task<Service> CreateAsync(CreateServiceRequest request) =>
        (await Ecs.CreateServiceAsync(request, world.Caller, None)).Service ?? throw new InvalidOperationException("No service came back.");

    public async Task<Service> UpdateAsync(UpdateServiceRequest request) =>
        (await Ecs.UpdateServiceAsync(request, world.Caller, None)).Service ?? throw new InvalidOperationException("No service came back.");

    /// <summary>Rolls the service to another image.</summary>
    public async Task<Service> RollAsync(string image) => await UpdateAsync(new() { Service = "web", TaskDefinition = await DefineAsync(image) });

    public async Task<Service> DescribeAsync(string name = "web") =>
        (await Ecs.DescribeServicesAsync(new() { Services = [name] }, world.Caller, None)).Services?.FirstOrDefault()
        ?? throw new InvalidOperationException($"There is no service {name}.");

    /// <summary>As the AWS CLI's waiter services-stable sees it.</summary>
    public async Task<bool> IsStableAsync()
    {
        var service = await DescribeAsync();
        return service.Deployments?.Length == 1 && service.RunningCount == service.DesiredCount;
    }

    /// <summary>Stable, and the deployment has come to its end.</summary>
    public async Task<bool> IsSettledAsync() =>
        await IsStableAsync() && (await DescribeAsync()).Deployments?[0].RolloutState != DeploymentRolloutState.InProgress;

    public Task StableAsync(TimeSpan within) => UntilAsync(IsStableAsync, within, "services-stable");

    public Task SettledAsync(TimeSpan within) => UntilAsync(IsSettledAsync, within, "services-stable and rolled out");

    public async Task<string[]> EventsAsync() => [.. ((await DescribeAsync()).Events ?? []).Select(e => e.Message ?? "").Reverse()];

    public async Task<ServiceDeploymentBrief[]> DeploymentsAsync() =>
        [.. (await Ecs.ListServiceDeploymentsAsync(new() { Service = "web", MaxResults = 100 }, world.Caller, None)).ServiceDeployments ?? []];

    /// <summary>Asks every half second, as no client would more often: hours of virtual time stay cheap.</summary>
    private async Task UntilAsync(Func<Task<bool>> condition, TimeSpan within, string name)
    {
        var end = world.Time.Elapsed + within;
        while (!await condition())
        {
            if (world.Time.Elapsed >= end) throw new TimeoutException($"Not within {within}: {name}");
            await world.RunFor(TimeSpan.FromMilliseconds(500));
        }
    }

    /// <summary>Running containers of the service.</summary>
    public SimContainerInfo[] Running() =>
        [.. Host.Containers.Where(c => c.Phase == ContainerPhase.Running && c.Labels.GetValueOrDefault("com.amazonaws.ecs.container-name") == "web")];

    public static SimImage[] Images() =>
    [
        new(Good) { Digest = Digest('1'), Listens = [80] },
        new(Better) { Digest = Digest('2'), Listens = [80] },
        new(Sick) { Digest = Digest('3'), Listens = [80], Health = [new(TimeSpan.Zero, false)] },
        new(Crashing) { Digest = Digest('4'), RunsFor = TimeSpan.FromMilliseconds(200), ExitCode = 1 },
    ];

    private static string Digest(char digit) => "sha256:" + new string(digit, 64);

    private static ProbeOutcome Answer(SimAnswer? answer) =>
        answer is null ? new ProbeOutcome.Failed("connection refused") : new ProbeOutcome.Answered(answer.Status);

    public async Task<string> VpcAsync() =>
        (await world.Client<IEc2>().DescribeSubnetsAsync(new(), world.Caller, None)).Subnets?[0].VpcId ?? "";
}
