using System.Globalization;
using System.Text;
using Minato.Engines.Firewall;

namespace Minato.Engines.Network;

/// <summary>
/// Writes the verdicts of a <see cref="FirewallPlan"/> as chains of nftables. A packet of a connection that was let through passes; the first
/// one of another must leave its source (chain <c>leaving</c>) and arrive at its destination (<c>arriving</c>). Endpoints with the same
/// groups share a chain, which a map finds by address, so that a packet meets only the rules of its own groups. Network ACLs come before all
/// that (<c>borders</c>): they know no connections.
/// </summary>
internal static class FirewallTable
{
    /// <summary>Before those of Docker, which see what is left.</summary>
    private const string Priority = "filter - 10";

    /// <param name="bridges">Of the plan's networks. What crosses none of them is of others, whose ranges may be the same.</param>
    /// <param name="resolvers">The host's name servers: AWS answers names in a VPC whatever its groups and routes say.</param>
    public static string Chains(FirewallPlan plan, IEnumerable<string> bridges, IEnumerable<string> resolvers)
    {
        if (plan.Networks.IsEmpty) return "";
        var text = new StringBuilder();
        var profiles = Profiles(plan);
        Set(text, "bridges", bridges, "ifname");
        WriteSets(text, plan, profiles, [.. resolvers]);
        foreach (var (groups, index) in profiles)
        {
            WriteProfile(text, plan, groups, index, isEgress: true);
            WriteProfile(text, plan, groups, index, isEgress: false);
        }
        WriteBorders(text, [.. plan.Networks.SelectMany(n => n.Subnets)]);
        WriteVerdict(text, plan);
        WriteHooks(text);
        return text.ToString();
    }

    /// <summary>Each combination of groups once, by the name that it has in chains.</summary>
    private static Dictionary<string, int> Profiles(FirewallPlan plan)
    {
        var profiles = new Dictionary<string, int>(StringComparer.Ordinal);
        foreach (var endpoint in plan.Networks.SelectMany(n => n.Endpoints)) profiles.TryAdd(KeyOf(endpoint), profiles.Count);
        return profiles;
    }

    private static string KeyOf(FirewallEndpoint endpoint) => string.Join(',', endpoint.Groups.Order(StringComparer.Ordinal));

    private static void WriteSets(StringBuilder text, FirewallPlan plan, Dictionary<string, int> profiles, string[] resolvers)
    {
        var endpoints = plan.Networks.SelectMany(n => n.Endpoints).ToList();
        Set(text, "ranges", plan.Networks.SelectMany(n => n.Ranges), "ipv4_addr; flags interval");
        Set(text, "gateways", plan.Networks.Select(n => n.Gateway));
        Set(text, "resolvers", resolvers);
        Set(text, "inward", endpoints.Where(e => e.PublicAddress is not null).Select(e => e.Address));
        var members = endpoints.SelectMany(e => e.Groups, (e, g) => (Group: g, e.Address)).ToLookup(m => m.Group, m => m.Address, StringComparer.Ordinal);
        foreach (var group in plan.Groups) Set(text, SetOf(group.Id), members[group.Id]);
        Map(text, "egress", "verdict", endpoints.Select(e => $"{e.Address} : goto egress_{profiles[KeyOf(e)]}"));
        Map(text, "ingress", "verdict", endpoints.Select(e => $"{e.Address} : goto ingress_{profiles[KeyOf(e)]}"));
        WriteWays(text, endpoints);
        Map(text, "public", "ipv4_addr", endpoints.Where(e => e.PublicAddress is not null).Select(e => $"{e.PublicAddress} : {e.Address}"));
    }

