using Minato.Engines.Sessions.Messages;

namespace Minato.Engines.Sessions.Flow;

/// <summary>What was sent and is not acknowledged yet, and when to send it again: after 200 ms, then ever later up to a second.</summary>
internal sealed class Outbox
{
    private static readonly TimeSpan FirstWait = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestWait = TimeSpan.FromSeconds(1);
    private const int MostAttempts = 3000;

    private readonly Dictionary<long, Sent> _sent = [];
    private long _next;

    public bool IsEmpty => _sent.Count == 0;

    /// <summary>The other side acknowledged none of many attempts: nobody is there.</summary>
    public bool IsHopeless { get; private set; }

    public DateTimeOffset? NextDue => IsEmpty ? null : _sent.Values.Min(s => s.Due);

    /// <returns>The frame to send.</returns>
    public byte[] Add(string type, PayloadType payloadType, ReadOnlyMemory<byte> payload, Guid id, DateTimeOffset now)
    {
        var message = new SessionMessage
        {
            Type = type, Id = id, CreatedAt = now, SequenceNumber = _next, PayloadType = payloadType, Payload = payload,
            Flags = _next == 0 ? MessageFlags.Syn : MessageFlags.None,
        };
        var frame = MessageCodec.Encode(message);
        _sent[_next++] = new(frame, now + FirstWait, FirstWait, 1);
        return frame;
    }

    /// <returns>Whether it waited for that.</returns>
    public bool Acknowledge(long sequenceNumber) => _sent.Remove(sequenceNumber);

    /// <returns>What to send again now, oldest first.</returns>
    public List<byte[]> TakeDue(DateTimeOffset now)
    {
        var due = new List<byte[]>();
        foreach (var (number, sent) in _sent.Where(s => s.Value.Due <= now).OrderBy(s => s.Key).ToList())
        {
            var wait = sent.Wait * 2 < LongestWait ? sent.Wait * 2 : LongestWait;
            _sent[number] = new(sent.Frame, now + wait, wait, sent.Attempts + 1);
            IsHopeless |= sent.Attempts >= MostAttempts;
            due.Add(sent.Frame);
        }
        return due;
    }

    private sealed record Sent(byte[] Frame, DateTimeOffset Due, TimeSpan Wait, int Attempts);
}
