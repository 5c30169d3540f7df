using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Minato.Contracts.Ecs;
using Minato.Ecs.State;
using Minato.Engines.Containers;
using Minato.Engines.Inside;

namespace Minato.Ecs.Inside;

/// <summary>Sees to it that 169.254.170.2 answers in every network that has a task. A task starts also where it cannot be made to.</summary>
internal sealed partial class InsideNetworks(
    InsideHandler handler, IContainerEngine engine, ILogger<InsideNetworks> log, IInsideEndpoint? endpoint = null)
{
    private static readonly InsideNetwork.Host s_host = new();

    private readonly ConcurrentDictionary<InsideNetwork, bool> _open = new();
    private InsideNetwork.Bridge? _bridge;

    /// <summary>For a task without an interface of its own: the network it shares with others.</summary>
    public async ValueTask OpenAsync(TaskState task, CancellationToken ct)
    {
        if (task.NetworkMode == NetworkMode.Host) await OpenAsync(s_host, ct);
        if (task.NetworkMode != NetworkMode.Bridge || endpoint is null) return;
        if (_bridge is null && await engine.DefaultBridgeAsync(ct) is { } bridge) _bridge = new(bridge.Cidr, bridge.Gateway);
        if (_bridge is { } network) await OpenAsync(network, ct);
    }

    public async ValueTask OpenAsync(InsideNetwork network, CancellationToken ct)
    {
        if (endpoint is null || _open.ContainsKey(network)) return;
        if (await endpoint.OpenAsync(network, handler, ct) is OpenOutcome.Refused refused) LogRefused(network, refused.Reason);
        else _open[network] = true;
    }

    [LoggerMessage(2190, LogLevel.Warning, "Tasks in {Network} get neither metadata nor credentials: {Reason}")]
    private partial void LogRefused(InsideNetwork network, string reason);
}
