using Microsoft.Extensions.Logging;
using Minato.Ecs.Planning.Tasks;
using Minato.Ecs.State;
using Minato.Engines.Containers;
using Minato.Platform;

namespace Minato.Ecs.Reconcile;

/// <summary>Brings a task back to its reconciler whenever its engine says that one of its containers changed.</summary>
internal sealed partial class ContainerWatcher(
    TaskEngines engines, Store store, TaskBoard board, IWorkQueue<TaskKey> queue, OrphanSweeper sweeper, TimeProvider clock,
    ILogger<ContainerWatcher> log)
{
    private static readonly TimeSpan s_retry = TimeSpan.FromSeconds(1);

    /// <param name="name">The engine; null for that of this machine.</param>
    /// <param name="onSeen">Told whether the engine is there, each time that changes or may have changed.</param>
    /// <param name="isWanted">Asked each time the engine is away.</param>
    public async Task RunAsync(string? name, Func<bool, ValueTask> onSeen, Func<bool> isWanted, CancellationToken ct)
    {
        while (!ct.IsCancellationRequested)
        {
            try
            {
                await WatchAsync(name, onSeen, ct);
                LogEnded(name ?? "", "it ended");
            }
            catch (EngineUnavailableException e)
            {
                LogEnded(name ?? "", e.Message);
            }

            await onSeen(false);
            if (!isWanted()) return;
            await Task.Delay(s_retry, clock, ct);
        }
    }

    private async Task WatchAsync(string? name, Func<bool, ValueTask> onSeen, CancellationToken ct)
    {
        var engine = engines.Named(name);
        await using var changes = engine.WatchAsync(ct).GetAsyncEnumerator(ct);
        // Asked for the first change before looking at what is there: nothing falls between the two.
        var next = changes.MoveNextAsync();
        LookAtAll(name);
        await sweeper.SweepAsync(engine, ct);
        await onSeen(true);
        while (await next)
        {
            if (ContainerNames.TaskOf(changes.Current.Labels) is { } key)
            {
                board.MarkStale(key);
                queue.Enqueue(key);
            }

            next = changes.MoveNextAsync();
        }
    }

    private void LookAtAll(string? name)
    {
        foreach (var task in store.Current.All(EcsTables.Tasks))
        {
            if (task.Progress.IsCleanedUp || engines.NameOf(task) != name) continue;
            board.MarkStale(task.Key);
            queue.Enqueue(task.Key);
        }
    }

    [LoggerMessage(2120, LogLevel.Warning, "The watch over the container engine {Engine} ended and is taken up again: {Reason}")]
    private partial void LogEnded(string engine, string reason);
}
