using System.Collections.Immutable;
using System.Net.WebSockets;
using System.Text.Json;
using System.Threading.Channels;
using Minato.Engines.EcsAgent.Messages;
using Minato.Engines.Hosts;

namespace Minato.Engines.EcsAgent.Connections;

/// <summary>The telemetry channel of one agent (AWS: TCS): health and status are passed on, everything is acknowledged.</summary>
internal sealed class TelemetrySession(
    HostGreeting greeting, WebSocket socket, ITaskHostOwner owner, EcsAgentOptions options, TimeProvider clock) : IDisposable
{
    private const string Runtime = "ContainerRuntime";

    private readonly AgentConnection _connection = new(socket, options.LargestTelemetryFrame, options, clock);
    private DateTimeOffset _heard = clock.GetUtcNow();

    public void Cut(string reason, WebSocketCloseStatus status) => _connection.Cut(reason, status);

    /// <returns>Why it ended.</returns>
    public async Task<string> RunAsync(CancellationToken ct)
    {
        var listening = WatchSilenceAsync();
        var reason = await _connection.RunAsync(ReceivedAsync, ct);
        await listening;
        return reason;
    }

    public void Dispose() => _connection.Dispose();

    private async ValueTask<string?> ReceivedAsync(AgentMessage message, CancellationToken ct)
    {
        _heard = clock.GetUtcNow();
        switch (message.Type)
        {
            case "PublishMetricsRequest":
                // Nobody keeps metrics of hosts yet.
                return await AckAsync("AckPublishMetric", ct);
            case "PublishHealthRequest":
                var health = Health(message);
                if (!health.IsEmpty) await owner.ReportHealthAsync(greeting.Host, health, ct);
                return await AckAsync("AckPublishHealth", ct);
            case "PublishInstanceStatusRequest":
                foreach (var status in message.List("statuses", options.MostNamed)) await ReportAsync(status, ct);
                return await AckAsync("AckPublishInstanceStatus", ct);
            default:
                return null;
        }
    }

    private ImmutableArray<HostedHealth> Health(AgentMessage message) =>
    [
        .. from task in message.List("tasks", options.MostNamed)
           let arn = AgentMessage.TextOf(task, "taskArn")
           where arn is not null
           from container in AgentMessage.ListOf(task, "containers", options.MostNamed)
           let name = AgentMessage.TextOf(container, "containerName")
           where name is not null
           select new HostedHealth(arn, name, AgentMessage.TextOf(container, "healthStatus") switch { "HEALTHY" => true, "UNHEALTHY" => false, _ => null }),
    ];

    private async ValueTask ReportAsync(JsonElement status, CancellationToken ct)
    {
        if (AgentMessage.TextOf(status, "type") != Runtime || AgentMessage.TextOf(status, "status") is not { } now) return;
        await owner.ReportRuntimeAsync(
            greeting.Host, new(now, AgentMessage.TimeOf(status, "lastUpdated"), AgentMessage.TimeOf(status, "lastStatusChange")), ct);
    }

    private async ValueTask<string?> AckAsync(string type, CancellationToken ct)
    {
        try
        {
            var text = JsonSerializer.SerializeToUtf8Bytes(new Envelope<TelemetryAck>(type, new("OK")), AgentJson.Default.EnvelopeTelemetryAck);
            await _connection.SendAsync(text, ct);
        }
        catch (ChannelClosedException)
        {
            // It is at its end already.
        }

        return null;
    }

    private async Task WatchSilenceAsync()
    {
        try
        {
            while (clock.GetUtcNow() - _heard <= options.TelemetrySilenceLimit)
                await Task.Delay(options.TelemetrySilenceLimit, clock, _connection.Ending);
            Cut("the agent sends no telemetry", WebSocketCloseStatus.NormalClosure);
        }
        catch (OperationCanceledException)
        {
            // The connection has come to its end.
        }
    }
}
