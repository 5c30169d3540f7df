using System.Collections.Concurrent;
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

    // Long enough that a busy moment is one append, short enough that a crash takes little with it.
    private static readonly TimeSpan s_gather = TimeSpan.FromMilliseconds(100);

    private readonly ConcurrentQueue<WaitingEvent> _waiting = new();
    private readonly Home _own = new(installation.AccountId, "us-east-1");
    private int _count;
    private long _bytes;
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
        var kept = new KeptCall(row, EventMaker.Make(call, ids.Uuid(), _own));
        return new Opened(kept, isThere, Rider.Board(tx => tx.Put(CloudTrailTables.Kept, kept)));
    }

    public async ValueTask CloseAsync(CallRecord call, object? opened)
    {
        var begun = opened as Opened;
        begun?.Rider.Leave();
        if (begun is { Rider.Written: null }) Rows.GiveBack(begun.Kept.Row, begun.IsThere);
        var mustLast = MustLast(call);
        var isFull = Volatile.Read(ref _count) >= MostWaiting || Interlocked.Read(ref _bytes) >= MostBytes;
        if (isFull && !mustLast)
        {
            Interlocked.Increment(ref _lost);
            return;
        }

        var made = EventMaker.Make(call, begun?.Kept.Event.Id ?? ids.Uuid(), _own);
        var isKept = begun is not null && await IsKeptAsync(begun.Rider);
        var waits = mustLast && (isFull || !isKept);
        var one = new WaitingEvent(made, begun is { Rider.Written: not null } ? begun.Kept.Row : null, waits ? new(TaskCreationOptions.RunContinuationsAsynchronously) : null);
        Interlocked.Increment(ref _count);
        Interlocked.Add(ref _bytes, made.Json.Length);
        _waiting.Enqueue(one);
        if (one.Appended is { } appended)
        {
            flushes.Enqueue(FlushKey.Only);
            await AppendedAsync(appended.Task, isRefused: call.ErrorCode is not null);
        }
        else if (Interlocked.Exchange(ref _isAsked, 1) == 0)
        {
            flushes.EnqueueAt(FlushKey.Only, clock.GetUtcNow() + s_gather);
        }
    }

    /// <summary>Everything that waits now; the caller answers for it from here on.</summary>
    public (List<WaitingEvent> Events, long Lost) Take()
    {
        Volatile.Write(ref _isAsked, 0); // Before the queue is read: who comes after this asks again.
        var taken = new List<WaitingEvent>();
        while (taken.Count < MostWaiting && _waiting.TryDequeue(out var one))
        {
            Interlocked.Decrement(ref _count);
            Interlocked.Add(ref _bytes, -one.Event.Json.Length);
            taken.Add(one);
        }

        return (taken, Interlocked.Exchange(ref _lost, 0));
    }

    public void Clear()
    {
        foreach (var one in Take().Events) one.Appended?.TrySetResult();
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
    private sealed record Opened(KeptCall Kept, bool IsThere, Rider Rider);
}

/// <summary>An event on its way to the log.</summary>
/// <param name="Event">What is written.</param>
/// <param name="Row">Where it may be in the journal, too, until it is in the log.</param>
/// <param name="Appended">Somebody waits for it; null when nobody does.</param>
internal sealed record WaitingEvent(RecordedEvent Event, string? Row, TaskCompletionSource? Appended);
