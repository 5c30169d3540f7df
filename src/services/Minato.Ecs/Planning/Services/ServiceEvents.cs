using System.Globalization;

namespace Minato.Ecs.Planning.Services;

/// <summary>The words of service events.</summary>
internal static class ServiceEvents
{
    public const int TasksInOneEvent = 10;

    public static string SteadyState(string service) => $"(service {service}) has reached a steady state.";

    public static string Started(string service, IReadOnlyCollection<string> tasks, int replaced)
    {
        var text = $"(service {service}) has started {Number(tasks.Count)} tasks: {List(tasks)}.";
        return replaced > 0 ? $"{text} Amazon ECS replaced {Number(replaced)} tasks due to an unhealthy status." : text;
    }

    public static string Stopped(string service, IReadOnlyCollection<string> tasks) =>
        $"(service {service}) has stopped {Number(tasks.Count)} running tasks: {List(tasks)}.";

    public static string Registered(string service, int count, string targetGroup) =>
        $"(service {service}) registered {Number(count)} targets in (target-group {targetGroup})";

    public static string Deregistered(string service, int count, string targetGroup) =>
        $"(service {service}) deregistered {Number(count)} targets in (target-group {targetGroup})";

    public static string Draining(string service, string deployment, int count) =>
        $"(service {service}, taskSet {deployment}) has begun draining connections on {Number(count)} tasks.";

    public static string Completed(string service, string deployment) =>
        $"(service {service}) (deployment {deployment}) deployment completed.";

    public static string Failed(string service, string deployment) =>
        $"(service {service}) (deployment {deployment}) deployment failed: tasks failed to start.";

    public static string Alarmed(string service, string deployment) =>
        $"(service {service}) (deployment {deployment}) deployment failed: alarm detected.";

    public static string Refused(string service, string deployment, string why) =>
        $"(service {service}) (deployment {deployment}) deployment failed: refused by the image gate: {why.TrimEnd('.')}.";

    public static string RollingBack(string service, string deployment) =>
        $"(service {service}) rolling back to deployment {deployment}.";

    public static string ContainerUnhealthy(string service, string task) =>
        $"(service {service}) (task {task}) failed container health checks.";

    public static string TargetUnhealthy(string service, string task, TargetInService target)
    {
        // AWS: an instance target is named by its instance, an address by the task behind it.
        var who = target.Id.StartsWith("i-", StringComparison.Ordinal) ? $"(instance {target.Id})" : $"(task {task})";
        return $"(service {service}) {who} (port {Number(target.Port)}) is unhealthy in (target-group {target.TargetGroupArn})" +
            $" due to (reason {target.Description ?? "Health checks failed"})";
    }

    public static string TargetGroupGone(string service, string taskSet, string task, string targetGroup) =>
        $"(service {service}) task set ({taskSet}) (task {task}) is not healthy in target-group ({targetGroup}) due to TARGET GROUP IS NOT FOUND.";

    public static string TargetGone(string service, string taskSet, string task, string targetGroup) =>
        $"(service {service}) task set ({taskSet}) (task {task}) is not healthy in target-group ({targetGroup}) due to TARGET IS NOT FOUND.";

    public static string UnableToPlace(string service, string reason) =>
        $"(service {service}) was unable to place a task. Reason: {reason.TrimEnd('.')}.";

    public static string UnableToStartConsistently(string service) =>
        $"(service {service}) is unable to consistently start tasks successfully.";

    /// <param name="nearest">Id of the instance that came closest; null when the cluster has none.</param>
    /// <param name="reason">What it lacks, as RunTask says it.</param>
    public static string NoInstance(string service, string? nearest, string reason)
    {
        var why = nearest is null ? "Reason: No Container Instances were found in your cluster." : $"The closest matching (container-instance {nearest}) " + reason switch
        {
            "RESOURCE:CPU" => "has insufficient CPU units available.",
            "RESOURCE:MEMORY" => "has insufficient memory available.",
            "RESOURCE:PORTS" => "is already using a port required by your task.",
            "ATTRIBUTE" => "is missing an attribute required by your task.",
            _ => $"encountered error \"{reason.TrimEnd('.')}\".",
        };
        return $"(service {service}) was unable to place a task because no container instance met all of its requirements. {why}" +
            " For more information, see the Troubleshooting section of the Amazon ECS Developer Guide.";
    }

    /// <param name="taskSet">Id of the deployment or task set that has more protected tasks than it should have tasks.</param>
    public static string ProtectedTasks(string service, string taskSet) =>
        $"(service {service}) was unable to reach steady state because task set ({taskSet}) was unable to scale in. " +
        "Reason: The number of protected tasks are more than the desired count of tasks";

    public static string NoInstanceOfProvider(string service) =>
        $"(service {service}) was unable to reach steady state. Reason: No Container Instances were found in your capacity provider.";

    public static string ProvisioningLimitExceeded(string service) =>
        $"(service {service}) was unable to place tasks in your cluster because the tasks provisioning capacity limit was exceeded.";

    public static string Blocked(string service) =>
        $"(service {service}) was unable to stop or start tasks during a deployment because of the service deployment configuration. " +
        "Update the minimumHealthyPercent or maximumPercent value and try again.";

    public static string Rebalancing(string service, IReadOnlyDictionary<string, int> counts) =>
        $"(service {service}) is not AZ balanced with {Zones(counts)}. AZ Rebalancing in progress.";

    public static string Rebalanced(string service, IReadOnlyDictionary<string, int> counts) =>
        $"(service {service}) is AZ balanced with {Zones(counts)}.";

    public static string RebalancingStopped(string service) => $"(service {service}) has stopped AZ Rebalancing.";

    public static string StartedToRebalance(string service, string zone, string task) =>
        $"(service {service}) has started 1 tasks in {zone} to AZ Rebalance: (task {task}).";

    private static string Zones(IReadOnlyDictionary<string, int> counts) =>
        string.Join(", ", counts.Select(c => $"{Number(c.Value)} tasks in {c.Key}"));

    private static string List(IReadOnlyCollection<string> tasks) => string.Join(' ', tasks.Select(t => $"(task {t})"));

    private static string Number(int value) => value.ToString(CultureInfo.InvariantCulture);
}

/// <summary>The words of rolloutStateReason and of a stopped task.</summary>
internal static class RolloutReasons
{
    public const string FailedToStart = "ECS deployment circuit breaker: tasks failed to start.";

    public const string AlarmDetected = "ECS deployment failed: alarm detected.";

    public static string Refused(string why) => $"Refused by the image gate: {why.TrimEnd('.')}.";

    public static string InProgress(string deployment) => $"ECS deployment {deployment} in progress.";

    public static string Completed(string deployment) => $"ECS deployment {deployment} completed.";

    public static string RollingBack(string deployment) => $"ECS deployment circuit breaker: rolling back to deploymentId {deployment}.";

    public static string Scaling(string deployment) => $"Scaling activity initiated by (deployment {deployment})";

    public static string TargetFailed(string targetGroup) => $"Task failed ELB health checks in (target-group {targetGroup})";

    public const string ContainerFailed = "Task failed container health checks";
}
