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
/// Events of many streams in order of time, or in the very reverse of it. A stream is not read before the merge reaches its first event,
/// so that thousands of quiet streams cost nothing.
/// </summary>
/// <param name="after">Where the page before this one ended.</param>
internal sealed class StreamMerge(IAppendLog log, long fromMs, long? toMs, MergePosition? after, bool newestFirst)
{
    private static readonly Comparer<MergePosition> s_reverse = Comparer<MergePosition>.Create((a, b) => b.CompareTo(a));

    private readonly PriorityQueue<Cursor, MergePosition> _next = new(newestFirst ? s_reverse : null);

    /// <summary>There may be more; nothing is promised.</summary>
    public bool HasMore => _next.Count > 0;

    public void Add(StreamState stream, ActivityState activity)
    {
        if (activity is not { FirstMs: { } first, LastMs: { } last }) return;
        var low = newestFirst ? fromMs : Math.Max(fromMs, after?.TimestampMs ?? 0);
        var high = Math.Min(toMs - 1 ?? long.MaxValue, newestFirst ? after?.TimestampMs ?? long.MaxValue : long.MaxValue);
        if (last < low || first > high) return;
        var name = stream.Key.Name;
        _next.Enqueue(new(stream, RangeOf(name)), newestFirst ? new(Math.Min(high, last), name, long.MaxValue) : new(Math.Max(low, first), name, -1));
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
            if (found.Count > 0) cursor.Range = From(cursor.Range, found[^1].Position);
            cursor.Read = Math.Min(cursor.Read * 4, Pages.LargestRead);
        }

        if (cursor.Head is { } head)
            _next.Enqueue(cursor, new(head.Position.TimestampMs, cursor.Stream.Key.Name, head.Position.Sequence));
    }

    // Sequences begin at 1: at 0 nothing of the millisecond has been passed, in either direction.
    private AppendRange RangeOf(string stream)
    {
        var range = new AppendRange { FromMs = fromMs, ToMs = toMs, Descending = newestFirst };
        if (after is not { } token) return range;
        var sequence = string.CompareOrdinal(stream, token.Stream) switch { < 0 => long.MaxValue, 0 => token.Sequence, _ => 0 };
        return From(range, new(token.TimestampMs, sequence));
    }

    private AppendRange From(AppendRange range, Position last) => newestFirst ? range with { Before = last } : range with { After = last };

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
