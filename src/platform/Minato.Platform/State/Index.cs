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

    /// <summary>A record can stand in it more than once.</summary>
    internal abstract bool HasMany { get; }

    /// <returns>Null for a record that is not in the index.</returns>
    internal abstract object? KeyOf(object? record);

    /// <summary>Of an index that has many.</summary>
    internal abstract IEnumerable<object> KeysOf(object? record);
}

/// <summary>Keys of a table's records by something they share, each list in key order.</summary>
public sealed class Index<TIndexKey, TKey, TRecord> : IndexDefinition
    where TIndexKey : notnull
    where TKey : notnull, IComparable<TKey>
    where TRecord : class
{
    private readonly Func<TRecord, object?>? _select;
    private readonly Func<TRecord, IEnumerable<object>>? _each;

    internal Index(Table<TKey, TRecord> table, string name, int ordinal, Func<TRecord, object?>? select, Func<TRecord, IEnumerable<object>>? each = null)
        : base(name, ordinal)
    {
        Table = table;
        _select = select;
        _each = each;
    }

    public Table<TKey, TRecord> Table { get; }

    internal override bool HasMany => _each is not null;

    internal override object? KeyOf(object? record) => record is null ? null : _select?.Invoke((TRecord)record);

    internal override IEnumerable<object> KeysOf(object? record) => record is null ? [] : _each?.Invoke((TRecord)record) ?? [];
}

/// <summary>One version of an index: sets of keys, which only the table knows the type of.</summary>
internal sealed class IndexData(Table table, IndexDefinition index, HashTree map)
{
    public static IndexData Empty(Table table, IndexDefinition index) => new(table, index, HashTree.Empty);

    /// <returns>Null for none.</returns>
    public object? At(object at) => map.Find(at);

    public IndexData Replace(object key, object? before, object? after)
    {
        if (index.HasMany) return ReplaceMany(key, [.. index.KeysOf(before)], [.. index.KeysOf(after)]);
        var (from, to) = (index.KeyOf(before), index.KeyOf(after));
        // Most updates stay where they are: nothing is copied then.
        if (Equals(from, to)) return this;
        var next = map;
        if (from is not null) next = Without(next, from, key);
        if (to is not null) next = next.Put(to, table.With(next.Find(to), key));
        return new(table, index, next);
    }

    /// <param name="records">In the order of their keys.</param>
    public IndexData Build(IEnumerable<KeyValuePair<object, object>> records)
    {
        var groups = new Dictionary<object, List<object>>();
        foreach (var (key, record) in records)
        {
            if (index.HasMany)
            {
                foreach (var at in index.KeysOf(record)) Add(at, key);
            }
            else if (index.KeyOf(record) is { } at)
            {
                Add(at, key);
            }
        }

        return new(table, index, groups.Aggregate(HashTree.Empty, (next, g) => next.Put(g.Key, table.SetOf(g.Value))));

        void Add(object at, object key)
        {
            if (!groups.TryGetValue(at, out var keys)) groups.Add(at, keys = []);
            keys.Add(key);
        }
    }

    private IndexData ReplaceMany(object key, HashSet<object> from, HashSet<object> to)
    {
        var next = map;
        foreach (var at in from)
        {
            if (!to.Contains(at)) next = Without(next, at, key);
        }

        foreach (var at in to)
        {
            if (!from.Contains(at)) next = next.Put(at, table.With(next.Find(at), key));
        }

        return ReferenceEquals(next, map) ? this : new(table, index, next);
    }

    private HashTree Without(HashTree all, object at, object key) =>
        all.Find(at) is not { } keys ? all : table.Without(keys, key) is { } rest ? all.Put(at, rest) : all.Remove(at);
}
