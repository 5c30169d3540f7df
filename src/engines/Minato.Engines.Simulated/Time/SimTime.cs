namespace Minato.Engines.Simulated;

/// <summary>A clock that stands still until it is moved. Timers fire in order of their time, and of their making where times are equal.</summary>
public sealed class SimTime : TimeProvider
{
    /// <summary>When every simulated world begins.</summary>
    public static readonly DateTimeOffset Start = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);

    private readonly Lock _gate = new();
    private readonly PriorityQueue<(SimTimer Timer, int Generation), (long Due, long Order)> _timers = new();
    private long _ticks; // Since Start.
    private long _order;
    private long _skew;

    public TimeSpan Elapsed => TimeSpan.FromTicks(Interlocked.Read(ref _ticks));

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    public override TimeZoneInfo LocalTimeZone => TimeZoneInfo.Utc;

    public override DateTimeOffset GetUtcNow() => Start + Elapsed;

    public override long GetTimestamp() => Elapsed.Ticks;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new SimTimer(this, callback, state);
        timer.Change(dueTime, period);
        return timer;
    }

    /// <summary>The date by the clock of Minato's machine, which may be wrong.</summary>
    public DateTimeOffset MachineClock => GetUtcNow() + TimeSpan.FromTicks(Interlocked.Read(ref _skew));

    /// <summary>Somebody sets the clock of Minato's machine: no time passes, and Minato is told another date.</summary>
    public void SetClock(TimeSpan by) => Interlocked.Add(ref _skew, by.Ticks);

    /// <summary>Moves on, firing what is due on the way.</summary>
    public void Advance(TimeSpan by)
    {
        var end = Elapsed + by;
        while (FireNext(end))
        {
        }

        Interlocked.Exchange(ref _ticks, end.Ticks);
    }

    /// <summary>Jumps to the earliest timer, unless it is later than <paramref name="until"/>, and fires it.</summary>
    /// <returns>Whether a timer fired.</returns>
    public bool FireNext(TimeSpan? until = null)
    {
        SimTimer? timer = null;
        lock (_gate)
        {
            while (timer is null && _timers.TryPeek(out var next, out var at))
            {
                if (next.Timer.Generation == next.Generation && at.Due > (until ?? TimeSpan.MaxValue).Ticks) return false;
                _timers.Dequeue();
                if (next.Timer.Generation != next.Generation) continue; // Changed or disposed since.
                timer = next.Timer;
                if (at.Due > _ticks) Interlocked.Exchange(ref _ticks, at.Due);
            }

            timer?.Repeat();
        }

        timer?.Fire();
        return timer is not null;
    }

    private void Schedule(SimTimer timer, int generation, TimeSpan wait)
    {
        // Real timers count milliseconds and never fire early.
        var due = _ticks + TimeSpan.FromMilliseconds(Math.Ceiling(wait.TotalMilliseconds)).Ticks;
        _timers.Enqueue((timer, generation), (due, _order++));
    }

    private sealed class SimTimer(SimTime time, TimerCallback callback, object? state) : ITimer
    {
        private TimeSpan _period;

        public int Generation { get; private set; }

        public bool Change(TimeSpan dueTime, TimeSpan period)
        {
            lock (time._gate)
            {
                if (Generation < 0) return false;
                Generation++;
                _period = period;
                if (dueTime != Timeout.InfiniteTimeSpan) time.Schedule(this, Generation, dueTime);
                return true;
            }
        }

        public void Repeat()
        {
            if (_period > TimeSpan.Zero) time.Schedule(this, Generation, _period);
        }

        public void Fire() => callback(state);

        public void Dispose()
        {
            lock (time._gate) Generation = int.MinValue;
        }

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
