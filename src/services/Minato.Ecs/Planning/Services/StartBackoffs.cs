using Minato.Ecs.State;

namespace Minato.Ecs.Planning.Services;

/// <summary>How long a deployment waits after tasks that did not start. AWS gives the end of the curve, not its beginning.</summary>
internal static class StartBackoffs
{
    /// <summary>From this round on the service says that it cannot start tasks.</summary>
    public const int ImpairedFrom = 3;

    public static readonly TimeSpan Longest = TimeSpan.FromMinutes(27);
    private static readonly TimeSpan s_first = TimeSpan.FromSeconds(1);

    /// <summary>AWS: tasks that crash after RUNNING are replaced without back-off; this only keeps a crash loop from taking the host.</summary>
    private static readonly TimeSpan s_crashPause = TimeSpan.FromSeconds(2);

    /// <summary>A task that ran longer is no crash loop, and replaced at once.</summary>
    private static readonly TimeSpan s_shortLife = TimeSpan.FromSeconds(10);

    public static TimeSpan Delay(int level) => level switch
    {
        <= 0 => TimeSpan.Zero,
        > 11 => Longest,
        _ => TimeSpan.FromTicks(Math.Min(Longest.Ticks, s_first.Ticks << (level - 1))),
    };

    /// <summary>Tasks that fail together are one round: only a failure after the last wait makes the next one longer.</summary>
    public static StartBackoff AfterFailure(StartBackoff backoff, DateTimeOffset now)
    {
        if (backoff is { Level: > 0, RetryAt: { } retry } && now < retry) return backoff;
        var level = backoff.Level + 1;
        return new() { Level = level, RetryAt = now + Delay(level) };
    }

    public static StartBackoff AfterCrash(StartBackoff backoff, TimeSpan lived, DateTimeOffset now) =>
        lived >= s_shortLife || backoff.RetryAt > now ? backoff : backoff with { RetryAt = now + s_crashPause };
}
