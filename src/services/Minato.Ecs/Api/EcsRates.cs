using System.Collections.Immutable;
using Minato.Aws.Dispatch;

namespace Minato.Ecs.Api;

/// <summary>How often an account may call ECS in a Region. AWS: each category is one bucket for all of its operations.</summary>
internal static class EcsRates
{
    private const string Service = "ecs";

    public static ImmutableArray<ActionRate> All { get; } =
    [
        new(Service, "Cluster modify", 20, 1, "CreateCluster", "DeleteCluster", "PutClusterCapacityProviders", "UpdateCluster", "UpdateClusterSettings"),
        new(Service, "Cluster read", 50, 20, "DescribeClusters", "ListClusters"),
        new(Service, "Task definition modify", 20, 1, "DeregisterTaskDefinition", "RegisterTaskDefinition"),
        new(Service, "Task definition read", 50, 20, "DescribeTaskDefinition", "ListTaskDefinitions", "ListTaskDefinitionFamilies"),
        new(Service, "Task definition deletion", 5, 1, "DeleteTaskDefinitions"),
        new(Service, "Capacity provider modify", 10, 1, "CreateCapacityProvider", "DeleteCapacityProvider", "UpdateCapacityProvider"),
        new(Service, "Capacity provider read", 50, 20, "DescribeCapacityProviders"),
        new(Service, "Tag modify", 20, 10, "TagResource", "UntagResource"),
        new(Service, "Tag read", 50, 20, "ListTagsForResource"),
        new(Service, "Setting modify", 10, 1, "DeleteAccountSetting", "PutAccountSetting", "PutAccountSettingDefault"),
        new(Service, "Setting read", 50, 20, "ListAccountSettings"),
        new(Service, "Cluster resource modify", 100, 40, "DeleteAttributes", "DeregisterContainerInstance", "ExecuteCommand", "PutAttributes", "RunTask", "StartTask",
            "StopTask", "UpdateContainerAgent", "UpdateContainerInstancesState"),
        new(Service, "Cluster resource read", 100, 20, "DescribeContainerInstances", "DescribeTasks", "ListAttributes", "ListContainerInstances", "ListTasks"),
        new(Service, "Agent modify", 200, 120, "RegisterContainerInstance", "SubmitAttachmentStateChanges", "SubmitContainerStateChange", "SubmitTaskStateChange"),
        new(Service, "Service modify", 50, 5, "CreateService", "DeleteService", "UpdateService"),
        new(Service, "Service read", 100, 20, "DescribeServices", "ListServices"),
        new(Service, "Service deployment", 50, 20, "DescribeServiceDeployments", "ListServiceDeployments"),
        new(Service, "Service revision", 50, 20, "DescribeServiceRevisions"),
        new(Service, "Task protection", 200, 80, "UpdateTaskProtection", "GetTaskProtection"),
        new(Service, "Cluster service resource read", 10, 1, "ListServicesByNamespace"),
    ];
}
