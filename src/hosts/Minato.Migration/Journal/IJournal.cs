using System.Collections.Immutable;

namespace Minato.Migration.Journal;

/// <summary>What happened to a migration, in order. Appending is durable when it returns, and several processes may append.</summary>
internal interface IJournal
{
    /// <summary>All entries so far, those of others among them.</summary>
    ImmutableList<JournalEntry> Read();

    void Append(JournalEntry entry);

    /// <summary>Returns when there may be entries of others. Ask before reading: what comes in between is not missed.</summary>
    Task ChangedAsync(CancellationToken ct);
}
