using System.Collections.Concurrent;
using System.Collections.Immutable;
using Minato.Aws;
using Minato.Contracts.Ecs;
using Minato.Ecs.Planning.Tasks;
using Minato.Ecs.State;
using Minato.Engines.Hosts;
using Minato.Platform;

namespace Minato.Ecs.Reconcile;

/// <summary>What agents say, outside the API. An agent speaks for its own container instance and the tasks on it, for nothing else.</summary>
internal sealed class AgentDoor(Store store, TaskBoard board, IWorkQueue<TaskKey> tasks, IWorkQueue<ContainerInstanceKey> instances) : ITaskHostOwner
{
    private readonly ConcurrentDictionary<ContainerInstanceKey, HostGreeting> _connected = new();

    /// <returns>Null when no agent of it is connected.</returns>
    public HostGreeting? ConnectionOf(ContainerInstanceKey instance) => _connected.GetValueOrDefault(instance);

    public HostAdmission Admit(HostGreeting greeting) => Find(greeting.Host) switch
    {
        null or { Agent: null } => new HostAdmission.Unknown("The referenced container instance was not found."),
        { Status: null } => new HostAdmission.Inactive("The container instance is inactive: it was deregistered."),
        { Agent.Principal: var owner } when owner != greeting.Principal => new HostAdmission.Denied("The container instance was registered by somebody else."),
        _ => new HostAdmission.Welcome(),
    };

    public void Connected(HostGreeting greeting)
    {
        if (KeyOf(greeting.Host) is not { } key) return;
        _connected[key] = greeting;
        foreach (var task in store.Current.Where(EcsTables.LiveTasksByInstance, key))
        {
            // What was ordered on another connection may not have been done: an order may be repeated.
            board.Entry(task).Post(e => e.Host = e.Host with { Stop = Again(e.Host.Stop), NeedsKeys = e.Host.NeedsKeys || greeting.NeedsKeys });
            tasks.Enqueue(task.Key);
        }

        instances.Enqueue(key);
    }

    public void Disconnected(HostGreeting greeting)
    {
        if (KeyOf(greeting.Host) is not { } key) return;
        _connected.TryRemove(System.Collections.Generic.KeyValuePair.Create(key, greeting));
        instances.Enqueue(key);
    }

    public ImmutableArray<string> TasksOf(string host) => KeyOf(host) is not { } key ? []
        : [.. store.Current.Where(EcsTables.LiveTasksByInstance, key).Where(t => !t.IsStopWanted).Select(t => t.Key.Arn)];

    public async ValueTask ReportHealthAsync(string host, ImmutableArray<HostedHealth> health, CancellationToken ct)
    {
        if (!health.Any(h => Changed(store.Current, host, h) is not null)) return; // It is said every 20 s, and changes seldom.
        await store.UpdateAsync(ecs =>
        {
            foreach (var one in health)
            {
                if (Changed(ecs, host, one) is { } task) ecs.Put(EcsTables.Tasks, task);
            }
        }, ct);
    }

    public async ValueTask ReportRuntimeAsync(string host, RuntimeHealth health, CancellationToken ct)
    {
        if (KeyOf(host) is not { } key || StateOf(health.Status) is not { } state) return;
        if (Find(host) is not { Agent: { } known } || known.Runtime == state) return;
        await store.UpdateAsync(ecs =>
        {
            if (ecs.Find(EcsTables.Instances, key) is not { Agent: { } agent } instance) return;
            ecs.Put(EcsTables.Instances, instance with
            {
                Agent = agent with { Runtime = state, RuntimeUpdatedAt = health.UpdatedAt, RuntimeChangedAt = health.ChangedAt },
            });
        }, ct);
    }

    /// <returns>The task with its new health; null when nothing changes, or it is none of this host's.</returns>
    private static TaskState? Changed(IReadState ecs, string host, HostedHealth health)
    {
        if (TaskKeyOf(health.Task) is not { } key || ecs.Find(EcsTables.Tasks, key) is not { Report: { } report } task) return null;
        if (task.InstanceKey?.Arn != host) return null;
        // AWS: a container without a health check of its definition is UNKNOWN, whatever its image says.
        var definition = ecs.Find(EcsTables.TaskDefinitions, task.TaskDefinition)?.Containers.FirstOrDefault(c => c.Name == health.Container);
        if (definition?.HealthCheck is null) return null;
        var said = health.IsHealthy switch { true => HealthStatus.Healthy, false => HealthStatus.Unhealthy, _ => HealthStatus.Unknown };
        var next = HostReports.WithHealth(report, health.Container, said);
        return ReferenceEquals(next, report) ? null : task with { Report = next };
    }

    private static OrderState Again(OrderState order) => order is OrderState.Taken ? new OrderState.None() : order;

    private ContainerInstanceState? Find(string host) => KeyOf(host) is { } key ? store.Current.Find(EcsTables.Instances, key) : null;

    private static ContainerInstanceKey? KeyOf(string arn) =>
        Arn.TryParse(arn, out var parsed) && parsed.Resource.Split('/') is ["container-instance", var cluster, var id]
            ? new(new(new(parsed.AccountId, parsed.Region), cluster), id) : null;

    private static TaskKey? TaskKeyOf(string arn) =>
        Arn.TryParse(arn, out var parsed) && parsed.Resource.Split('/') is ["task", var cluster, var id]
            ? new(new(new(parsed.AccountId, parsed.Region), cluster), id) : null;

    private static InstanceHealthCheckState? StateOf(string word) => word switch
    {
        "OK" => InstanceHealthCheckState.Ok,
        "IMPAIRED" => InstanceHealthCheckState.Impaired,
        "INSUFFICIENT_DATA" => InstanceHealthCheckState.InsufficientData,
        "INITIALIZING" => InstanceHealthCheckState.Initializing,
        _ => null,
    };
}
