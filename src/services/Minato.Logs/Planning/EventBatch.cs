using System.Collections.Immutable;
using System.Text;
using Minato.Contracts.CloudWatchLogs;
using Minato.Platform;

namespace Minato.Logs.Planning;

/// <summary>What of a PutLogEvents batch is taken. Events stand in order of time, so what is refused stands at its ends.</summary>
/// <param name="Rejected">Null when all are taken.</param>
internal sealed record EventBatch(ImmutableArray<LogEntry> Entries, long Bytes, RejectedLogEventsInfo? Rejected)
{
    public const int EventOverhead = 26;
    public const int MaxBytes = 1_048_576; // Of a batch; an event may fill it alone.

    private static readonly TimeSpan s_longestSpan = TimeSpan.FromHours(24);
    private static readonly TimeSpan s_future = TimeSpan.FromHours(2);
    private static readonly TimeSpan s_past = TimeSpan.FromDays(14);

    /// <param name="oldestMs">Where the group's retention begins.</param>
    /// <exception cref="InvalidParameterException">The batch as a whole breaks a rule.</exception>
    public static EventBatch Plan(ImmutableArray<InputLogEvent> events, DateTimeOffset now, long? oldestMs)
    {
        CheckSizes(events);
        CheckTimes(events);
        var tooOldEnd = CountBefore(events, (now - s_past).ToUnixTimeMilliseconds());
        var expiredEnd = oldestMs is { } oldest ? CountBefore(events, oldest) : 0;
        var tooNewStart = CountBefore(events, (now + s_future).ToUnixTimeMilliseconds() + 1);
        var start = Math.Max(tooOldEnd, expiredEnd);
        var nowMs = now.ToUnixTimeMilliseconds();
        ImmutableArray<LogEntry> taken = [.. events[start..Math.Max(start, tooNewStart)]
            .Select(e => new LogEntry(e.Timestamp, nowMs, Encoding.UTF8.GetBytes(e.Message)))];
        var rejected = taken.Length == events.Length ? null : new RejectedLogEventsInfo
        {
            TooOldLogEventEndIndex = tooOldEnd > 0 ? tooOldEnd : null,
            ExpiredLogEventEndIndex = expiredEnd > 0 ? expiredEnd : null,
            TooNewLogEventStartIndex = tooNewStart < events.Length ? tooNewStart : null,
        };
        return new(taken, taken.Sum(e => (long)e.Payload.Length + EventOverhead), rejected);
    }

    private static void CheckSizes(ImmutableArray<InputLogEvent> events)
    {
        var total = 0L;
        foreach (var one in events)
        {
            var size = Encoding.UTF8.GetByteCount(one.Message) + EventOverhead;
            if (size > MaxBytes) throw new InvalidParameterException($"Log event too large: {size} bytes exceeds limit of {MaxBytes}");
            total += size;
        }

        if (total > MaxBytes) throw new InvalidParameterException($"Upload too large: {total} bytes exceeds limit of {MaxBytes}");
    }

    private static void CheckTimes(ImmutableArray<InputLogEvent> events)
    {
        for (var i = 1; i < events.Length; i++)
        {
            if (events[i].Timestamp < events[i - 1].Timestamp)
                throw new InvalidParameterException("Log events in a single PutLogEvents request must be in chronological order.");
        }

        if (events.Length > 0 && events[^1].Timestamp - events[0].Timestamp > (long)s_longestSpan.TotalMilliseconds)
            throw new InvalidParameterException("The batch of log events in a single PutLogEvents request cannot span more than 24 hours.");
    }

    private static int CountBefore(ImmutableArray<InputLogEvent> events, long ms)
    {
        var count = 0;
        while (count < events.Length && events[count].Timestamp < ms) count++;
        return count;
    }
}
