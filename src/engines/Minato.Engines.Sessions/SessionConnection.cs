using System.Buffers;
using System.Net.WebSockets;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using System.Threading.Channels;
using Minato.Engines.Sessions.Flow;
using Minato.Engines.Sessions.Messages;

namespace Minato.Engines.Sessions;

/// <summary>
/// One end of a data channel: messages arrive in order and once, whatever the wire does, and at most a window of them is under way.
/// Garbage ends it.
/// </summary>
internal sealed class SessionConnection : IDisposable
{
    private const int Piece = 4 * 1024;

    private readonly WebSocket _socket;
    private readonly SessionOptions _options;
    private readonly TimeProvider _clock;
    private readonly Func<Guid> _newId;
    private readonly string _sends;
    private readonly string _receives;
    private readonly Inbox _inbox;
    private readonly Outbox _outbox = new();
    private readonly Lock _gate = new();
    private readonly Channel<byte[]> _outgoing;
    private readonly Channel<bool> _underWay;
    private readonly Channel<bool> _arrivals = Channel.CreateBounded<bool>(new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite });
    private readonly CancellationTokenSource _ending = new();
    private readonly ITimer _resend;
    private TaskCompletionSource? _emptied;
    private TaskCompletionSource? _paused;
    private volatile string? _end;

    public SessionConnection(WebSocket socket, bool isServer, SessionOptions options, TimeProvider clock, Func<Guid> newId)
    {
        (_socket, _options, _clock, _newId) = (socket, options, clock, newId);
        (_sends, _receives) = isServer ? (MessageType.Output, MessageType.Input) : (MessageType.Input, MessageType.Output);
        _inbox = new(options.Window);
        _outgoing = Channel.CreateBounded<byte[]>(options.Window * 2);
        _underWay = Channel.CreateBounded<bool>(options.Window);
        _resend = clock.CreateTimer(_ => Resend(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Cancelled when nothing more comes or goes.</summary>
    public CancellationToken Ending => _ending.Token;

    /// <summary>What the other side said last, if it closed the channel.</summary>
    public ChannelClosedBody? Closed { get; private set; }

    /// <summary>Why it ended.</summary>
    public string End => _end ?? "it goes on";

    /// <summary>Receives and sends until the end.</summary>
    public async Task RunAsync(CancellationToken ct)
    {
        using var outside = ct.Register(() => Stop("Minato ended it"));
        var sending = SendLoopAsync();
        try
        {
            Stop(await ReceiveLoopAsync());
        }
        finally
        {
            Stop("it broke");
            await sending;
        }
    }

    /// <summary>Ends it at once. The first reason counts.</summary>
    public void Stop(string reason)
    {
        lock (_gate)
        {
            if (_end is not null) return;
            _end = reason;
        }
        _arrivals.Writer.TryComplete();
        _outgoing.Writer.TryComplete();
        _ending.Cancel();
    }

    /// <summary>Waits until there is room under way, and while the other side wants a pause.</summary>
    public async ValueTask SendAsync(PayloadType type, ReadOnlyMemory<byte> payload, CancellationToken ct)
    {
        while (_paused is { } paused) await paused.Task.WaitAsync(ct);
        await _underWay.Writer.WriteAsync(true, ct);
        byte[] frame;
        lock (_gate)
        {
            frame = _outbox.Add(_sends, type, payload, _newId(), _clock.GetUtcNow());
            ArmResend();
        }
        await WriteAsync(frame, ct);
    }

    public ValueTask SendAsync<T>(PayloadType type, T body, JsonTypeInfo<T> json, CancellationToken ct) =>
        SendAsync(type, JsonSerializer.SerializeToUtf8Bytes(body, json), ct);

    /// <returns>The next message of data; null when no more come.</returns>
    public async ValueTask<SessionMessage?> ReadAsync(CancellationToken ct)
    {
        while (true)
        {
            lock (_gate)
                if (_inbox.Next() is { } message) return message;
            if (!await _arrivals.Reader.WaitToReadAsync(ct)) return null;
            _arrivals.Reader.TryRead(out _);
        }
    }

    /// <summary>Waits until the other side has everything, and tells it that this is the end.</summary>
    public async Task CloseAsync(ChannelClosedBody body)
    {
        using var patience = new CancellationTokenSource(_options.FarewellWait, _clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, _ending.Token);
        try
        {
            await EmptiedAsync().WaitAsync(either.Token);
            await WriteAsync(Frame(MessageType.ChannelClosed, JsonSerializer.SerializeToUtf8Bytes(body, SessionJson.Default.ChannelClosedBody)), either.Token);
            _outgoing.Writer.TryComplete();
            await Task.Delay(Timeout.InfiniteTimeSpan, _clock, either.Token); // Until it hangs up.
        }
        catch (OperationCanceledException)
        {
            // It has hung up, or takes too long.
        }
        Stop("the session is over");
    }

    public void Dispose()
    {
        _resend.Dispose();
        _ending.Dispose();
        _socket.Dispose();
    }

    private Task EmptiedAsync()
    {
        lock (_gate) return _outbox.IsEmpty ? Task.CompletedTask : (_emptied ??= new()).Task;
    }

    private async Task<string> ReceiveLoopAsync()
    {
        var buffer = new ArrayBufferWriter<byte>(Piece);
        try
        {
            while (true)
            {
                var got = await _socket.ReceiveAsync(buffer.GetMemory(Piece), _ending.Token);
                if (got.MessageType == WebSocketMessageType.Close) return "the other side closed it";
                buffer.Advance(got.Count);
                if (got.MessageType != WebSocketMessageType.Binary || buffer.WrittenCount > _options.LargestFrame) return "something that is not a message came";
                if (!got.EndOfMessage) continue;
                if (MessageCodec.Decode(buffer.WrittenSpan) is not { } message) return "something that is not a message came";
                buffer.ResetWrittenCount();
                if (await ReceivedAsync(message) is { } end) return end;
            }
        }
        catch (Exception e) when (e is OperationCanceledException or WebSocketException or ObjectDisposedException)
        {
            return "the connection broke";
        }
    }

    /// <returns>Why it ends; null goes on.</returns>
    private async ValueTask<string?> ReceivedAsync(SessionMessage message)
    {
        switch (message.Type)
        {
            case MessageType.Acknowledge:
                if (SessionJson.Read(message.Payload, SessionJson.Default.AcknowledgeBody) is not { } acknowledged) return "an acknowledgement of nothing came";
                Acknowledged(acknowledged.AcknowledgedMessageSequenceNumber);
                return null;
            case MessageType.ChannelClosed:
                Closed = SessionJson.Read(message.Payload, SessionJson.Default.ChannelClosedBody) ?? new(null, null, null);
                return "the other side closed the channel";
            case MessageType.Pause:
                lock (_gate) _paused ??= new();
                return null;
            case MessageType.Start:
                Resume();
                return null;
            case var type when type == _receives:
                await TakeAsync(message);
                return null;
            default:
                return null; // AWS adds types; what is not known is passed over.
        }
    }

    private async ValueTask TakeAsync(SessionMessage message)
    {
        lock (_gate)
            if (!_inbox.Take(message)) return;
        _arrivals.Writer.TryWrite(true);
        var body = new AcknowledgeBody(message.Type, message.Id.ToString(), message.SequenceNumber, IsSequentialMessage: true);
        await WriteAsync(Frame(MessageType.Acknowledge, JsonSerializer.SerializeToUtf8Bytes(body, SessionJson.Default.AcknowledgeBody)), _ending.Token);
    }

    private void Acknowledged(long sequenceNumber)
    {
        TaskCompletionSource? emptied = null;
        lock (_gate)
        {
            if (!_outbox.Acknowledge(sequenceNumber)) return;
            if (_outbox.IsEmpty) (emptied, _emptied) = (_emptied, null);
        }
        _underWay.Reader.TryRead(out _);
        emptied?.TrySetResult();
    }

    private void Resume()
    {
        TaskCompletionSource? paused;
        lock (_gate) (paused, _paused) = (_paused, null);
        paused?.TrySetResult();
    }

    private void Resend()
    {
        bool isHopeless;
        lock (_gate)
        {
            foreach (var frame in _outbox.TakeDue(_clock.GetUtcNow()))
                if (!_outgoing.Writer.TryWrite(frame)) break; // Its turn comes again.
            ArmResend();
            isHopeless = _outbox.IsHopeless;
        }
        if (isHopeless) Stop("nothing is acknowledged any more");
    }

    private void ArmResend()
    {
        if (_end is not null || _outbox.NextDue is not { } due) return;
        var wait = due - _clock.GetUtcNow();
        _resend.Change(wait > TimeSpan.Zero ? wait : TimeSpan.Zero, Timeout.InfiniteTimeSpan);
    }

    private byte[] Frame(string type, byte[] payload) => MessageCodec.Encode(new()
    {
        Type = type, Id = _newId(), CreatedAt = _clock.GetUtcNow(), Flags = MessageFlags.Syn | MessageFlags.Fin, Payload = payload,
    });

    private async ValueTask WriteAsync(byte[] frame, CancellationToken ct)
    {
        try
        {
            await _outgoing.Writer.WriteAsync(frame, ct);
        }
        catch (ChannelClosedException)
        {
            throw new OperationCanceledException(_ending.Token);
        }
    }

    private async Task SendLoopAsync()
    {
        try
        {
            while (await _outgoing.Reader.WaitToReadAsync(_ending.Token))
                while (_outgoing.Reader.TryRead(out var frame))
                    await _socket.SendAsync(frame, WebSocketMessageType.Binary, endOfMessage: true, _ending.Token);
            if (_socket.State is WebSocketState.Open or WebSocketState.CloseReceived)
                await _socket.CloseOutputAsync(WebSocketCloseStatus.NormalClosure, null, _ending.Token);
        }
        catch (Exception e) when (e is OperationCanceledException or WebSocketException or ObjectDisposedException)
        {
            Stop("the connection broke");
        }
    }
}
