namespace Minato.Platform;

/// <summary>The state at one moment: a <see cref="Snapshot"/>, or what a <see cref="Transaction"/> sees. Reads never block.</summary>
public interface IReadState
{
    TRecord? Find<TKey, TRecord>(Table<TKey, TRecord> table, TKey key)
        where TKey : notnull, IComparable<TKey>
        where TRecord : class;

    int Count<TKey, TRecord>(Table<TKey, TRecord> table)
        where TKey : notnull, IComparable<TKey>
        where TRecord : class;

    /// <summary>Every record in key order. Not for request paths: it grows with the installation.</summary>
    IEnumerable<TRecord> All<TKey, TRecord>(Table<TKey, TRecord> table)
        where TKey : notnull, IComparable<TKey>
        where TRecord : class;

    /// <summary>Keys in order. Getting the list is cheap at any length.</summary>
    IReadOnlyList<TKey> Keys<TIndexKey, TKey, TRecord>(Index<TIndexKey, TKey, TRecord> index, TIndexKey at)
        where TIndexKey : notnull
        where TKey : notnull, IComparable<TKey>
        where TRecord : class;

    /// <summary>Keys after <paramref name="after"/> (which need not exist any more), in order, without a look at their records; all of them for null.</summary>
    IEnumerable<TKey> KeysAfter<TIndexKey, TKey, TRecord>(Index<TIndexKey, TKey, TRecord> index, TIndexKey at, TKey? after)
        where TIndexKey : notnull
        where TKey : class, IComparable<TKey>
        where TRecord : class;

    int Count<TIndexKey, TKey, TRecord>(Index<TIndexKey, TKey, TRecord> index, TIndexKey at)
        where TIndexKey : notnull
        where TKey : notnull, IComparable<TKey>
        where TRecord : class;

    /// <summary>Records in key order.</summary>
    IEnumerable<TRecord> Where<TIndexKey, TKey, TRecord>(Index<TIndexKey, TKey, TRecord> index, TIndexKey at)
        where TIndexKey : notnull
        where TKey : notnull, IComparable<TKey>
        where TRecord : class;

    /// <summary>Records whose key comes after <paramref name="after"/> (which need not exist any more), in key order: the next page.</summary>
    IEnumerable<TRecord> After<TIndexKey, TKey, TRecord>(Index<TIndexKey, TKey, TRecord> index, TIndexKey at, TKey? after)
        where TIndexKey : notnull
        where TKey : class, IComparable<TKey>
        where TRecord : class;

    /// <inheritdoc cref="After{TIndexKey, TKey, TRecord}(Index{TIndexKey, TKey, TRecord}, TIndexKey, TKey)"/>
    IEnumerable<TRecord> After<TIndexKey, TKey, TRecord>(Index<TIndexKey, TKey, TRecord> index, TIndexKey at, TKey? after)
        where TIndexKey : notnull
        where TKey : struct, IComparable<TKey>
        where TRecord : class;
}
