using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Minato.Aws;
using Minato.Contracts.Ec2;
using Minato.Contracts.Ecs;
using Minato.Contracts.Servicediscovery;
using Minato.Ecs.Planning.Tasks;
using Minato.Ecs.State;
using Minato.Platform;

namespace Minato.Ecs.Reconcile;

/// <summary>The task whose registrations are looked at.</summary>
internal sealed record RegistryKey(TaskKey Task);

/// <summary>
/// Keeps a task in the registries of its service while it may be found, with the health of its containers. What was told is remembered in
/// memory: after a restart it is told once more, which changes nothing.
/// </summary>
internal sealed partial class RegistryReconciler(Store store, ILogger<RegistryReconciler> log, IServicediscovery? map = null, IEc2? ec2 = null) : IReconciler<RegistryKey>
{
    private static readonly TimeSpan s_again = TimeSpan.FromSeconds(5);
    private readonly ConcurrentDictionary<TaskKey, Told> _told = new();

    public async ValueTask<Next> ReconcileAsync(RegistryKey key, CancellationToken ct)
    {
        var state = store.Current;
        if (map is null || state.Find(EcsTables.Tasks, key.Task) is not { } task)
        {
            _told.TryRemove(key.Task, out _);
            return Next.Done;
        }

        try
        {
            return RegistryInstances.IsWanted(task) ? await RegisterAsync(map, state, task, ct) : await DeregisterAsync(map, task, ct);
        }
        catch (AwsException e) when (e.IsClientFault)
        {
            LogRefused(key.Task, e.Message);
            return Next.After(s_again);
        }
    }

    private async ValueTask<Next> RegisterAsync(IServicediscovery map, IReadState state, TaskState task, CancellationToken ct)
    {
        var hasCheck = state.Find(EcsTables.TaskDefinitions, task.TaskDefinition)?.Containers.Any(c => c.HealthCheck is not null) ?? false;
        var isWell = RegistryInstances.IsWell(task, hasCheck);
        var told = _told.GetValueOrDefault(task.Key);
        if (told is { IsRegistered: true } && told.IsWell == isWell) return Next.Done;
        var caller = task.Key.Cluster.Scope.AsService();
        var instance = task.InstanceKey is { } on ? state.Find(EcsTables.Instances, on)?.Ec2InstanceId : null;
        var address = task.Progress.Interface?.PrivateIp ?? await HostAsync(instance, caller, ct);
        foreach (var registry in task.ServiceRegistries)
        {
            if (RegistryInstances.AttributesOf(task, registry, address, instance) is not { } attributes) return Next.After(s_again);
            var service = registry.RegistryArn ?? "";
            if (told is not { IsRegistered: true })
                await map.RegisterInstanceAsync(new() { ServiceId = service, InstanceId = task.Key.Id, Attributes = attributes }, caller, ct);
            await TellHealthAsync(map, service, task, isWell, caller, ct);
        }

        _told[task.Key] = new(true, isWell);
        return Next.Done;
    }

    private static async ValueTask TellHealthAsync(IServicediscovery map, string service, TaskState task, bool isWell, Caller caller, CancellationToken ct)
    {
        try
        {
            await map.UpdateInstanceCustomHealthStatusAsync(
                new() { ServiceId = service, InstanceId = task.Key.Id, Status = isWell ? CustomHealthStatus.Healthy : CustomHealthStatus.Unhealthy }, caller, ct);
        }
        catch (CustomHealthNotFound)
        {
            // The registry asks nobody how they are.
        }
    }

    private async ValueTask<Next> DeregisterAsync(IServicediscovery map, TaskState task, CancellationToken ct)
    {
        // Before ACTIVATING it was never there; what was told in an earlier life of Minato is not known any more.
        if (task.LastStatus < TaskLastStatus.Activating || _told.GetValueOrDefault(task.Key) is { IsRegistered: false }) return Next.Done;
        foreach (var registry in task.ServiceRegistries)
        {
            try
            {
                await map.DeregisterInstanceAsync(new() { ServiceId = registry.RegistryArn ?? "", InstanceId = task.Key.Id }, task.Key.Cluster.Scope.AsService(), ct);
            }
            catch (AwsException e) when (e is InstanceNotFound or ServiceNotFound)
            {
                // Gone is gone.
            }
        }

        _told[task.Key] = new(false, false);
        return Next.Done;
    }

    /// <summary>Without an interface of its own a task is found at its container instance.</summary>
    private async ValueTask<string?> HostAsync(string? instance, Caller caller, CancellationToken ct)
    {
        if (instance is null || ec2 is null) return null;
        var answer = await ec2.DescribeInstancesAsync(new() { InstanceIds = [instance] }, caller, ct);
        return answer.Reservations is [{ Instances: [{ PrivateIpAddress: { } address }, ..] }, ..] ? address : null;
    }

    private sealed record Told(bool IsRegistered, bool IsWell);

    [LoggerMessage(2191, LogLevel.Warning, "The registry of {Task} refused: {Reason}")]
    private partial void LogRefused(TaskKey task, string reason);
}
