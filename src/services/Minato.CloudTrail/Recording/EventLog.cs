using System.Text.Json;
using Microsoft.Extensions.Logging;
using Minato.CloudTrail.State;
using Minato.Platform;

namespace Minato.CloudTrail.Recording;

/// <summary>The record in the append log: written in groups, read newest first.</summary>
internal sealed partial class EventLog(CallRecorder recorder, IAppendLog log, Store store, KeyedLocks locks, Ids ids, TimeProvider clock, ILogger<EventLog> logger) : IResettable
{
    private const int MostInBlock = 1000;
    private readonly List<RecordedEvent> _unwritten = []; // Of an append that failed: tried again before anything newer.

    /// <summary>Writes what waits. When it returns, everything observed before the call is durable.</summary>
    public async ValueTask<IReadOnlyList<RecordedEvent>> FlushAsync(CancellationToken ct)
    {
        using var turn = await locks.EnterAsync("cloudtrail.flush", ct);
        var (taken, lost) = recorder.Take();
        if (lost > 0)
        {
            LogLost(lost);
            taken.Add(Overload(lost));
        }

        _unwritten.AddRange(taken);
        var written = new List<RecordedEvent>(_unwritten.Count);
        foreach (var group in _unwritten.GroupBy(e => e.Home).ToArray())
        {
            await AppendAsync(group.Key, group, ct);
            written.AddRange(group);
            _unwritten.RemoveAll(e => e.Home == group.Key);
        }

        return written;
    }

    public ValueTask ResetAsync(CancellationToken ct)
    {
        recorder.Clear();
        _unwritten.Clear();
        return ValueTask.CompletedTask;
    }

    private async ValueTask AppendAsync(Home home, IEnumerable<RecordedEvent> events, CancellationToken ct)
    {
        // By the time of writing, which never goes back: what was read up to a position is complete.
        var now = clock.GetUtcNow().ToUnixTimeMilliseconds();
        LogEntry[] blocks = [.. events.OrderBy(e => e.At).Chunk(MostInBlock).Select(c => new LogEntry(now, now, EventBlock.Write(c)))];
        await log.AppendAsync(home.Partition, blocks, ct);
        if (store.Current.Find(CloudTrailTables.Homes, home) is null) await store.UpdateAsync(tx => tx.Put(CloudTrailTables.Homes, new(home)), ct);
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
}
