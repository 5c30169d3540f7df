using System.Collections.Concurrent;
using Minato.Platform;

namespace Minato.Logs.State;

/// <summary>
/// When each stream was last written, in memory. Most of FilterLogEvents' streams are left out by it, and a follower that polls costs
/// no read at all while nothing happens.
/// </summary>
internal sealed class Activities(Store store, IAppendLog log, IWorkQueue<FlushKey> flushes, TimeProvider clock)
{
    private static readonly TimeSpan s_flushAfter = TimeSpan.FromSeconds(30);

    private readonly ConcurrentDictionary<string, ActivityState> _byPartition = new(StringComparer.Ordinal);

    /// <summary>A stream that was just made: nothing to look for.</summary>
    public void Begin(StreamState stream) => _byPartition.TryAdd(stream.Partition, new() { Partition = stream.Partition });

    public ValueTask<ActivityState> OfAsync(StreamState stream, CancellationToken ct) =>
        _byPartition.TryGetValue(stream.Partition, out var known) ? ValueTask.FromResult(known) : RecallAsync(stream, ct);

    public ActivityState? Known(string partition) => _byPartition.GetValueOrDefault(partition);

    /// <summary>Notes what was appended. Call <see cref="OfAsync"/> before appending.</summary>
    public void Note(StreamState stream, long firstMs, long lastMs, long ingestedMs, long bytes)
    {
        _byPartition.AddOrUpdate(
            stream.Partition,
            static (partition, added) => new ActivityState { Partition = partition }.With(added.firstMs, added.lastMs, added.ingestedMs, added.bytes),
            static (_, known, added) => known.With(added.firstMs, added.lastMs, added.ingestedMs, added.bytes),
            (firstMs, lastMs, ingestedMs, bytes));
        flushes.EnqueueAt(new(stream.Key, stream.Partition), clock.GetUtcNow() + s_flushAfter);
    }

    /// <summary>After a trim the first event is another one.</summary>
    public async ValueTask TrimmedAsync(StreamState stream, CancellationToken ct)
    {
        if (!_byPartition.TryGetValue(stream.Partition, out var known)) return;
        var first = await EdgeAsync(stream.Partition, isLast: false, ct);
        _byPartition.TryUpdate(stream.Partition, known with { FirstMs = first?.Position.TimestampMs ?? known.LastMs }, known);
    }

    public void Forget(string partition) => _byPartition.TryRemove(partition, out _);

    public void Clear() => _byPartition.Clear();

    // What was stored may be half a minute older than the last crash: the log itself knows better.
    private async ValueTask<ActivityState> RecallAsync(StreamState stream, CancellationToken ct)
    {
        var recalled = store.Current.Find(LogsTables.Activity, stream.Partition) ?? new() { Partition = stream.Partition };
        var first = await EdgeAsync(stream.Partition, isLast: false, ct);
        var last = await EdgeAsync(stream.Partition, isLast: true, ct);
        if (first is { } oldest && last is { } newest)
            recalled = recalled.With(oldest.Position.TimestampMs, newest.Position.TimestampMs, newest.Entry.IngestedMs, 0);
        return _byPartition.GetOrAdd(stream.Partition, recalled);
    }

    private async ValueTask<StoredEntry?> EdgeAsync(string partition, bool isLast, CancellationToken ct)
    {
        var found = await log.ReadAsync(partition, new() { Limit = 1, Descending = isLast }, ct);
        return found.Count == 0 ? null : found[0];
    }
}
