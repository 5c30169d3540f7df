using System.Collections.Immutable;
using Minato.Contracts.Ecs;

namespace Minato.Ecs.State;

/// <summary>Task sets as the API answers them.</summary>
internal static class TaskSetWire
{
    public static ImmutableArray<TaskSet> Of(ServiceState service) =>
        [.. service.Deployments.Where(d => d.TaskSet is not null).Select(d => ToTaskSet(d, service.Key))];

    public static TaskSet ToTaskSet(this DeploymentState set, ServiceKey service, bool withTags = false)
    {
        var asked = set.TaskSet ?? throw new InvalidOperationException($"{set.Id} is no task set.");
        return new()
        {
            Id = set.Id,
            TaskSetArn = Arn(service, set.Id),
            ServiceArn = service.Arn,
            ClusterArn = service.Cluster.Arn,
            StartedBy = asked.StartedBy,
            ExternalId = asked.ExternalId,
            Status = asked.Status,
            TaskDefinition = set.Spec.TaskDefinition.Arn,
            ComputedDesiredCount = set.DesiredCount,
            PendingCount = set.PendingCount,
            RunningCount = set.RunningCount,
            CreatedAt = set.CreatedAt,
            UpdatedAt = set.UpdatedAt,
            LaunchType = set.Spec.ShownLaunchType,
            CapacityProviderStrategy = set.Spec.CapacityProviderStrategy.IsEmpty ? null : set.Spec.CapacityProviderStrategy,
            PlatformVersion = set.Spec.ShownPlatformVersion,
            PlatformFamily = set.Spec.ShownPlatformFamily,
            NetworkConfiguration = set.Spec.NetworkConfiguration,
            LoadBalancers = set.Spec.LoadBalancers,
            ServiceRegistries = set.Spec.ServiceRegistries,
            Scale = new() { Value = asked.Scale, Unit = ScaleUnit.Percent },
            StabilityStatus = asked.Stability,
            StabilityStatusAt = asked.StabilityAt,
            Tags = withTags ? asked.Tags : [],
        };
    }

    /// <param name="id"><c>ecs-svc/</c> and 19 digits.</param>
    public static string Arn(ServiceKey service, string id) => service.Cluster.Scope.Arn($"task-set/{service.Cluster.Name}/{service.Name}/{id}");
}
