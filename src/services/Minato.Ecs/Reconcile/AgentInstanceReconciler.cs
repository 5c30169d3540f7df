using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Minato.Ecs.State;
using Minato.Engines.Hosts;
using Minato.Platform;

namespace Minato.Ecs.Reconcile;

/// <summary>Writes whether the agent of a container instance is connected, tells its tasks, and lets go of agents that have no instance any more.</summary>
internal sealed partial class AgentInstanceReconciler(
    Store store, AgentDoor door, IWorkQueue<TaskKey> tasks, ILogger<AgentInstanceReconciler> log, ITaskHosts? hosts = null)
    : IReconciler<ContainerInstanceKey>
{
    // For the last orders to stop, when the instance was removed by a reset.
    private static readonly TimeSpan s_lastOrders = TimeSpan.FromSeconds(2);

    private readonly ConcurrentDictionary<ContainerInstanceKey, bool> _leaving = new();

    public async ValueTask<Next> ReconcileAsync(ContainerInstanceKey key, CancellationToken ct)
    {
        var connection = door.ConnectionOf(key);
        var ecs = store.Current;
        var instance = ecs.Find(EcsTables.Instances, key);
        if (instance is null or { Agent: not null, Status: null }) return LetGo(ecs, key, connection);
        if (instance.Agent is null) return Next.Done;
        if (!IsWritten(instance, connection)) await WriteAsync(key, connection, ct);
        foreach (var task in ecs.Where(EcsTables.LiveTasksByInstance, key)) tasks.Enqueue(task.Key);
        return Next.Done;
    }

    private Next LetGo(IReadState ecs, ContainerInstanceKey key, HostGreeting? connection)
    {
        if (connection is null)
        {
            _leaving.TryRemove(key, out _);
            foreach (var task in ecs.Where(EcsTables.LiveTasksByInstance, key)) tasks.Enqueue(task.Key); // Nobody will report of them.
            return Next.Done;
        }

        var hasTasks = ecs.Count(EcsTables.LiveTasksByInstance, key) > 0;
        if (!_leaving.TryAdd(key, true) && !hasTasks) hosts?.Disconnect(key.Arn, "the container instance was deregistered");
        return Next.After(s_lastOrders);
    }

    private static bool IsWritten(ContainerInstanceState instance, HostGreeting? connection) =>
        instance.AgentConnected == connection is not null
        && (connection is null || (instance.VersionInfo?.AgentVersion == connection.AgentVersion && instance.VersionInfo?.AgentHash == connection.AgentHash));

    private async ValueTask WriteAsync(ContainerInstanceKey key, HostGreeting? connection, CancellationToken ct)
    {
        await store.UpdateAsync(ecs =>
        {
            if (ecs.Find(EcsTables.Instances, key) is not { Agent: { } agent, Status: not null } instance) return;
            ecs.Put(EcsTables.Instances, instance with
            {
                AgentConnected = connection is not null,
                Agent = agent with { HasConnected = agent.HasConnected || connection is not null },
                VersionInfo = connection is null ? instance.VersionInfo
                    : new() { AgentVersion = connection.AgentVersion, AgentHash = connection.AgentHash, DockerVersion = connection.DockerVersion },
                Version = instance.Version + 1,
            });
        }, ct);
        if (connection is not null) LogConnected(key, connection.AgentVersion);
        else LogDisconnected(key);
    }

    [LoggerMessage(2170, LogLevel.Information, "The agent of container instance {Instance} is connected, version {Version}")]
    private partial void LogConnected(ContainerInstanceKey instance, string? version);

    [LoggerMessage(2171, LogLevel.Warning, "The agent of container instance {Instance} is not connected")]
    private partial void LogDisconnected(ContainerInstanceKey instance);
}
