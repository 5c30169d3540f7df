using System.Text.Json;
using System.Text.Json.Serialization.Metadata;

namespace Minato.Platform;

/// <summary>What the store knows of a table without its types.</summary>
public abstract class Table
{
    private protected Table(string name, bool ephemeral)
    {
        Name = name;
        IsEphemeral = ephemeral;
    }

    /// <summary>Part of the journal's format: renaming a table loses its records.</summary>
    public string Name { get; }

    /// <summary>Kept in memory only: empty after a restart.</summary>
    public bool IsEphemeral { get; }

    internal abstract TableData Empty { get; }

    /// <summary>A record as the journal holds it, and its key.</summary>
    internal abstract (object Key, object Record) Read(byte[] json);

    /// <summary>What tells that a record is gone.</summary>
    internal abstract Change Deletion(object key, object record);

    /// <summary>The set with one more key; a null set is empty.</summary>
    internal abstract object With(object? set, object key);

    /// <returns>The set with one key less; null when it was the last.</returns>
    internal abstract object? Without(object set, object key);

    /// <param name="keys">In order.</param>
    internal abstract object SetOf(List<object> keys);

    internal abstract IComparer<object> Order { get; }

    public override string ToString() => Name;
}

/// <summary>
/// Records of one kind, kept by a key that is part of the record. Declared once, as a static of the room; holds no records
/// itself, so that several stores can use it.
/// </summary>
public sealed class Table<TKey, TRecord> : Table
    where TKey : notnull, IComparable<TKey>
    where TRecord : class
{
    private readonly Func<TRecord, TKey> _key;
    private readonly Func<TKey, string> _keyText;
    private readonly Func<JsonTypeInfo<TRecord>> _json;
    private readonly List<IndexDefinition> _indexes = [];
    private TableData? _empty;

    /// <param name="name">Unique in a store, e.g. <c>ecs.services</c>.</param>
    /// <param name="key">The record's key; a record with the same key replaces it.</param>
    /// <param name="json">How the journal writes and reads a record; asked for when the first one is, since making it takes long.</param>
    /// <param name="keyText">The key in the journal, unique for each key; its <c>ToString</c> unless given.</param>
    /// <param name="ephemeral">Kept in memory only.</param>
    public Table(string name, Func<TRecord, TKey> key, Func<JsonTypeInfo<TRecord>> json, Func<TKey, string>? keyText = null, bool ephemeral = false)
        : base(name, ephemeral)
    {
        _key = key;
        _keyText = keyText ?? (k => k.ToString() ?? "");
        _json = json;
    }

    internal JsonTypeInfo<TRecord> Json => field ??= _json();

    internal KeySet<TKey> NoKeys => field ??= new(SortedTree.Empty(KeyOrder<TKey>.Instance));

    /// <summary>Declares an index before any store uses the table.</summary>
    /// <param name="name">For messages; unique in the table.</param>
    /// <param name="select">Where the record stands in the index; null leaves it out.</param>
    public Index<TIndexKey, TKey, TRecord> AddIndex<TIndexKey>(string name, Func<TRecord, TIndexKey?> select)
        where TIndexKey : notnull => Add(new Index<TIndexKey, TKey, TRecord>(this, name, _indexes.Count, record => select(record)));

    /// <inheritdoc cref="AddIndex{TIndexKey}(string, Func{TRecord, TIndexKey})"/>
    public Index<TIndexKey, TKey, TRecord> AddIndex<TIndexKey>(string name, Func<TRecord, TIndexKey?> select)
        where TIndexKey : struct => Add(new Index<TIndexKey, TKey, TRecord>(this, name, _indexes.Count, record => select(record)));

    /// <summary>Declares an index in which a record stands under each of several keys, before any store uses the table.</summary>
    /// <param name="name">For messages; unique in the table.</param>
    /// <param name="select">Where the record stands in the index; few, since all of them are compared with every write of it.</param>
    public Index<TIndexKey, TKey, TRecord> AddIndexOfEach<TIndexKey>(string name, Func<TRecord, IEnumerable<TIndexKey>> select)
        where TIndexKey : class => Add(new Index<TIndexKey, TKey, TRecord>(this, name, _indexes.Count, null, select));

    internal TKey KeyOf(TRecord record) => _key(record);

    internal string KeyText(TKey key) => _keyText(key);

    internal override TableData Empty => _empty ??= new(
        this, SortedTree.Empty(KeyOrder<TKey>.Instance), [.. _indexes.Select(i => IndexData.Empty(this, i))]);

    internal override (object Key, object Record) Read(byte[] json)
    {
        var record = JsonSerializer.Deserialize(json, Json) ?? throw new JsonException("The record is null.");
        return (_key(record), record);
    }

    internal override Change Deletion(object key, object record) => new Change<TKey, TRecord>(this, (TKey)key, (TRecord)record, null);

    internal override object With(object? set, object key) => ((KeySet<TKey>?)set ?? NoKeys).With(key);

    internal override object? Without(object set, object key) => ((KeySet<TKey>)set).Without(key);

    internal override object SetOf(List<object> keys) => new KeySet<TKey>(SortedTree.Of(keys, null, KeyOrder<TKey>.Instance));

    internal override IComparer<object> Order => KeyOrder<TKey>.Instance;

    private Index<TIndexKey, TKey, TRecord> Add<TIndexKey>(Index<TIndexKey, TKey, TRecord> index)
        where TIndexKey : notnull
    {
        if (_empty is not null) throw new InvalidOperationException($"Table {Name} is in use: declare index {index.Name} beside it.");
        _indexes.Add(index);
        return index;
    }
}

/// <summary>The order of a table's keys, as the store holds them. Strings order by code unit, whatever the culture of the machine.</summary>
internal sealed class KeyOrder<TKey> : IComparer<object>
    where TKey : notnull, IComparable<TKey>
{
    public static KeyOrder<TKey> Instance { get; } = new();

    public int Compare(object? x, object? y)
    {
        if (x is string text) return string.CompareOrdinal(text, y as string);
        return x is null ? (y is null ? 0 : -1) : y is null ? 1 : ((TKey)x).CompareTo((TKey)y);
    }
}
