using System.Buffers;
using System.Net.WebSockets;
using Microsoft.Extensions.Logging;
using Minato.Engines.Containers;
using Minato.Engines.Sessions.Messages;

namespace Minato.Engines.Sessions;

/// <summary>Lets sessions in that their owner granted, and joins each to a process in its container.</summary>
public sealed partial class SessionGate(
    ISessionOwner owner, IContainerEngines engines, SessionOptions options, TimeProvider clock, Func<Guid> newId, ILogger<SessionGate> log) : IDisposable
{
    private readonly CancellationTokenSource _closing = new();

    /// <summary>Ends every session: the server stops.</summary>
    public void Close() => _closing.Cancel();

    public void Dispose() => _closing.Dispose();

    /// <summary>From the first frame, which carries the token, to the end.</summary>
    public async Task RunAsync(WebSocket socket, string sessionId, CancellationToken ct)
    {
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, _closing.Token);
        if (await TokenAsync(socket, either.Token) is not { } token || owner.Claim(sessionId, token) is not { } grant)
        {
            await RefuseAsync(socket, either.Token);
            return;
        }

        LogOpened(sessionId, grant.ContainerId, grant.CommandLine);
        try
        {
            using var connection = new SessionConnection(socket, isServer: true, options, clock, newId);
            var running = connection.RunAsync(either.Token);
            using var host = new SessionHost(connection, grant, engines, options, clock);
            await host.RunAsync();
            await running;
            LogEnded(sessionId, connection.End);
        }
        finally
        {
            owner.Ended(sessionId);
        }
    }

    private async Task<string?> TokenAsync(WebSocket socket, CancellationToken ct)
    {
        const int longest = 8 * 1024;
        using var patience = new CancellationTokenSource(options.HandshakeWait, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(ct, patience.Token);
        var buffer = new ArrayBufferWriter<byte>(longest);
        try
        {
            while (true)
            {
                var got = await socket.ReceiveAsync(buffer.GetMemory(1024), either.Token);
                if (got.MessageType != WebSocketMessageType.Text) return null;
                buffer.Advance(got.Count);
                if (buffer.WrittenCount > longest) return null;
                if (got.EndOfMessage) return SessionJson.Read(buffer.WrittenMemory, SessionJson.Default.OpenBody)?.TokenValue;
            }
        }
        catch (Exception e) when (e is OperationCanceledException or WebSocketException)
        {
            return null;
        }
    }

    private static async Task RefuseAsync(WebSocket socket, CancellationToken ct)
    {
        try
        {
            if (socket.State is WebSocketState.Open or WebSocketState.CloseReceived)
                await socket.CloseOutputAsync(WebSocketCloseStatus.PolicyViolation, "The session is not known, or its token is not good.", ct);
        }
        catch (Exception e) when (e is OperationCanceledException or WebSocketException)
        {
            // It has gone without an answer.
        }
    }

    [LoggerMessage(4101, LogLevel.Information, "Session {Session} runs in container {Container}: {CommandLine}")]
    private partial void LogOpened(string session, string container, string commandLine);

    [LoggerMessage(4102, LogLevel.Information, "Session {Session} ended: {Reason}")]
    private partial void LogEnded(string session, string reason);
}
