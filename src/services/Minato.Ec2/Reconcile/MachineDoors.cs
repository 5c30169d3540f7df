using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;
using Minato.Ec2.Inside;
using Minato.Ec2.Planning;
using Minato.Ec2.State;
using Minato.Engines.Containers;
using Minato.Engines.Dns;
using Minato.Engines.Inside;

namespace Minato.Ec2.Reconcile;

/// <summary>Sees to it that an instance finds the network of its VPC, the resolver, and what answers about it. It boots also without the last two.</summary>
internal sealed partial class MachineDoors(
    IContainerEngine engine, MetadataHandler handler, ILogger<MachineDoors> log, IInsideEndpoint? endpoint = null, IDnsServer? dns = null)
{
    private const string Resolver = "169.254.169.253";

    private readonly ConcurrentDictionary<string, bool> _open = new(StringComparer.Ordinal); // Ids of VPCs, as another may have the same range later; true where names are answered.

    /// <summary>Who answers names in the VPC; null leaves it to the engine.</summary>
    public string? ResolverOf(StoredVpc vpc) => _open.GetValueOrDefault(vpc.Key.Id) ? Resolver : null;

    /// <returns>Why there is no network.</returns>
    public async ValueTask<string?> OpenAsync(StoredVpc vpc, CancellationToken ct)
    {
        if (_open.ContainsKey(vpc.Key.Id)) return null;
        var bridge = new InsideNetwork.Bridge(vpc.CidrBlock, FirewallPlanner.GatewayOf(vpc));
        switch (await engine.EnsureNetworkAsync(new(vpc.Key.Id, bridge.Cidr, bridge.Gateway), ct))
        {
            case NetworkOutcome.Collides(var with): return $"the range of its VPC collides with {with}";
            case NetworkOutcome.Refused(var reason): return reason;
        }
        if (endpoint is not null && await endpoint.OpenAsync(bridge, InsideDoor.Instance, handler, ct) is OpenOutcome.Refused refused) LogRefused(bridge, refused.Reason);
        var names = dns is null ? null : await dns.OpenAsync(bridge, ct);
        if (names is OpenOutcome.Refused unanswered) LogUnresolved(bridge, unanswered.Reason);
        _open[vpc.Key.Id] = names is OpenOutcome.Open;
        return null;
    }

    /// <summary>The network may have been taken away: it is looked for again.</summary>
    public void Forget(StoredVpc vpc) => _open.TryRemove(vpc.Key.Id, out _);

    [LoggerMessage(2221, LogLevel.Warning, "Instances in {Network} get neither metadata nor credentials: {Reason}")]
    private partial void LogRefused(InsideNetwork network, string reason);

    [LoggerMessage(2222, LogLevel.Warning, "Instances in {Network} do not see hosted zones: {Reason}")]
    private partial void LogUnresolved(InsideNetwork network, string reason);
}
