using System.Buffers.Binary;
using Minato.Engines.Containers;
using Minato.Engines.Sessions.Messages;

namespace Minato.Engines.Sessions;

/// <summary>The server's part of one session: handshake, a process, its terminal both ways, the end.</summary>
internal sealed class SessionHost(SessionConnection connection, SessionGrant grant, IContainerEngines engines, SessionOptions options, TimeProvider clock) : IDisposable
{
    /// <summary>Clients look at it to know what the other side can do.</summary>
    private const string AgentVersion = "3.2.0.0";
    private const string SessionType = "InteractiveCommands";
    private const uint Terminate = 2;
    private const string Root = "0:0";

    private readonly CancellationTokenSource _idle = new();
    private ITimer? _idleTimer;

    public async Task RunAsync()
    {
        var farewell = new ChannelClosedBody(grant.SessionId, null, null);
        try
        {
            farewell = await ServeAsync();
        }
        catch (OperationCanceledException) when (_idle.IsCancellationRequested)
        {
            farewell = farewell with { Output = $"Session: {grant.SessionId} timed out due to inactivity." };
        }
        catch (OperationCanceledException)
        {
            // The other side has gone.
        }
        catch (EngineUnavailableException e)
        {
            farewell = farewell with { Output = e.Message };
        }
        finally
        {
            if (_idleTimer is { } timer) await timer.DisposeAsync();
        }

        await connection.CloseAsync(farewell);
    }

    public void Dispose() => _idle.Dispose();

    private async Task<ChannelClosedBody> ServeAsync()
    {
        if (!await HandshakeAsync()) return Say("The handshake failed.");
        _idleTimer = clock.CreateTimer(_ => _idle.Cancel(), null, options.IdleTimeout, Timeout.InfiniteTimeSpan);
        var outcome = await engines.Of(grant.Engine).ExecAsync(grant.ContainerId, new(grant.Command, Root), connection.Ending);
        switch (outcome)
        {
            case ExecOutcome.Started started:
                await using (started.Process) return Say("") with { ExitCode = await JoinAsync(started.Process) };
            case ExecOutcome.Refused refused:
                return Say(refused.Reason);
            default:
                return Say("The container does not run any more.");
        }
    }

    private ChannelClosedBody Say(string words) => new(grant.SessionId, words, null);

    private async Task<bool> HandshakeAsync()
    {
        var began = clock.GetTimestamp();
        using var patience = new CancellationTokenSource(options.HandshakeWait, clock);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(patience.Token, connection.Ending);
        var properties = new Dictionary<string, string>(StringComparer.Ordinal) { ["command"] = grant.CommandLine };
        var request = new HandshakeRequestBody(AgentVersion, [new("SessionType", new(SessionType, properties))]);
        await connection.SendAsync(PayloadType.HandshakeRequest, request, SessionJson.Default.HandshakeRequestBody, either.Token);
        if (await connection.ReadAsync(either.Token) is not { PayloadType: PayloadType.HandshakeResponse } answer) return false;
        if (SessionJson.Read(answer.Payload, SessionJson.Default.HandshakeResponseBody) is not { ProcessedClientActions: [{ ActionStatus: 1 }] }) return false;
        var complete = new HandshakeCompleteBody(clock.GetElapsedTime(began).Ticks * TimeSpan.NanosecondsPerTick, "");
        await connection.SendAsync(PayloadType.HandshakeComplete, complete, SessionJson.Default.HandshakeCompleteBody, either.Token);
        return true;
    }

    /// <returns>The exit code, when it is known.</returns>
    private async Task<int?> JoinAsync(IContainerProcess process)
    {
        using var over = CancellationTokenSource.CreateLinkedTokenSource(_idle.Token, connection.Ending);
        var input = InputAsync(process, over);
        try
        {
            await OutputAsync(process, over.Token);
            return await process.ExitCodeAsync(over.Token);
        }
        finally
        {
            over.Cancel();
            await input;
        }
    }

    private async Task OutputAsync(IContainerProcess process, CancellationToken ct)
    {
        var buffer = new byte[options.ChunkLength];
        while (await process.ReadAsync(buffer, ct) is > 0 and var count)
        {
            Touch();
            await connection.SendAsync(PayloadType.Output, buffer.AsSpan(0, count).ToArray(), ct);
        }
    }

    private async Task InputAsync(IContainerProcess process, CancellationTokenSource over)
    {
        try
        {
            while (await connection.ReadAsync(over.Token) is { } message)
                if (!await InputAsync(process, message, over.Token)) break;
            over.Cancel(); // The other side has had enough.
        }
        catch (OperationCanceledException)
        {
            // The process has ended, or the session.
        }
    }

    /// <returns>Whether to go on.</returns>
    private async ValueTask<bool> InputAsync(IContainerProcess process, SessionMessage message, CancellationToken ct)
    {
        switch (message.PayloadType)
        {
            case PayloadType.Output:
                Touch();
                await process.WriteAsync(message.Payload, ct);
                return true;
            case PayloadType.Size when SessionJson.Read(message.Payload, SessionJson.Default.SizeBody) is { Columns: > 0 and <= ushort.MaxValue, Rows: > 0 and <= ushort.MaxValue } size:
                await process.ResizeAsync(size.Columns, size.Rows, ct);
                return true;
            case PayloadType.Flag when message.Payload.Length == sizeof(uint):
                return BinaryPrimitives.ReadUInt32BigEndian(message.Payload.Span) != Terminate;
            default:
                return true;
        }
    }

    private void Touch() => _idleTimer?.Change(options.IdleTimeout, Timeout.InfiniteTimeSpan);
}
