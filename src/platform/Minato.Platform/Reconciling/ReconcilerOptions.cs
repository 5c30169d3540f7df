namespace Minato.Platform;

/// <summary>How the runner drives one reconciler.</summary>
public sealed class ReconcilerOptions<TKey>
    where TKey : class
{
    private readonly List<KeySource> _sources = [];

    /// <summary>In logs and back-off messages, e.g. <c>ecs.service</c>.</summary>
    public string Name { get; set; } = typeof(TKey).Name;

    /// <summary>Keys worked on at a time.</summary>
    public int Workers { get; set; } = 8;

    /// <summary>After this long the run's token is cancelled and the key backs off.</summary>
    public TimeSpan Deadline { get; set; } = TimeSpan.FromMinutes(2);

    internal IReadOnlyList<KeySource> Sources => _sources;

    /// <summary>Runs these keys whenever a record changes (asked of the old and of the new record), and for every record at start.</summary>
    public void On<TRecordKey, TRecord>(Table<TRecordKey, TRecord> table, Func<TRecord, IEnumerable<TKey>> keys)
        where TRecordKey : notnull, IComparable<TRecordKey>
        where TRecord : class => _sources.Add(new(table, record => keys((TRecord)record)));
}

/// <summary>Which keys a record of a table is of concern to.</summary>
internal sealed class KeySource(Table table, Func<object, IEnumerable<object>> keys)
{
    public Table Table => table;

    public void Start(Snapshot state, Action<object> enqueue)
    {
        foreach (var (_, record) in state.Data(table).Records) Enqueue(record, enqueue);
    }

    public void Changed(Change change, Action<object> enqueue)
    {
        Enqueue(change.RecordBefore, enqueue);
        Enqueue(change.RecordAfter, enqueue);
    }

    private void Enqueue(object? record, Action<object> enqueue)
    {
        if (record is null) return;
        foreach (var key in keys(record)) enqueue(key);
    }
}
