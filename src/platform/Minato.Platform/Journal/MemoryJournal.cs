namespace Minato.Platform;

/// <summary>A journal that lasts as long as the object: hand it to a second store to see what a restart would find.</summary>
public sealed class MemoryJournal : IJournal
{
    private readonly Lock _gate = new();
    private readonly SortedDictionary<(string Table, string Key), byte[]> _records = [];

    public ValueTask LoadAsync(Action<JournalEntry> visit, CancellationToken ct)
    {
        lock (_gate)
        {
            foreach (var ((table, key), json) in _records) visit(new(table, key, json));
        }

        return ValueTask.CompletedTask;
    }

    public ValueTask AppendAsync(IReadOnlyList<JournalEntry> entries, CancellationToken ct)
    {
        lock (_gate)
        {
            foreach (var entry in entries)
            {
                if (entry.Json is { } json) _records[(entry.Table, entry.Key)] = json;
                else _records.Remove((entry.Table, entry.Key));
            }
        }

        return ValueTask.CompletedTask;
    }

    public ValueTask ClearAsync(CancellationToken ct)
    {
        lock (_gate) _records.Clear();
        return ValueTask.CompletedTask;
    }
}
