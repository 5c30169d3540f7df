using System.Collections.Immutable;
using System.Text.Json;

namespace Minato.Platform;

/// <summary>One version of a table with its indexes. Never changes.</summary>
internal abstract class TableData
{
    public abstract int Count { get; }

    /// <summary>Adds a deletion of every record.</summary>
    public abstract void DeleteAll(List<Change> changes);
}

/// <inheritdoc/>
internal sealed class TableData<TKey, TRecord>(
    Table<TKey, TRecord> table, ImmutableSortedDictionary<TKey, TRecord> records, ImmutableArray<IndexData<TKey, TRecord>> indexes) : TableData
    where TKey : notnull, IComparable<TKey>
    where TRecord : class
{
    public ImmutableSortedDictionary<TKey, TRecord> Records { get; } = records;

    public override int Count => Records.Count;

    public ImmutableSortedSet<TKey> Keys<TIndexKey>(Index<TIndexKey, TKey, TRecord> index, TIndexKey at)
        where TIndexKey : notnull => ((IndexData<TIndexKey, TKey, TRecord>)indexes[index.Ordinal]).At(at);

    public TableData<TKey, TRecord> Put(TKey key, TRecord? before, TRecord after) =>
        new(table, Records.SetItem(key, after), Reindex(key, before, after));

    public TableData<TKey, TRecord> Delete(TKey key, TRecord before) => new(table, Records.Remove(key), Reindex(key, before, null));

    public TableData<TKey, TRecord> With(ImmutableSortedDictionary<TKey, TRecord> all) =>
        new(table, all, [.. indexes.Select(i => i.Build(all))]);

    public override void DeleteAll(List<Change> changes)
    {
        foreach (var (key, record) in Records) changes.Add(new Change<TKey, TRecord>(table, key, record, null));
    }

    private ImmutableArray<IndexData<TKey, TRecord>> Reindex(TKey key, TRecord? before, TRecord? after)
    {
        IndexData<TKey, TRecord>[]? changed = null;
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
internal abstract class TableLoad
{
    public abstract void Visit(JournalEntry entry);

    public abstract TableData Finish();
}

/// <inheritdoc/>
internal sealed class TableLoad<TKey, TRecord>(Table<TKey, TRecord> table) : TableLoad
    where TKey : notnull, IComparable<TKey>
    where TRecord : class
{
    private readonly ImmutableSortedDictionary<TKey, TRecord>.Builder _records = table.EmptyData.Records.ToBuilder();

    public override void Visit(JournalEntry entry)
    {
        if (entry.Json is not { } json) return;
        try
        {
            var record = JsonSerializer.Deserialize(json, table.Json) ?? throw new JsonException("The record is null.");
            _records[table.KeyOf(record)] = record;
        }
        catch (Exception e) when (e is JsonException or NotSupportedException or FormatException or ArgumentException)
        {
            throw new StoreUnreadableException(
                $"The record '{entry.Key}' of table {table.Name} cannot be read: {e.Message} Start with the version of Minato that wrote it, or with another data directory.", e);
        }
    }

    public override TableData Finish() => table.EmptyData.With(_records.ToImmutable());
}
