using System.Collections.Immutable;
using System.Runtime.CompilerServices;
using Minato.Contracts.Ecs;
using Minato.Platform;

namespace Minato.Ecs.State;

/// <summary>
/// Services as DescribeServices answers them. A record never changes, and its events do not without it, so what was converted once
/// serves every later call.
/// </summary>
internal static class ServiceWire
{
    private static readonly ConditionalWeakTable<ServiceState, Service> s_known = [];

    public static Service ToWire(this ServiceState service, IReadState ecs, bool withTags = false)
    {
        if (!s_known.TryGetValue(service, out var wire))
        {
            wire = Convert(service, ecs);
            s_known.AddOrUpdate(service, wire);
        }

        return withTags ? wire with { Tags = service.Tags } : wire;
    }

    private static Service Convert(ServiceState service, IReadState ecs) => new()
    {
        ServiceArn = service.Key.Arn,
        ServiceName = service.Key.Name,
        ClusterArn = service.Key.Cluster.Arn,
        LoadBalancers = service.Spec.LoadBalancers,
        ServiceRegistries = service.Spec.ServiceRegistries,
        Status = service.Status switch
        {
            ServiceStatus.Active => "ACTIVE",
            ServiceStatus.Draining => "DRAINING",
            _ => "INACTIVE",
        },
        DesiredCount = service.ShownDesiredCount,
        RunningCount = service.RunningCount,
        PendingCount = service.PendingCount,
        LaunchType = service.Spec.ShownLaunchType,
        CapacityProviderStrategy = service.Spec.CapacityProviderStrategy.IsEmpty ? null : service.Spec.CapacityProviderStrategy,
        // AWS: the service shows what was asked for, its deployments what that came to.
        PlatformVersion = service.Spec.LaunchType == LaunchType.Fargate ? service.Spec.PlatformVersion ?? "LATEST" : null,
        PlatformFamily = service.Spec.ShownPlatformFamily,
        TaskDefinition = service.Spec.ShownTaskDefinition,
        DeploymentConfiguration = service.DeploymentConfiguration,
        TaskSets = service.HasTaskSets ? TaskSetWire.Of(service) : null,
        Deployments = [.. service.Rollouts.Where((d, i) => i == 0 || d.RunningCount + d.PendingCount > 0).Select((d, i) => ToWire(d, i == 0))],
        RoleArn = service.Role ?? LinkedRole(service),
        Events = [.. ecs.Where(ServiceTables.EventsByService, service.Key).Reverse().Select(e =>
            new ServiceEvent { Id = e.Id, CreatedAt = e.CreatedAt, Message = e.Message })],
        CreatedAt = service.CreatedAt,
        CurrentServiceDeployment = CurrentDeployment(service),
        CurrentServiceRevisions = [.. service.Rollouts.Where((d, i) => i == 0 || d.RunningCount + d.PendingCount > 0).Select(d =>
            new ServiceCurrentRevisionSummary
            {
                Arn = new ServiceRevisionKey(service.Key, d.RevisionId).Arn,
                RequestedTaskCount = d.DesiredCount,
                RunningTaskCount = d.RunningCount,
                PendingTaskCount = d.PendingCount,
            })],
        PlacementConstraints = service.PlacementConstraints,
        PlacementStrategy = service.PlacementStrategy,
        NetworkConfiguration = service.Spec.NetworkConfiguration,
        HealthCheckGracePeriodSeconds = service.HealthCheckGracePeriodSeconds ?? 0,
        SchedulingStrategy = service.SchedulingStrategy,
        DeploymentController = new() { Type = service.Controller },
        CreatedBy = service.CreatedBy,
        EnableECSManagedTags = service.EnableECSManagedTags,
        PropagateTags = service.PropagateTags,
        EnableExecuteCommand = service.EnableExecuteCommand,
        AvailabilityZoneRebalancing = service.AvailabilityZoneRebalancing,
    };

    private static Deployment ToWire(DeploymentState deployment, bool isPrimary) => new()
    {
        Id = deployment.Id,
        Status = isPrimary ? "PRIMARY"
            : deployment is { Rollout: DeploymentRolloutState.Failed, DesiredCount: 0 } ? "DRAINING" : "ACTIVE",
        TaskDefinition = deployment.Spec.TaskDefinition.Arn,
        DesiredCount = deployment.DesiredCount,
        PendingCount = deployment.PendingCount,
        RunningCount = deployment.RunningCount,
        FailedTasks = deployment.FailedTasks,
        CreatedAt = deployment.CreatedAt,
        UpdatedAt = deployment.UpdatedAt,
        CapacityProviderStrategy = deployment.Spec.CapacityProviderStrategy.IsEmpty ? null : deployment.Spec.CapacityProviderStrategy,
        LaunchType = deployment.Spec.ShownLaunchType,
        PlatformVersion = deployment.Spec.ShownPlatformVersion,
        PlatformFamily = deployment.Spec.ShownPlatformFamily,
        NetworkConfiguration = deployment.Spec.NetworkConfiguration,
        RolloutState = deployment.Rollout,
        RolloutStateReason = deployment.RolloutReason,
        VolumeConfigurations = deployment.Spec.Volumes.IsEmpty ? null : deployment.Spec.Volumes,
        ServiceConnectConfiguration = deployment.Spec.Connect?.Configuration,
        ServiceConnectResources = deployment.Spec.Connect is { } connect
            ? [.. connect.Offers.Select(o => new ServiceConnectServiceResource { DiscoveryName = o.DiscoveryName, DiscoveryArn = o.DiscoveryArn })] : null,
    };

    private static string? CurrentDeployment(ServiceState service) => service.Rollouts is [var primary, ..]
        ? new ServiceDeploymentKey(service.Key, primary.RollingBackServiceDeployment ?? primary.ServiceDeploymentId).Arn
        : null;

    // AWS shows the service-linked role with all that needs one: interfaces and load balancers.
    private static string? LinkedRole(ServiceState service) =>
        service.Spec.NetworkConfiguration is null && service.Spec.LoadBalancers.IsEmpty
            ? null
            : $"arn:aws:iam::{service.Key.Cluster.Scope.AccountId}:role/aws-service-role/ecs.amazonaws.com/AWSServiceRoleForECS";
}
