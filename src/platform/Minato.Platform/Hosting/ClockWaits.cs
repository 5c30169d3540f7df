namespace Minato.Platform;

/// <summary>Waits for times of day.</summary>
public static class ClockWaits
{
    private static readonly TimeSpan s_least = TimeSpan.FromMilliseconds(1);

    /// <summary>
    /// Returns when the clock has come to a time, never before: a clock that was set back goes slower than its timers
    /// (<see cref="SteadyTime"/>), and who waited once only would go round and round in ever shorter steps.
    /// </summary>
    public static async Task UntilAsync(this TimeProvider clock, DateTimeOffset at, CancellationToken ct)
    {
        while (at - clock.GetUtcNow() is var left && left > TimeSpan.Zero) await Task.Delay(left > s_least ? left : s_least, clock, ct);
    }
}
