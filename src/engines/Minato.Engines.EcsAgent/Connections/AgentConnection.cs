using System.Net.WebSockets;
using System.Threading.Channels;
using Minato.Engines.EcsAgent.Messages;

namespace Minato.Engines.EcsAgent.Connections;

/// <summary>
/// One websocket of an agent: messages in, bounded in size and rate; messages out, one at a time. Whoever breaks the rules is cut off.
/// </summary>
internal sealed class AgentConnection : IDisposable
{
    private const int LongestReason = 120; // A close frame carries 123 bytes of it.

    private readonly WebSocket _socket;
    private readonly EcsAgentOptions _options;
    private readonly TimeProvider _clock;
    private readonly FrameReader _reader;
    private readonly FrameRate _rate;
    private readonly Channel<ReadOnlyMemory<byte>> _outgoing;
    private readonly CancellationTokenSource _abort = new();
    private readonly Lock _gate = new();
    private volatile End? _end;
    private CancellationTokenSource? _patience;

    public AgentConnection(WebSocket socket, int largestFrame, EcsAgentOptions options, TimeProvider clock)
    {
        (_socket, _options, _clock) = (socket, options, clock);
        _reader = new(socket, largestFrame);
        _rate = new(options.Burst, options.Rate, clock);
        _outgoing = Channel.CreateBounded<ReadOnlyMemory<byte>>(options.MostWaiting);
    }

    /// <summary>Cancelled when the connection comes to its end.</summary>
    public CancellationToken Ending => _abort.Token;

    /// <exception cref="ChannelClosedException">The connection has ended, or is about to.</exception>
    public ValueTask SendAsync(ReadOnlyMemory<byte> message, CancellationToken ct) => _outgoing.Writer.WriteAsync(message, ct);

    /// <summary>Ends it politely, and soon in any case. The first reason counts.</summary>
    public void Cut(string reason, WebSocketCloseStatus status)
    {
        lock (_gate)
        {
            if (_end is not null) return;
            _end = new(reason, status);
            _patience = new(_options.CloseWait, _clock);
            _patience.Token.Register(_abort.Cancel);
        }

        _outgoing.Writer.TryComplete();
    }

    /// <summary>Receives until the end.</summary>
    /// <param name="received">Called with one message at a time. What it answers ends the connection; null goes on.</param>
    /// <returns>Why it ended.</returns>
    public async Task<string> RunAsync(Func<AgentMessage, CancellationToken, ValueTask<string?>> received, CancellationToken ct)
    {
        using var outside = ct.Register(_abort.Cancel);
        var sending = SendLoopAsync();
        try
        {
            var (reason, status) = await ReceiveLoopAsync(received);
            Cut(reason, status);
        }
        finally
        {
            Cut("Minato could not go on", WebSocketCloseStatus.InternalServerError);
            await sending;
            _abort.Cancel();
            _socket.Abort();
        }

        return _end?.Reason ?? "";
    }

    public void Dispose()
    {
        _patience?.Dispose();
        _abort.Dispose();
        _socket.Dispose();
    }

    private async Task<(string Reason, WebSocketCloseStatus Status)> ReceiveLoopAsync(Func<AgentMessage, CancellationToken, ValueTask<string?>> received)
    {
        try
        {
            while (true)
            {
                var frame = await _reader.ReadAsync(_abort.Token);
                if (frame.End is { } end) return (end, frame.EndStatus);
                if (_end is not null) continue; // Only its close frame is waited for.
                if (!_rate.Take()) return ("the agent sent more messages than it may", WebSocketCloseStatus.PolicyViolation);
                using var message = AgentMessage.Parse(frame.Text);
                if (message is null) return ("the agent sent something that is not a message", WebSocketCloseStatus.InvalidPayloadData);
                if (await received(message, _abort.Token) is { } problem) return (problem, WebSocketCloseStatus.PolicyViolation);
            }
        }
        catch (OperationCanceledException)
        {
            return ("Minato ended it", WebSocketCloseStatus.EndpointUnavailable);
        }
        catch (WebSocketException e)
        {
            return ($"it broke: {e.Message}", WebSocketCloseStatus.Empty);
        }
    }

    private async Task SendLoopAsync()
    {
        try
        {
            while (await _outgoing.Reader.WaitToReadAsync(_abort.Token))
            {
                while (_outgoing.Reader.TryRead(out var message))
                    await _socket.SendAsync(message, WebSocketMessageType.Text, endOfMessage: true, _abort.Token);
            }

            if (_end is not { } end || _socket.State is not (WebSocketState.Open or WebSocketState.CloseReceived)) return;
            var words = end.Reason.Length <= LongestReason ? end.Reason : end.Reason[..LongestReason];
            await _socket.CloseOutputAsync(end.Status is WebSocketCloseStatus.Empty ? WebSocketCloseStatus.NormalClosure : end.Status, words, _abort.Token);
        }
        catch (Exception e) when (e is OperationCanceledException or WebSocketException or ObjectDisposedException)
        {
            _abort.Cancel(); // Nobody hears us: nor is there anybody to listen to.
        }
    }

    private sealed record End(string Reason, WebSocketCloseStatus Status);
}
