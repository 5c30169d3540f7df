namespace Minato.Platform;

/// <summary>How the runner drives one reconciler.</summary>
public sealed class ReconcilerOptions<TKey>
    where TKey : notnull
{
    private readonly List<KeySource<TKey>> _sources = [];

    /// <summary>In logs and back-off messages, e.g. <c>ecs.service</c>.</summary>
    public string Name { get; set; } = typeof(TKey).Name;

    /// <summary>Keys worked on at a time.</summary>
    public int Workers { get; set; } = 8;

    /// <summary>After this long the run's token is cancelled and the key backs off.</summary>
    public TimeSpan Deadline { get; set; } = TimeSpan.FromMinutes(2);

    internal IReadOnlyList<KeySource<TKey>> Sources => _sources;

    /// <summary>Runs these keys whenever a record changes (asked of the old and of the new record), and for every record at start.</summary>
    public void On<TRecordKey, TRecord>(Table<TRecordKey, TRecord> table, Func<TRecord, IEnumerable<TKey>> keys)
        where TRecordKey : notnull, IComparable<TRecordKey>
        where TRecord : class => _sources.Add(new KeySource<TKey, TRecordKey, TRecord>(table, keys));
}

internal abstract class KeySource<TKey>
{
    public abstract void Start(Snapshot state, Action<TKey> enqueue);

    public abstract void Changed(Change change, Action<TKey> enqueue);
}

internal sealed class KeySource<TKey, TRecordKey, TRecord>(Table<TRecordKey, TRecord> table, Func<TRecord, IEnumerable<TKey>> keys) : KeySource<TKey>
    where TRecordKey : notnull, IComparable<TRecordKey>
    where TRecord : class
{
    public override void Start(Snapshot state, Action<TKey> enqueue)
    {
        foreach (var record in state.All(table)) Enqueue(record, enqueue);
    }

    public override void Changed(Change change, Action<TKey> enqueue)
    {
        if (!ReferenceEquals(change.Table, table) || change is not Change<TRecordKey, TRecord> mine) return;
        Enqueue(mine.Before, enqueue);
        Enqueue(mine.After, enqueue);
    }

    private void Enqueue(TRecord? record, Action<TKey> enqueue)
    {
        if (record is null) return;
        foreach (var key in keys(record)) enqueue(key);
    }
}
