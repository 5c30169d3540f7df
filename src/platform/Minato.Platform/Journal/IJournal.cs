namespace Minato.Platform;

/// <summary>What makes the state outlive the process: the last value of every record.</summary>
public interface IJournal
{
    /// <summary>Visits the last value of every record, in any order. Called once, before anything is appended.</summary>
    ValueTask LoadAsync(Action<JournalEntry> visit, CancellationToken ct);

    /// <summary>
    /// Writes all entries or none. When it returns they survive the loss of power. When it throws, none of them may appear later.
    /// Never called twice at a time.
    /// </summary>
    ValueTask AppendAsync(IReadOnlyList<JournalEntry> entries, CancellationToken ct);

    /// <summary>Forgets every record.</summary>
    ValueTask ClearAsync(CancellationToken ct);
}

/// <param name="Json">The record; null deletes it.</param>
public readonly record struct JournalEntry(string Table, string Key, byte[]? Json);
