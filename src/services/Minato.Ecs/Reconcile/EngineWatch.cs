using Microsoft.Extensions.Logging;
using Minato.Ecs.State;
using Minato.Platform;

namespace Minato.Ecs.Reconcile;

/// <summary>Watches the engine of this machine, and every other one that has container instances or tasks that are not over.</summary>
internal sealed partial class EngineWatch(
    ContainerWatcher watcher, TaskEngines engines, Store store, TimeProvider clock, ILogger<EngineWatch> log) : IRoomService
{
    private static readonly TimeSpan s_retry = TimeSpan.FromSeconds(1);
    private readonly Lock _gate = new();
    private readonly HashSet<string> _watched = new(StringComparer.Ordinal);

    public async Task RunAsync(CancellationToken ct)
    {
        using var subscription = store.Subscribe(changes =>
        {
            foreach (var change in changes.Changes)
                if (change is Change<ContainerInstanceKey, ContainerInstanceState> { After: { Engine: { } name, Status: not null } }) Begin(name, ct);
        });
        var ecs = store.Current;
        foreach (var instance in ecs.All(EcsTables.Instances))
            if (instance.Engine is { } name && (instance.Status is not null || HasTasks(ecs, name))) Begin(name, ct);
        await watcher.RunAsync(null, isThere => SayHereAsync(!isThere), () => true, ct);
    }

    private ValueTask SayHereAsync(bool isAway)
    {
        engines.SayAway(null, isAway);
        return ValueTask.CompletedTask;
    }

    private void Begin(string name, CancellationToken ct)
    {
        lock (_gate)
            if (!_watched.Add(name)) return;
        _ = WatchAsync(name, ct);
    }

    private async Task WatchAsync(string name, CancellationToken ct)
    {
        await Task.Yield(); // The store's subscriber returns at once.
        while (!ct.IsCancellationRequested)
        {
            try
            {
                await watcher.RunAsync(name, isThere => SeenAsync(name, isThere, ct), () => IsWanted(name), ct);
                return;
            }
            catch (OperationCanceledException) when (ct.IsCancellationRequested)
            {
                return; // Minato stops.
            }
            catch (Exception e)
            {
                LogInterrupted(name, e.Message); // An engine that has only just come up refuses this and that.
                await Task.Delay(s_retry, clock, ct);
            }
        }
    }

    [LoggerMessage(2121, LogLevel.Warning, "The watch over the container engine {Engine} was interrupted and goes on: {Reason}")]
    private partial void LogInterrupted(string engine, string reason);

    /// <summary>AWS: an instance whose agent does not answer takes no tasks; those it has are as they were last seen.</summary>
    private async ValueTask SeenAsync(string name, bool isThere, CancellationToken ct)
    {
        engines.SayAway(name, !isThere);
        if (!Changed(store.Current).Any()) return;
        await store.UpdateAsync(ecs =>
        {
            foreach (var instance in Changed(ecs).ToArray())
                ecs.Put(EcsTables.Instances, instance with { AgentConnected = isThere, Version = instance.Version + 1 });
        }, ct);

        IEnumerable<ContainerInstanceState> Changed(IReadState ecs) => ecs.Where(EcsTables.InstancesByEngine, name).Where(i => i.AgentConnected != isThere);
    }

    // Who comes between the look and the end begins anew.
    private bool IsWanted(string name)
    {
        lock (_gate)
        {
            if (store.Current.Count(EcsTables.InstancesByEngine, name) > 0 || HasTasks(store.Current, name)) return true;
            _watched.Remove(name);
            return false;
        }
    }

    private bool HasTasks(IReadState ecs, string name) => ecs.All(EcsTables.Tasks).Any(t => !t.Progress.IsCleanedUp && engines.NameOf(t) == name);
}
