using System.Collections.Immutable;
using System.Globalization;
using Minato.Contracts.Ecs;
using Minato.Platform;

namespace Minato.Ecs.State;

/// <summary>Counters of a cluster, straight from the indexes.</summary>
internal static class ClusterCounts
{
    private static readonly LaunchType[] s_launchTypes =
        [LaunchType.Ec2, LaunchType.Fargate, LaunchType.External, LaunchType.ManagedInstances];

    // AWS: a task counts as running until it leaves DEACTIVATING, and as nothing after that.
    private static readonly TaskLastStatus[] s_pending = [TaskLastStatus.Provisioning, TaskLastStatus.Pending, TaskLastStatus.Activating];
    private static readonly TaskLastStatus[] s_running = [TaskLastStatus.Running, TaskLastStatus.Deactivating];
    private static readonly TaskLastStatus[] s_live =
        [.. s_pending, .. s_running, TaskLastStatus.Stopping, TaskLastStatus.Deprovisioning];

    public static bool IsPending(TaskLastStatus status) => s_pending.Contains(status);

    public static bool IsRunning(TaskLastStatus status) => s_running.Contains(status);

    public static int Pending(IReadState ecs, ClusterKey cluster) => s_launchTypes.Sum(t => Count(ecs, cluster, t, s_pending));

    public static int Running(IReadState ecs, ClusterKey cluster) => s_launchTypes.Sum(t => Count(ecs, cluster, t, s_running));

    public static int Live(IReadState ecs, ClusterKey cluster) => s_launchTypes.Sum(t => Count(ecs, cluster, t, s_live));

    public static ImmutableArray<KeyValuePair> Statistics(IReadState ecs, ClusterKey cluster) =>
    [
        One("runningEC2TasksCount", Count(ecs, cluster, LaunchType.Ec2, s_running)),
        One("pendingEC2TasksCount", Count(ecs, cluster, LaunchType.Ec2, s_pending)),
        One("runningFargateTasksCount", Count(ecs, cluster, LaunchType.Fargate, s_running)),
        One("pendingFargateTasksCount", Count(ecs, cluster, LaunchType.Fargate, s_pending)),
        One("runningExternalTasksCount", Count(ecs, cluster, LaunchType.External, s_running)),
        One("pendingExternalTasksCount", Count(ecs, cluster, LaunchType.External, s_pending)),
        One("runningManagedInstancesTasksCount", Count(ecs, cluster, LaunchType.ManagedInstances, s_running)),
        One("pendingManagedInstancesTasksCount", Count(ecs, cluster, LaunchType.ManagedInstances, s_pending)),
        .. ServiceCounts.Statistics(ecs, cluster),
    ];

    public static KeyValuePair One(string name, int value) => new() { Name = name, Value = value.ToString(CultureInfo.InvariantCulture) };

    private static int Count(IReadState ecs, ClusterKey cluster, LaunchType type, TaskLastStatus[] statuses) =>
        statuses.Sum(s => ecs.Count(EcsTables.TasksByStatus, (cluster, type, s)));
}
