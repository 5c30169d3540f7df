using System.Text.Json;

namespace Minato.Platform;

/// <summary>What one transaction did, told once it is durable and visible.</summary>
/// <param name="After">The state with it.</param>
/// <param name="Changes">In the order they were made.</param>
public sealed record ChangeSet(Snapshot After, IReadOnlyList<Change> Changes);

/// <summary>One record written or deleted.</summary>
public abstract class Change
{
    private protected Change(Table table) => Table = table;

    public Table Table { get; }

    internal abstract object? RecordBefore { get; }

    internal abstract object? RecordAfter { get; }

    internal abstract JournalEntry ToJournal();
}

/// <inheritdoc/>
public sealed class Change<TKey, TRecord> : Change
    where TKey : notnull, IComparable<TKey>
    where TRecord : class
{
    private readonly Table<TKey, TRecord> _table;

    internal Change(Table<TKey, TRecord> table, TKey key, TRecord? before, TRecord? after)
        : base(table)
    {
        _table = table;
        Key = key;
        Before = before;
        After = after;
    }

    public TKey Key { get; }

    /// <summary>Null when the record is new.</summary>
    public TRecord? Before { get; }

    /// <summary>Null when the record was deleted.</summary>
    public TRecord? After { get; }

    internal override object? RecordBefore => Before;

    internal override object? RecordAfter => After;

    internal override JournalEntry ToJournal() => new(
        _table.Name, _table.KeyText(Key), After is null ? null : JsonSerializer.SerializeToUtf8Bytes(After, _table.Json));
}
