using System.Collections.Immutable;
using Minato.Contracts.Ec2;
using Minato.Ec2.Api;
using Minato.Ec2.State;

namespace Minato.Ec2.Planning;

/// <summary>Between the permissions of the wire (several peers each) and stored rules (one peer each).</summary>
internal static class Permissions
{
    /// <summary>Rules without ids, in the order given.</summary>
    /// <param name="accountId">Owner of groups that are named without one.</param>
    public static ImmutableArray<RuleState> FromWire(
        ImmutableArray<IpPermission> permissions, bool isEgress, string accountId, Func<string, string> groupIdOf)
    {
        var rules = ImmutableArray.CreateBuilder<RuleState>();
        foreach (var permission in permissions)
        {
            var rule = Ports(permission, isEgress);
            var before = rules.Count;
            foreach (var range in permission.IpRanges ?? []) rules.Add(rule with { CidrIpv4 = RuleWords.Cidr(range.CidrIp), Description = RuleWords.Description(range.Description) });
            foreach (var range in permission.Ipv6Ranges ?? []) rules.Add(rule with { CidrIpv6 = RuleWords.Cidr6(range.CidrIpv6), Description = RuleWords.Description(range.Description) });
            foreach (var list in permission.PrefixListIds ?? []) rules.Add(rule with { PrefixListId = list.PrefixListIdValue, Description = RuleWords.Description(list.Description) });
            foreach (var pair in permission.UserIdGroupPairs ?? [])
            {
                var group = pair.GroupId ?? groupIdOf(pair.GroupName ?? throw Ec2Errors.MissingParameter("groupId"));
                rules.Add(rule with { GroupId = group, GroupOwnerId = pair.UserId ?? accountId, Description = RuleWords.Description(pair.Description) });
            }
            if (rules.Count == before) throw Ec2Errors.MissingParameter("ipRanges, ipv6Ranges, prefixListIds or groups");
        }
        return rules.ToImmutable();
    }

    public static ImmutableArray<IpPermission> ToWire(IEnumerable<RuleState> rules) =>
        [.. rules.GroupBy(r => (r.Protocol, r.FromPort, r.ToPort)).Select(g => new IpPermission
        {
            IpProtocol = g.Key.Protocol,
            FromPort = g.Key.FromPort,
            ToPort = g.Key.ToPort,
            IpRanges = [.. g.Where(r => r.CidrIpv4 is not null).Select(r => new IpRange { CidrIp = r.CidrIpv4, Description = r.Description })],
            Ipv6Ranges = [.. g.Where(r => r.CidrIpv6 is not null).Select(r => new Ipv6Range { CidrIpv6 = r.CidrIpv6, Description = r.Description })],
            PrefixListIds = [.. g.Where(r => r.PrefixListId is not null).Select(r => new PrefixListId { PrefixListIdValue = r.PrefixListId, Description = r.Description })],
            UserIdGroupPairs = [.. g.Where(r => r.GroupId is not null)
                .Select(r => new UserIdGroupPair { GroupId = r.GroupId, UserId = r.GroupOwnerId, Description = r.Description })],
        })];

    /// <summary>The words of AWS's error about a rule that exists already.</summary>
    public static string Describe(RuleState rule)
    {
        var peer = rule.CidrIpv4 ?? rule.CidrIpv6 ?? rule.GroupId ?? rule.PrefixListId;
        var protocol = rule.Protocol is "-1" ? "ALL" : rule.Protocol.ToUpperInvariant();
        var ports = rule.FromPort is null ? "" : $", from port: {rule.FromPort}, to port: {rule.ToPort}";
        return $"the specified rule \"peer: {peer}, {protocol}{ports}, ALLOW\" already exists";
    }

    private static RuleState Ports(IpPermission permission, bool isEgress)
    {
        var protocol = RuleWords.Protocol(permission.IpProtocol);
        if (protocol is "-1") return new() { Id = "", IsEgress = isEgress, Protocol = protocol }; // AWS: ports of "all traffic" are dropped.
        RuleWords.CheckPorts(protocol, permission.FromPort, permission.ToPort);
        return new() { Id = "", IsEgress = isEgress, Protocol = protocol, FromPort = permission.FromPort, ToPort = permission.ToPort };
    }
}
