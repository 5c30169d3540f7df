using System.Collections.Immutable;
using System.Diagnostics.CodeAnalysis;
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

    /// <summary>Adds a record as the journal holds it to a load in progress.</summary>
    internal abstract TableLoad StartLoad();

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
    private readonly List<IndexDefinition<TKey, TRecord>> _indexes = [];
    private TableData<TKey, TRecord>? _empty;

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

    // Strings order by code unit, whatever the culture of the machine.
    internal static IComparer<TKey> KeyOrder { get; } =
        typeof(TKey) == typeof(string) ? (IComparer<TKey>)(object)StringComparer.Ordinal : Comparer<TKey>.Default;

    /// <summary>Declares an index before any store uses the table.</summary>
    /// <param name="name">For messages; unique in the table.</param>
    /// <param name="select">Where the record stands in the index; null leaves it out.</param>
    public Index<TIndexKey, TKey, TRecord> AddIndex<TIndexKey>(string name, Func<TRecord, TIndexKey?> select)
        where TIndexKey : notnull
    {
        bool TrySelect(TRecord record, [MaybeNullWhen(false)] out TIndexKey key)
        {
            key = select(record);
            return key is not null;
        }

        return Add(new Index<TIndexKey, TKey, TRecord>(this, name, _indexes.Count, TrySelect));
    }

    /// <inheritdoc cref="AddIndex{TIndexKey}(string, Func{TRecord, TIndexKey})"/>
    public Index<TIndexKey, TKey, TRecord> AddIndex<TIndexKey>(string name, Func<TRecord, TIndexKey?> select)
        where TIndexKey : struct
    {
        bool TrySelect(TRecord record, out TIndexKey key)
        {
            var selected = select(record);
            key = selected.GetValueOrDefault();
            return selected.HasValue;
        }

        return Add(new Index<TIndexKey, TKey, TRecord>(this, name, _indexes.Count, TrySelect));
    }

    internal TKey KeyOf(TRecord record) => _key(record);

    internal string KeyText(TKey key) => _keyText(key);

    internal override TableData Empty => EmptyData;

    internal TableData<TKey, TRecord> EmptyData => _empty ??= new(
        this, ImmutableSortedDictionary.Create<TKey, TRecord>(KeyOrder), [.. _indexes.Select(i => i.Empty)]);

    internal override TableLoad StartLoad() => new TableLoad<TKey, TRecord>(this);

    private Index<TIndexKey, TKey, TRecord> Add<TIndexKey>(Index<TIndexKey, TKey, TRecord> index)
        where TIndexKey : notnull
    {
        if (_empty is not null) throw new InvalidOperationException($"Table {Name} is in use: declare index {index.Name} beside it.");
        _indexes.Add(index);
        return index;
    }
}
