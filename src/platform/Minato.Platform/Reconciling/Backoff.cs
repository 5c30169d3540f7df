namespace Minato.Platform;

/// <summary>100 ms, doubling to 30 s, up to a quarter less by chance so that what failed together does not return together.</summary>
internal sealed class Backoff(Ids ids)
{
    public static readonly TimeSpan First = TimeSpan.FromMilliseconds(100);
    private static readonly TimeSpan s_longest = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_longestTimer = TimeSpan.FromDays(30); // Timers take 49 days at most; the queue looks again.

    /// <param name="failures">In a row, from 1.</param>
    public TimeSpan After(int failures)
    {
        var step = First * Math.Pow(2, Math.Min(failures - 1, 20));
        return (step < s_longest ? step : s_longest) * (1 - (0.25 * ids.NextDouble()));
    }

    public static TimeSpan Clamp(TimeSpan wait) =>
        wait < TimeSpan.Zero ? TimeSpan.Zero : wait > s_longestTimer ? s_longestTimer : RoundUp(wait);

    // Timers count whole milliseconds: one that fires early would find nothing due and be armed again.
    private static TimeSpan RoundUp(TimeSpan wait) => TimeSpan.FromMilliseconds(Math.Ceiling(wait.TotalMilliseconds));
}
