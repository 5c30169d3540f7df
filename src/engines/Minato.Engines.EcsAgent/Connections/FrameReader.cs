using System.Buffers;
using System.Net.WebSockets;

namespace Minato.Engines.EcsAgent.Connections;

/// <summary>One message of the other side, or why there are none left.</summary>
internal readonly record struct Frame(ReadOnlyMemory<byte> Text, string? End, WebSocketCloseStatus EndStatus)
{
    public static Frame Ended(string why, WebSocketCloseStatus status) => new(default, why, status);
}

/// <summary>Puts the pieces of text messages together, up to a bound.</summary>
internal sealed class FrameReader(WebSocket socket, int largest)
{
    private const int Piece = 8 * 1024;

    private readonly ArrayBufferWriter<byte> _buffer = new(Piece);

    /// <returns>The text is valid until the next call.</returns>
    public async ValueTask<Frame> ReadAsync(CancellationToken ct)
    {
        _buffer.ResetWrittenCount();
        while (true)
        {
            var got = await socket.ReceiveAsync(_buffer.GetMemory(Piece), ct);
            if (got.MessageType == WebSocketMessageType.Close)
                return Frame.Ended($"the agent closed it: {socket.CloseStatusDescription}", WebSocketCloseStatus.NormalClosure);
            if (got.MessageType == WebSocketMessageType.Binary)
                return Frame.Ended("the agent sent something that is not text", WebSocketCloseStatus.InvalidMessageType);
            _buffer.Advance(got.Count);
            if (_buffer.WrittenCount > largest)
                return Frame.Ended($"the agent sent a message of more than {largest} bytes", WebSocketCloseStatus.MessageTooBig);
            if (got.EndOfMessage) return new(_buffer.WrittenMemory, null, default);
        }
    }
}
