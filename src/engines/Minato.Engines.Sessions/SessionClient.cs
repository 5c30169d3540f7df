using System.Net.WebSockets;
using System.Text.Json;
using Minato.Engines.Sessions.Messages;

namespace Minato.Engines.Sessions;

/// <summary>A person's part of a session, as AWS's session-manager-plugin plays it.</summary>
public sealed class SessionClient : IAsyncDisposable
{
    private const string Version = "1.2.0.0";

    private readonly SessionOptions _options;
    private readonly SessionConnection _connection;
    private readonly Task _running;

    private SessionClient(WebSocket socket, SessionOptions options, TimeProvider clock, Func<Guid> newId)
    {
        _options = options;
        _connection = new(socket, isServer: false, options, clock, newId);
        _running = _connection.RunAsync(CancellationToken.None);
    }

    /// <summary>Sends the token and goes through the handshake.</summary>
    /// <exception cref="IOException">The other side did not want it.</exception>
    public static async Task<SessionClient> OpenAsync(
        WebSocket socket, string token, SessionOptions options, TimeProvider clock, Func<Guid> newId, CancellationToken ct)
    {
        var open = new OpenBody { RequestId = newId().ToString(), TokenValue = token, ClientId = newId().ToString(), ClientVersion = Version };
        await socket.SendAsync(JsonSerializer.SerializeToUtf8Bytes(open, SessionJson.Default.OpenBody).AsMemory(), WebSocketMessageType.Text, true, ct);
        var client = new SessionClient(socket, options, clock, newId);
        using var patience = new CancellationTokenSource(options.HandshakeWait, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, patience.Token);
        if (await client.HandshakeAsync(either.Token)) return client;
        await client.DisposeAsync();
        throw new IOException($"the session did not open: {socket.CloseStatusDescription ?? client._connection.End}");
    }

    /// <summary>What the process wrote; null when it has ended, or the session.</summary>
    public async ValueTask<ReadOnlyMemory<byte>?> ReadAsync(CancellationToken ct)
    {
        while (await _connection.ReadAsync(ct) is { } message)
            if (message.PayloadType is PayloadType.Output or PayloadType.StandardError) return message.Payload;
        return null;
    }

    public async ValueTask WriteAsync(ReadOnlyMemory<byte> input, CancellationToken ct)
    {
        for (; input.Length > 0; input = input[Math.Min(_options.ChunkLength, input.Length)..])
            await _connection.SendAsync(PayloadType.Output, input[..Math.Min(_options.ChunkLength, input.Length)].ToArray(), ct);
    }

    public ValueTask ResizeAsync(int columns, int rows, CancellationToken ct) =>
        _connection.SendAsync(PayloadType.Size, new(columns, rows), SessionJson.Default.SizeBody, ct);

    /// <returns>What the other side said at the end: words for a person, and the exit code when it knows it. Null when the connection broke.</returns>
    public (string? Words, int? ExitCode)? Farewell => _connection.Closed is { } closed ? (closed.Output, closed.ExitCode) : null;

    public async ValueTask DisposeAsync()
    {
        _connection.Stop("the client leaves");
        await _running;
        _connection.Dispose();
    }

    private async Task<bool> HandshakeAsync(CancellationToken ct)
    {
        while (await _connection.ReadAsync(ct) is { } message)
        {
            switch (message.PayloadType)
            {
                case PayloadType.HandshakeRequest:
                    var answer = new HandshakeResponseBody(Version, [new("SessionType", 1, null)], []);
                    await _connection.SendAsync(PayloadType.HandshakeResponse, answer, SessionJson.Default.HandshakeResponseBody, ct);
                    break;
                case PayloadType.HandshakeComplete:
                    return true;
                default:
                    break;
            }
        }
        return false;
    }
}
