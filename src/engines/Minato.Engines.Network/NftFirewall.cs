using Minato.Engines.Containers;
using Minato.Engines.Firewall;

namespace Minato.Engines.Network;

/// <summary>Security groups and routes as nftables chains, and the host's own addresses on the bridges of VPCs.</summary>
internal sealed class NftFirewall(InsideOptions options) : INetworkFirewall, IDisposable
{
    private readonly NftTable _table = new(options, "_vpc");
    private BridgedNetwork[] _networks = []; // Of the plan that was applied last,
    private IReadOnlyList<string> _resolvers = []; // and the host's name servers then.

    public async ValueTask<FirewallOutcome> ApplyAsync(FirewallPlan plan, CancellationToken ct)
    {
        (_networks, _resolvers) = ([.. plan.Networks.Select(n => new BridgedNetwork(NetworkNames.Bridge(options.InstallationId, n.Name), n))], await Resolvers.ReadAsync(ct));
        if (!plan.Networks.IsEmpty && await Bridges.FilterAsync(_networks, ct) is { } unfiltered) return new FirewallOutcome.Refused(unfiltered);
        if (await _table.ReplaceAsync(FirewallTable.Chains(plan, _networks.Select(n => n.Bridge), _resolvers), ct) is { } problem)
            return new FirewallOutcome.Refused(problem);
        return await Bridges.PutAsync(_networks, ct) is { } reason ? new FirewallOutcome.Refused(reason) : new FirewallOutcome.Applied();
    }

    public async ValueTask<bool> IsIntactAsync(CancellationToken ct) =>
        await _table.IsIntactAsync(ct) && Bridges.AreAsPut(_networks) && _resolvers.SequenceEqual(await Resolvers.ReadAsync(ct));

    public async ValueTask RemoveAsync(CancellationToken ct) => await _table.RemoveAsync(ct);

    public void Dispose() => _table.Dispose();
}
