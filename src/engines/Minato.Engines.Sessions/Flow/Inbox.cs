using Minato.Engines.Sessions.Messages;

namespace Minato.Engines.Sessions.Flow;

/// <summary>Puts what arrives in order. Holds no more than a window: what lies beyond is left to be sent again.</summary>
internal sealed class Inbox(int window)
{
    private readonly Dictionary<long, SessionMessage> _waiting = [];
    private long _next;

    /// <returns>Whether to acknowledge: it is kept, or was had before.</returns>
    public bool Take(SessionMessage message)
    {
        if (message.SequenceNumber >= _next + window) return false;
        if (message.SequenceNumber >= _next) _waiting.TryAdd(message.SequenceNumber, message);
        return true;
    }

    /// <returns>The next in order, once; null while it is missing.</returns>
    public SessionMessage? Next()
    {
        if (!_waiting.Remove(_next, out var message)) return null;
        _next++;
        return message;
    }
}
