namespace Minato.Platform;

/// <summary>An append log that lasts as long as the object: for tests and simulated worlds.</summary>
public sealed class MemoryAppendLog : IAppendLog
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, SortedList<Position, LogEntry>> _partitions = new(StringComparer.Ordinal);
    private long _sequence;

    public ValueTask AppendAsync(string partition, IReadOnlyList<LogEntry> entries, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        lock (_gate)
        {
            if (!_partitions.TryGetValue(partition, out var stored)) _partitions.Add(partition, stored = []);
            foreach (var entry in entries)
            {
                stored.Add(new(entry.TimestampMs, ++_sequence), entry with { Payload = entry.Payload.ToArray() });
            }
        }

        return ValueTask.CompletedTask;
    }

    public ValueTask<IReadOnlyList<StoredEntry>> ReadAsync(string partition, AppendRange range, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        lock (_gate)
        {
            if (!_partitions.TryGetValue(partition, out var stored)) return ValueTask.FromResult<IReadOnlyList<StoredEntry>>([]);
            var inRange = stored.Where(e => range.Contains(e.Key)).Select(e => new StoredEntry(e.Key, e.Value));
            StoredEntry[] page = [.. (range.Descending ? inRange.Reverse() : inRange).Take(range.Limit)];
            return ValueTask.FromResult<IReadOnlyList<StoredEntry>>(page);
        }
    }

    public ValueTask DeleteAsync(string partition, CancellationToken ct)
    {
        lock (_gate) _partitions.Remove(partition);
        return ValueTask.CompletedTask;
    }

    public ValueTask TrimAsync(string partition, long beforeMs, CancellationToken ct)
    {
        lock (_gate)
        {
            if (!_partitions.TryGetValue(partition, out var stored)) return ValueTask.CompletedTask;
            while (stored.Count > 0 && stored.GetKeyAtIndex(0).TimestampMs < beforeMs) stored.RemoveAt(0);
        }

        return ValueTask.CompletedTask;
    }

    public ValueTask ClearAsync(CancellationToken ct)
    {
        lock (_gate) _partitions.Clear();
        return ValueTask.CompletedTask;
    }
}
