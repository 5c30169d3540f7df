using System.Collections.Concurrent;
using System.Net.WebSockets;
using Minato.Engines.EcsAgent.Connections;
using Minato.Engines.EcsAgent.Messages;
using Minato.Engines.Hosts;

namespace Minato.Engines.EcsAgent;

/// <summary>The agents that are connected now.</summary>
internal sealed class AgentHosts : ITaskHosts
{
    private readonly ConcurrentDictionary<string, OrderSession> _orders = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, TelemetrySession> _telemetry = new(StringComparer.Ordinal);

    public ValueTask<OrderOutcome> StartAsync(string host, HostedTask task, CancellationToken ct) => _orders.TryGetValue(host, out var session)
        ? session.PayloadAsync(Payloads.Start(task), ct) : ValueTask.FromResult(OrderOutcome.Unreachable);

    public ValueTask<OrderOutcome> StopAsync(string host, string task, CancellationToken ct) => _orders.TryGetValue(host, out var session)
        ? session.PayloadAsync(Payloads.Stop(task), ct) : ValueTask.FromResult(OrderOutcome.Unreachable);

    public ValueTask<OrderOutcome> RenewAsync(string host, string task, HostedKeys keys, CancellationToken ct) => _orders.TryGetValue(host, out var session)
        ? session.RenewAsync(task, keys, ct) : ValueTask.FromResult(OrderOutcome.Unreachable);

    public void Disconnect(string host, string reason) => Cut(host, reason, WebSocketCloseStatus.NormalClosure);

    /// <summary>Minato stops: agents come back as soon as it answers again.</summary>
    public void DisconnectAll()
    {
        foreach (var host in _orders.Keys.Concat(_telemetry.Keys)) Cut(host, "Minato stops", WebSocketCloseStatus.EndpointUnavailable);
    }

    /// <summary>An agent has one order channel: what is left of the one before ends first.</summary>
    public async Task<string> RunAsync(OrderSession session, CancellationToken ct)
    {
        var host = session.Greeting.Host;
        OrderSession? before = null;
        _orders.AddOrUpdate(host, session, (_, known) =>
        {
            before = known;
            return session;
        });
        try
        {
            if (before is not null)
            {
                before.Cut("the agent connected anew", WebSocketCloseStatus.NormalClosure);
                await before.Ended;
            }

            return await session.RunAsync(ct);
        }
        finally
        {
            _orders.TryRemove(KeyValuePair.Create(host, session));
        }
    }

    public async Task<string> RunAsync(string host, TelemetrySession session, CancellationToken ct)
    {
        TelemetrySession? before = null;
        _telemetry.AddOrUpdate(host, session, (_, known) =>
        {
            before = known;
            return session;
        });
        before?.Cut("the agent connected anew", WebSocketCloseStatus.NormalClosure);
        try
        {
            return await session.RunAsync(ct);
        }
        finally
        {
            _telemetry.TryRemove(KeyValuePair.Create(host, session));
        }
    }

    private void Cut(string host, string reason, WebSocketCloseStatus status)
    {
        if (_orders.TryGetValue(host, out var orders)) orders.Cut(reason, status);
        if (_telemetry.TryGetValue(host, out var telemetry)) telemetry.Cut(reason, status);
    }
}
