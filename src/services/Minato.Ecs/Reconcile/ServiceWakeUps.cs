using Minato.Contracts.Ecs;
using Minato.Ecs.State;
using Minato.Platform;

namespace Minato.Ecs.Reconcile;

/// <summary>Wakes services for what no record of theirs tells: target health, alarms, and container instances that drain or come back.</summary>
internal sealed class ServiceWakeUps(Store store, Hints hints, ServiceTargetHealth health, ServiceAlarms alarms, IWorkQueue<ServiceKey> queue) : IRoomService
{
    private const string TargetHealthTopic = "elb.target-health";
    private const string AlarmTopic = "cloudwatch.alarm-state";

    public async Task RunAsync(CancellationToken ct)
    {
        hints.Subscribe(TargetHealthTopic, group =>
        {
            if (!ct.IsCancellationRequested) health.Changed(group);
        });
        hints.Subscribe(AlarmTopic, alarm =>
        {
            if (!ct.IsCancellationRequested) alarms.Changed(alarm);
        });
        using var subscription = store.Subscribe(Committed);
        var ended = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = ct.Register(() => ended.TrySetCanceled(ct));
        await ended.Task;
    }

    private void Committed(ChangeSet set)
    {
        foreach (var change in set.Changes)
        {
            if (change is Change<TaskKey, TaskState> task) LeftDraining(set.After, task);
            if (change is not Change<ContainerInstanceKey, ContainerInstanceState> instance) continue;
            if (instance.Before?.Status == instance.After?.Status && instance.Before?.AgentConnected == instance.After?.AgentConnected
                && instance.Before?.Attributes == instance.After?.Attributes) continue;
            Enqueue(set.After.Where(ServiceTables.DaemonsByCluster, instance.Key.Cluster));
            foreach (var live in set.After.Where(EcsTables.LiveTasksByInstance, instance.Key))
                if (live.ServiceKey is { } service) queue.Enqueue(service);
            if (instance.After is not { Status: ContainerInstanceStatus.Active, AgentConnected: true }) continue;
            // Whoever waits for a place has one more to look at.
            foreach (var service in set.After.Where(ServiceTables.ActiveByCluster, instance.Key.Cluster))
                if (service.Spec.LaunchType == LaunchType.Ec2) queue.Enqueue(service.Key);
        }
    }

    /// <summary>A DAEMON service stops on an instance that drains once the others have left it.</summary>
    private void LeftDraining(Snapshot ecs, Change<TaskKey, TaskState> task)
    {
        if (task is not { Before.IsStopped: false, After: { IsStopped: true, InstanceKey: { } instance } }) return;
        if (ecs.Find(EcsTables.Instances, instance) is { Status: ContainerInstanceStatus.Draining })
            Enqueue(ecs.Where(ServiceTables.DaemonsByCluster, instance.Cluster));
    }

    private void Enqueue(IEnumerable<ServiceState> services)
    {
        foreach (var service in services) queue.Enqueue(service.Key);
    }
}
