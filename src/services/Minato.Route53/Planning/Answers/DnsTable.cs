using System.Collections.Frozen;
using System.Collections.Immutable;
using System.Net;
using Minato.Contracts.Route53;
using Minato.Engines.Dns;
using Minato.Route53.State;

namespace Minato.Route53.Planning.Answers;

/// <summary>All zones, the health of what they name, and the load balancers, at one moment: what every query is answered out of.</summary>
internal sealed partial class DnsTable : IDnsAnswers
{
    public static readonly DnsTable Empty = new([], ImmutableHashSet<string>.Empty, [], SourceMap.Empty, []);

    private const uint InnerTtl = 60;

    private readonly Dictionary<DnsName, ImmutableArray<ZoneTable>> _zones = new(DnsNameComparer.Instance);
    private readonly Dictionary<DnsName, ImmutableArray<ZoneTable>>.AlternateLookup<ReadOnlySpan<byte>> _byWire;
    private readonly FrozenDictionary<DnsName, Balancer> _balancers;
    private readonly ImmutableHashSet<string> _ill;
    private readonly SourceMap _sources;
    private readonly FrozenDictionary<string, CidrMap> _collections;

    /// <param name="zones">Several may have one name: of public ones the first is answered.</param>
    /// <param name="ill">Health checks that fail.</param>
    public DnsTable(IEnumerable<ZoneTable> zones, ImmutableHashSet<string> ill, IEnumerable<BalancerState> balancers, SourceMap sources, IEnumerable<CidrCollectionState> collections)
    {
        foreach (var zone in zones)
            _zones[zone.Domain] = _zones.TryGetValue(zone.Domain, out var others) ? others.Add(zone) : [zone];
        _byWire = _zones.GetAlternateLookup<ReadOnlySpan<byte>>();
        _balancers = balancers.SelectMany(Named).ToFrozenDictionary();
        _ill = ill;
        _sources = sources;
        _collections = collections.ToFrozenDictionary(c => c.Id, c => c.Map, StringComparer.Ordinal);
    }

    public void Answer(in DnsQuestion question, DnsReply reply)
    {
        // A network that is only named decides who of several is answered, not what is seen.
        var (source, asker) = (question.Source.Address, question.Source.IsClaimed ? 0 : question.Source.Address);
        if (Find(question.Name, asker) is { } zone)
        {
            reply.IsAuthoritative = true;
            new Resolution(this, question.Type, source, asker, reply).Resolve(zone, DnsName.FromWire(question.Name), null, 0);
        }
        else if (_balancers.TryGetValue(DnsName.FromWire(question.Name), out var balancer))
        {
            reply.IsAuthoritative = true;
            balancer.Resolve(question.Type, null, asker, reply);
        }
        else if (InnerNames.MayAsk(asker) && InnerNames.AddressOf(question.Name) is { } inner)
        {
            reply.IsAuthoritative = true;
            if (question.Type == DnsTypes.A) reply.Answers.Add(new(null, DnsTypes.A, InnerTtl, inner));
        }
        else (reply.Result, reply.IsElsewhere) = (DnsResult.Refused, true);
    }

    /// <summary>Asks one zone, whoever may see it.</summary>
    public void Answer(string zoneId, DnsName domain, DnsName name, ushort type, uint source, DnsReply reply)
    {
        reply.IsAuthoritative = true;
        if (!_zones.TryGetValue(domain, out var zones)) return;
        foreach (var zone in zones)
        {
            if (zone.Id == zoneId) new Resolution(this, type, source, source, reply).Resolve(zone, name, null, 0);
        }
    }

    /// <summary>AWS: whoever is in a VPC is answered from the closest of its private zones, and from a public one only where there is none.</summary>
    private ZoneTable? Find(ReadOnlySpan<byte> name, uint source)
    {
        ZoneTable? open = null;
        for (var rest = name; ; rest = rest[(1 + rest[0])..])
        {
            if (_byWire.TryGetValue(rest, out var zones))
            {
                foreach (var zone in zones)
                {
                    if (!zone.IsPrivate) open ??= zone;
                    else if (zone.IsSeenFrom(source)) return zone;
                }
            }

            if (rest[0] == 0) return open;
        }
    }

    /// <summary>AWS: a load balancer has a second name for both kinds of addresses.</summary>
    private static IEnumerable<KeyValuePair<DnsName, Balancer>> Named(BalancerState state)
    {
        var (name, balancer) = (DnsName.Parse(state.DnsName), Balancer.Of(state));
        yield return new(name, balancer);
        if (name.Under(AliasNames.DualStack) is { } second) yield return new(second, balancer);
    }

    private sealed record Balancer(DnsName Zone, ImmutableArray<byte[]> Addresses, bool IsHealthy)
    {
        private const uint Ttl = 60; // AWS: of every load balancer's name.
        private static readonly byte[] s_soa = RecordData.Encode(RRType.Soa, "ns-1119.awsdns-11.org. awsdns-hostmaster.amazon.com. 1 7200 900 1209600 60");

        private ImmutableArray<byte[]> Inner { get; init; } = [];
        private ImmutableArray<IPNetwork> Ranges { get; init; } = [];

        public static Balancer Of(BalancerState state) => new(DnsName.Parse(state.DnsName).Parent, Bytes(state.Addresses), state.IsHealthy)
        {
            Inner = Bytes(state.InnerAddresses), Ranges = [.. state.VpcRanges.Select(IPNetwork.Parse)],
        };

        /// <summary>As the zone of load balancers answers: "no" comes with its SOA.</summary>
        public void Resolve(ushort type, DnsName? owner, uint source, DnsReply reply)
        {
            var before = reply.Answers.Count;
            Answer(type, owner, source, reply);
            if (reply.Answers.Count == before) reply.Authority.Add(new(Zone, DnsTypes.Soa, Ttl, s_soa));
        }

        /// <summary>Who asks in its VPC finds it there: packets for the host's loopback stay within a container.</summary>
        public void Answer(ushort type, DnsName? owner, uint source, DnsReply reply)
        {
            if (type != DnsTypes.A) return;
            foreach (var address in !Inner.IsEmpty && IsInside(source) ? Inner : Addresses) reply.Answers.Add(new(owner, DnsTypes.A, Ttl, address));
        }

        private bool IsInside(uint source)
        {
            var asker = new DnsSource(source).ToIPAddress();
            foreach (var range in Ranges)
                if (range.Contains(asker)) return true;
            return false;
        }

        private static ImmutableArray<byte[]> Bytes(ImmutableArray<string> addresses) => [.. addresses.Select(IPAddress.Parse).Select(a => a.GetAddressBytes())];
    }
}
