using Minato.Aws.Dispatch;
using Minato.CloudTrail.State;
using Minato.Platform;

namespace Minato.CloudTrail.Recording;

internal sealed record FlushKey
{
    public static FlushKey Only { get; } = new();
}

/// <summary>
/// Takes every call on its own path: the event is made at once, so that nothing of the request is kept, and waits in memory for the next append. What
/// only reads goes on at once; when more of it waits than is allowed, what is lost is counted, and the record itself tells of it. A call that changes
/// something (a management event) has its event in the journal together with its first change (<see cref="KeptCall"/>). One that was
/// refused, or changed nothing after all, waits until its event is in the log.
/// </summary>
internal sealed class CallRecorder(IWorkQueue<FlushKey> flushes, Installation installation, Ids ids, TimeProvider clock) : ICallLedger
{
    public const int MostWaiting = 50_000;
    private const long MostBytes = 64 * 1024 * 1024;
    private const int MostSpare = 2; // One is written while the other fills.

    // Long enough that a busy moment is one append, short enough that a crash takes little with it.
    private static readonly TimeSpan s_gather = TimeSpan.FromMilliseconds(100);

    private readonly Lock _gate = new();
    private readonly Stack<EventPack> _spare = new();
    private Dictionary<Home, EventPack> _waiting = [];
    private readonly Home _own = new(installation.AccountId, "us-east-1");
    private int _count; // Of what waits, and of what is being written.
    private long _size;
    private long _lost;
    private int _isAsked;

    /// <summary>Calls that are in no record, since the last time the record said so.</summary>
    public long Lost => Interlocked.Read(ref _lost);

    /// <summary>What is kept in rows of another process has nobody any more who appends it.</summary>
    public KeptRows Rows { get; } = new(ids.Uuid());

    public Home Own => _own;

    public object? Open(CallRecord call)
    {
        if (!MustLast(call)) return null;
        var (row, isThere) = Rows.Take();
        var made = EventMaker.Make(call, ids.Uuid(), _own);
        var kept = new KeptCall { Row = row, Event = made };
        return new Opened(made.Id, kept, isThere, Rider.Board(tx => tx.Put(CloudTrailTables.Kept, kept)));
    }

    public async ValueTask CloseAsync(CallRecord call, object? opened)
    {
        var begun = opened as Opened;
        begun?.Rider.Leave();
        if (begun is { Rider.Written: null }) Rows.GiveBack(begun.Kept.Row, begun.IsThere);
        var mustLast = MustLast(call);
        var isFull = Volatile.Read(ref _count) >= MostWaiting || Volatile.Read(ref _size) >= MostBytes;
        if (isFull && !mustLast)
        {
            Interlocked.Increment(ref _lost);
            return;
        }

        var made = EventMaker.Make(call, begun?.Id ?? ids.Uuid(), _own);
        var isKept = begun is not null && await IsKeptAsync(begun.Rider);
        if (begun is not null && isKept) begun.Kept.Event = null;
        var waits = mustLast && (isFull || !isKept);
        WaitingChange? change = !mustLast ? null
            : new(begun is { Rider.Written: not null } ? begun.Kept.Row : null, waits ? new(TaskCreationOptions.RunContinuationsAsynchronously) : null);
        Add(made, change);
        if (change is { Appended: { } appended })
        {
            flushes.Enqueue(FlushKey.Only);
            await AppendedAsync(appended.Task, isRefused: call.ErrorCode is not null);
        }
        else if (Interlocked.Exchange(ref _isAsked, 1) == 0)
        {
            flushes.EnqueueAt(FlushKey.Only, clock.GetUtcNow() + s_gather);
        }
    }

    /// <summary>Everything that waits now; the caller answers for it from here on, and gives it back when it is written.</summary>
    public Dictionary<Home, EventPack> Take()
    {
        Volatile.Write(ref _isAsked, 0); // Before it is taken: who comes after this asks again.
        lock (_gate)
        {
            var taken = _waiting;
            _waiting = [];
            return taken;
        }
    }

    public long TakeLost() => Interlocked.Exchange(ref _lost, 0);

    /// <summary>Nobody needs its events any more; it takes others.</summary>
    public void GiveBack(EventPack pack)
    {
        lock (_gate)
        {
            _count -= pack.Count;
            _size -= pack.Size;
            if (pack.TryClear() && _spare.Count < MostSpare) _spare.Push(pack);
        }
    }

    /// <summary>Packs an event behind those of its home that wait already.</summary>
    public void Add(RecordedEvent one, WaitingChange? change)
    {
        lock (_gate)
        {
            if (!_waiting.TryGetValue(one.Home, out var pack)) _waiting.Add(one.Home, pack = _spare.TryPop(out var spare) ? spare : new());
            var before = pack.Size;
            pack.Add(one, change);
            _size += pack.Size - before;
            _count++;
        }
    }

    private static bool MustLast(CallRecord call) => !call.IsReadOnly && !EventKinds.IsData(call.Service.SigningName, call.Operation.Name);

    private static async ValueTask<bool> IsKeptAsync(Rider rider)
    {
        if (rider.Written is not { } written) return false;
        try
        {
            await written;
            return true;
        }
        catch (StoreUnavailableException)
        {
            return false; // With the change itself.
        }
    }

    private static async ValueTask AppendedAsync(Task appended, bool isRefused)
    {
        try
        {
            await appended;
        }
        catch (Exception) when (isRefused)
        {
            // Nothing was done that the record would have to tell of; it is tried again.
        }
    }

    /// <param name="IsThere">The row had another event before.</param>
    private sealed record Opened(string Id, KeptCall Kept, bool IsThere, Rider Rider);
}
