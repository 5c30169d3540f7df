using Minato.Engines.Firewall;

namespace Minato.Engines.Network;

/// <summary>Security groups and routes as nftables chains, and the host's own addresses on the bridges of VPCs.</summary>
internal sealed class NftFirewall(InsideOptions options) : INetworkFirewall, IDisposable
{
    private readonly NftTable _table = new(options, "_vpc");

    public async ValueTask<FirewallOutcome> ApplyAsync(FirewallPlan plan, CancellationToken ct)
    {
        if (!plan.Networks.IsEmpty && await Bridges.FilterAsync(plan.Networks, ct) is { } unfiltered) return new FirewallOutcome.Refused(unfiltered);
        if (await _table.ReplaceAsync(FirewallTable.Chains(plan, await Resolvers.ReadAsync(ct)), ct) is { } problem)
            return new FirewallOutcome.Refused(problem);
        return await Bridges.PutAsync(plan.Networks, ct) is { } reason ? new FirewallOutcome.Refused(reason) : new FirewallOutcome.Applied();
    }

    public async ValueTask<bool> IsIntactAsync(CancellationToken ct) => await _table.IsIntactAsync(ct);

    public async ValueTask RemoveAsync(CancellationToken ct) => await _table.RemoveAsync(ct);

    public void Dispose() => _table.Dispose();
}
