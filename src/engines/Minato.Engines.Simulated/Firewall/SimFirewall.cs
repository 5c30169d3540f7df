using System.Net;
using Minato.Engines.Firewall;

namespace Minato.Engines.Simulated;

/// <summary>The firewall of a simulated machine: the same verdicts as the real one, packet by packet. It outlives Minato.</summary>
public sealed class SimFirewall : INetworkFirewall
{
    /// <summary>Where clients of this machine ask from: a port that kernels choose.</summary>
    private const int ClientPort = 40_000;

    /// <summary>When not null, the machine takes no rules, and this is why.</summary>
    public string? Refusal { get; set; }

    /// <summary>What is in force; null before the first time and after somebody removed it.</summary>
    public FirewallPlan? InForce { get; private set; }

    public ValueTask<FirewallOutcome> ApplyAsync(FirewallPlan plan, CancellationToken ct)
    {
        if (Refusal is { } reason) return ValueTask.FromResult<FirewallOutcome>(new FirewallOutcome.Refused(reason));
        InForce = plan;
        return ValueTask.FromResult<FirewallOutcome>(new FirewallOutcome.Applied());
    }

    public ValueTask<bool> IsIntactAsync(CancellationToken ct) => ValueTask.FromResult(InForce is not null);

    public ValueTask RemoveAsync(CancellationToken ct)
    {
        InForce = null;
        return ValueTask.CompletedTask;
    }

    /// <summary>Somebody flushes all rules of the machine.</summary>
    public void Flush() => InForce = null;

    /// <summary>Whether an endpoint has this address.</summary>
    public bool Knows(string address) => InForce?.Networks.Any(n => EndpointOf(n, address) is not null) is true;

    /// <summary>Whether the first packet from one address to another passes, and the answer to it.</summary>
    /// <param name="source">Null for the machine itself, as it is seen in the network of the destination.</param>
    public bool Lets(string? source, string destination, int port, string protocol = "tcp")
    {
        if (InForce is not { } plan) return true;
        var to = NetworkOf(plan, destination);
        var sender = source ?? to?.Gateway ?? destination;
        var from = NetworkOf(plan, sender);
        return MayLeave(plan, from, to, sender, destination, port, protocol) && MayArrive(plan, from, to, sender, destination, port, protocol)
            && Crosses(from, to, sender, destination, port, protocol) && Crosses(to, from, destination, sender, ClientPort, protocol);
    }

    /// <summary>Borders of subnets know no connections: each packet is a first one to them.</summary>
    private static bool Crosses(FirewallNetwork? from, FirewallNetwork? to, string source, string destination, int port, string protocol)
    {
        if (source == from?.Gateway || destination == to?.Gateway) return true;
        var (left, entered) = (SubnetOf(from, source), SubnetOf(to, destination));
        if (left is not null && left == entered) return true;
        return Verdict(left, true, destination, port, protocol) && Verdict(entered, false, source, port, protocol);
    }

    private static FirewallSubnet? SubnetOf(FirewallNetwork? network, string address) => network?.Subnets.FirstOrDefault(s => Contains(s.Range, address));

    private static bool Verdict(FirewallSubnet? subnet, bool isEgress, string peer, int port, string protocol) => subnet is null || subnet.Entries
        .FirstOrDefault(e => e.IsEgress == isEgress && Contains(e.Range, peer) && (e.Protocol is "-1" || (e.Protocol == NumberOf(protocol) && (e.From is null || (port >= e.From && port <= e.To)))))
        is { IsAllowed: true };

    private static string NumberOf(string protocol) => protocol switch { "tcp" => "6", "udp" => "17", "icmp" => "1", _ => protocol };

    private static bool Contains(string range, string address) => IPNetwork.Parse(range).Contains(IPAddress.Parse(address));

    private static bool MayLeave(FirewallPlan plan, FirewallNetwork? from, FirewallNetwork? to, string source, string destination, int port, string protocol)
    {
        if (from is null || source == from.Gateway) return true;
        if (to is not null && to != from) return false;
        return EndpointOf(from, source) is { } endpoint && (to is not null || endpoint.Ways.FirstOrDefault(w => Contains(w.Range, destination)) is { IsOpen: true }) && Allows(plan, endpoint, true, destination, port, protocol);
    }

    private static bool MayArrive(FirewallPlan plan, FirewallNetwork? from, FirewallNetwork? to, string source, string destination, int port, string protocol)
    {
        if (to is null) return true;
        if (from is not null && from != to) return false;
        return EndpointOf(to, destination) is { } endpoint && (from is not null || endpoint.PublicAddress is not null)
            && Allows(plan, endpoint, false, source, port, protocol);
    }

    private static bool Allows(FirewallPlan plan, FirewallEndpoint endpoint, bool isEgress, string peer, int port, string protocol) => plan.Groups
        .Where(g => endpoint.Groups.Contains(g.Id)).SelectMany(g => g.Rules)
        .Any(r => r.IsEgress == isEgress && (r.Protocol is "-1" || (r.Protocol == protocol && (r.From is null || (port >= r.From && port <= r.To)))) && IsPeer(plan, r, peer));

    private static bool IsPeer(FirewallPlan plan, FirewallRule rule, string peer) => rule.Range is { } range
        ? IPNetwork.Parse(range).Contains(IPAddress.Parse(peer))
        : plan.Networks.Any(n => n.Endpoints.Any(e => e.Address == peer && e.Groups.Contains(rule.Group ?? "")));

    private static FirewallNetwork? NetworkOf(FirewallPlan plan, string address) =>
        plan.Networks.FirstOrDefault(n => n.Ranges.Any(r => IPNetwork.Parse(r).Contains(IPAddress.Parse(address))));

    private static FirewallEndpoint? EndpointOf(FirewallNetwork network, string address) => network.Endpoints.FirstOrDefault(e => e.Address == address);
}
