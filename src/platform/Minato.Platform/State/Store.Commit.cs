using Microsoft.Extensions.Logging;

namespace Minato.Platform;

public sealed partial class Store
{
    // There is no thread of the store's own: the first writer to find nobody committing starts the loop, which goes on as long
    // as writers wait. Everything that came while the disk was busy goes into the next write together.
    private async Task CommitWaitingAsync()
    {
        while (TakeBatch() is { Count: > 0 } batch)
        {
            try
            {
                await WriteAsync(batch);
            }
            catch (Exception e)
            {
                Refuse(batch, e);
                continue;
            }

            Publish(batch);
        }
    }

    private (Commit Commit, bool Leads) Enqueue(Commit commit)
    {
        _head = commit.After;
        _last = commit;
        _waiting.Enqueue(commit);
        var leads = !_committing;
        _committing = true;
        return (commit, leads);
    }

    // A reset is a batch of its own.
    private List<Commit> TakeBatch()
    {
        var batch = new List<Commit>();
        lock (_gate)
        {
            while (batch.Count < MaxBatch && _waiting.TryPeek(out var next) && !(next.IsReset && batch.Count > 0))
            {
                batch.Add(_waiting.Dequeue());
                if (next.IsReset) break;
            }

            _committing = batch.Count > 0;
        }

        return batch;
    }

    private async ValueTask WriteAsync(List<Commit> batch)
    {
        if (batch[0].IsReset)
        {
            await _journal.ClearAsync(CancellationToken.None);
            return;
        }

        var entries = batch.Count == 1 ? batch[0].Entries : Merge(batch);
        if (entries.Count > 0) await _journal.AppendAsync(entries, CancellationToken.None);
    }

    // Only the last value of a record reaches the disk: the batch is written whole or not at all.
    private static List<JournalEntry> Merge(List<Commit> batch)
    {
        var last = new Dictionary<(string, string), int>();
        var entries = new List<JournalEntry>();
        foreach (var entry in batch.SelectMany(c => c.Entries))
        {
            if (last.TryAdd((entry.Table, entry.Key), entries.Count)) entries.Add(entry);
            else entries[last[(entry.Table, entry.Key)]] = entry;
        }

        return entries;
    }

    private void Publish(List<Commit> batch)
    {
        lock (_gate)
        {
            Volatile.Write(ref _current, batch[^1].After);
            if (ReferenceEquals(_last, batch[^1])) _last = null;
        }

        foreach (var commit in batch) commit.Decided.SetResult();
        foreach (var commit in batch) Tell(new(commit.After, commit.Changes));
    }

    private void Tell(ChangeSet changes)
    {
        foreach (var subscriber in _subscribers) Tell(subscriber, changes, changes.After);
        foreach (var change in changes.Changes)
        {
            if (!_subscribersOfTables.TryGetValue(change.Table, out var ofTable)) continue;
            foreach (var subscriber in ofTable) Tell(subscriber, change, changes.After);
        }
    }

    private void Tell<T>(Action<T> subscriber, T news, Snapshot after)
    {
        try
        {
            subscriber(news);
        }
        catch (Exception e)
        {
            LogSubscriberFailed(e, after.Version);
        }
    }

    // Everything that waits was made on top of what has just failed, so it fails with it.
    private void Refuse(List<Commit> batch, Exception cause)
    {
        lock (_gate)
        {
            batch.AddRange(_waiting);
            _waiting.Clear();
            _head = _current;
            _last = null;
        }

        LogRefused(cause, batch.Count);
        var refusal = cause as StoreUnavailableException ?? new StoreUnavailableException(
            $"The state could not be written to disk: {cause.Message} Nothing of this request was done; free or repair the disk of the data directory and try again.",
            cause);
        foreach (var commit in batch) commit.Decided.SetException(refusal);
    }

    private sealed record Commit(Snapshot After, IReadOnlyList<Change> Changes, IReadOnlyList<JournalEntry> Entries, bool IsReset)
    {
        public TaskCompletionSource Decided { get; } = new(TaskCreationOptions.RunContinuationsAsynchronously);
    }

    [LoggerMessage(1002, LogLevel.Error, "The journal refused a write; {Count} transactions fail with it")]
    private partial void LogRefused(Exception cause, int count);

    [LoggerMessage(1003, LogLevel.Error, "A subscriber failed on version {Version}")]
    private partial void LogSubscriberFailed(Exception cause, long version);
}
