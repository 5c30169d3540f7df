namespace Minato.Platform;

/// <summary>
/// Bulk data that is only ever added to and read in order: log events, metric points. Each partition is ordered by timestamp and,
/// where timestamps are equal, by arrival.
/// </summary>
public interface IAppendLog
{
    /// <summary>Durable when it returns. Entries need not come in order of time; those with equal timestamps keep their order.</summary>
    ValueTask AppendAsync(string partition, IReadOnlyList<LogEntry> entries, CancellationToken ct);

    ValueTask<IReadOnlyList<StoredEntry>> ReadAsync(string partition, AppendRange range, CancellationToken ct);

    ValueTask DeleteAsync(string partition, CancellationToken ct);

    /// <summary>Forgets entries with a timestamp before <paramref name="beforeMs"/>.</summary>
    ValueTask TrimAsync(string partition, long beforeMs, CancellationToken ct);

    /// <summary>Forgets everything.</summary>
    ValueTask ClearAsync(CancellationToken ct);
}

/// <param name="TimestampMs">When it happened, by its source; Unix milliseconds.</param>
/// <param name="IngestedMs">When it was taken in.</param>
public readonly record struct LogEntry(long TimestampMs, long IngestedMs, ReadOnlyMemory<byte> Payload);

/// <param name="Position">Unique in its partition and lasting: what page tokens and event ids are made of.</param>
public readonly record struct StoredEntry(Position Position, LogEntry Entry);

/// <summary>Where an entry stands in its partition.</summary>
public readonly record struct Position(long TimestampMs, long Sequence) : IComparable<Position>
{
    public int CompareTo(Position other) =>
        TimestampMs != other.TimestampMs ? TimestampMs.CompareTo(other.TimestampMs) : Sequence.CompareTo(other.Sequence);

    public static bool operator <(Position left, Position right) => left.CompareTo(right) < 0;

    public static bool operator >(Position left, Position right) => left.CompareTo(right) > 0;

    public static bool operator <=(Position left, Position right) => left.CompareTo(right) <= 0;

    public static bool operator >=(Position left, Position right) => left.CompareTo(right) >= 0;
}

/// <summary>Which entries to read.</summary>
public readonly record struct AppendRange
{
    public AppendRange()
    {
    }

    /// <summary>Timestamps from here on, inclusive.</summary>
    public long? FromMs { get; init; }

    /// <summary>Timestamps up to here, exclusive.</summary>
    public long? ToMs { get; init; }

    /// <summary>Exclusive.</summary>
    public Position? After { get; init; }

    /// <summary>Exclusive.</summary>
    public Position? Before { get; init; }

    /// <summary>Entries at most.</summary>
    public int Limit { get; init; } = 10_000;

    /// <summary>Newest first: the limit then keeps the end of the range.</summary>
    public bool Descending { get; init; }

    internal bool Contains(Position position) =>
        (FromMs is not { } from || position.TimestampMs >= from) && (ToMs is not { } to || position.TimestampMs < to)
        && (After is not { } after || position > after) && (Before is not { } before || position < before);
}
