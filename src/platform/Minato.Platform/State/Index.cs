namespace Minato.Platform;

/// <summary>An index as its table sees it.</summary>
public abstract class IndexDefinition
{
    private protected IndexDefinition(string name, int ordinal)
    {
        Name = name;
        Ordinal = ordinal;
    }

    public string Name { get; }

    internal int Ordinal { get; }

    /// <returns>Null for a record that is not in the index.</returns>
    internal abstract object? KeyOf(object? record);
}

/// <summary>Keys of a table's records by something they share, each list in key order.</summary>
public sealed class Index<TIndexKey, TKey, TRecord> : IndexDefinition
    where TIndexKey : notnull
    where TKey : notnull, IComparable<TKey>
    where TRecord : class
{
    private readonly Func<TRecord, object?> _select;

    internal Index(Table<TKey, TRecord> table, string name, int ordinal, Func<TRecord, object?> select)
        : base(name, ordinal)
    {
        Table = table;
        _select = select;
    }

    public Table<TKey, TRecord> Table { get; }

    internal override object? KeyOf(object? record) => record is null ? null : _select((TRecord)record);
}

/// <summary>One version of an index: sets of keys, which only the table knows the type of.</summary>
internal sealed class IndexData(Table table, IndexDefinition index, HashTree map)
{
    public static IndexData Empty(Table table, IndexDefinition index) => new(table, index, HashTree.Empty);

    /// <returns>Null for none.</returns>
    public object? At(object at) => map.Find(at);

    public IndexData Replace(object key, object? before, object? after)
    {
        var (from, to) = (index.KeyOf(before), index.KeyOf(after));
        // Most updates stay where they are: nothing is copied then.
        if (Equals(from, to)) return this;
        var next = map;
        if (from is not null && next.Find(from) is { } keys) next = table.Without(keys, key) is { } rest ? next.Put(from, rest) : next.Remove(from);
        if (to is not null) next = next.Put(to, table.With(next.Find(to), key));
        return new(table, index, next);
    }

    /// <param name="records">In the order of their keys.</param>
    public IndexData Build(IEnumerable<KeyValuePair<object, object>> records)
    {
        var groups = new Dictionary<object, List<object>>();
        foreach (var (key, record) in records)
        {
            if (index.KeyOf(record) is not { } at) continue;
            if (!groups.TryGetValue(at, out var keys)) groups.Add(at, keys = []);
            keys.Add(key);
        }

        return new(table, index, groups.Aggregate(HashTree.Empty, (next, g) => next.Put(g.Key, table.SetOf(g.Value))));
    }
}
