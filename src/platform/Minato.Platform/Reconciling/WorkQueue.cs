using System.Threading.Channels;

namespace Minato.Platform;

/// <summary>
/// Keys that wait, run, or are due later. A key is in the channel at most once and with one worker at most. Every queue arms a
/// single timer, for the earliest key that is due. Keys are objects, so that all queues share their types.
/// </summary>
internal sealed class WorkQueue : IWorkQueue<object>, IDisposable
{
    private readonly Lock _gate = new();
    private readonly TimeProvider _clock;
    private readonly Backoff _backoff;
    private readonly Dictionary<object, Entry> _entries = [];
    private readonly PriorityQueue<object, (DateTimeOffset Due, long Order)> _due = new();
    private readonly Channel<object> _ready = Channel.CreateUnbounded<object>(); // Bounded by the number of keys: each is in it once.
    private readonly ITimer _timer;
    private DateTimeOffset _armed = DateTimeOffset.MaxValue;
    private long _order;

    public WorkQueue(TimeProvider clock, Ids ids)
    {
        _clock = clock;
        _backoff = new(ids);
        _timer = clock.CreateTimer(_ => WakeDue(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    public void Enqueue(object key)
    {
        lock (_gate)
        {
            var entry = EntryOf(key);
            // A change must not defeat the back-off of a key that keeps failing (its own writes are changes, too),
            // nor may it wait out a long one: it runs one first step later.
            if (entry is { Failures: > 0, Status: Status.Idle }) Arm(key, entry, _clock.GetUtcNow() + Backoff.First);
            else MakeReady(key, entry);
        }
    }

    public void EnqueueAt(object key, DateTimeOffset at)
    {
        lock (_gate)
        {
            var entry = EntryOf(key);
            if (entry.Asked is { } asked && asked <= at) return;
            entry.Asked = at;
            Arm(key, entry, at);
        }
    }

    /// <summary>Waits for a key and gives it to the caller alone, until <see cref="Finish"/>.</summary>
    public async ValueTask<object> TakeAsync(CancellationToken ct)
    {
        var key = await _ready.Reader.ReadAsync(ct);
        lock (_gate)
        {
            var entry = _entries[key];
            entry.Status = Status.Running;
            entry.Due = null;
            if (entry.Asked <= _clock.GetUtcNow()) entry.Asked = null;
        }

        return key;
    }

    /// <summary>The run ended well and said when it wants to run again.</summary>
    public void Finish(object key, Next next)
    {
        lock (_gate)
        {
            var entry = _entries[key];
            var again = entry.Status is Status.RunningAndChanged;
            entry.Status = Status.Idle;
            entry.Failures = 0;
            var now = _clock.GetUtcNow();
            var due = next.DueAt(now);
            if (again || due <= now) MakeReady(key, entry);
            else if (due is { } at) Arm(key, entry, at);
            if (entry.Asked is { } asked) Arm(key, entry, asked);
            if (entry is { Status: Status.Idle, Due: null }) _entries.Remove(key);
        }
    }

    /// <summary>The run failed.</summary>
    /// <returns>How long the key now waits.</returns>
    public TimeSpan Fail(object key)
    {
        lock (_gate)
        {
            var entry = _entries[key];
            entry.Status = Status.Idle;
            entry.Failures++;
            var delay = _backoff.After(entry.Failures);
            Arm(key, entry, _clock.GetUtcNow() + delay);
            return delay;
        }
    }

    public void Dispose() => _timer.Dispose();

    private Entry EntryOf(object key)
    {
        if (!_entries.TryGetValue(key, out var entry)) _entries.Add(key, entry = new());
        return entry;
    }

    private void MakeReady(object key, Entry entry)
    {
        if (entry.Status is Status.Running) entry.Status = Status.RunningAndChanged;
        if (entry.Status is not Status.Idle) return;
        entry.Status = Status.Ready;
        entry.Due = null;
        _ready.Writer.TryWrite(key);
    }

    // Entries of the heap that a key has outrun stay there and are skipped when their time comes.
    private void Arm(object key, Entry entry, DateTimeOffset at)
    {
        if (entry.Status is not Status.Idle || entry.Due <= at) return;
        entry.Due = at;
        _due.Enqueue(key, (at, _order++));
        if (_due.Count > (2 * _entries.Count) + 1024) Compact();
        Rearm();
    }

    private void Compact()
    {
        var live = _due.UnorderedItems.Where(i => _entries.TryGetValue(i.Element, out var e) && e.Due == i.Priority.Due)
            .DistinctBy(i => i.Element).ToList();
        _due.Clear();
        _due.EnqueueRange(live);
    }

    private void Rearm()
    {
        if (!_due.TryPeek(out _, out var first) || first.Due >= _armed) return;
        _armed = first.Due;
        var wait = first.Due - _clock.GetUtcNow();
        _timer.Change(Backoff.Clamp(wait), Timeout.InfiniteTimeSpan);
    }

    private void WakeDue()
    {
        lock (_gate)
        {
            var now = _clock.GetUtcNow();
            _armed = DateTimeOffset.MaxValue;
            while (_due.TryPeek(out var key, out var first) && first.Due <= now)
            {
                _due.Dequeue();
                if (_entries.TryGetValue(key, out var entry) && entry.Due == first.Due) MakeReady(key, entry);
            }

            Rearm();
        }
    }

    private enum Status
    {
        Idle,
        Ready,
        Running,
        RunningAndChanged,
    }

    private sealed class Entry
    {
        public Status Status { get; set; }
        public int Failures { get; set; }
        public DateTimeOffset? Due { get; set; }   // What the heap holds for it.
        public DateTimeOffset? Asked { get; set; } // From EnqueueAt: outlives runs that come before it.
    }
}
