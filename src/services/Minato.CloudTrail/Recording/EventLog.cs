using System.Text.Json;
using Microsoft.Extensions.Logging;
using Minato.CloudTrail.State;
using Minato.Platform;

namespace Minato.CloudTrail.Recording;

/// <summary>The record in the append log: written in groups, read newest first.</summary>
internal sealed partial class EventLog(CallRecorder recorder, IAppendLog log, Store store, KeyedLocks locks, Ids ids, TimeProvider clock, ILogger<EventLog> logger) : IResettable
{
    private const int MostForgotten = 64; // Rows that one flush deletes: nobody waits long for a deletion.
    private readonly Dictionary<Home, EventPack> _unwritten = []; // Taken, and not yet in the log: of an append that failed, too.
    private readonly List<RecordedEvent> _untold = [];
    private readonly List<string> _forgotten = []; // Rows of an earlier process whose events are in the log.
    private bool _isWhole; // What an earlier process kept and did not append is appended.

    /// <summary>Writes what waits. When it returns, everything that was closed before the call is durable.</summary>
    public async ValueTask FlushAsync(CancellationToken ct)
    {
        using var turn = await locks.EnterAsync("cloudtrail.flush", ct);
        if (!_isWhole) await LeftBehindAsync(ct);
        _isWhole = true;
        if (recorder.TakeLost() is > 0 and var lost)
        {
            LogLost(lost);
            recorder.Add(Overload(lost), null);
        }

        var count = Take();
        foreach (var (home, pack) in _unwritten.ToArray()) await WriteAsync(home, pack, ct);
        if (count < MostForgotten) await ForgetAsync(ct); // What comes faster uses them again.
    }

    /// <summary>Rows are left that a later flush deletes.</summary>
    public bool HasSpentRows => recorder.Rows.HasSpent;

    /// <summary>Changes that were written since the last time, of accounts that have a trail which is logging.</summary>
    public IReadOnlyList<RecordedEvent> TakeWritten()
    {
        lock (_untold)
        {
            RecordedEvent[] written = [.. _untold];
            _untold.Clear();
            return written;
        }
    }

    public async ValueTask ResetAsync(CancellationToken ct)
    {
        using var turn = await locks.EnterAsync("cloudtrail.flush", ct);
        Take();
        foreach (var pack in _unwritten.Values)
        {
            foreach (var one in pack.Changes) one.Appended?.TrySetResult();
            recorder.GiveBack(pack);
        }

        _unwritten.Clear();
        TakeWritten();
    }

    private int Take()
    {
        var count = 0;
        foreach (var (home, pack) in recorder.Take())
        {
            count += pack.Count;
            if (_unwritten.TryAdd(home, pack)) continue;
            _unwritten[home].Absorb(pack);
            recorder.GiveBack(pack);
        }

        return count;
    }

    private async ValueTask WriteAsync(Home home, EventPack pack, CancellationToken ct)
    {
        try
        {
            // By the time of writing, which never goes back: what was read up to a position is complete.
            var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
            await log.AppendAsync(home.Partition, [.. pack.ToBlocks().Select(b => new LogEntry(now, now, b))], ct);
        }
        catch (Exception e)
        {
            foreach (var one in pack.Changes) one.Appended?.TrySetException(e);
            throw;
        }

        _unwritten.Remove(home);
        Written(home, pack);
        recorder.GiveBack(pack);
        if (store.Current.Find(CloudTrailTables.Homes, home) is null) await store.UpdateAsync(tx => tx.Put(CloudTrailTables.Homes, new(home)), ct);
    }

    private void Written(Home home, EventPack pack)
    {
        foreach (var one in pack.Changes)
        {
            one.Appended?.TrySetResult();
            if (one.Row is not { } row) continue;
            if (recorder.Rows.IsOurs(row)) recorder.Rows.GiveBack(row, isThere: true);
            else _forgotten.Add(row);
        }

        // AWS: rules hear of changes only while a trail of the account writes them down.
        if (!pack.HasChanges || !store.Current.Where(CloudTrailTables.TrailsByAccount, home.AccountId).Any(t => t.Records(home))) return;
        var changes = pack.ReadChanges(home);
        lock (_untold) _untold.AddRange(changes);
    }

    private async ValueTask ForgetAsync(CancellationToken ct)
    {
        _forgotten.AddRange(recorder.Rows.TakeSpent(MostForgotten));
        if (_forgotten.Count == 0) return;
        await store.UpdateAsync(tx => _forgotten.ForEach(row => tx.Delete(CloudTrailTables.Kept, row)), ct);
        foreach (var row in _forgotten.Where(recorder.Rows.IsOurs)) recorder.Rows.GiveBack(row, isThere: false);
        _forgotten.Clear();
    }

    // Killed between the change and the append, or between the append and forgetting what was kept.
    private async ValueTask LeftBehindAsync(CancellationToken ct)
    {
        var left = 0;
        foreach (var group in Others().GroupBy(k => k.Event.Home))
        {
            var from = group.Min(k => k.Event.At).ToUnixTimeMilliseconds();
            var blocks = await log.ReadAsync(group.Key.Partition, new() { FromMs = from, Limit = int.MaxValue }, ct);
            var known = blocks.SelectMany(b => EventBlock.ReadAll(b.Entry.Payload, group.Key)).Select(e => e.Id).ToHashSet(StringComparer.Ordinal);
            foreach (var kept in group)
            {
                if (known.Contains(kept.Event.Id))
                {
                    _forgotten.Add(kept.Row);
                    continue;
                }

                recorder.Add(kept.Event, new(kept.Row, null));
                left++;
            }
        }

        if (left > 0) LogLeft(left);
    }

    private IEnumerable<(string Row, RecordedEvent Event)> Others()
    {
        foreach (var kept in store.Current.All(CloudTrailTables.Kept))
        {
            if (kept.Event is { } one && !recorder.Rows.IsOurs(kept.Row)) yield return (kept.Row, one);
        }
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
