using System.Collections.Immutable;
using Minato.Contracts.AutoScaling;
using Minato.Platform;

namespace Minato.AutoScaling.State;

/// <summary>Records as the API answers them.</summary>
internal static class AutoScalingWire
{
    public static AutoScalingGroup ToWire(this GroupState group, IReadState state, bool withInstances) => new()
    {
        AutoScalingGroupName = group.Key.Name,
        AutoScalingGroupARN = group.Key.Arn(group.Uuid),
        LaunchConfigurationName = group.LaunchConfiguration,
        LaunchTemplate = group.Template.ToWire(),
        MinSize = group.MinSize,
        MaxSize = group.MaxSize,
        DesiredCapacity = group.DesiredCapacity,
        DefaultCooldown = group.DefaultCooldown,
        AvailabilityZones = group.Zones,
        LoadBalancerNames = [],
        TargetGroupARNs = [],
        HealthCheckType = group.HealthCheckType,
        HealthCheckGracePeriod = group.HealthCheckGracePeriod,
        Instances = withInstances ? [.. state.Where(AutoScalingTables.InstancesByGroup, group.Key).Select(ToWire)] : [],
        CreatedTime = group.CreatedAt,
        SuspendedProcesses = [],
        VPCZoneIdentifier = group.VpcZoneIdentifier ?? "",
        EnabledMetrics = [],
        Status = group.IsDeleting ? "Delete in progress" : null,
        Tags = group.TagsToWire(),
        TerminationPolicies = group.TerminationPolicies,
        NewInstancesProtectedFromScaleIn = group.NewInstancesProtected,
        ServiceLinkedRoleARN = $"arn:aws:iam::{group.Key.AccountId}:role/aws-service-role/autoscaling.amazonaws.com/AWSServiceRoleForAutoScaling",
    };

    public static ImmutableArray<TagDescription> TagsToWire(this GroupState group) =>
    [
        .. group.Tags.Select(t => new TagDescription
        {
            Key = t.Key, Value = t.Value.Value, PropagateAtLaunch = t.Value.PropagateAtLaunch, ResourceId = group.Key.Name, ResourceType = "auto-scaling-group",
        }),
    ];

    public static AutoScalingInstanceDetails ToDetails(this InstanceState instance) => new()
    {
        InstanceId = instance.Id,
        InstanceType = instance.Type,
        AutoScalingGroupName = instance.Group.Name,
        AvailabilityZone = instance.Zone,
        LifecycleState = StateOf(instance).ToWire(),
        HealthStatus = instance.IsLost ? "UNHEALTHY" : "HEALTHY",
        LaunchConfigurationName = instance.LaunchConfiguration,
        LaunchTemplate = instance.Template.ToWire(),
        ImageId = instance.ImageId,
        ProtectedFromScaleIn = instance.IsProtected,
    };

    public static Activity ToWire(this ActivityState activity) => new()
    {
        ActivityId = activity.Id,
        AutoScalingGroupName = activity.Key.Group.Name,
        Description = activity.Description,
        Cause = activity.Cause,
        StartTime = activity.At,
        EndTime = activity.At,
        StatusCode = activity.Failure is null ? ScalingActivityStatusCode.Successful : ScalingActivityStatusCode.Failed,
        StatusMessage = activity.Failure,
        Progress = 100,
    };

    private static LaunchTemplateSpecification? ToWire(this TemplateReference? template) =>
        template is null ? null : new() { LaunchTemplateId = template.Id, LaunchTemplateName = template.Name, Version = template.Version };

    private static Instance ToWire(InstanceState instance) => new()
    {
        InstanceId = instance.Id,
        InstanceType = instance.Type,
        AvailabilityZone = instance.Zone,
        LifecycleState = StateOf(instance),
        HealthStatus = instance.IsLost ? "Unhealthy" : "Healthy",
        LaunchConfigurationName = instance.LaunchConfiguration,
        LaunchTemplate = instance.Template.ToWire(),
        ImageId = instance.ImageId,
        ProtectedFromScaleIn = instance.IsProtected,
    };

    private static LifecycleState StateOf(InstanceState instance) => instance.Stage switch
    {
        InstanceStage.Pending => LifecycleState.Pending,
        InstanceStage.InService => LifecycleState.InService,
        InstanceStage.TerminatingWait => LifecycleState.TerminatingWait,
        _ => LifecycleState.Terminating,
    };
}
