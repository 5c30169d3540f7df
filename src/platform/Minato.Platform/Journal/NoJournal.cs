namespace Minato.Platform;

/// <summary>Keeps nothing: for a state that ends with its process. The store does not even write its records out for it.</summary>
public sealed class NoJournal : IJournal
{
    public ValueTask LoadAsync(Action<JournalEntry> visit, CancellationToken ct) => ValueTask.CompletedTask;

    public ValueTask AppendAsync(IReadOnlyList<JournalEntry> entries, CancellationToken ct) => ValueTask.CompletedTask;

    public ValueTask ClearAsync(CancellationToken ct) => ValueTask.CompletedTask;
}
