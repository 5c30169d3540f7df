namespace Minato.Platform;

/// <summary>
/// The wall clock for decisions: it follows the machine's clock forward at once and never moves back. When that was set back, time
/// goes on a little slower until the machine's has caught up, so that no wait grows by what was set back (a restart in that time forgets it: then a wait may grow by so much, once).
/// </summary>
public sealed class SteadyTime(TimeProvider wall) : TimeProvider
{
    /// <summary>Of each second that passes while the machine's clock is behind.</summary>
    private const double Pace = 0.9;

    private readonly Lock _gate = new();
    private DateTimeOffset _last = wall.GetUtcNow();
    private long _stamp = wall.GetTimestamp();

    public override long TimestampFrequency => wall.TimestampFrequency;

    public override TimeZoneInfo LocalTimeZone => wall.LocalTimeZone;

    public override long GetTimestamp() => wall.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        wall.CreateTimer(callback, state, dueTime, period);

    public override DateTimeOffset GetUtcNow()
    {
        lock (_gate)
        {
            var stamp = wall.GetTimestamp();
            var (now, slower) = (wall.GetUtcNow(), _last + (wall.GetElapsedTime(_stamp, stamp) * Pace));
            _stamp = stamp;
            return _last = now > slower ? now : slower;
        }
    }
}
