namespace Minato.Engines.Simulated;

/// <summary>The world's clock as one process sees it, with the date that its machine shows: when the process is killed its timers are gone.</summary>
public sealed class SimProcessTime(SimTime time, SimContext context) : TimeProvider
{
    public override long TimestampFrequency => time.TimestampFrequency;

    public override TimeZoneInfo LocalTimeZone => time.LocalTimeZone;

    public override DateTimeOffset GetUtcNow() => time.MachineClock;

    public override long GetTimestamp() => time.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => time.CreateTimer(
        s =>
        {
            if (!context.IsDead) callback(s);
        },
        state, dueTime, period);
}
