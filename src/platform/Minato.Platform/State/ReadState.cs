using System.Collections.Immutable;

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
        where TRecord : class => Data(table).Records.Values.Cast<TRecord>();

    public IReadOnlyList<TKey> Keys<TIndexKey, TKey, TRecord>(Index<TIndexKey, TKey, TRecord> index, TIndexKey at)
        where TIndexKey : notnull
        where TKey : notnull, IComparable<TKey>
        where TRecord : class => KeysOf(Data(index.Table), index, at);

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
        return KeysOf(data, index, at).Select(key => (TRecord)data.Records[key]);
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

    private static ImmutableSortedSet<TKey> KeysOf<TIndexKey, TKey, TRecord>(TableData data, Index<TIndexKey, TKey, TRecord> index, TIndexKey at)
        where TIndexKey : notnull
        where TKey : notnull, IComparable<TKey>
        where TRecord : class => (ImmutableSortedSet<TKey>?)data.Keys(index, at) ?? index.Table.NoKeys;

    private static IEnumerable<TRecord> From<TIndexKey, TKey, TRecord>(TableData data, Index<TIndexKey, TKey, TRecord> index, TIndexKey at, TKey after)
        where TIndexKey : notnull
        where TKey : notnull, IComparable<TKey>
        where TRecord : class
    {
        var keys = KeysOf(data, index, at);
        var found = keys.IndexOf(after);
        for (var i = found >= 0 ? found + 1 : ~found; i < keys.Count; i++) yield return (TRecord)data.Records[keys[i]];
    }
}
