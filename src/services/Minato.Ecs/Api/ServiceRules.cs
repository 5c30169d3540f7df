using System.Collections.Immutable;
using Minato.Contracts.Ecs;
using Minato.Ecs.State;

namespace Minato.Ecs.Api;

/// <summary>What CreateService and UpdateService ask of their parameters, apart from what other rooms know.</summary>
internal static class ServiceRules
{
    private const int MostLoadBalancers = 5;
    private const int LongestToken = 36;

    public static void Check(CreateServiceRequest request, EcsQuotas quotas)
    {
        if (!Names.IsAllowed(request.ServiceName))
            throw new InvalidParameterException("Service name can only contain letters, numbers, hyphens and underscores, and must be 255 characters or fewer.");
        if (request.ClientToken?.Length > LongestToken)
            throw new InvalidParameterException($"clientToken cannot be longer than {LongestToken} characters.");
        ControllerRules.Check(request);
        CheckServed(request.GatewayConnectors, request.Monitoring);
        CheckServed(request.VpcLatticeConfigurations);
        if (request.DesiredCount is null && request.SchedulingStrategy != SchedulingStrategy.Daemon)
            throw new InvalidParameterException("The desired count must be specified for services with the REPLICA scheduling strategy.");
        CheckDesired(request.DesiredCount, quotas.TasksPerService);
        CheckGrace(request.HealthCheckGracePeriodSeconds);
        CheckShape(request.LoadBalancers ?? []);
        PlacementRules.Check(request.PlacementConstraints, request.PlacementStrategy);
    }

    public static void Check(UpdateServiceRequest request, EcsQuotas quotas)
    {
        CheckServed(request.GatewayConnectors, request.Monitoring);
        CheckServed(request.VpcLatticeConfigurations);
        CheckDesired(request.DesiredCount, quotas.TasksPerService);
        CheckGrace(request.HealthCheckGracePeriodSeconds);
        CheckShape(request.LoadBalancers ?? []);
        PlacementRules.Check(request.PlacementConstraints, request.PlacementStrategy);
    }

    /// <summary>What was asked on top of what there is, with AWS's defaults.</summary>
    public static DeploymentConfiguration Merge(DeploymentConfiguration? old, DeploymentConfiguration? asked)
    {
        var merged = new DeploymentConfiguration
        {
            DeploymentCircuitBreaker = asked?.DeploymentCircuitBreaker ?? old?.DeploymentCircuitBreaker ?? new() { Enable = false, Rollback = false },
            MaximumPercent = asked?.MaximumPercent ?? old?.MaximumPercent ?? 200,
            MinimumHealthyPercent = asked?.MinimumHealthyPercent ?? old?.MinimumHealthyPercent ?? 100,
            Alarms = asked?.Alarms ?? old?.Alarms,
            Strategy = asked?.Strategy ?? old?.Strategy ?? DeploymentStrategy.Rolling,
        };
        merged = FailureRules.Merge(TrafficRules.Merge(merged, old, asked), old, asked);
        Check(merged);
        FailureRules.Check(merged);
        TrafficRules.Check(merged, asked);
        return merged;
    }

    public static void CheckFargatePlacement(
        LaunchType launchType, ImmutableArray<PlacementConstraint> constraints, ImmutableArray<PlacementStrategy> strategies)
    {
        if (launchType != LaunchType.Fargate) return;
        if (!constraints.IsEmpty) throw new InvalidParameterException("Placement constraints are not supported with FARGATE launch type.");
        if (!strategies.IsEmpty) throw new InvalidParameterException("Placement strategies are not supported with FARGATE launch type.");
    }

    /// <summary>Container and port of each load balancer must be in the task definition.</summary>
    public static void CheckContainers(ImmutableArray<LoadBalancer> balancers, TaskDefinitionState definition)
    {
        foreach (var balancer in balancers)
        {
            var container = definition.Containers.FirstOrDefault(c => c.Name == balancer.ContainerName)
                ?? throw new InvalidParameterException($"The container {balancer.ContainerName} does not exist in the task definition.");
            if ((container.PortMappings ?? []).All(p => p.ContainerPort != balancer.ContainerPort))
                throw new InvalidParameterException($"The container {balancer.ContainerName} did not have a container port {balancer.ContainerPort} defined.");
        }
    }

    private static void Check(DeploymentConfiguration configuration)
    {
        if (configuration.MinimumHealthyPercent is < 0 or > 100)
            throw new InvalidParameterException("minimumHealthyPercent must be between 0 and 100.");
        if (configuration.MaximumPercent is < 100)
            throw new InvalidParameterException("maximumPercent must be at least 100.");
        if (configuration is { MinimumHealthyPercent: 100, MaximumPercent: 100 })
            throw new InvalidParameterException("Both maximumPercent and minimumHealthyPercent cannot be 100 as this will block deployments.");
    }

    private static void CheckServed(ImmutableArray<GatewayConnector>? connectors, MonitoringConfiguration? monitoring)
    {
        if (connectors is { Length: > 0 }) throw NotServed("gateway connectors");
        if (monitoring?.MetricConfigurations is { Length: > 0 }) throw NotServed("metrics of a service's own resolution");
    }

    private static void CheckServed(ImmutableArray<VpcLatticeConfiguration>? lattice)
    {
        if (lattice is { Length: > 0 }) throw NotServed("VPC Lattice");
    }

    private static void CheckDesired(int? desired, int most)
    {
        if (desired is < 0) throw new InvalidParameterException("The desired count must not be negative.");
        if (desired > most) throw new InvalidParameterException($"The desired count must be at most {most}.");
    }

    private static void CheckGrace(int? seconds)
    {
        if (seconds is < 0) throw new InvalidParameterException("healthCheckGracePeriodSeconds must be between 0 and 2147483647.");
    }

    public static void CheckShape(ImmutableArray<LoadBalancer> balancers)
    {
        if (balancers.Length > MostLoadBalancers)
            throw new InvalidParameterException($"load balancers can have at most {MostLoadBalancers} items.");
        foreach (var balancer in balancers)
        {
            if (balancer.LoadBalancerName is not null) throw NotServed("Classic Load Balancers");
            if (balancer.TargetGroupArn is null) throw new InvalidParameterException("targetGroupArn can not be blank.");
            if (string.IsNullOrEmpty(balancer.ContainerName)) throw new InvalidParameterException("Container name can not be blank.");
            if (balancer.ContainerPort is null) throw new InvalidParameterException("Container port can not be blank.");
        }
    }

    private static UnsupportedFeatureException NotServed(string what) => new($"Minato does not serve {what} yet.");
}
