using System.Net.WebSockets;
using System.Text;

namespace Minato.Ecs.Tests.Exec;

/// <summary>
/// A websocket whose binary frames are lost, doubled and overtaken, by its seed. The last word of a session is not acknowledged by the
/// protocol and so never sent again: that one comes through.
/// </summary>
internal sealed class BadWire(WebSocket inner, int seed) : WebSocket
{
    private const double Share = 0.15; // Of each kind of trouble.
    private static readonly byte[] s_farewell = Encoding.ASCII.GetBytes("channel_closed");

    private readonly Random _chance = new(seed);
    private byte[]? _held;

    public int Lost { get; private set; }
    public int Doubled { get; private set; }
    public int Overtaken { get; private set; }

    public override WebSocketCloseStatus? CloseStatus => inner.CloseStatus;

    public override string? CloseStatusDescription => inner.CloseStatusDescription;

    public override WebSocketState State => inner.State;

    public override string? SubProtocol => inner.SubProtocol;

    public override void Abort() => inner.Abort();

    public override Task CloseAsync(WebSocketCloseStatus closeStatus, string? statusDescription, CancellationToken cancellationToken) =>
        inner.CloseAsync(closeStatus, statusDescription, cancellationToken);

    public override Task CloseOutputAsync(WebSocketCloseStatus closeStatus, string? statusDescription, CancellationToken cancellationToken) =>
        inner.CloseOutputAsync(closeStatus, statusDescription, cancellationToken);

    public override void Dispose() => inner.Dispose();

    public override ValueTask<ValueWebSocketReceiveResult> ReceiveAsync(Memory<byte> buffer, CancellationToken cancellationToken) => inner.ReceiveAsync(buffer, cancellationToken);

    public override Task<WebSocketReceiveResult> ReceiveAsync(ArraySegment<byte> buffer, CancellationToken cancellationToken) => inner.ReceiveAsync(buffer, cancellationToken);

    public override ValueTask SendAsync(ReadOnlyMemory<byte> buffer, WebSocketMessageType messageType, bool endOfMessage, CancellationToken cancellationToken) =>
        new(SendAsync(new ArraySegment<byte>(buffer.ToArray()), messageType, endOfMessage, cancellationToken));

    public override async Task SendAsync(ArraySegment<byte> buffer, WebSocketMessageType messageType, bool endOfMessage, CancellationToken cancellationToken)
    {
        var isSafe = messageType != WebSocketMessageType.Binary || buffer.AsSpan().IndexOf(s_farewell) >= 0;
        var fate = isSafe ? 1 : _chance.NextDouble();
        if (fate < Share)
        {
            Lost++;
            return;
        }

        if (fate < 2 * Share && _held is null)
        {
            Overtaken++;
            _held = buffer.ToArray();
            return;
        }

        await inner.SendAsync(buffer, messageType, endOfMessage, cancellationToken);
        if (fate < 3 * Share)
        {
            Doubled++;
            await inner.SendAsync(buffer, messageType, endOfMessage, cancellationToken);
        }

        if (_held is not { } held) return;
        _held = null;
        await inner.SendAsync(held, messageType, endOfMessage, cancellationToken);
    }
}
