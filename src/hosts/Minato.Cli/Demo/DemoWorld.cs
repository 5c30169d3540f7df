using System.Collections.Immutable;
using Minato.Cli.Running;
using Minato.Contracts.Ecs;
using Minato.Contracts.ElasticLoadBalancingV2;

namespace Minato.Cli.Demo;

/// <summary>The demo's cluster, load balancer and service, made with plain AWS calls.</summary>
/// <param name="name">Of the cluster and the load balancer; everything else is named after it.</param>
internal sealed class DemoWorld(MinatoClient minato, DemoImage image, string name = "demo")
{
    public const string ServiceName = "web";
    private const string Container = "web";

    public string Cluster => name;
    public string LogGroup => $"/ecs/{name}";

    public string LoadBalancerArn { get; private set; } = "";
    public string TargetGroupArn { get; private set; } = "";
    public Uri Url { get; private set; } = new("http://127.0.0.1");

    public async Task<string> RegisterAsync(string version, CancellationToken ct)
    {
        var role = await ExecutionRole.EnsureAsync(minato, ct);
        var answer = await minato.Ecs.RegisterTaskDefinitionAsync(new()
        {
            Family = $"{name}-web", ExecutionRoleArn = role, NetworkMode = NetworkMode.Awsvpc, RequiresCompatibilities = [Compatibility.Fargate], Cpu = "256", Memory = "512",
            ContainerDefinitions =
            [
                new()
                {
                    Name = Container, Image = image.Name(version), Essential = true, PortMappings = [new() { ContainerPort = 80 }],
                    LogConfiguration = new()
                    {
                        LogDriver = LogDriver.Awslogs, Options = ImmutableDictionary<string, string>.Empty.Add("awslogs-group", LogGroup)
                            .Add("awslogs-region", minato.Caller.Region).Add("awslogs-stream-prefix", "ecs").Add("awslogs-create-group", "true"),
                    },
                },
            ],
        }, minato.Caller, ct);
        return answer.TaskDefinition?.TaskDefinitionArn ?? "";
    }

    public async System.Threading.Tasks.Task CreateLoadBalancerAsync(CancellationToken ct)
    {
        var subnets = await SubnetsAsync(ct);
        var balancer = (await minato.Elb.CreateLoadBalancerAsync(new() { Name = name, Subnets = subnets }, minato.Caller, ct)).LoadBalancers?[0];
        var group = (await minato.Elb.CreateTargetGroupAsync(new()
        {
            Name = $"{name}-web", Protocol = ProtocolEnum.Http, Port = 80, VpcId = balancer?.VpcId, TargetType = TargetTypeEnum.Ip, HealthCheckPath = "/health",
            HealthCheckIntervalSeconds = 5, HealthCheckTimeoutSeconds = 2, HealthyThresholdCount = 2, UnhealthyThresholdCount = 2,
        }, minato.Caller, ct)).TargetGroups?[0];
        LoadBalancerArn = balancer?.LoadBalancerArn ?? "";
        TargetGroupArn = group?.TargetGroupArn ?? "";
        await minato.Elb.ModifyTargetGroupAttributesAsync(new()
        {
            TargetGroupArn = TargetGroupArn, Attributes = [new() { Key = "deregistration_delay.timeout_seconds", Value = "5" }],
        }, minato.Caller, ct);
        if ((await minato.Elb.DescribeListenersAsync(new() { LoadBalancerArn = LoadBalancerArn }, minato.Caller, ct)).Listeners is not { IsEmpty: false })
            await minato.Elb.CreateListenerAsync(new()
            {
                LoadBalancerArn = LoadBalancerArn, Protocol = ProtocolEnum.Http, Port = 80,
                DefaultActions = [new() { Type = ActionTypeEnum.Forward, TargetGroupArn = TargetGroupArn }],
            }, minato.Caller, ct);
        var address = (balancer?.AvailabilityZones ?? []).SelectMany(z => z.LoadBalancerAddresses ?? []).FirstOrDefault()?.IpAddress;
        Url = new($"http://{address}/cgi-bin/hello");
    }

    public async System.Threading.Tasks.Task CreateServiceAsync(string taskDefinition, CancellationToken ct)
    {
        await minato.Ecs.CreateClusterAsync(new() { ClusterName = Cluster }, minato.Caller, ct);
        await RemoveServiceAsync(ct);
        await minato.Ecs.CreateServiceAsync(new()
        {
            Cluster = Cluster, ServiceName = ServiceName, TaskDefinition = taskDefinition, DesiredCount = 3, LaunchType = LaunchType.Fargate,
            NetworkConfiguration = new() { AwsvpcConfiguration = new() { Subnets = await SubnetsAsync(ct), AssignPublicIp = AssignPublicIp.Enabled } },
            LoadBalancers = [new() { TargetGroupArn = TargetGroupArn, ContainerName = Container, ContainerPort = 80 }],
            DeploymentConfiguration = new() { MinimumHealthyPercent = 100, MaximumPercent = 200, DeploymentCircuitBreaker = new() { Enable = true, Rollback = true } },
        }, minato.Caller, ct);
    }

    public async System.Threading.Tasks.Task UpdateAsync(string taskDefinition, CancellationToken ct) =>
        await minato.Ecs.UpdateServiceAsync(new() { Cluster = Cluster, Service = ServiceName, TaskDefinition = taskDefinition }, minato.Caller, ct);

    public async Task<Service> ServiceAsync(CancellationToken ct) =>
        (await minato.Ecs.DescribeServicesAsync(new() { Cluster = Cluster, Services = [ServiceName] }, minato.Caller, ct)).Services?.FirstOrDefault()
        ?? throw new UserException("the demo's service is gone.");

    public async Task<ImmutableArray<Contracts.Ecs.Task>> TasksAsync(CancellationToken ct) =>
        [.. (await minato.TasksAsync(Cluster, ServiceName, ct)).Where(t => t.LastStatus is "RUNNING")];

    // A demo that ran before left its service: a new one starts from nothing.
    private async System.Threading.Tasks.Task RemoveServiceAsync(CancellationToken ct)
    {
        var found = (await minato.Ecs.DescribeServicesAsync(new() { Cluster = Cluster, Services = [ServiceName] }, minato.Caller, ct)).Services?.FirstOrDefault();
        if (found is null or { Status: "INACTIVE" }) return;
        if (found.Status is "ACTIVE") await minato.Ecs.DeleteServiceAsync(new() { Cluster = Cluster, Service = ServiceName, Force = true }, minato.Caller, ct);
        while ((await ServiceAsync(ct)).Status is not "INACTIVE") await System.Threading.Tasks.Task.Delay(200, ct);
    }

    private async Task<ImmutableArray<string>> SubnetsAsync(CancellationToken ct) =>
        [.. ((await minato.Ec2.DescribeSubnetsAsync(new() { Filters = [new() { Name = "default-for-az", Values = ["true"] }] }, minato.Caller, ct)).Subnets ?? [])
            .Select(s => s.SubnetId ?? "")];
}
