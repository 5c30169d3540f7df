namespace Minato.Platform;

/// <summary>Brings one thing nearer to what is wanted. Called again for every change, after a restart, and when it asked for it.</summary>
public interface IReconciler<TKey>
{
    /// <summary>
    /// One step: read, plan, apply. The runner never calls it twice at a time for a key. An exception backs off this key alone;
    /// <see cref="StaleRecordException"/> brings it back at once.
    /// </summary>
    /// <param name="ct">Cancelled at the deadline and when the host stops.</param>
    ValueTask<Next> ReconcileAsync(TKey key, CancellationToken ct);
}

/// <summary>When a reconciler wants its key again if nothing changes before.</summary>
public readonly record struct Next
{
    private Next(DateTimeOffset? time, TimeSpan? delay)
    {
        Time = time;
        Delay = delay;
    }

    /// <summary>Not before something changes.</summary>
    public static Next Done => default;

    /// <summary>At once, behind the keys that wait already.</summary>
    public static Next Soon => new(null, TimeSpan.Zero);

    internal DateTimeOffset? Time { get; }

    internal TimeSpan? Delay { get; }

    public static Next At(DateTimeOffset time) => new(time, null);

    public static Next After(TimeSpan delay) => new(null, delay);

    /// <summary>The earlier of two wishes.</summary>
    public static Next Earlier(Next one, Next other, DateTimeOffset now)
    {
        if (one.DueAt(now) is not { } a) return other;
        return other.DueAt(now) is { } b && b < a ? other : one;
    }

    internal DateTimeOffset? DueAt(DateTimeOffset now) => Delay is { } delay ? now + delay : Time;
}

/// <summary>The keys that wait for a reconciler; for wake-ups that no table change brings, such as engine events.</summary>
public interface IWorkQueue<in TKey>
{
    /// <summary>Runs the key soon; again after its present run if it runs now. Asking twice before it runs is asking once.</summary>
    void Enqueue(TKey key);

    /// <summary>Runs the key at a time, or earlier when something changes. Of several times the earliest counts.</summary>
    void EnqueueAt(TKey key, DateTimeOffset at);
}
