using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Minato.Contracts.Ecs;
using Minato.Ecs.State;
using Minato.Engines.Containers;
using Minato.Engines.Dns;
using Minato.Engines.Inside;

namespace Minato.Ecs.Inside;

/// <summary>
/// Sees to it that 169.254.170.2 and the VPC's resolver answer in every network that has a task. A task starts also where they cannot be
/// made to.
/// </summary>
internal sealed partial class InsideNetworks(
    InsideHandler handler, IContainerEngine engine, ILogger<InsideNetworks> log, IInsideEndpoint? endpoint = null, IDnsServer? dns = null)
{
    private const string Resolver = "169.254.169.253";
    private static readonly InsideNetwork.Host s_host = new();

    private readonly ConcurrentDictionary<InsideNetwork, bool> _open = new();
    private readonly ConcurrentDictionary<string, bool> _resolved = new(StringComparer.Ordinal); // Ranges.
    private InsideNetwork.Bridge? _bridge;

    /// <summary>For a task without an interface of its own: the network it shares with others.</summary>
    public async ValueTask OpenAsync(TaskState task, CancellationToken ct)
    {
        if (task.NetworkMode == NetworkMode.Host) await OpenAsync(s_host, ct);
        if (task.NetworkMode != NetworkMode.Bridge || (endpoint is null && dns is null)) return;
        if (_bridge is null && await engine.DefaultBridgeAsync(ct) is { } bridge) _bridge = new(bridge.Cidr, bridge.Gateway);
        if (_bridge is { } network) await OpenAsync(network, ct);
    }

    public async ValueTask OpenAsync(InsideNetwork network, CancellationToken ct)
    {
        if (network is InsideNetwork.Bridge bridge) await ResolveAsync(bridge, ct);
        if (endpoint is null || _open.ContainsKey(network)) return;
        if (await endpoint.OpenAsync(network, InsideDoor.Task, handler, ct) is OpenOutcome.Refused refused) LogRefused(network, refused.Reason);
        else _open[network] = true;
    }

    /// <summary>Who answers names for a task in a VPC of this range; null leaves it to the engine.</summary>
    public string? ResolverOf(string cidr) => _resolved.ContainsKey(cidr) ? Resolver : null;

    /// <summary>Who answers names for a container on the engine's own bridge; null leaves it to the engine.</summary>
    public string? ResolverOfBridge => _bridge is { } bridge && _resolved.ContainsKey(bridge.Cidr) ? Resolver : null;

    private async ValueTask ResolveAsync(InsideNetwork.Bridge bridge, CancellationToken ct)
    {
        if (dns is null || _resolved.ContainsKey(bridge.Cidr)) return;
        if (await dns.OpenAsync(bridge, ct) is OpenOutcome.Refused refused) LogUnresolved(bridge, refused.Reason);
        else _resolved[bridge.Cidr] = true;
    }

    [LoggerMessage(2190, LogLevel.Warning, "Tasks in {Network} get neither metadata nor credentials: {Reason}")]
    private partial void LogRefused(InsideNetwork network, string reason);

    [LoggerMessage(2192, LogLevel.Warning, "Tasks in {Network} do not see hosted zones: {Reason}")]
    private partial void LogUnresolved(InsideNetwork network, string reason);
}
