using System.Collections.Immutable;
using Minato.Ec2.State;
using Minato.Engines.Firewall;
using Minato.Platform;

namespace Minato.Ec2.Planning;

/// <summary>From interfaces, security groups and routes to who may speak to whom. Network ACLs are kept and not asked.</summary>
internal static class FirewallPlanner
{
    public static FirewallPlan Plan(IReadState state)
    {
        var ways = new Dictionary<ResourceKey, WayOut>();
        var interfaces = state.All(Ec2Tables.Interfaces).ToLookup(i => i.Key with { Id = i.VpcId });
        return new()
        {
            Networks = [.. state.All(Ec2Tables.Vpcs).Select(v => NetworkOf(v, interfaces[v.Key].Select(i => EndpointOf(state, i, ways))))],
            Groups = [.. state.All(Ec2Tables.SecurityGroups).Select(g => new FirewallGroup(g.Key.Id, [.. g.Rules.Select(RuleOf).OfType<FirewallRule>()]))],
        };
    }

    /// <summary>The host's address in a VPC is the first one; no subnet hands it out.</summary>
    public static string GatewayOf(StoredVpc vpc) => Ipv4Range.Text(Ipv4Range.Parse(vpc.CidrBlock).First + 1);

    private static FirewallNetwork NetworkOf(StoredVpc vpc, IEnumerable<FirewallEndpoint> endpoints) =>
        new(vpc.Key.Id, GatewayOf(vpc), [.. vpc.Ranges], [.. endpoints]);

    private static FirewallEndpoint EndpointOf(IReadState state, InterfaceState nic, Dictionary<ResourceKey, WayOut> ways)
    {
        var subnet = nic.Key with { Id = nic.SubnetId };
        if (!ways.TryGetValue(subnet, out var way))
            ways[subnet] = way = state.Find(Ec2Tables.Subnets, subnet) is { } known ? Ways.Of(state, known) : WayOut.None;
        var address = state.Where(Ec2Tables.AddressesByInterface, nic.Key.Id).FirstOrDefault()?.PublicIp;
        return new(nic.PrivateIpAddress, nic.Groups)
        {
            IsOfHost = nic.IsOfLoadBalancer,
            HasWayOut = way is WayOut.Nat || (way is WayOut.InternetGateway && IsOnTheInternet(nic, address)),
            PublicAddress = way is WayOut.InternetGateway ? address : null,
        };
    }

    /// <summary>Tasks carry no public address of their own yet: behind an internet gateway they go out by the host's.</summary>
    private static bool IsOnTheInternet(InterfaceState nic, string? address) => address is not null || nic.RequesterId is not null;

    /// <returns>Null for peers that cannot be here: of IPv6, of another AWS network, of a prefix list, which holds no address here.</returns>
    private static FirewallRule? RuleOf(RuleState rule) => rule.CidrIpv4 is null && rule.GroupId is null ? null
        : new(rule.IsEgress, rule.Protocol, rule.FromPort, rule.ToPort, rule.CidrIpv4, rule.GroupId);
}