    /// <summary>
    /// Endpoints with the same ways out share a chain. A way that is open goes on to the groups of who takes it. Endpoints without any are not
    /// in the map.
    /// </summary>
    private static void WriteWays(StringBuilder text, List<FirewallEndpoint> endpoints)
    {
        var known = new Dictionary<string, int>(StringComparer.Ordinal);
        var elements = new List<string>();
        var chains = new StringBuilder();
        foreach (var endpoint in endpoints.Where(e => e.Ways.Any(w => w.IsOpen)))
        {
            var key = string.Join(',', endpoint.Ways.Select(w => $"{w.Range} {w.IsOpen}"));
            if (known.TryAdd(key, known.Count)) WriteWay(chains, known[key], endpoint.Ways);
            elements.Add(string.Create(CultureInfo.InvariantCulture, $"{endpoint.Address} : goto way_{known[key]}"));
        }
        Map(text, "ways", "verdict", elements);
        text.Append(chains);
    }

    private static void WriteWay(StringBuilder text, int index, IEnumerable<FirewallWay> ways)
    {
        text.AppendLine(CultureInfo.InvariantCulture, $"  chain way_{index} {{");
        foreach (var way in ways)
            text.AppendLine(CultureInfo.InvariantCulture, $"    {(way.Range is "0.0.0.0/0" ? "" : $"ip daddr {way.Range} ")}{(way.IsOpen ? "ip saddr vmap @egress" : "drop")}");
        text.AppendLine("    drop\n  }");
    }

