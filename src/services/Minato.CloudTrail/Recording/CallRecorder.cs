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
/// Takes every call on its own path and lets it go on: the event is made at once, so that nothing of the request is kept, and waits in memory
/// for the next append. When more waits than is allowed, calls go on and what is lost is counted; the record itself tells of it.
/// </summary>
internal sealed class CallRecorder(IWorkQueue<FlushKey> flushes, Installation installation, Ids ids, TimeProvider clock) : ICallObserver
{
    public const int MostWaiting = 50_000;
    private const long MostBytes = 64 * 1024 * 1024;

    // Long enough that a busy moment is one append, short enough that a crash takes little with it.
    private static readonly TimeSpan s_gather = TimeSpan.FromMilliseconds(100);

    private readonly ConcurrentQueue<RecordedEvent> _waiting = new();
    private readonly Home _own = new(installation.AccountId, "us-east-1");
    private int _count;
    private long _bytes;
    private long _lost;
    private int _isAsked;

    /// <summary>Calls that are in no record, since the last time the record said so.</summary>
    public long Lost => Interlocked.Read(ref _lost);

    public void Observe(CallRecord call)
    {
        if (Volatile.Read(ref _count) >= MostWaiting || Interlocked.Read(ref _bytes) >= MostBytes)
        {
            Interlocked.Increment(ref _lost);
            return;
        }

        var made = EventMaker.Make(call, ids.Uuid(), _own);
        Interlocked.Increment(ref _count);
        Interlocked.Add(ref _bytes, made.Json.Length);
        _waiting.Enqueue(made);
        if (Interlocked.Exchange(ref _isAsked, 1) == 0) flushes.EnqueueAt(FlushKey.Only, clock.GetUtcNow() + s_gather);
    }

    /// <summary>Everything that waits now; the caller answers for it from here on.</summary>
    public (List<RecordedEvent> Events, long Lost) Take()
    {
        Volatile.Write(ref _isAsked, 0); // Before the queue is read: who comes after this asks again.
        var taken = new List<RecordedEvent>();
        while (taken.Count < MostWaiting && _waiting.TryDequeue(out var one))
        {
            Interlocked.Decrement(ref _count);
            Interlocked.Add(ref _bytes, -one.Json.Length);
            taken.Add(one);
        }

        return (taken, Interlocked.Exchange(ref _lost, 0));
    }

    public Home Own => _own;

    public void Clear() => Take();
}
