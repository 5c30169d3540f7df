using System.Net.WebSockets;
using System.Threading.Channels;

namespace Minato.Testing.Agents;

/// <summary>One end of a websocket that never leaves memory, nor the simulator's thread.</summary>
public sealed class SimWebSocket : WebSocket
{
    private readonly Channel<Piece> _incoming = Channel.CreateUnbounded<Piece>();
    private SimWebSocket? _peer;
    private Piece? _rest;
    private WebSocketState _state = WebSocketState.Open;
    private WebSocketCloseStatus? _closeStatus;
    private string? _closeWords;

    private SimWebSocket()
    {
    }

    public override WebSocketCloseStatus? CloseStatus => _closeStatus;

    public override string? CloseStatusDescription => _closeWords;

    public override WebSocketState State => _state;

    public override string? SubProtocol => null;

    public static (SimWebSocket Server, SimWebSocket Agent) Pair()
    {
        var (server, agent) = (new SimWebSocket(), new SimWebSocket());
        (server._peer, agent._peer) = (agent, server);
        return (server, agent);
    }

    /// <summary>Cuts the wire: both ends find it broken.</summary>
    public override void Abort()
    {
        Break();
        _peer?.Break();
    }

    public override async ValueTask<ValueWebSocketReceiveResult> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken)
    {
        try
        {
            var piece = _rest ?? await _incoming.Reader.ReadAsync(cancellationToken);
            _rest = null;
            if (piece.Close is { } close)
            {
                (_closeStatus, _closeWords) = (close, piece.Words);
                _state = _state == WebSocketState.CloseSent ? WebSocketState.Closed : WebSocketState.CloseReceived;
                return new(0, WebSocketMessageType.Close, endOfMessage: true);
            }

            var count = Math.Min(buffer.Length, piece.Data.Length);
            piece.Data[..count].CopyTo(buffer);
            var isAll = count == piece.Data.Length;
            if (!isAll) _rest = piece with { Data = piece.Data[count..] };
            return new(count, piece.Type, isAll && piece.IsEnd);
        }
        catch (ChannelClosedException e)
        {
            throw new WebSocketException(WebSocketError.ConnectionClosedPrematurely, e);
        }
        catch (OperationCanceledException)
        {
            Abort(); // As the real one.
            throw;
        }
    }

    public override async Task<WebSocketReceiveResult> ReceiveAsync(ArraySegment<byte> buffer, CancellationToken cancellationToken)
    {
        var got = await ReceiveAsync(buffer.AsMemory(), cancellationToken);
        return new(got.Count, got.MessageType, got.EndOfMessage, _closeStatus, _closeWords);
    }

    public override ValueTask SendAsync(ReadOnlyMemory<byte> buffer, WebSocketMessageType messageType, bool endOfMessage, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (_state is not (WebSocketState.Open or WebSocketState.CloseReceived)) throw new WebSocketException(WebSocketError.InvalidState);
        _peer?._incoming.Writer.TryWrite(new(buffer.ToArray(), messageType, endOfMessage, null, null));
        return ValueTask.CompletedTask;
    }

    public override Task SendAsync(ArraySegment<byte> buffer, WebSocketMessageType messageType, bool endOfMessage, CancellationToken cancellationToken) =>
        SendAsync(buffer.AsMemory(), messageType, endOfMessage, cancellationToken).AsTask();

    public override Task CloseOutputAsync(WebSocketCloseStatus closeStatus, string? statusDescription, CancellationToken cancellationToken)
    {
        if (_state is not (WebSocketState.Open or WebSocketState.CloseReceived)) throw new WebSocketException(WebSocketError.InvalidState);
        _state = _state == WebSocketState.CloseReceived ? WebSocketState.Closed : WebSocketState.CloseSent;
        _peer?._incoming.Writer.TryWrite(new(default, WebSocketMessageType.Close, true, closeStatus, statusDescription));
        return Task.CompletedTask;
    }

    public override Task CloseAsync(WebSocketCloseStatus closeStatus, string? statusDescription, CancellationToken cancellationToken) =>
        CloseOutputAsync(closeStatus, statusDescription, cancellationToken);

    public override void Dispose() => Abort();

    private void Break()
    {
        if (_state is not WebSocketState.Closed) _state = WebSocketState.Aborted;
        _incoming.Writer.TryComplete();
    }

    private sealed record Piece(ReadOnlyMemory<byte> Data, WebSocketMessageType Type, bool IsEnd, WebSocketCloseStatus? Close, string? Words);
}
