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
        var ways = new Dictionary<ResourceKey, Subnetwork>();
        var interfaces = state.All(Ec2Tables.Interfaces).ToLookup(i => i.Key with { Id = i.VpcId });
        return new()
        {
            Networks = [.. state.All(Ec2Tables.Vpcs).Select(v => NetworkOf(v, interfaces[v.Key].Select(i => EndpointOf(state, i, ways))) with
            {
                Subnets = [.. BordersOf(state, v)], Resolver = v.EnableDnsSupport ? ResolverOf(v) : null,
            })],
            Groups = [.. state.All(Ec2Tables.SecurityGroups).Select(g => new FirewallGroup(g.Key.Id, [.. g.Rules.SelectMany(r => RulesOf(state, g, r))]))],
        };
    }

    /// <summary>The host's address in a VPC is the first one; no subnet hands it out.</summary>
    public static string GatewayOf(StoredVpc vpc) => Ipv4Range.Text(Ipv4Range.Parse(vpc.CidrBlock).First + 1);

    private static FirewallNetwork NetworkOf(StoredVpc vpc, IEnumerable<FirewallEndpoint> endpoints) =>
        new(vpc.Key.Id, GatewayOf(vpc), [.. vpc.Ranges], [.. endpoints]);

    /// <summary>AWS: the second one after the base of the range, where names are answered; no subnet hands it out either.</summary>
    private static string ResolverOf(StoredVpc vpc) => Ipv4Range.Text(Ipv4Range.Parse(vpc.CidrBlock).First + 2);

    private static FirewallEndpoint EndpointOf(IReadState state, InterfaceState nic, Dictionary<ResourceKey, Subnetwork> subnets)
    {
        var subnet = nic.Key with { Id = nic.SubnetId };
        if (!subnets.TryGetValue(subnet, out var known)) subnets[subnet] = known = new(state.Find(Ec2Tables.Subnets, subnet) is { } there ? Ways.Of(state, there) : []);
        var address = state.Where(Ec2Tables.AddressesByInterface, nic.Key.Id).FirstOrDefault()?.PublicIp;
        return new(nic.PrivateIpAddress, nic.Groups)
        {
            IsOfHost = nic.IsOfLoadBalancer,
            Ways = address is not null || nic.IsOfLoadBalancer ? known.Public : known.Private,
            PublicAddress = known.HasGateway ? address : null,
        };
    }

    /// <summary>The ways of a subnet: those of who has an address of the internet, and those of all others.</summary>
    private sealed class Subnetwork(ImmutableArray<Way> ways)
    {
        public bool HasGateway { get; } = ways.Any(w => w.Out is WayOut.InternetGateway);
        public ImmutableArray<FirewallWay> Public { get; } = [.. ways.Select(w => new FirewallWay(w.Range.ToString(), w.Out is not WayOut.None))];
        public ImmutableArray<FirewallWay> Private { get; } = [.. ways.Select(w => new FirewallWay(w.Range.ToString(), w.Out is WayOut.Nat))];
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

    /// <returns>None for peers that cannot be here: of IPv6, of a prefix list of AWS's own.</returns>
    private static IEnumerable<FirewallRule> RulesOf(IReadState state, SecurityGroupState group, RuleState rule) => rule switch
    {
        { CidrIpv4: not null } or { GroupId: not null } => [new(rule.IsEgress, rule.Protocol, rule.FromPort, rule.ToPort, rule.CidrIpv4, rule.GroupId)],
        { PrefixListId: { } list } => PrefixLists.RangesOf(state, group.Key with { Id = list })
            .Select(range => new FirewallRule(rule.IsEgress, rule.Protocol, rule.FromPort, rule.ToPort, range, null)),
        _ => [],
    };
}
