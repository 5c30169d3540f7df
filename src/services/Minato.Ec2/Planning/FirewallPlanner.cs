using System.Collections.Immutable;
using Minato.Contracts.Ec2;
using Minato.Ec2.State;
using Minato.Engines.Firewall;
using Minato.Platform;

namespace Minato.Ec2.Planning;

/// <summary>From interfaces, security groups, network ACLs and routes to who may speak to whom.</summary>
internal static class FirewallPlanner
{
    private const string Icmp = "1";

    public static FirewallPlan Plan(IReadState state)
    {
        var ways = new Dictionary<ResourceKey, WayOut>();
        var interfaces = state.All(Ec2Tables.Interfaces).ToLookup(i => i.Key with { Id = i.VpcId });
        return new()
        {
            Networks = [.. state.All(Ec2Tables.Vpcs).Select(v => NetworkOf(v, interfaces[v.Key].Select(i => EndpointOf(state, i, ways))) with
            {
                Subnets = [.. BordersOf(state, v)], Resolver = v.EnableDnsSupport ? ResolverOf(v) : null,
            })],
            Groups = [.. state.All(Ec2Tables.SecurityGroups).Select(g => new FirewallGroup(g.Key.Id, [.. g.Rules.Select(RuleOf).OfType<FirewallRule>()]))],
        };
    }

    /// <summary>The host's address in a VPC is the first one; no subnet hands it out.</summary>
    public static string GatewayOf(StoredVpc vpc) => Ipv4Range.Text(Ipv4Range.Parse(vpc.CidrBlock).First + 1);

    private static FirewallNetwork NetworkOf(StoredVpc vpc, IEnumerable<FirewallEndpoint> endpoints) =>
        new(vpc.Key.Id, GatewayOf(vpc), [.. vpc.Ranges], [.. endpoints]);

    /// <summary>AWS: the second one after the base of the range, where names are answered; no subnet hands it out either.</summary>
    private static string ResolverOf(StoredVpc vpc) => Ipv4Range.Text(Ipv4Range.Parse(vpc.CidrBlock).First + 2);

    private static FirewallEndpoint EndpointOf(IReadState state, InterfaceState nic, Dictionary<ResourceKey, WayOut> ways)
    {
        var subnet = nic.Key with { Id = nic.SubnetId };
        if (!ways.TryGetValue(subnet, out var way))
            ways[subnet] = way = state.Find(Ec2Tables.Subnets, subnet) is { } known ? Ways.Of(state, known) : WayOut.None;
        var address = state.Where(Ec2Tables.AddressesByInterface, nic.Key.Id).FirstOrDefault()?.PublicIp;
        return new(nic.PrivateIpAddress, nic.Groups)
        {
            IsOfHost = nic.IsOfLoadBalancer,
            HasWayOut = way is WayOut.Nat || (way is WayOut.InternetGateway && (address is not null || nic.IsOfLoadBalancer)),
            PublicAddress = way is WayOut.InternetGateway ? address : null,
        };
    }

    /// <summary>Subnets with an ACL that lets everything pass are not watched.</summary>
    private static IEnumerable<FirewallSubnet> BordersOf(IReadState state, StoredVpc vpc)
    {
        foreach (var subnet in state.Where(Ec2Tables.SubnetsByVpc, vpc.Key.Id).Where(s => s.Key.Home == vpc.Key.Home))
        {
            if (state.Find(Ec2Tables.NetworkAcls, vpc.Key with { Id = subnet.NetworkAcl.OtherId }) is not { } acl) continue;
            FirewallSubnet border = new(subnet.CidrBlock, [.. acl.Entries.Where(e => e.Cidr is not null).OrderBy(e => e.Number).Select(EntryOf)]);
            if (!IsOpen(border, isEgress: true) || !IsOpen(border, isEgress: false)) yield return border;
        }
    }

    private static bool IsOpen(FirewallSubnet border, bool isEgress) => border.Entries.FirstOrDefault(e => e.IsEgress == isEgress) is { IsAllowed: true, IsForAll: true };

    private static FirewallAclEntry EntryOf(AclEntry entry) => new(
        entry.IsEgress, entry.Action is RuleAction.Allow, entry.Protocol, entry.Protocol is Icmp ? entry.IcmpType : entry.FromPort,
        entry.Protocol is Icmp ? entry.IcmpCode : entry.ToPort, entry.Cidr ?? "");

    /// <returns>Null for peers that cannot be here: of IPv6, of another AWS network, of a prefix list, which holds no address here.</returns>
    private static FirewallRule? RuleOf(RuleState rule) => rule.CidrIpv4 is null && rule.GroupId is null ? null
        : new(rule.IsEgress, rule.Protocol, rule.FromPort, rule.ToPort, rule.CidrIpv4, rule.GroupId);
}
