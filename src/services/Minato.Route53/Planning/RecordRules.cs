using System.Collections.Immutable;
using Minato.Contracts.Route53;
using Minato.Engines.Dns;
using Minato.Route53.Planning.Answers;
using Minato.Route53.State;

namespace Minato.Route53.Planning;

/// <summary>What ChangeResourceRecordSets demands of a change by itself, and of the record sets of a name together.</summary>
internal static class RecordRules
{
    public const int MostValues = 400;
    public const int MostOfGroup = 100;

    /// <summary>Structure, before anything is looked up.</summary>
    /// <exception cref="InvalidInput">A member is missing, or there is one too many.</exception>
    public static void Demand(Change change)
    {
        var set = change.ResourceRecordSet;
        var what = $"in Change with [Action={change.Action.ToWire()}, Name={set.Name}, Type={set.Type.ToWire()}, SetIdentifier={set.SetIdentifier ?? "null"}]";
        if (set.TrafficPolicyInstanceId is not null) throw new InvalidInput($"Minato does not serve traffic policies {what}");
        if (set.GeoProximityLocation is { } proximity) DemandPlace(proximity, what);
        const string Kinds = "[AliasTarget, all of [TTL, and ResourceRecords], or TrafficPolicyInstanceId]";
        var hasValues = set.ResourceRecords is { Length: > 0 };
        if (set.AliasTarget is not null && (hasValues || set.TTL is not null)) throw new InvalidInput($"Invalid request: Expected exactly one of {Kinds}, but found more than one {what}");
        if (set.AliasTarget is null && (!hasValues || set.TTL is null)) throw new InvalidInput($"Invalid request: Expected exactly one of {Kinds}, but found none {what}");
        var policies = new object?[] { set.Weight, set.Region, set.Failover, set.GeoLocation, set.GeoProximityLocation, set.CidrRoutingConfig, set.MultiValueAnswer == true ? true : null }.Count(p => p is not null);
        const string Policies = "[Weight, Region, Failover, GeoLocation, MultiValueAnswer, GeoProximityLocation, or CidrRoutingConfig]";
        if (set.SetIdentifier is null && policies > 0) throw new InvalidInput($"Invalid request: Missing field 'SetIdentifier' {what}");
        if (set.SetIdentifier is not null && policies == 0) throw new InvalidInput($"Invalid request: Expected exactly one of {Policies}, but found none {what}");
        if (policies > 1) throw new InvalidInput($"Invalid request: Expected exactly one of {Policies}, but found more than one {what}");
        if (set.MultiValueAnswer == true && set.AliasTarget is not null) throw new InvalidInput($"Invalid request: Expected no AliasTarget with MultiValueAnswer {what}");
    }

    /// <summary>There are no local zones here.</summary>
    private static void DemandPlace(GeoProximityLocation location, string what)
    {
        const string Kinds = "[AWSRegion, LocalZoneGroup, or Coordinates]";
        var given = new object?[] { location.AWSRegion, location.LocalZoneGroup, location.Coordinates }.Count(p => p is not null);
        if (given != 1) throw new InvalidInput($"Invalid request: Expected exactly one of {Kinds}, but found {(given == 0 ? "none" : "more than one")} {what}");
        if (Spot.Of(location) is null) throw new InvalidInput($"Invalid request: The geoproximity location is not known {what}");
    }

    /// <summary>The set as Route 53 keeps it: names in small letters with the dot at the end.</summary>
    public static ResourceRecordSet Normal(ResourceRecordSet set, DnsName name) => set with
    {
        Name = name.ToString(),
        AliasTarget = set.AliasTarget is not { } alias ? null : alias with
        {
            HostedZoneId = ResourceIds.Plain(alias.HostedZoneId),
            DNSName = DnsName.TryParse(alias.DNSName, out var target) ? target.ToString() : throw new InvalidInput("The alias target name is not a valid domain name."),
        },
    };

