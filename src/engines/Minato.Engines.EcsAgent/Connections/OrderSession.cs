using System.Collections.Concurrent;
using System.Collections.Immutable;
using System.Net.WebSockets;
using System.Text.Json;
using System.Text.Json.Serialization.Metadata;
using System.Threading.Channels;
using Minato.Engines.EcsAgent.Messages;
using Minato.Engines.Hosts;
using Minato.Platform;

namespace Minato.Engines.EcsAgent.Connections;

/// <summary>The order channel of one agent (AWS: ACS): orders out, acknowledgements in, heartbeats both ways.</summary>
internal sealed class OrderSession(
    HostGreeting greeting, WebSocket socket, ITaskHostOwner owner, EcsAgentOptions options, Ids ids, TimeProvider clock) : IDisposable
{
    private const string Ack = "AckRequest";
    private const string CredentialsAck = "IAMRoleCredentialsAckRequest";

    private readonly AgentConnection _connection = new(socket, options.LargestOrderFrame, options, clock);
    private readonly ConcurrentDictionary<string, PendingOrder> _pending = new(StringComparer.Ordinal);
    private readonly TaskCompletionSource _ended = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private DateTimeOffset _lastAck = clock.GetUtcNow();
    private volatile string? _heartbeat;
    private volatile string? _manifest;
    private volatile bool _isOver;
    private int _sequence;

    public HostGreeting Greeting => greeting;

    /// <summary>Nothing of this session happens afterwards.</summary>
    public Task Ended => _ended.Task;

    public void Cut(string reason, WebSocketCloseStatus status) => _connection.Cut(reason, status);

    /// <returns>Why it ended.</returns>
    public async Task<string> RunAsync(CancellationToken ct)
    {
        try
        {
            owner.Connected(greeting);
            await SendManifestAsync(ct);
            var beating = BeatAsync();
            var reason = await _connection.RunAsync(ReceivedAsync, ct);
            await beating;
            return reason;
        }
        finally
        {
            GiveUpOrders();
            owner.Disconnected(greeting);
            _ended.TrySetResult();
        }
    }

    /// <summary>One task in a message: an agent that cannot take a task leaves the whole message unanswered.</summary>
    public ValueTask<OrderOutcome> PayloadAsync(PayloadTask task, CancellationToken ct)
    {
        var id = ids.Uuid();
        return OrderAsync(id, Ack, Text("PayloadMessage", Payload(id, task), AgentJson.Default.EnvelopePayloadMessage), ct);
    }

    public ValueTask<OrderOutcome> RenewAsync(string task, HostedKeys keys, CancellationToken ct)
    {
        var id = ids.Uuid();
        var message = new CredentialsMessage(id, task, ClusterArn, Payloads.RoleType(keys), Payloads.Credentials(keys));
        return OrderAsync(id, CredentialsAck, Text("IAMRoleCredentialsMessage", message, AgentJson.Default.EnvelopeCredentialsMessage), ct);
    }

    public void Dispose() => _connection.Dispose();

    private string ClusterArn { get; } = ClusterOf(greeting.Host);

    private async ValueTask<OrderOutcome> OrderAsync(string id, string ack, byte[] text, CancellationToken ct)
    {
        var order = new PendingOrder(ack, new(TaskCreationOptions.RunContinuationsAsynchronously));
        _pending[id] = order;
        try
        {
            if (_isOver) return OrderOutcome.Unreachable;
            await _connection.SendAsync(text, ct);
            await using var given = ct.Register(() => order.Answer.TrySetCanceled(ct));
            return await order.Answer.Task;
        }
        catch (ChannelClosedException)
        {
            return OrderOutcome.Unreachable;
        }
        finally
        {
            _pending.TryRemove(id, out _);
        }
    }

    private async ValueTask<string?> ReceivedAsync(AgentMessage message, CancellationToken ct)
    {
        switch (message.Type)
        {
            case "HeartbeatAckRequest":
                // Only the last one asked for: an old answer says nothing about now.
                if (message.Text("messageId") is { } beat && beat == _heartbeat) _lastAck = clock.GetUtcNow();
                break;
            case Ack or CredentialsAck:
                // AWS: the keys of a payload are acknowledged under the payload's own id, apart from it.
                if (message.Text("messageId") is { } id && _pending.TryGetValue(id, out var order) && order.Ack == message.Type)
                    order.Answer.TrySetResult(OrderOutcome.Taken);
                break;
            case "TaskStopVerificationMessage" when message.Text("messageId") is { } manifest && manifest == _manifest:
                await VerifyStopsAsync(manifest, message, ct);
                break;
        }

        return null;
    }

    // What an agent has that should run here needs no word; what should not is stopped.
    private async ValueTask VerifyStopsAsync(string manifest, AgentMessage message, CancellationToken ct)
    {
        var wanted = owner.TasksOf(greeting.Host).ToHashSet(StringComparer.Ordinal);
        ImmutableArray<string> stop = [.. message.List("stopCandidates", options.MostNamed)
            .Select(c => AgentMessage.TextOf(c, "taskArn")).OfType<string>().Where(arn => !wanted.Contains(arn)).Distinct(StringComparer.Ordinal)];
        // AWS: up to 1.86.2 an agent told so forgets the task and lets its containers run. A payload stops them everywhere.
        var named = AgentVersions.StopsByManifest(greeting.AgentVersion) ? stop : [];
        await SendAsync("TaskStopVerificationAck",
            new StopVerificationAck(manifest, Now, [.. named.Select(arn => new ManifestTask(arn, ClusterArn, Payloads.Stopped))]),
            AgentJson.Default.EnvelopeStopVerificationAck, ct);
        foreach (var arn in stop.Except(named))
            await SendAsync("PayloadMessage", Payload(ids.Uuid(), Payloads.Stop(arn)), AgentJson.Default.EnvelopePayloadMessage, ct);
    }

    private async Task SendManifestAsync(CancellationToken ct)
    {
        var id = _manifest = ids.Uuid();
        await SendAsync("TaskManifestMessage", new ManifestMessage
        {
            MessageId = id,
            ClusterArn = ClusterArn,
            ContainerInstanceArn = greeting.Host,
            GeneratedAt = Now,
            Timeline = Now, // Later than all that any process of ours has said before.
            Tasks = [.. owner.TasksOf(greeting.Host).Select(arn => new ManifestTask(arn, ClusterArn, Payloads.Running))],
        }, AgentJson.Default.EnvelopeManifestMessage, ct);
    }

    private async Task BeatAsync()
    {
        _lastAck = clock.GetUtcNow();
        try
        {
            while (true)
            {
                if (clock.GetUtcNow() - _lastAck > options.SilenceLimit)
                {
                    Cut("the agent acknowledges no heartbeats", WebSocketCloseStatus.PolicyViolation);
                    return;
                }

                var id = ids.Uuid();
                _heartbeat = id;
                await SendAsync("HeartbeatMessage", new HeartbeatMessage(id), AgentJson.Default.EnvelopeHeartbeatMessage, _connection.Ending);
                await Task.Delay(options.HeartbeatInterval, clock, _connection.Ending);
            }
        }
        catch (Exception e) when (e is OperationCanceledException or ChannelClosedException)
        {
            // The connection has come to its end.
        }
    }

    private void GiveUpOrders()
    {
        _isOver = true;
        foreach (var order in _pending.Values) order.Answer.TrySetResult(OrderOutcome.Unreachable);
    }

    private PayloadMessage Payload(string id, PayloadTask task) => new()
    {
        MessageId = id,
        ClusterArn = ClusterArn,
        ContainerInstanceArn = greeting.Host,
        Tasks = [task],
        GeneratedAt = Now,
        SeqNum = Interlocked.Increment(ref _sequence),
    };

    private long Now => clock.GetUtcNow().ToUnixTimeMilliseconds();

    private ValueTask SendAsync<T>(string type, T message, JsonTypeInfo<Envelope<T>> json, CancellationToken ct) =>
        _connection.SendAsync(Text(type, message, json), ct);

    private static byte[] Text<T>(string type, T message, JsonTypeInfo<Envelope<T>> json) =>
        JsonSerializer.SerializeToUtf8Bytes(new Envelope<T>(type, message), json);

    // arn:…:container-instance/CLUSTER/ID → arn:…:cluster/CLUSTER
    private static string ClusterOf(string host)
    {
        var parts = host.Split('/');
        return parts.Length == 3 ? $"{parts[0].Replace(":container-instance", ":cluster", StringComparison.Ordinal)}/{parts[1]}" : host;
    }

    private sealed record PendingOrder(string Ack, TaskCompletionSource<OrderOutcome> Answer);
}
