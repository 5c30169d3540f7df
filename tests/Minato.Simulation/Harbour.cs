using System.Collections.Immutable;
using Microsoft.Extensions.DependencyInjection;
using Minato.Aws;
using Minato.Contracts.Ec2;
using Minato.Contracts.Ecs;
using Minato.Contracts.ElasticLoadBalancingV2;
using Minato.Ec2;
using Minato.Ecs;
using Minato.Elb;
using Minato.Engines.Containers;
using Minato.Logs;
using Minato.Testing;
using Minato.Testing.Containers;
using Task = System.Threading.Tasks.Task;

namespace Minato.Simulation;

/// <summary>A world with the whole control plane: one service, <c>web</c>, behind a load balancer.</summary>
internal sealed class Harbour(World world)
{
    private const string ContainerName = "com.amazonaws.ecs.container-name";
    private const string TaskArn = "com.amazonaws.ecs.task-arn";

    private string _targetGroup = "";

    public World World => world;

    private IEcs Ecs => world.Client<IEcs>();

    private IElasticLoadBalancingV2 Elb => world.Client<IElasticLoadBalancingV2>();

    private static CancellationToken None => CancellationToken.None;

    public static void Run(ulong seed, Func<Harbour, Task> test) => World.Run(
        seed,
        async world =>
        {
            var harbour = new Harbour(world);
            for (var version = 1; version <= 5; version++)
                world.Host.AddImage(new($"web:{version}") { Digest = "sha256:" + new string((char)('0' + version), 64), Listens = [80] });
            world.Always(OneContainerASlot);
            await test(harbour);
        },
        services =>
        {
            services.AddSingleton(new EcsOptions());
            services.AddSingleton(new PageTokens("a secret of the test"u8));
            services.AddEc2().AddElb().AddLogs().AddEcs();
        });

    /// <summary>Makes everything and waits until the service is steady.</summary>
    public async Task OpenAsync(int desired = 3)
    {
        var subnets = (await world.Client<IEc2>().DescribeSubnetsAsync(new(), world.Caller, None)).Subnets ?? [];
        var ids = subnets.Select(s => s.SubnetId ?? "").ToImmutableArray();
        await Ecs.CreateClusterAsync(new(), world.Caller, None);
        var balancer = (await Elb.CreateLoadBalancerAsync(new() { Name = "web", Subnets = ids }, world.Caller, None)).LoadBalancers?[0].LoadBalancerArn ?? "";
        _targetGroup = (await Elb.CreateTargetGroupAsync(
            new()
            {
                Name = "web", Protocol = ProtocolEnum.Http, Port = 80, TargetType = TargetTypeEnum.Ip, VpcId = subnets[0].VpcId,
                HealthCheckIntervalSeconds = 5, HealthCheckTimeoutSeconds = 2, HealthyThresholdCount = 2, UnhealthyThresholdCount = 2,
            },
            world.Caller, None)).TargetGroups?[0].TargetGroupArn ?? "";
        await Elb.ModifyTargetGroupAttributesAsync(
            new() { TargetGroupArn = _targetGroup, Attributes = [new() { Key = "deregistration_delay.timeout_seconds", Value = "5" }] }, world.Caller, None);
        await Elb.CreateListenerAsync(
            new()
            {
                LoadBalancerArn = balancer, Port = 80, Protocol = ProtocolEnum.Http,
                DefaultActions = [new() { Type = ActionTypeEnum.Forward, TargetGroupArn = _targetGroup }],
            },
            world.Caller, None);
        await Ecs.CreateServiceAsync(
            new()
            {
                ServiceName = "web", TaskDefinition = await DefineAsync(1), DesiredCount = desired, LaunchType = LaunchType.Fargate,
                NetworkConfiguration = new() { AwsvpcConfiguration = new() { Subnets = ids } },
                LoadBalancers = [new() { TargetGroupArn = _targetGroup, ContainerName = "web", ContainerPort = 80 }],
                DeploymentConfiguration = new() { MinimumHealthyPercent = 100, MaximumPercent = 200 },
            },
            world.Caller, None);
        await CalmAsync(desired, 1, TimeSpan.FromMinutes(5));
    }

    /// <summary>Rolls the service to another version.</summary>
    public async Task RollAsync(int version) =>
        await Ecs.UpdateServiceAsync(new() { Service = "web", TaskDefinition = await DefineAsync(version) }, world.Caller, None);

    public async Task ScaleAsync(int desired) =>
        await Ecs.UpdateServiceAsync(new() { Service = "web", DesiredCount = desired }, world.Caller, None);

    /// <summary>Waits until exactly what is wanted runs, everything of it takes traffic, and the deployment has come to its end.</summary>
    public async Task CalmAsync(int desired, int version, TimeSpan within)
    {
        var wanted = $"{desired} of web:{version} live, {desired} healthy, {desired} running, one deployment Completed";
        var seen = "";
        try
        {
            await world.Eventually(async () => (seen = await SeenAsync()) == wanted, within, wanted);
        }
        catch (TimeoutException e)
        {
            throw new TimeoutException($"{e.Message}; at last: {seen}", e);
        }
    }

    private async Task<string> SeenAsync()
    {
        var live = string.Join(", ", Live().CountBy(c => VersionOf(c.Image)).Select(v => $"{v.Value} of {v.Key}"));
        var service = (await Ecs.DescribeServicesAsync(new() { Services = ["web"] }, world.Caller, None)).Services?[0];
        var deployment = service?.Deployments is [var only] ? $"one deployment {only.RolloutState}" : $"{service?.Deployments?.Length} deployments";
        return $"{live} live, {await HealthyAsync()} healthy, {service?.RunningCount} running, {deployment}";
    }

    /// <summary>Running containers of the service.</summary>
    public SimContainerInfo[] Live() =>
        [.. world.Host.Containers.Where(c => c.Phase is ContainerPhase.Running && c.Labels.GetValueOrDefault(ContainerName) == "web")];

    // AWS: the digest that the first task of a deployment found is what its later tasks run.
    private static string VersionOf(string image) => image.StartsWith("web@sha256:", StringComparison.Ordinal) ? $"web:{image[^1]}" : image;

    private async Task<int> HealthyAsync() =>
        (await Elb.DescribeTargetHealthAsync(new() { TargetGroupArn = _targetGroup }, world.Caller, None)).TargetHealthDescriptions
        ?.Count(t => t.TargetHealth?.State == TargetHealthStateEnum.Healthy) ?? 0;

    private async Task<string> DefineAsync(int version) => (await Ecs.RegisterTaskDefinitionAsync(
        new()
        {
            Family = "web", NetworkMode = NetworkMode.Awsvpc, RequiresCompatibilities = [Compatibility.Fargate], Cpu = "256", Memory = "512",
            ContainerDefinitions = [new() { Name = "web", Image = $"web:{version}", PortMappings = [new() { ContainerPort = 80 }] }],
        },
        world.Caller, None)).TaskDefinition?.TaskDefinitionArn ?? "";

    private static string? OneContainerASlot(World world) =>
        world.Host.LiveBy(TaskArn, ContainerName).FirstOrDefault(slot => slot.Count() > 1)?.Key;
}
