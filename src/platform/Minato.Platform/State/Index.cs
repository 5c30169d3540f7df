using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;

namespace Minato.Platform;

/// <summary>An index as its table sees it.</summary>
public abstract class IndexDefinition<TKey, TRecord>
    where TKey : notnull, IComparable<TKey>
    where TRecord : class
{
    private protected IndexDefinition(string name, int ordinal)
    {
        Name = name;
        Ordinal = ordinal;
    }

    public string Name { get; }

    internal int Ordinal { get; }

    internal abstract IndexData<TKey, TRecord> Empty { get; }
}

/// <summary>Keys of a table's records by something they share, each list in key order.</summary>
public sealed class Index<TIndexKey, TKey, TRecord> : IndexDefinition<TKey, TRecord>
    where TIndexKey : notnull
    where TKey : notnull, IComparable<TKey>
    where TRecord : class
{
    private readonly TrySelect<TRecord, TIndexKey> _select;

    internal Index(Table<TKey, TRecord> table, string name, int ordinal, TrySelect<TRecord, TIndexKey> select)
        : base(name, ordinal)
    {
        Table = table;
        _select = select;
        Empty = new IndexData<TIndexKey, TKey, TRecord>(this, ImmutableDictionary<TIndexKey, ImmutableSortedSet<TKey>>.Empty);
    }

    public Table<TKey, TRecord> Table { get; }

    internal override IndexData<TKey, TRecord> Empty { get; }

    internal bool TrySelect(TRecord? record, [MaybeNullWhen(false)] out TIndexKey key)
    {
        if (record is not null) return _select(record, out key);
        key = default;
        return false;
    }
}

internal delegate bool TrySelect<in TRecord, TIndexKey>(TRecord record, [MaybeNullWhen(false)] out TIndexKey key);

/// <summary>One version of an index.</summary>
internal abstract class IndexData<TKey, TRecord>
    where TKey : notnull, IComparable<TKey>
    where TRecord : class
{
    public abstract IndexData<TKey, TRecord> Replace(TKey key, TRecord? before, TRecord? after);

    public abstract IndexData<TKey, TRecord> Build(IEnumerable<KeyValuePair<TKey, TRecord>> records);
}

/// <inheritdoc/>
internal sealed class IndexData<TIndexKey, TKey, TRecord>(
    Index<TIndexKey, TKey, TRecord> index, ImmutableDictionary<TIndexKey, ImmutableSortedSet<TKey>> map) : IndexData<TKey, TRecord>
    where TIndexKey : notnull
    where TKey : notnull, IComparable<TKey>
    where TRecord : class
{
    private static readonly ImmutableSortedSet<TKey> s_none = ImmutableSortedSet.Create(Table<TKey, TRecord>.KeyOrder);

    public ImmutableSortedSet<TKey> At(TIndexKey at) => map.TryGetValue(at, out var keys) ? keys : s_none;

    public override IndexData<TKey, TRecord> Replace(TKey key, TRecord? before, TRecord? after)
    {
        var left = index.TrySelect(before, out var from);
        var entered = index.TrySelect(after, out var to);
        // Most updates stay where they are: nothing is copied then.
        if (left == entered && EqualityComparer<TIndexKey>.Default.Equals(from, to)) return this;
        var next = map;
        if (left && from is not null) next = Remove(next, from, key);
        if (entered && to is not null) next = next.SetItem(to, (next.TryGetValue(to, out var keys) ? keys : s_none).Add(key));
        return new IndexData<TIndexKey, TKey, TRecord>(index, next);
    }

    public override IndexData<TKey, TRecord> Build(IEnumerable<KeyValuePair<TKey, TRecord>> records)
    {
        var groups = new Dictionary<TIndexKey, List<TKey>>();
        foreach (var (key, record) in records)
        {
            if (!index.TrySelect(record, out var at)) continue;
            if (!groups.TryGetValue(at, out var keys)) groups.Add(at, keys = []);
            keys.Add(key);
        }

        return new IndexData<TIndexKey, TKey, TRecord>(index, groups.ToImmutableDictionary(g => g.Key, g => s_none.Union(g.Value)));
    }

    private static ImmutableDictionary<TIndexKey, ImmutableSortedSet<TKey>> Remove(
        ImmutableDictionary<TIndexKey, ImmutableSortedSet<TKey>> map, TIndexKey at, TKey key)
    {
        if (!map.TryGetValue(at, out var keys)) return map;
        var rest = keys.Remove(key);
        return rest.IsEmpty ? map.Remove(at) : map.SetItem(at, rest);
    }
}
