using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Minato.Contracts.CloudWatchLogs;
using Minato.Contracts.Ecs;
using Minato.Ecs.Planning.Tasks;
using Minato.Ecs.State;
using Minato.Engines.Containers;
using Minato.Platform;

namespace Minato.Ecs.Reconcile;

/// <summary>
/// The awslogs driver: one follower a container, from its start until everything it wrote is in Logs. A follower goes on from the
/// cursor in the store, so that a restart of Minato loses no line and repeats at most those that were never acknowledged.
/// </summary>
internal sealed partial class LogShipper(
    Store store, TaskEngines engines, TaskLogStreams streams, TimeProvider clock, ILogger<LogShipper> log, ICloudWatchLogs? logs = null)
    : IRoomService
{
    private static readonly TimeSpan s_retry = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_settle = TimeSpan.FromMilliseconds(100);

    private readonly ConcurrentDictionary<LogCursorKey, bool> _followers = new();

    public async Task RunAsync(CancellationToken ct)
    {
        if (logs is null) return;
        using var subscription = store.Subscribe(changes =>
        {
            foreach (var change in changes.Changes)
            {
                if (change is Change<TaskKey, TaskState> { After: { } task }) Follow(task, logs, ct);
            }
        });
        foreach (var task in store.Current.All(EcsTables.Tasks)) Follow(task, logs, ct);
        await Task.Delay(Timeout.InfiniteTimeSpan, clock, ct);
    }

    private void Follow(TaskState task, ICloudWatchLogs to, CancellationToken ct)
    {
        if (task.Progress.IsCleanedUp || task.Progress.Hosted is not null) return; // A host ships what its containers say.
        foreach (var container in task.Progress.Containers)
        {
            if (container is not { RuntimeId: { } id, HasRun: true }) continue;
            var key = new LogCursorKey(task.Key, container.Name);
            if (_followers.ContainsKey(key) || store.Current.Find(EcsTables.LogCursors, key) is { IsDrained: true }) continue;
            if (TargetOf(task, container.Name, id) is not { } target) continue;
            if (_followers.TryAdd(key, true)) _ = FollowAsync(key, id, target, to, ct);
        }
    }

    private LogTarget? TargetOf(TaskState task, string container, string runtimeId)
    {
        var definition = store.Current.Find(EcsTables.TaskDefinitions, task.TaskDefinition)?.Containers.FirstOrDefault(c => c.Name == container);
        return definition is null ? null : LogTarget.Of(task, definition, runtimeId);
    }

    private async Task FollowAsync(LogCursorKey key, string id, LogTarget target, ICloudWatchLogs to, CancellationToken ct)
    {
        await Task.Yield(); // The store's subscriber returns at once.
        try
        {
            while (!ct.IsCancellationRequested)
            {
                try
                {
                    if (await ShipAsync(key, id, target, to, ct)) return;
                    await Task.Delay(s_settle, clock, ct);
                }
                catch (Exception e) when (e is not OperationCanceledException || !ct.IsCancellationRequested)
                {
                    LogInterrupted(key, e.Message);
                    await Task.Delay(s_retry, clock, ct);
                }
            }
        }
        catch (OperationCanceledException)
        {
            // Minato stops; the next one goes on from the cursor.
        }
        finally
        {
            _followers.TryRemove(key, out _);
        }
    }

    /// <returns>True when there will be nothing more.</returns>
    private async Task<bool> ShipAsync(LogCursorKey key, string id, LogTarget target, ICloudWatchLogs to, CancellationToken ct)
    {
        if (store.Current.Find(EcsTables.Tasks, key.Task) is not { } before) return true;
        // What had ended before this reading began is read to its end by it.
        var wasOver = before.Progress.Container(key.Container).LastStatus == ContainerLastStatus.Stopped;
        var cursor = store.Current.Find(EcsTables.LogCursors, key)?.ShippedTo;
        await using (var batch = new LogBatch(key, target, store, streams, to, clock, log, ct))
        {
            await foreach (var line in engines.Of(before).FollowLogsAsync(id, cursor, ct)) await batch.AddAsync(line);
            await batch.CompleteAsync();
        }

        if (!wasOver) return false;
        await store.UpdateAsync(ecs =>
        {
            // A task that is forgotten already needs no cursor.
            if (ecs.Find(EcsTables.Tasks, key.Task) is null) return;
            ecs.Put(EcsTables.LogCursors, (ecs.Find(EcsTables.LogCursors, key) ?? new LogCursorState { Key = key }) with { IsDrained = true });
        }, ct);
        return true;
    }

    [LoggerMessage(2140, LogLevel.Warning, "Shipping the output of {Container} was interrupted and goes on: {Reason}")]
    private partial void LogInterrupted(LogCursorKey container, string reason);
}
