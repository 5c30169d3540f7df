using System.Collections.Immutable;
using Microsoft.Extensions.Logging;
using Minato.Aws;
using Minato.Contracts.CloudWatchLogs;
using Minato.Ecs.Planning.Tasks;
using Minato.Ecs.State;
using Minato.Engines.Containers;
using Minato.Platform;

namespace Minato.Ecs.Reconcile;

/// <summary>Lines on their way to Logs: sent after a moment or when there are many, in order, one request at a time.</summary>
internal sealed partial class LogBatch : IAsyncDisposable
{
    private static readonly TimeSpan s_moment = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan s_retry = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_rest = TimeSpan.FromSeconds(5); // AWS: as long as the driver waits for more of an event.

    private readonly LogCursorKey _key;
    private readonly LogTarget _target;
    private readonly Store _store;
    private readonly TaskLogStreams _streams;
    private readonly ICloudWatchLogs _logs;
    private readonly TimeProvider _clock;
    private readonly ILogger _log;
    private readonly CancellationToken _ct;
    private readonly Lock _gate = new();
    private readonly LogPacker _packer = new();
    private readonly LogEvents? _events;
    private DateTimeOffset _grownAt;
    private bool _isWaiting;
    private Task _sending = Task.CompletedTask;
    private bool _isArmed;

    public LogBatch(
        LogCursorKey key, LogTarget target, Store store, TaskLogStreams streams, ICloudWatchLogs logs, TimeProvider clock, ILogger log,
        CancellationToken ct)
    {
        (_key, _target, _store, _streams, _logs, _clock, _log, _ct) = (key, target, store, streams, logs, clock, log, ct);
        _events = target.EventStart is { } start ? new(start) : null;
    }

    /// <summary>Waits only while a full batch is being sent: the engine keeps what does not fit.</summary>
    public async ValueTask AddAsync(ContainerLogLine line)
    {
        bool isFull;
        lock (_gate)
        {
            if (_events is null) _packer.Add(line.Time, line.Text.Span);
            else Pack(_events.Add(line.Time, line.Text.Span));
            WaitForTheRest();
            isFull = _packer.IsFull;
            if (!_isArmed && !isFull)
            {
                _isArmed = true;
                _ = SendSoonAsync();
            }
        }

        if (isFull) await SendAsync();
    }

    /// <summary>Returns when everything added has been acknowledged.</summary>
    public async Task CompleteAsync()
    {
        lock (_gate) Pack(_events?.Take());
        await SendAsync();
    }

    public async ValueTask DisposeAsync()
    {
        try
        {
            await _sending;
        }
        catch (OperationCanceledException)
        {
            // Minato stops.
        }
    }

    private async Task SendSoonAsync()
    {
        try
        {
            await Task.Delay(s_moment, _clock, _ct);
            lock (_gate) _isArmed = false;
            await SendAsync();
        }
        catch (OperationCanceledException)
        {
            // The lines are still where the engine keeps them.
        }
    }

    private void Pack(JoinedEvent? joined)
    {
        if (joined is not null) _packer.Add(joined.Time, joined.Text, joined.LastTime);
    }

    // An event may be complete without anything coming after it.
    private void WaitForTheRest()
    {
        _grownAt = _clock.GetUtcNow();
        if (_events is not { IsEmpty: false } || _isWaiting) return;
        _isWaiting = true;
        _ = SendTheRestAsync();
    }

    private async Task SendTheRestAsync()
    {
        try
        {
            while (Remaining() is { } left && left > TimeSpan.Zero) await _clock.UntilAsync(_clock.GetUtcNow() + left, _ct);
            lock (_gate)
            {
                _isWaiting = false;
                Pack(_events?.Take());
            }

            await SendAsync();
        }
        catch (OperationCanceledException)
        {
            // The lines are still where the engine keeps them.
        }
    }

    private TimeSpan? Remaining()
    {
        lock (_gate) return _grownAt + s_rest - _clock.GetUtcNow();
    }

    private Task SendAsync()
    {
        lock (_gate) return _sending = SendAfterAsync(_sending);
    }

    private async Task SendAfterAsync(Task before)
    {
        await before;
        while (Take() is { Events.Length: > 0 } pack) await PutAsync(pack);
    }

    private LogPack? Take()
    {
        lock (_gate) return _packer.Take();
    }

    private async Task PutAsync(LogPack pack)
    {
        await PersistAsync(() => WriteAsync(pack));
        if (pack.Last is { } last) await PersistAsync(() => NoteAsync(last));
    }

    // A disk that is full has room again some time: until then the engine keeps what comes.
    private async Task PersistAsync(Func<Task> write)
    {
        while (true)
        {
            try
            {
                await write();
                return;
            }
            catch (StoreUnavailableException e)
            {
                LogWaits(_key, e.Message);
                await Task.Delay(s_retry, _clock, _ct);
            }
        }
    }

    private async Task WriteAsync(LogPack pack)
    {
        while (true)
        {
            try
            {
                await _logs.PutLogEventsAsync(new()
                {
                    LogGroupName = _target.Group, LogStreamName = _target.Stream ?? "", LogEvents = pack.Events,
                }, _target.Caller, _ct);
                break;
            }
            catch (Contracts.CloudWatchLogs.ResourceNotFoundException)
            {
                // Somebody deleted the stream, or it is named by the engine's id and was not made yet.
                if (await _streams.PrepareAsync(_target, _ct) is not { } problem) continue;
                LogDropped(_key, pack.Events.Length, problem);
                break;
            }
            catch (AwsException e) when (e.IsClientFault)
            {
                LogDropped(_key, pack.Events.Length, e.Message); // It would be refused again.
                break;
            }
            catch (AwsException e)
            {
                LogWaits(_key, e.Message);
                await Task.Delay(s_retry, _clock, _ct);
            }
        }
    }

    private async Task NoteAsync(DateTimeOffset last) => await _store.UpdateAsync(ecs =>
    {
        if (ecs.Find(EcsTables.Tasks, _key.Task) is null) return;
        ecs.Put(EcsTables.LogCursors, new LogCursorState { Key = _key, ShippedTo = last });
    }, _ct);

    [LoggerMessage(2150, LogLevel.Warning, "{Count} log events of {Container} are lost: {Reason}")]
    private partial void LogDropped(LogCursorKey container, int count, string reason);

    [LoggerMessage(2151, LogLevel.Warning, "The log events of {Container} wait: {Reason}")]
    private partial void LogWaits(LogCursorKey container, string reason);
}
