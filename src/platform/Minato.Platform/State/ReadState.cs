namespace Minato.Platform;

/// <summary>What snapshot and transaction read alike. Sequences hold on to the version they were asked of.</summary>
public abstract class ReadState : IReadState
{
    private protected ReadState()
    {
    }

    internal abstract TableData Data(Table table);

    public TRecord? Find<TKey, TRecord>(Table<TKey, TRecord> table, TKey key)
        where TKey : notnull, IComparable<TKey>
        where TRecord : class => (TRecord?)Data(table).Find(key);

    public int Count<TKey, TRecord>(Table<TKey, TRecord> table)
        where TKey : notnull, IComparable<TKey>
        where TRecord : class => Data(table).Count;

    public IEnumerable<TRecord> All<TKey, TRecord>(Table<TKey, TRecord> table)
        where TKey : notnull, IComparable<TKey>
        where TRecord : class => Data(table).Records.Select(r => (TRecord)r.Value);

    public IReadOnlyList<TKey> Keys<TIndexKey, TKey, TRecord>(Index<TIndexKey, TKey, TRecord> index, TIndexKey at)
        where TIndexKey : notnull
        where TKey : notnull, IComparable<TKey>
        where TRecord : class => KeysOf(Data(index.Table), index, at);

    public IEnumerable<TKey> KeysAfter<TIndexKey, TKey, TRecord>(Index<TIndexKey, TKey, TRecord> index, TIndexKey at, TKey? after)
        where TIndexKey : notnull
        where TKey : class, IComparable<TKey>
        where TRecord : class
    {
        var keys = KeysOf(Data(index.Table), index, at);
        return after is null ? keys : keys.After(after);
    }

    public int Count<TIndexKey, TKey, TRecord>(Index<TIndexKey, TKey, TRecord> index, TIndexKey at)
        where TIndexKey : notnull
        where TKey : notnull, IComparable<TKey>
        where TRecord : class => KeysOf(Data(index.Table), index, at).Count;

    public IEnumerable<TRecord> Where<TIndexKey, TKey, TRecord>(Index<TIndexKey, TKey, TRecord> index, TIndexKey at)
        where TIndexKey : notnull
        where TKey : notnull, IComparable<TKey>
        where TRecord : class
    {
        var data = Data(index.Table);
        return KeysOf(data, index, at).Select(key => Record<TRecord>(data, key));
    }

    public IEnumerable<TRecord> After<TIndexKey, TKey, TRecord>(Index<TIndexKey, TKey, TRecord> index, TIndexKey at, TKey? after)
        where TIndexKey : notnull
        where TKey : class, IComparable<TKey>
        where TRecord : class =>
        after is null ? Where(index, at) : From(Data(index.Table), index, at, after);

    public IEnumerable<TRecord> After<TIndexKey, TKey, TRecord>(Index<TIndexKey, TKey, TRecord> index, TIndexKey at, TKey? after)
        where TIndexKey : notnull
        where TKey : struct, IComparable<TKey>
        where TRecord : class =>
        after is not { } last ? Where(index, at) : From(Data(index.Table), index, at, last);

    private static KeySet<TKey> KeysOf<TIndexKey, TKey, TRecord>(TableData data, Index<TIndexKey, TKey, TRecord> index, TIndexKey at)
        where TIndexKey : notnull
        where TKey : notnull, IComparable<TKey>
        where TRecord : class => (KeySet<TKey>?)data.Keys(index, at) ?? index.Table.NoKeys;

    private static TRecord Record<TRecord>(TableData data, object key)
        where TRecord : class => (TRecord)(data.Find(key) ?? throw new InvalidOperationException("An index names a record that is not there."));

    private static IEnumerable<TRecord> From<TIndexKey, TKey, TRecord>(TableData data, Index<TIndexKey, TKey, TRecord> index, TIndexKey at, TKey after)
        where TIndexKey : notnull
        where TKey : notnull, IComparable<TKey>
        where TRecord : class => KeysOf(data, index, at).After(after).Select(key => Record<TRecord>(data, key));
}