    private static void Set(StringBuilder text, string name, IEnumerable<string> elements, string type = "ipv4_addr")
    {
        var all = string.Join(", ", elements.Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal));
        text.AppendLine(CultureInfo.InvariantCulture,
            $"  set {name} {{ type {type};{(all is "" ? "" : $" elements = {{ {all} }}")} }}");
    }

    private static void Map(StringBuilder text, string name, string value, IEnumerable<string> elements)
    {
        var all = string.Join(", ", elements.Order(StringComparer.Ordinal));
        text.AppendLine(CultureInfo.InvariantCulture, $"  map {name} {{ type ipv4_addr : {value};{(all is "" ? "" : $" elements = {{ {all} }}")} }}");
    }

    /// <summary><c>sg-0abc</c> as a set may be called.</summary>
    private static string SetOf(string group) => "of_" + group.Replace('-', '_');

    private static void WriteProfile(StringBuilder text, FirewallPlan plan, string groups, int index, bool isEgress)
    {
        var ids = groups.Split(',').ToHashSet(StringComparer.Ordinal);
        var rules = plan.Groups.Where(g => ids.Contains(g.Id)).SelectMany(g => g.Rules).Where(r => r.IsEgress == isEgress).Distinct();
        var known = plan.Groups.Select(g => g.Id).ToHashSet(StringComparer.Ordinal);
        text.AppendLine(CultureInfo.InvariantCulture, $"  chain {(isEgress ? "egress" : "ingress")}_{index} {{");
        foreach (var rule in rules)
        {
            if (rule.Range is null && !known.Contains(rule.Group ?? "")) continue; // Nobody is in a group that is gone.
            text.AppendLine(CultureInfo.InvariantCulture, $"    {Peer(rule)}{Ports(rule)}return");
        }
        text.AppendLine("    drop\n  }");
    }

    private static string Peer(FirewallRule rule)
    {
        var side = rule.IsEgress ? "daddr" : "saddr";
        return rule switch
        {
            { Range: "0.0.0.0/0" } => "",
            { Range: { } range } => $"ip {side} {range} ",
            _ => $"ip {side} @{SetOf(rule.Group ?? "")} ",
        };
    }

    private static string Ports(FirewallRule rule) => rule.Protocol switch
    {
        "-1" => "",
        "tcp" or "udp" => rule is { From: { } from, To: { } to }
            ? string.Create(CultureInfo.InvariantCulture, $"{rule.Protocol} dport {from}-{to} ")
            : $"meta l4proto {rule.Protocol} ",
        "icmp" => Icmp(rule.From, rule.To),
        "icmpv6" => "meta l4proto ipv6-icmp ",
        var number => $"meta l4proto {number} ",
    };

    private static string Icmp(int? type, int? code) => (type, code) switch
    {
        (null or < 0, _) => "meta l4proto icmp ",
        ({ } one, null or < 0) => string.Create(CultureInfo.InvariantCulture, $"icmp type {one} "),
        ({ } one, { } its) => string.Create(CultureInfo.InvariantCulture, $"icmp type {one} icmp code {its} "),
    };

    /// <summary>A direction in which everything passes needs no chain.</summary>
    private static void WriteBorders(StringBuilder text, FirewallSubnet[] subnets)
    {
        var ways = new StringBuilder();
        for (var i = 0; i < subnets.Length; i++)
        {
            foreach (var isEgress in (bool[])[true, false])
            {
                var entries = subnets[i].Entries.Where(e => e.IsEgress == isEgress).ToList();
                if (entries is [{ IsAllowed: true, IsForAll: true }, ..]) continue;
                var (own, other, name) = isEgress ? ("saddr", "daddr", "out") : ("daddr", "saddr", "in");
                text.AppendLine(CultureInfo.InvariantCulture, $"  chain border_{name}_{i} {{");
                foreach (var entry in entries)
                    text.AppendLine(CultureInfo.InvariantCulture, $"    {(entry.Range is "0.0.0.0/0" ? "" : $"ip {other} {entry.Range} ")}{Ports(entry)}{(entry.IsAllowed ? "return" : "drop")}");
                text.AppendLine("    drop\n  }");
                ways.AppendLine(CultureInfo.InvariantCulture, $"    ip {own} {subnets[i].Range} ip {other} != {subnets[i].Range} jump border_{name}_{i}");
            }
        }
        text.AppendLine(CultureInfo.InvariantCulture, $$"""
              chain borders {
                ip saddr @gateways return
                ip daddr @gateways return
                ip daddr @resolvers meta l4proto { tcp, udp } th dport 53 return
                ip saddr @resolvers meta l4proto { tcp, udp } th sport 53 return
            {{ways}}  }
            """);
    }

    private static string Ports(FirewallAclEntry entry) => entry switch
    {
        { Protocol: "-1" } => "",
        { Protocol: "1" } => Icmp(entry.From, entry.To),
        { Protocol: "6" or "17", From: { } from, To: { } to } =>
            string.Create(CultureInfo.InvariantCulture, $"meta l4proto {entry.Protocol} th dport {from}-{to} "),
        _ => $"meta l4proto {entry.Protocol} ",
    };

    private static void WriteVerdict(StringBuilder text, FirewallPlan plan)
    {
        var within = plan.Networks.Select(n => (Ranges: string.Join(", ", n.Ranges), n)).Select(n => $"    ip saddr {{ {n.Ranges} }} ip daddr {{ {n.Ranges} }} ip ").ToList();
        text.AppendLine("  chain leaving {\n    ip saddr @gateways return");
        foreach (var network in within) text.AppendLine(network + "saddr vmap @egress");
        text.AppendLine("    ip daddr @ranges drop\n    ip saddr vmap @ways\n    drop\n  }");
        text.AppendLine("  chain arriving {");
        foreach (var network in within) text.AppendLine(network + "daddr vmap @ingress");
        text.AppendLine("    ip saddr @ranges drop\n    ip daddr @inward ip daddr vmap @ingress\n    drop\n  }");
        text.AppendLine("""
              chain judge {
                jump borders
                ct state established,related accept
                ip daddr @resolvers meta l4proto { tcp, udp } th dport 53 accept
                ip saddr @ranges jump leaving
                ip daddr @ranges jump arriving
                accept
              }
            """);
    }

    private static void WriteHooks(StringBuilder text) => text.AppendLine($$"""
          chain forward {
            type filter hook forward priority {{Priority}}; policy accept;
            iifname @bridges goto judge
            oifname @bridges goto judge
          }
          chain to_host {
            type filter hook input priority {{Priority}}; policy accept;
            ip daddr @gateways ct status dnat accept
            ip daddr @gateways meta l4proto { tcp, udp } th dport 53 accept
            iifname @bridges goto judge
          }
          chain of_host {
            type filter hook output priority {{Priority}}; policy accept;
            oifname @bridges goto judge
          }
          chain public_from_tasks {
            type nat hook prerouting priority dstnat - 10; policy accept;
            dnat to ip daddr map @public
          }
          chain public_from_host {
            type nat hook output priority -110; policy accept;
            dnat to ip daddr map @public
          }
        """);
}
