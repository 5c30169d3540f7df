using System.Collections.Frozen;
using System.Collections.Immutable;
using Microsoft.Extensions.Logging;

namespace Minato.Platform;

/// <summary>
/// The state of the world: an immutable value in memory with a journal behind it. Writers take turns on the head, which may be
/// ahead of the disk; readers see <see cref="Current"/>, which never is. Whoever waits for a write that the journal then refuses
/// gets <see cref="StoreUnavailableException"/>, the head goes back to <see cref="Current"/>, and later writes try the disk again.
/// </summary>
public sealed partial class Store
{
    private const int MaxBatch = 512; // Transactions in one journal write: bounds the wait of the first of them.

    private readonly Lock _gate = new();
    private readonly IJournal _journal;
    private readonly ILogger<Store> _log;
    private readonly FrozenDictionary<string, Table> _tablesByName;
    private readonly Snapshot _empty;
    private readonly Queue<Commit> _waiting = new();
    private Snapshot _current;
    private Snapshot _head;
    private Commit? _last; // The newest commit that is not decided yet; null when head and current are one.
    private bool _committing;
    private ImmutableArray<Action<ChangeSet>> _subscribers = [];
    private ImmutableDictionary<Table, ImmutableArray<Action<Change>>> _subscribersOfTables = ImmutableDictionary<Table, ImmutableArray<Action<Change>>>.Empty;

    public Store(IEnumerable<Table> tables, IJournal journal, ILogger<Store> log)
    {
        Table[] all = [.. tables.Distinct()];
        _journal = journal;
        _log = log;
        _tablesByName = all.ToFrozenDictionary(t => t.Name);
        var slots = all.Index().ToFrozenDictionary(t => t.Item, t => t.Index);
        _head = _current = _empty = new(slots, [.. all.Select(t => t.Empty)], 0);
    }

    /// <summary>Everything acknowledged, and nothing else. Free to read at any rate.</summary>
    public Snapshot Current => Volatile.Read(ref _current);

    /// <summary>
    /// Runs the body alone on the newest state and returns when what it wrote is durable and visible. A body that throws writes
    /// nothing. Cancellation is honoured until the body has run; after that the write happens.
    /// </summary>
    /// <param name="body">Quick and pure: no I/O, no waiting, no other transaction.</param>
    /// <exception cref="StoreUnavailableException">The journal could not be written. Nothing of it happened.</exception>
    public async ValueTask<T> UpdateAsync<T>(Func<Transaction, T> body, CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        if (_gate.IsHeldByCurrentThread) throw new InvalidOperationException("A transaction's body cannot start another transaction.");
        T result;
        Commit? commit;
        bool leads;
        try
        {
            (result, commit, leads) = Run(body);
        }
        catch (Exception)
        {
            // A refusal that rests on writes which are still on their way waits for them like their writers do.
            if (Undecided() is { } last) await last.Decided.Task;
            throw;
        }

        if (leads) _ = CommitWaitingAsync();
        if (commit is not null) await commit.Decided.Task;
        return result;
    }

    /// <inheritdoc cref="UpdateAsync{T}"/>
    public async ValueTask UpdateAsync(Action<Transaction> body, CancellationToken ct) =>
        await UpdateAsync(
            transaction =>
            {
                body(transaction);
                return true;
            },
            ct);

    /// <summary>Hears of every transaction that changed something, in order, after it became visible.</summary>
    /// <param name="onCommitted">Called on the thread that commits: take note and return.</param>
    public IDisposable Subscribe(Action<ChangeSet> onCommitted)
    {
        ImmutableInterlocked.Update(ref _subscribers, (all, one) => all.Add(one), onCommitted);
        return new Subscription(() => ImmutableInterlocked.Update(ref _subscribers, (all, one) => all.Remove(one), onCommitted));
    }

