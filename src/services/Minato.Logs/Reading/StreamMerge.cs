using Minato.Logs.State;
using Minato.Platform;

namespace Minato.Logs.Reading;

/// <summary>Where an event stands among those of all streams of a group.</summary>
internal readonly record struct MergePosition(long TimestampMs, string Stream, long Sequence) : IComparable<MergePosition>
{
    public int CompareTo(MergePosition other)
    {
        var order = TimestampMs.CompareTo(other.TimestampMs);
        if (order == 0) order = string.CompareOrdinal(Stream, other.Stream);
        return order == 0 ? Sequence.CompareTo(other.Sequence) : order;
    }

    public override string ToString() => $"{TimestampMs}.{Sequence}.{Stream}";

    public static MergePosition? Parse(string text) =>
        text.Split('.', 3) is [var ms, var sequence, var stream] && long.TryParse(ms, out var time) && long.TryParse(sequence, out var number)
            ? new(time, stream, number)
            : null;
}

/// <summary>
/// Events of many streams in order of time. A stream is not read before the merge reaches its first event, so that thousands of quiet
/// streams cost nothing.
/// </summary>
internal sealed class StreamMerge(IAppendLog log, long fromMs, long? toMs, MergePosition? after)
{
    private readonly PriorityQueue<Cursor, MergePosition> _next = new();

    /// <summary>There may be more; nothing is promised.</summary>
    public bool HasMore => _next.Count > 0;

    public void Add(StreamState stream, ActivityState activity)
    {
        var start = Math.Max(fromMs, after?.TimestampMs ?? 0);
        if (activity.LastMs is not { } last || last < start || activity.FirstMs >= toMs) return;
        _next.Enqueue(new(stream, RangeOf(stream.Key.Name)), new(Math.Max(start, activity.FirstMs ?? 0), stream.Key.Name, -1));
    }

    public async ValueTask<(StreamState Stream, StoredEntry Entry, MergePosition Position)?> NextAsync(CancellationToken ct)
    {
        while (_next.TryDequeue(out var cursor, out var position))
        {
            var head = cursor.Head; // None: the merge has come to a stream that was not read yet.
            if (head is not null) cursor.Waiting.Dequeue();
            await FillAsync(cursor, ct);
            if (head is { } entry) return (cursor.Stream, entry, position);
        }

        return null;
    }

    private async ValueTask FillAsync(Cursor cursor, CancellationToken ct)
    {
        if (cursor.Waiting.Count == 0 && !cursor.IsRead)
        {
            var found = await log.ReadAsync(cursor.Stream.Partition, cursor.Range with { Limit = cursor.Read }, ct);
            foreach (var entry in found) cursor.Waiting.Enqueue(entry);
            cursor.IsRead = found.Count < cursor.Read;
            if (found.Count > 0) cursor.Range = cursor.Range with { After = found[^1].Position };
            cursor.Read = Math.Min(cursor.Read * 4, Pages.LargestRead);
        }

        if (cursor.Head is { } head)
            _next.Enqueue(cursor, new(head.Position.TimestampMs, cursor.Stream.Key.Name, head.Position.Sequence));
    }

    private AppendRange RangeOf(string stream)
    {
        var range = new AppendRange { FromMs = fromMs, ToMs = toMs };
        if (after is not { } token) return range;
        return string.CompareOrdinal(stream, token.Stream) switch
        {
            < 0 => range with { After = new(token.TimestampMs, long.MaxValue) },
            0 => range with { After = new(token.TimestampMs, token.Sequence) },
            _ => range with { FromMs = Math.Max(fromMs, token.TimestampMs) },
        };
    }

    private sealed class Cursor(StreamState stream, AppendRange range)
    {
        public StreamState Stream => stream;
        public AppendRange Range { get; set; } = range;
        public Queue<StoredEntry> Waiting { get; } = new();
        public StoredEntry? Head => Waiting.TryPeek(out var head) ? head : null;
        public int Read { get; set; } = Pages.FirstRead;
        public bool IsRead { get; set; }
    }
}
