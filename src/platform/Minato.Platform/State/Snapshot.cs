using System.Collections.Frozen;
using System.Collections.Immutable;

namespace Minato.Platform;

/// <summary>The whole state at one version. Immutable: hold it as long as you like.</summary>
public sealed class Snapshot : ReadState
{
    private readonly FrozenDictionary<Table, int> _slots;
    private readonly ImmutableArray<TableData> _tables;

    internal Snapshot(FrozenDictionary<Table, int> slots, ImmutableArray<TableData> tables, long version)
    {
        _slots = slots;
        _tables = tables;
        Version = version;
    }

    /// <summary>Grows by one with each transaction that changed something since the store was loaded.</summary>
    public long Version { get; }

    internal ImmutableArray<TableData> Tables => _tables;

    internal int Slot(Table table) => _slots.TryGetValue(table, out var slot)
        ? slot
        : throw new InvalidOperationException($"Table {table.Name} is not part of this store: register it with services.AddTable.");

    internal override TableData Data(Table table) => _tables[Slot(table)];

    internal Snapshot Next(ImmutableArray<TableData> tables) => new(_slots, tables, Version + 1);
}
