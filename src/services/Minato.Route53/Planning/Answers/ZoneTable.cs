using System.Collections.Immutable;
using System.Net;
using Minato.Engines.Dns;
using Minato.Route53.State;

namespace Minato.Route53.Planning.Answers;

/// <summary>A zone as it is answered. A new one is made of the old one and the names that changed.</summary>
internal sealed record ZoneTable
{
    public required string Id { get; init; }
    public required DnsName Domain { get; init; }
    public required bool IsPrivate { get; init; }
    public required DateTimeOffset CreatedAt { get; init; }
    public ImmutableArray<IPNetwork> Ranges { get; init; } = [];
    public ImmutableDictionary<DnsName, Node> Nodes { get; init; } = ImmutableDictionary<DnsName, Node>.Empty;

    /// <summary>Names below the apex that are delegated to others.</summary>
    public int Cuts { get; init; }

    public static ZoneTable Of(ZoneState zone, ZoneTable? before) => (before ?? new() { Id = zone.Id, Domain = zone.Domain, IsPrivate = zone.IsPrivate, CreatedAt = zone.CreatedAt }) with
    {
        Ranges = [.. zone.Vpcs.SelectMany(v => (v.More ?? []).Prepend(v.Cidr)).Select(IPNetwork.Parse)],
    };

    /// <summary>Whether somebody at this address sees the zone.</summary>
    public bool IsSeenFrom(uint address)
    {
        if (!IsPrivate) return true;
        if (address == 0) return false;
        var asker = new DnsSource(address).ToIPAddress();
        foreach (var range in Ranges)
        {
            if (range.Contains(asker)) return true;
        }

        return false;
    }

    /// <param name="changed">Names with all the record sets they have now.</param>
    public ZoneTable With(IEnumerable<(DnsName Name, IReadOnlyCollection<RecordState> Records)> changed)
    {
        var nodes = Nodes.ToBuilder();
        var cuts = Cuts;
        foreach (var (name, records) in changed)
        {
            var before = nodes.GetValueOrDefault(name, Node.Empty);
            var after = before with { Groups = [.. records.GroupBy(r => r.Set.Type).Select(Group.Of)] };
            cuts += IsCut(name, after) - IsCut(name, before);
            Set(nodes, name, after);
            var step = (after.Groups.IsEmpty ? 0 : 1) - (before.Groups.IsEmpty ? 0 : 1);
            for (var above = name; step != 0 && !above.Equals(Domain) && !above.IsRoot;)
            {
                above = above.Parent;
                var node = nodes.GetValueOrDefault(above, Node.Empty);
                Set(nodes, above, node with { Below = node.Below + step });
            }
        }

        return this with { Nodes = nodes.ToImmutable(), Cuts = cuts };
    }

    private static void Set(ImmutableDictionary<DnsName, Node>.Builder nodes, DnsName name, Node node)
    {
        if (node.IsNothing) nodes.Remove(name);
        else nodes[name] = node;
    }

    private int IsCut(DnsName name, Node node) => !name.Equals(Domain) && node.Find(DnsTypes.Ns) is not null ? 1 : 0;
}
