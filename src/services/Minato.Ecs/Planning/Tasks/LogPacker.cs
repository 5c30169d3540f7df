using System.Collections.Immutable;
using System.Text;
using System.Text.Unicode;
using Minato.Contracts.CloudWatchLogs;

namespace Minato.Ecs.Planning.Tasks;

/// <param name="Last">Time of the last line that is wholly in this pack or an earlier one; null when a line only began.</param>
internal sealed record LogPack(ImmutableArray<InputLogEvent> Events, DateTimeOffset? Last);

/// <summary>Cuts lines into events and events into requests, within the limits of PutLogEvents.</summary>
internal sealed class LogPacker
{
    private const int EventOverhead = 26; // AWS: counted for every event on top of its text.
    private const int MostEventBytes = 256 * 1024 - EventOverhead;
    private const int MostBatchBytes = 1024 * 1024;
    private const int MostEvents = 10_000;
    private static readonly long s_mostSpanMs = (long)TimeSpan.FromHours(24).TotalMilliseconds - 1;

    private readonly Queue<(InputLogEvent Event, int Bytes, DateTimeOffset? Completes)> _waiting = new();
    private long _bytes;

    public bool IsFull => _bytes >= MostBatchBytes || _waiting.Count >= MostEvents;

    public void Add(DateTimeOffset time, ReadOnlySpan<byte> text) => Add(time, text, time);

    /// <param name="last">Of the last line of an event of several.</param>
    public void Add(DateTimeOffset time, ReadOnlySpan<byte> text, DateTimeOffset last)
    {
        // What is no UTF-8 goes with other bytes in its place, up to three for one: those count.
        if (!Utf8.IsValid(text)) text = Encoding.UTF8.GetBytes(Encoding.UTF8.GetString(text));
        while (text.Length > MostEventBytes)
        {
            var cut = Cut(text);
            Enqueue(time, text[..cut], completes: null);
            text = text[cut..];
        }

        // AWS: an event has at least one character; the driver leaves empty lines out.
        if (text.Length > 0) Enqueue(time, text, last);
    }

    /// <returns>The next request; null when nothing waits.</returns>
    public LogPack? Take()
    {
        if (_waiting.Count == 0) return null;
        var events = ImmutableArray.CreateBuilder<InputLogEvent>();
        DateTimeOffset? last = null;
        var bytes = 0;
        var first = _waiting.Peek().Event.Timestamp;
        while (_waiting.TryPeek(out var next) && events.Count < MostEvents && bytes + next.Bytes <= MostBatchBytes
            && Math.Abs(next.Event.Timestamp - first) <= s_mostSpanMs)
        {
            _waiting.Dequeue();
            events.Add(next.Event);
            bytes += next.Bytes;
            last = next.Completes ?? last;
        }

        _bytes -= bytes;
        // AWS: a request must be in order of time, and the lines of two pipes need not be. OrderBy keeps equals in place.
        return new([.. events.OrderBy(e => e.Timestamp)], last);
    }

    private void Enqueue(DateTimeOffset time, ReadOnlySpan<byte> text, DateTimeOffset? completes)
    {
        _waiting.Enqueue((
            new InputLogEvent { Timestamp = time.ToUnixTimeMilliseconds(), Message = Encoding.UTF8.GetString(text) },
            text.Length + EventOverhead, completes));
        _bytes += text.Length + EventOverhead;
    }

    // Never inside a character.
    private static int Cut(ReadOnlySpan<byte> text)
    {
        var cut = MostEventBytes;
        while (cut > MostEventBytes - 4 && (text[cut] & 0xC0) == 0x80) cut--;
        return cut;
    }
}
