using System.Collections.Immutable;
using System.Runtime.InteropServices;

namespace Minato.Platform;

/// <summary>Reads and writes on top of everything accepted so far. Lives as long as the body it was given to.</summary>
public sealed class Transaction : ReadState
{
    private readonly Snapshot _start;
    private TableData[]? _tables;
    private List<Change>? _changes;
    private bool _closed;

    internal Transaction(Snapshot start) => _start = start;

    internal bool IsChanged => _changes is not null;

    internal IReadOnlyList<Change> Changes => _changes ?? [];

    /// <summary>Adds the record or replaces the one with its key.</summary>
    public void Put<TKey, TRecord>(Table<TKey, TRecord> table, TRecord record)
        where TKey : notnull, IComparable<TKey>
        where TRecord : class
    {
        var key = table.KeyOf(record);
        var data = Data(table);
        var before = (TRecord?)data.Find(key);
        if (ReferenceEquals(before, record)) return;
        Write(table, data.Put(key, before, record), new Change<TKey, TRecord>(table, key, before, record));
    }

    /// <returns>Whether there was a record.</returns>
    public bool Delete<TKey, TRecord>(Table<TKey, TRecord> table, TKey key)
        where TKey : notnull, IComparable<TKey>
        where TRecord : class
    {
        var data = Data(table);
        if (data.Find(key) is not TRecord before) return false;
        Write(table, data.Delete(key, before), new Change<TKey, TRecord>(table, key, before, null));
        return true;
    }

    /// <summary>Holds the writer to what it read: the record must still be the very object <paramref name="seen"/>, or absent for null.</summary>
    /// <exception cref="StaleRecordException">Somebody wrote it since. The reconciler runner takes the key again at once.</exception>
    public void Expect<TKey, TRecord>(Table<TKey, TRecord> table, TKey key, TRecord? seen)
        where TKey : notnull, IComparable<TKey>
        where TRecord : class
    {
        if (!ReferenceEquals(Find(table, key), seen)) throw new StaleRecordException(table.Name, table.KeyText(key));
    }

    internal override TableData Data(Table table)
    {
        if (_closed) throw new InvalidOperationException("A transaction ends with its body: return what you need from it.");
        return (_tables is null ? _start.Tables.AsSpan() : _tables)[_start.Slot(table)];
    }

    internal void Close() => _closed = true;

    internal Snapshot Result() =>
        _tables is null ? _start : _start.Next(ImmutableCollectionsMarshal.AsImmutableArray(_tables));

    private void Write(Table table, TableData data, Change change)
    {
        _tables ??= [.. _start.Tables];
        _tables[_start.Slot(table)] = data;
        (_changes ??= []).Add(change);
    }
}
