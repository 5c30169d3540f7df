using System.Collections.Immutable;
using System.Text.Json;

namespace Minato.Platform;

/// <summary>
/// One version of a table with its indexes. Never changes. It holds objects: each immutable collection of a type of its own has the runtime
/// load dozens of types, and there are hundreds of tables and indexes, of which most stay empty.
/// </summary>
internal sealed class TableData(Table table, SortedTree records, ImmutableArray<IndexData> indexes)
{
    public int Count => records.Count;

    /// <summary>In the order of their keys.</summary>
    public IEnumerable<KeyValuePair<object, object>> Records => records.Pairs;

    public object? Find(object key) => records.Find(key);

    /// <returns>The set of keys, in the table's own type; null for none.</returns>
    public object? Keys(IndexDefinition index, object at) => indexes[index.Ordinal].At(at);

    public TableData Put(object key, object? before, object after) => new(table, records.Put(key, after), Reindex(key, before, after));

    public TableData Delete(object key, object before) => new(table, records.Remove(key), Reindex(key, before, null));

    public TableData With(SortedTree all) => all.Count == 0 ? this : new(table, all, [.. indexes.Select(i => i.Build(all.Pairs))]);

    /// <summary>Adds a deletion of every record.</summary>
    public void DeleteAll(List<Change> changes)
    {
        foreach (var (key, record) in records.Pairs) changes.Add(table.Deletion(key, record));
    }

    private ImmutableArray<IndexData> Reindex(object key, object? before, object? after)
    {
        IndexData[]? changed = null;
        for (var i = 0; i < indexes.Length; i++)
        {
            var next = indexes[i].Replace(key, before, after);
            if (ReferenceEquals(next, indexes[i])) continue;
            changed ??= [.. indexes];
            changed[i] = next;
        }

        return changed is null ? indexes : [.. changed];
    }
}

/// <summary>Gathers the records of a table while the journal is read, then makes its first version in one go.</summary>
internal sealed class TableLoad(Table table)
{
    private readonly SortedDictionary<object, object> _records = new(table.Order);

    public void Visit(JournalEntry entry)
    {
        if (entry.Json is not { } json) return;
        try
        {
            var (key, record) = table.Read(json);
            _records[key] = record;
        }
        catch (Exception e) when (e is JsonException or NotSupportedException or FormatException or ArgumentException)
        {
            throw new StoreUnreadableException(
                $"The record '{entry.Key}' of table {table.Name} cannot be read: {e.Message} Start with the version of Minato that wrote it, or with another data directory.", e);
        }
    }

    public TableData Finish() => table.Empty.With(SortedTree.Of([.. _records.Keys], [.. _records.Values], table.Order));
}
