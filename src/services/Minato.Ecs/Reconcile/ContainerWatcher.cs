using Microsoft.Extensions.Logging;
using Minato.Contracts.Ecs;
using Minato.Ecs.Planning.Tasks;
using Minato.Ecs.State;
using Minato.Engines.Containers;
using Minato.Platform;

namespace Minato.Ecs.Reconcile;

/// <summary>Brings a task back to its reconciler whenever the engine says that one of its containers changed.</summary>
internal sealed partial class ContainerWatcher(
    IContainerEngine engine, Store store, TaskBoard board, IWorkQueue<TaskKey> queue, OrphanSweeper sweeper, TimeProvider clock,
    ILogger<ContainerWatcher> log) : IRoomService
{
    private static readonly TimeSpan s_retry = TimeSpan.FromSeconds(1);

    public async Task RunAsync(CancellationToken ct)
    {
        while (!ct.IsCancellationRequested)
        {
            try
            {
                await WatchAsync(ct);
                LogEnded("it ended");
            }
            catch (EngineUnavailableException e)
            {
                LogEnded(e.Message);
            }

            await Task.Delay(s_retry, clock, ct);
        }
    }

    private async Task WatchAsync(CancellationToken ct)
    {
        await using var changes = engine.WatchAsync(ct).GetAsyncEnumerator(ct);
        // Asked for the first change before looking at what is there: nothing falls between the two.
        var next = changes.MoveNextAsync();
        LookAtAll();
        await sweeper.SweepAsync(ct);
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

    private void LookAtAll()
    {
        foreach (var task in store.Current.All(EcsTables.Tasks))
        {
            if (task.Progress.IsCleanedUp) continue;
            board.MarkStale(task.Key);
            queue.Enqueue(task.Key);
        }
    }

    [LoggerMessage(2120, LogLevel.Warning, "The watch over the container engine ended and is taken up again: {Reason}")]
    private partial void LogEnded(string reason);
}
