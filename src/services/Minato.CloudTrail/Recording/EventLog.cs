using System.Text.Json;
using Microsoft.Extensions.Logging;
using Minato.CloudTrail.State;
using Minato.Platform;

namespace Minato.CloudTrail.Recording;

/// <summary>The record in the append log: written in groups, read newest first.</summary>
internal sealed partial class EventLog(CallRecorder recorder, IAppendLog log, Store store, KeyedLocks locks, Ids ids, TimeProvider clock, ILogger<EventLog> logger) : IResettable
{
    private const int MostInBlock = 1000;
    private const int MostForgotten = 64; // Rows that one flush deletes: nobody waits long for a deletion.
    private readonly List<WaitingEvent> _unwritten = []; // Of an append that failed: tried again before anything newer.
    private readonly List<RecordedEvent> _untold = [];
    private readonly List<string> _forgotten = []; // Rows of an earlier process whose events are in the log.
    private bool _isWhole; // What an earlier process kept and did not append is appended.

    /// <summary>Writes what waits. When it returns, everything that was closed before the call is durable.</summary>
    public async ValueTask FlushAsync(CancellationToken ct)
    {
        using var turn = await locks.EnterAsync("cloudtrail.flush", ct);
        if (!_isWhole) _unwritten.AddRange(await LeftBehindAsync(ct));
        _isWhole = true;
        var (taken, lost) = recorder.Take();
        if (lost > 0)
        {
            LogLost(lost);
            taken.Add(new(Overload(lost), null, null));
        }

        _unwritten.AddRange(taken);
        foreach (var group in _unwritten.GroupBy(e => e.Event.Home).ToArray()) await WriteAsync(group.Key, [.. group], ct);
        if (taken.Count < MostForgotten) await ForgetAsync(ct); // What comes faster uses them again.
    }

    /// <summary>Rows are left that a later flush deletes.</summary>
    public bool HasSpentRows => recorder.Rows.HasSpent;

    /// <summary>What was written since the last time.</summary>
    public IReadOnlyList<RecordedEvent> TakeWritten()
    {
        lock (_untold)
        {
            RecordedEvent[] written = [.. _untold];
            _untold.Clear();
            return written;
        }
    }

    public ValueTask ResetAsync(CancellationToken ct)
    {
        recorder.Clear();
        foreach (var one in _unwritten) one.Appended?.TrySetResult();
        _unwritten.Clear();
        TakeWritten();
        return ValueTask.CompletedTask;
    }

    private async ValueTask WriteAsync(Home home, WaitingEvent[] group, CancellationToken ct)
    {
        try
        {
            await AppendAsync(home, group, ct);
        }
        catch (Exception e)
        {
            foreach (var one in group) one.Appended?.TrySetException(e);
            throw;
        }

        _unwritten.RemoveAll(e => e.Event.Home == home);
        foreach (var one in group) one.Appended?.TrySetResult();
        lock (_untold) _untold.AddRange(group.Select(e => e.Event));
        foreach (var row in group.Select(e => e.Row).OfType<string>())
        {
            if (recorder.Rows.IsOurs(row)) recorder.Rows.GiveBack(row, isThere: true);
            else _forgotten.Add(row);
        }

        if (store.Current.Find(CloudTrailTables.Homes, home) is null) await store.UpdateAsync(tx => tx.Put(CloudTrailTables.Homes, new(home)), ct);
    }

    private async ValueTask ForgetAsync(CancellationToken ct)
    {
        _forgotten.AddRange(recorder.Rows.TakeSpent(MostForgotten));
        if (_forgotten.Count == 0) return;
        await store.UpdateAsync(tx => _forgotten.ForEach(row => tx.Delete(CloudTrailTables.Kept, row)), ct);
        foreach (var row in _forgotten.Where(recorder.Rows.IsOurs)) recorder.Rows.GiveBack(row, isThere: false);
        _forgotten.Clear();
    }

    private async ValueTask AppendAsync(Home home, WaitingEvent[] events, CancellationToken ct)
    {
        // By the time of writing, which never goes back: what was read up to a position is complete.
        var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        LogEntry[] blocks = [.. events.Select(e => e.Event).OrderBy(e => e.At).Chunk(MostInBlock).Select(c => new LogEntry(now, now, EventBlock.Write(c)))];
        await log.AppendAsync(home.Partition, blocks, ct);
    }

    // Killed between the change and the append, or between the append and forgetting what was kept.
    private async ValueTask<List<WaitingEvent>> LeftBehindAsync(CancellationToken ct)
    {
        var left = new List<WaitingEvent>();
        foreach (var group in store.Current.All(CloudTrailTables.Kept).Where(k => !recorder.Rows.IsOurs(k.Row)).GroupBy(k => k.Event.Home))
        {
            var from = group.Min(k => k.Event.At).ToUnixTimeMilliseconds();
            var blocks = await log.ReadAsync(group.Key.Partition, new() { FromMs = from, Limit = int.MaxValue }, ct);
            var known = blocks.SelectMany(b => EventBlock.Read(b.Entry.Payload, group.Key)).Select(e => e.Id).ToHashSet(StringComparer.Ordinal);
            left.AddRange(group.Where(k => !known.Contains(k.Event.Id)).Select(k => new WaitingEvent(k.Event, k.Row, null)));
            _forgotten.AddRange(group.Where(k => known.Contains(k.Event.Id)).Select(k => k.Row));
        }

        if (left.Count > 0) LogLeft(left.Count);
        return left;
    }

    private RecordedEvent Overload(long lost)
    {
        var (id, now) = (ids.Uuid(), clock.GetUtcNow());
        var json = JsonSerializer.SerializeToUtf8Bytes(new OverloadEvent(
            "1.11", new("AWSService", "cloudtrail.amazonaws.com"), EventMaker.Date(now), "cloudtrail.amazonaws.com", "EventsLost", recorder.Own.Region, id, "AwsServiceEvent",
            new(lost), recorder.Own.AccountId, "Management"), OverloadJson.Default.OverloadEvent);
        return new() { Id = id, Home = recorder.Own, At = now, Name = "EventsLost", Source = "cloudtrail.amazonaws.com", Username = "cloudtrail.amazonaws.com", Json = json };
    }

    [LoggerMessage(3201, LogLevel.Error, "The audit was overloaded: {Lost} calls were answered and are in no record")]
    private partial void LogLost(long lost);

    [LoggerMessage(3203, LogLevel.Information, "The audit appends {Count} calls that were kept with their changes when the process ended")]
    private partial void LogLeft(int count);
}