    /// <summary>What is wrong with the set's own values.</summary>
    public static IEnumerable<string> ValueFaults(ResourceRecordSet set, DnsName zone)
    {
        var values = set.ResourceRecords ?? [];
        if (values.Length > MostValues) yield return $"Number of values limit of {MostValues} exceeded";
        if (set.Type == RRType.Cname && values.Length > 1) yield return $"RRSet of type CNAME with DNS name {set.Name} is not permitted to have more than one value.";
        if (set.Type == RRType.Cname && set.Name == zone.ToString())
            yield return $"RRSet of type CNAME with DNS name {set.Name} is not permitted at apex in zone {zone}";
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var value in values)
        {
            if (Fault(set.Type, value.Value) is { } fault) yield return fault;
            else if (!seen.Add(value.Value)) yield return $"Duplicate Resource Record: '{value.Value}'";
        }
    }

    /// <summary>What is wrong with all record sets of a name, once a batch has run.</summary>
    public static IEnumerable<string> NodeFaults(ImmutableArray<RecordState> node, DnsName zone)
    {
        if (node.IsEmpty) yield break;
        var name = node[0].Set.Name;
        if (node.Any(r => r.Set.Type == RRType.Cname) && node.Any(r => r.Set.Type != RRType.Cname))
            yield return $"RRSet of type CNAME with DNS name {name} is not permitted as it conflicts with other records with the same DNS name in zone {zone}";
        foreach (var group in node.GroupBy(r => r.Set.Type))
        {
            RecordState[] sets = [.. group];
            var where = $"RRSet with DNS name {name}, type {group.Key.ToWire()}, SetIdentifier {sets[^1].Set.SetIdentifier ?? "null"}";
            if (sets.Length > MostOfGroup) yield return $"{where} cannot be created: there are {MostOfGroup} record sets with the same name and type already";
            if (sets.Select(s => Group.PolicyOf(s.Set)).Distinct().Count() > 1)
                yield return $"{where} cannot be created as other RRSets exist with the same name and type.";
            else if (sets.Select(s => s.Set.CidrRoutingConfig?.CollectionId).Distinct(StringComparer.Ordinal).Count() > 1)
                yield return $"{where} cannot be created as CIDR RRSets with the same name and type must have the same CIDR collection.";
            else if (Group.PolicyOf(sets[0].Set) == Policy.Weighted && sets.Select(s => s.Set.TTL).OfType<long>().Distinct().Count() > 1)
                yield return $"{where} cannot be created as weighted RRSets with the same name and type must have the same TTL.";
            else if (sets.Where(s => s.Set.Failover is not null).GroupBy(s => s.Set.Failover).FirstOrDefault(f => f.Count() > 1) is { Key: { } failover })
                yield return $"{where} cannot be created as a failover RRSet with failover {failover.ToWire()} already exists with the same name and type.";
            else if (sets.Where(s => s.Set.Region is not null).GroupBy(s => s.Set.Region).Any(r => r.Count() > 1) || sets.Where(s => s.Set.GeoLocation is not null).GroupBy(s => s.Set.GeoLocation).Any(g => g.Count() > 1)
                || sets.Select(s => s.Set.CidrRoutingConfig).OfType<CidrRoutingConfig>().GroupBy(c => c).Any(g => g.Count() > 1)
                || sets.Select(s => s.Set.GeoProximityLocation).OfType<GeoProximityLocation>().GroupBy(l => l with { Bias = null }).Any(g => g.Count() > 1))
                yield return $"{where} cannot be created as another RRSet exists with the same name, type and location.";
        }
    }

    /// <summary>Whether a DELETE repeats what is there; the order of values does not matter.</summary>
    public static bool IsSame(ResourceRecordSet one, ResourceRecordSet other) =>
        one with { ResourceRecords = null, MultiValueAnswer = null } == other with { ResourceRecords = null, MultiValueAnswer = null }
        && (one.MultiValueAnswer ?? false) == (other.MultiValueAnswer ?? false) && Values(one).SequenceEqual(Values(other), StringComparer.Ordinal);

    /// <summary>How a message names a set.</summary>
    public static string Shown(ResourceRecordSet set) =>
        $"[name='{set.Name}', type='{set.Type.ToWire()}'{(set.SetIdentifier is { } id ? $", set identifier='{id}'" : "")}]";

    private static IEnumerable<string> Values(ResourceRecordSet set) => (set.ResourceRecords ?? []).Select(r => r.Value).Order(StringComparer.Ordinal);

    private static string? Fault(RRType type, string value)
    {
        try
        {
            RecordData.Encode(type, value);
            return null;
        }
        catch (RecordFault e)
        {
            return e.Message;
        }
    }
}

/// <summary>Ids come with and without the kind of thing they name in front.</summary>
internal static class ResourceIds
{
    public static string Plain(string id) => id[(id.LastIndexOf('/') + 1)..];
}
