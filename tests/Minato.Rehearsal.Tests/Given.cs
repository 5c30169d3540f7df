using System.Collections.Immutable;
using Minato.Contracts.Ecs;
using Minato.Contracts.ElasticLoadBalancingV2;

namespace Minato.Rehearsal.Tests;

/// <summary>A service of three tasks behind a load balancer, as AWS describes it.</summary>
internal static class Given
{
    public const string TargetGroup = "arn:aws:elasticloadbalancing:eu-west-1:111122223333:targetgroup/web/0123456789abcdef";

    public static RehearsalInput Web(int desired = 3, int min = 100, int max = 200, bool breaker = true) => new()
    {
        Service = new()
        {
            ServiceArn = "arn:aws:ecs:eu-west-1:111122223333:service/prod/web", ServiceName = "web", DesiredCount = desired, LaunchType = LaunchType.Fargate,
            LoadBalancers = [new() { TargetGroupArn = TargetGroup, ContainerName = "web", ContainerPort = 80 }],
            NetworkConfiguration = new() { AwsvpcConfiguration = new() { Subnets = ["subnet-1", "subnet-2", "subnet-3"] } },
            DeploymentConfiguration = new() { MinimumHealthyPercent = min, MaximumPercent = max, DeploymentCircuitBreaker = new() { Enable = breaker, Rollback = breaker } },
        },
        Before = Definition(1),
        After = Definition(2),
        TargetGroups =
        [
            new()
            {
                TargetGroupArn = TargetGroup, Protocol = ProtocolEnum.Http, Port = 80, HealthCheckPath = "/health", HealthCheckIntervalSeconds = 10,
                HealthCheckTimeoutSeconds = 5, HealthyThresholdCount = 2, UnhealthyThresholdCount = 2,
            },
        ],
        DeregistrationDelays = ImmutableDictionary<string, int>.Empty.Add(TargetGroup, 30),
        Zones = ImmutableDictionary<string, string>.Empty.Add("subnet-1", "eu-west-1a").Add("subnet-2", "eu-west-1b").Add("subnet-3", "eu-west-1c"),
    };

    /// <summary>With these settings in its deployment configuration.</summary>
    public static RehearsalInput With(this RehearsalInput input, Func<DeploymentConfiguration, DeploymentConfiguration> change) =>
        input with { Service = input.Service with { DeploymentConfiguration = change(input.Service.DeploymentConfiguration ?? new()) } };

    /// <summary>The same on container instances: bridge mode, a port of the instance's choice.</summary>
    public static RehearsalInput OnInstances(this RehearsalInput input, int cpu = 256, int memory = 512) => input with
    {
        Service = input.Service with { LaunchType = LaunchType.Ec2, NetworkConfiguration = null },
        Before = Bridge(input.Before, cpu, memory),
        After = Bridge(input.After, cpu, memory),
        TargetGroups = [.. input.TargetGroups.Select(g => g with { TargetType = TargetTypeEnum.Instance })],
    };

    private static TaskDefinition Bridge(TaskDefinition definition, int cpu, int memory) => definition with
    {
        NetworkMode = NetworkMode.Bridge,
        ContainerDefinitions = [.. (definition.ContainerDefinitions ?? []).Select(c => c with { Cpu = cpu, Memory = memory })],
    };

    /// <summary>The same with a second target group, and five minutes to bake.</summary>
    public static RehearsalInput BlueGreen()
    {
        var web = Web();
        var green = TargetGroup.Replace("/web/", "/green/", StringComparison.Ordinal);
        var balancer = new Minato.Contracts.Ecs.LoadBalancer
        {
            TargetGroupArn = TargetGroup, ContainerName = "web", ContainerPort = 80,
            AdvancedConfiguration = new()
            {
                AlternateTargetGroupArn = green, RoleArn = "arn:aws:iam::111122223333:role/infrastructure",
                ProductionListenerRule = "arn:aws:elasticloadbalancing:eu-west-1:111122223333:listener-rule/app/web/1/2/3",
            },
        };
        return web with
        {
            TargetGroups = [.. web.TargetGroups, web.TargetGroups[0] with { TargetGroupArn = green }],
            Service = web.Service with
            {
                LoadBalancers = [balancer],
                DeploymentConfiguration = new()
                {
                    Strategy = DeploymentStrategy.BlueGreen, BakeTimeInMinutes = 5, MinimumHealthyPercent = 100, MaximumPercent = 200,
                    DeploymentCircuitBreaker = new() { Enable = true, Rollback = true },
                },
            },
        };
    }

    private static TaskDefinition Definition(int revision) => new()
    {
        Family = "web", Revision = revision, NetworkMode = NetworkMode.Awsvpc, ExecutionRoleArn = "arn:aws:iam::111122223333:role/execution",
        ContainerDefinitions = [new() { Name = "web", Image = $"registry.example/web:{revision}", Essential = true, PortMappings = [new() { ContainerPort = 80 }] }],
    };
}
