using System.Net.WebSockets;
using Microsoft.Extensions.Logging;
using Minato.Engines.EcsAgent.Connections;
using Minato.Engines.Hosts;
using Minato.Platform;

namespace Minato.Engines.EcsAgent;

/// <summary>Where agents come in: whoever serves websockets brings them here, with requests whose signature is verified.</summary>
public sealed partial class AgentGate
{
    private readonly AgentHosts _hosts;
    private readonly ITaskHostOwner _owner;
    private readonly EcsAgentOptions _options;
    private readonly Ids _ids;
    private readonly TimeProvider _clock;
    private readonly ILogger<AgentGate> _log;

    internal AgentGate(AgentHosts hosts, ITaskHostOwner owner, EcsAgentOptions options, Ids ids, TimeProvider clock, ILogger<AgentGate> log) =>
        (_hosts, _owner, _options, _ids, _clock, _log) = (hosts, owner, options, ids, clock, log);

    /// <param name="query">Of the request to upgrade.</param>
    /// <param name="principal">Who signed it.</param>
    public HostGreeting Greeting(IReadOnlyDictionary<string, string> query, string principal) => new()
    {
        // AWS: the telemetry channel spells it without "Arn".
        Host = query.GetValueOrDefault("containerInstanceArn") ?? query.GetValueOrDefault("containerInstance") ?? "",
        Connection = _ids.Uuid(),
        Principal = principal,
        AgentVersion = Bounded(query.GetValueOrDefault("agentVersion")),
        AgentHash = Bounded(query.GetValueOrDefault("agentHash")),
        DockerVersion = Bounded(query.GetValueOrDefault("dockerVersion")),
        NeedsKeys = query.GetValueOrDefault("sendCredentials") == "true",
    };

    public HostAdmission Admit(HostGreeting greeting) => _owner.Admit(greeting);

    /// <summary>Serves an order channel until it ends.</summary>
    public async Task RunOrdersAsync(WebSocket socket, HostGreeting greeting, CancellationToken ct)
    {
        using var session = new OrderSession(greeting, socket, _owner, _options, _ids, _clock);
        LogConnected(greeting.Host, greeting.AgentVersion);
        LogEnded(greeting.Host, await _hosts.RunAsync(session, ct));
    }

    /// <summary>Serves a telemetry channel until it ends.</summary>
    public async Task RunTelemetryAsync(WebSocket socket, HostGreeting greeting, CancellationToken ct)
    {
        using var session = new TelemetrySession(greeting, socket, _owner, _options, _clock);
        LogTelemetryEnded(greeting.Host, await _hosts.RunAsync(greeting.Host, session, ct));
    }

    /// <summary>Tells all agents that Minato stops.</summary>
    public void Close() => _hosts.DisconnectAll();

    private static string? Bounded(string? text) => text?.Length > 128 ? text[..128] : text;

    [LoggerMessage(3501, LogLevel.Information, "The agent of {Host} is connected, version {Version}")]
    private partial void LogConnected(string host, string? version);

    [LoggerMessage(3502, LogLevel.Warning, "The connection to the agent of {Host} ended: {Reason}")]
    private partial void LogEnded(string host, string reason);

    [LoggerMessage(3503, LogLevel.Information, "The telemetry of {Host} ended: {Reason}")]
    private partial void LogTelemetryEnded(string host, string reason);
}