    /// <summary>
    /// Hears of every change of one table. However many listen to other tables, a change costs them nothing: so reconcilers listen, of which there are hundreds.
    /// </summary>
    /// <inheritdoc cref="Subscribe(Action{ChangeSet})" path="/param"/>
    public IDisposable Subscribe(Table table, Action<Change> onCommitted)
    {
        ImmutableInterlocked.AddOrUpdate(ref _subscribersOfTables, table, [onCommitted], (_, others) => others.Add(onCommitted));
        return new Subscription(() => ImmutableInterlocked.AddOrUpdate(ref _subscribersOfTables, table, [], (_, all) => all.Remove(onCommitted)));
    }

    /// <summary>Empties every table. Subscribers see every record deleted.</summary>
    public async ValueTask ResetAsync(CancellationToken ct)
    {
        ct.ThrowIfCancellationRequested();
        Commit commit;
        bool leads;
        lock (_gate)
        {
            List<Change> changes = [];
            foreach (var table in _head.Tables) table.DeleteAll(changes);
            (commit, leads) = Enqueue(new(_head.Next(_empty.Tables), changes, [], IsReset: true));
        }

        if (leads) _ = CommitWaitingAsync();
        await commit.Decided.Task;
    }

    /// <summary>Reads the journal. Before that the store is empty.</summary>
    internal async ValueTask LoadAsync(CancellationToken ct)
    {
        var loads = _tablesByName.Values.Where(t => !t.IsEphemeral).ToDictionary(t => t, t => new TableLoad(t));
        var unknown = new Dictionary<string, int>(StringComparer.Ordinal);
        await _journal.LoadAsync(
            entry =>
            {
                if (_tablesByName.TryGetValue(entry.Table, out var table) && loads.TryGetValue(table, out var load)) load.Visit(entry);
                else unknown[entry.Table] = unknown.GetValueOrDefault(entry.Table) + 1;
            },
            ct);
        foreach (var (table, count) in unknown) LogUnknownTable(table, count);
        var tables = _empty.Tables.ToArray();
        foreach (var (table, load) in loads) tables[_empty.Slot(table)] = load.Finish();
        lock (_gate)
        {
            if (_head.Version != 0) throw new InvalidOperationException("The store was written before it was loaded.");
            _head = _empty.Next([.. tables]);
            Volatile.Write(ref _current, _head);
        }
    }

    /// <summary>Waits until every write accepted so far is decided.</summary>
    internal async ValueTask DrainAsync()
    {
        try
        {
            if (Undecided() is { } last) await last.Decided.Task;
        }
        catch (StoreUnavailableException)
        {
            // Its writer hears of it.
        }
    }

    private Commit? Undecided()
    {
        lock (_gate) return _last;
    }

    // A body that changed nothing has an answer that rests on what is on its way, too: it waits for the last commit.
    private (T Result, Commit? Commit, bool Leads) Run<T>(Func<Transaction, T> body)
    {
        lock (_gate)
        {
            var transaction = new Transaction(_head);
            try
            {
                var result = body(transaction);
                if (!transaction.IsChanged) return (result, _last, false);
                var rider = Rider.Take(transaction);
                var changes = transaction.Changes;
                var (commit, leads) = Enqueue(new(transaction.Result(), changes, ToJournal(changes), IsReset: false));
                rider?.WrittenWith(commit.Decided.Task);
                return (result, commit, leads);
            }
            finally
            {
                transaction.Close();
            }
        }
    }

    // In the lock, so that a record that cannot be written fails its own writer and nobody else.
    private List<JournalEntry> ToJournal(IReadOnlyList<Change> changes)
    {
        if (_journal is NoJournal) return [];
        var entries = new List<JournalEntry>(changes.Count);
        foreach (var change in changes)
        {
            if (!change.Table.IsEphemeral) entries.Add(change.ToJournal());
        }

        return entries;
    }

    private sealed class Subscription(Action end) : IDisposable
    {
        public void Dispose() => end();
    }

    [LoggerMessage(1001, LogLevel.Warning, "The journal holds {Count} records of table {Table}, which this version does not know; they are left alone")]
    private partial void LogUnknownTable(string table, int count);
}
