using System.Collections.Immutable;
using Minato.Contracts.Route53;
using Minato.Engines.Dns;
using Minato.Route53.Planning.Answers;
using Minato.Route53.State;

namespace Minato.Route53.Planning;

/// <summary>What ChangeResourceRecordSets demands of all the record sets of a name together, in Route 53's words.</summary>
internal static class NodeRules
{
    /// <summary>Record sets with one name and type.</summary>
    public const int MostOfGroup = 100;

    /// <summary>AWS: in a zone of Cloud Map there are as many as a service has instances.</summary>
    public const int MostInstances = 1000;

    /// <param name="node">What a batch has left at the name.</param>
    /// <param name="put">What the batch has put: it is named as what cannot be.</param>
    public static IEnumerable<string> Faults(ImmutableArray<RecordState> node, IReadOnlySet<RecordKey> put, ZoneState zone)
    {
        if (node.IsEmpty) yield break;
        foreach (var fault in CnameFaults(node, put, zone.Domain)) yield return fault;
        var most = zone.LinkedService is null ? MostOfGroup : MostInstances;
        foreach (var group in node.GroupBy(r => r.Set.Type))
        {
            RecordState[] sets = [.. group];
            if (GroupFault([.. sets.Select(s => s.Set)], most, (sets.LastOrDefault(s => put.Contains(s.Key)) ?? sets[^1]).Set) is { } fault) yield return fault;
        }
    }

    private static IEnumerable<string> CnameFaults(ImmutableArray<RecordState> node, IReadOnlySet<RecordKey> put, DnsName zone)
    {
        if (node.All(r => r.Set.Type == RRType.Cname) || node.All(r => r.Set.Type != RRType.Cname)) yield break;
        var name = node[0].Set.Name;
        RRType[] blamed = [.. node.Where(r => put.Contains(r.Key)).Select(r => r.Set.Type).Distinct()];
        if (blamed.Contains(RRType.Cname))
        {
            yield return $"RRSet of type CNAME with DNS name {name} is not permitted as it conflicts with other records with the same DNS name in zone {zone}";
            yield break;
        }

        foreach (var type in blamed)
            yield return $"RRSet of type {type.ToWire()} with DNS name {name} is not permitted because a conflicting RRSet of type CNAME with the same DNS name already exists in zone {zone}";
    }

    private static string? GroupFault(ResourceRecordSet[] sets, int most, ResourceRecordSet blamed)
    {
        var what = $"RRSet with DNS name {blamed.Name}, type {blamed.Type.ToWire()}{(blamed.SetIdentifier is { } id ? $", SetIdentifier {id}" : "")}";
        if (sets.Length > most) return $"{what} cannot be created: there are {most} record sets with the same name and type already";
        if (sets.Select(Group.PolicyOf).Distinct().Count() > 1) return Mixed(blamed, what);
        if (sets.Select(s => s.CidrRoutingConfig?.CollectionId).Distinct(StringComparer.Ordinal).Count() > 1)
            return $"{what} cannot be created as CIDR RRSets with the same name and type must have the same CIDR collection.";
        if (Group.PolicyOf(blamed) == Policy.Weighted && sets.Select(s => s.TTL).OfType<long>().Distinct().Count() > 1)
            return $"RRSet with DNS name {blamed.Name} and type {blamed.Type.ToWire()}, SetIdentifier {blamed.SetIdentifier} cannot be created as weighted sets must contain the same TTL.";
        if (sets.Where(s => s.Failover is not null).GroupBy(s => s.Failover).FirstOrDefault(f => f.Count() > 1) is { Key: { } failover })
            return $"{what} cannot be created as a failover RRSet with failover {failover.ToWire()} already exists with the same name and type.";
        return IsTwice(sets) ? $"{what} cannot be created as another RRSet exists with the same name, type and location." : null;
    }

    private static string Mixed(ResourceRecordSet blamed, string what) => Group.PolicyOf(blamed) switch
    {
        Policy.Latency => $"{what}, and Region Name={blamed.Region?.ToWire()} cannot be created because a non-latency RRSet with the same name and type already exists.",
        Policy.Geolocation => $"{what}, and routing to [{Place(blamed.GeoLocation)}] cannot be created because a non-GEO RRSet with the same name and type already exists.",
        Policy.Failover => $"{what}, and marked as {blamed.Failover?.ToWire().ToLowerInvariant()} cannot be created because a non-failover RRSet with the same name and type already exists.",
        Policy.Multivalue => $"{what} cannot be created because a non multivalue answer rrset exists with the same name and type.",
        _ => $"{what} cannot be created as other RRSets exist with the same name and type.",
    };

    private static string Place(GeoLocation? area) => area switch
    {
        { ContinentCode: { } continent } => $"continent = ({continent}, {ContinentName(continent)})",
        { CountryCode: { } country, SubdivisionCode: { } part } => $"country = ({country}), subdivision = ({part})",
        _ => $"country = ({area?.CountryCode})",
    };

    /// <returns>Null for no continent.</returns>
    public static string? ContinentName(string code) => code switch
    {
        "AF" => "Africa", "AN" => "Antarctica", "AS" => "Asia", "EU" => "Europe", "NA" => "North America", "OC" => "Oceania", "SA" => "South America", _ => null,
    };

    private static bool IsTwice(ResourceRecordSet[] sets) =>
        sets.Where(s => s.Region is not null).GroupBy(s => s.Region).Any(r => r.Count() > 1)
        || sets.Where(s => s.GeoLocation is not null).GroupBy(s => s.GeoLocation).Any(g => g.Count() > 1)
        || sets.Select(s => s.CidrRoutingConfig).OfType<CidrRoutingConfig>().GroupBy(c => c).Any(g => g.Count() > 1)
        || sets.Select(s => s.GeoProximityLocation).OfType<GeoProximityLocation>().GroupBy(l => l with { Bias = null }).Any(g => g.Count() > 1);
}
