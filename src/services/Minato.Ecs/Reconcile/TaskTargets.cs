using Minato.Contracts.ElasticLoadBalancingV2;
using Minato.Ecs.State;

namespace Minato.Ecs.Reconcile;

/// <summary>What a task is to its load balancers.</summary>
internal static class TaskTargets
{
    /// <summary>Address and container port with an interface of its own, otherwise container instance and host port.</summary>
    public static IEnumerable<(string TargetGroup, TargetDescription Target)> Of(TaskWork work) =>
        Of(work.Task with { Progress = work.Progress }, work.Ec2InstanceId);

    /// <inheritdoc cref="Of(TaskWork)"/>
    public static IEnumerable<(string TargetGroup, TargetDescription Target)> Of(TaskState task, string? ec2InstanceId)
    {
        foreach (var balancer in task.LoadBalancers)
        {
            if (balancer.TargetGroupArn is not { } group || balancer.ContainerPort is not { } port) continue;
            if (task.Progress.Interface is { PrivateIp: { } address })
            {
                yield return (group, new() { Id = address, Port = port });
            }
            else if (HostPort(task, balancer.ContainerName, port) is { } hostPort && ec2InstanceId is { } instance)
            {
                yield return (group, new() { Id = instance, Port = hostPort });
            }
        }
    }

    private static int? HostPort(TaskState task, string? containerName, int port)
    {
        if (task.NetworkMode == Contracts.Ecs.NetworkMode.Host) return port;
        var container = task.Progress.Containers.FirstOrDefault(c => c.Name == containerName);
        return container?.NetworkBindings.FirstOrDefault(b => b.ContainerPort == port)?.HostPort;
    }
}
