namespace Minato.Platform;

/// <summary>
/// The wall clock for decisions: it follows the machine's clock forward at once and never moves back. When that was set back, time
/// goes on a little slower until the machine's has caught up, so that no wait grows by what was set back: not even over a restart,
/// with the note that the process before left.
/// </summary>
public sealed class SteadyTime : TimeProvider
{
    /// <summary>Of each second that passes while the machine's clock is behind.</summary>
    private const double Pace = 0.9;

    private readonly TimeProvider _wall;
    private readonly string _boot;
    private readonly Lock _gate = new();
    private DateTimeOffset _last;
    private long _stamp;

    /// <param name="wall">Its timestamps count on when a process ends and the next one begins, as long as the machine runs.</param>
    /// <param name="before">What the process before noted; null at the first start.</param>
    /// <param name="boot">Which start of the machine the timestamps count from.</param>
    public SteadyTime(TimeProvider wall, ClockNote? before = null, string boot = "")
    {
        (_wall, _boot) = (wall, boot);
        (_last, _stamp) = (wall.GetUtcNow(), wall.GetTimestamp());
        if (before is not null && Since(before) is var least && least > _last) _last = least;
    }

    public override long TimestampFrequency => _wall.TimestampFrequency;

    public override TimeZoneInfo LocalTimeZone => _wall.LocalTimeZone;

    /// <summary>How far the machine's clock is behind.</summary>
    public TimeSpan Ahead => GetUtcNow() - _wall.GetUtcNow();

    public override long GetTimestamp() => _wall.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        _wall.CreateTimer(callback, state, dueTime, period);

    public override DateTimeOffset GetUtcNow()
    {
        lock (_gate)
        {
            var stamp = _wall.GetTimestamp();
            var (now, slower) = (_wall.GetUtcNow(), _last + (_wall.GetElapsedTime(_stamp, stamp) * Pace));
            _stamp = stamp;
            return _last = now > slower ? now : slower;
        }
    }

    /// <summary>For the process after this one. An older note is as good, unless the clock was set forward since.</summary>
    public ClockNote Note()
    {
        var now = GetUtcNow();
        lock (_gate) return new(now, _stamp, _boot);
    }

    /// <summary>The time of the note and what has passed since; after a start of the machine nobody knows how much that is.</summary>
    private DateTimeOffset Since(ClockNote note) =>
        note.Boot == _boot && note.Stamp <= _stamp ? note.Time + _wall.GetElapsedTime(note.Stamp, _stamp) : note.Time;
}

/// <summary>Where the clock stood.</summary>
/// <param name="Stamp">The timestamp of that moment.</param>
/// <param name="Boot">Which start of the machine it counts from.</param>
public sealed record ClockNote(DateTimeOffset Time, long Stamp, string Boot);
