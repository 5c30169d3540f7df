using Minato.Contracts.Route53;
using Minato.Engines.Dns;
using Minato.Route53.Planning.Answers;

namespace Minato.Route53.Planning;

/// <summary>What ChangeResourceRecordSets demands of a change by itself.</summary>
internal static class RecordRules
{
    public const int MostValues = 400;

    /// <summary>Structure, before anything is looked up.</summary>
    /// <exception cref="InvalidInput">A member is missing, or there is one too many.</exception>
    public static void Demand(Change change)
    {
        var set = change.ResourceRecordSet;
        var what = $"in Change with [Action={change.Action.ToWire()}, Name={set.Name}, Type={set.Type.ToWire()}, SetIdentifier={set.SetIdentifier ?? "null"}]";
        if (set.TrafficPolicyInstanceId is not null) throw new InvalidInput($"Minato does not serve traffic policies {what}");
        if (set.GeoProximityLocation is { } proximity) DemandPlace(proximity, what);
        if (set.GeoLocation is { } area && change.Action != ChangeAction.Delete) DemandArea(area, what);
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

    /// <summary>AWS: a continent, a country, or a part of a country.</summary>
    private static void DemandArea(GeoLocation area, string what)
    {
        if (area.ContinentCode is not null && (area.CountryCode is not null || area.SubdivisionCode is not null))
            throw new InvalidInput($"Invalid request: A ContinentCode can't be combined with a CountryCode or a SubdivisionCode {what}");
        var isKnown = area switch
        {
            { ContinentCode: { } continent } => NodeRules.ContinentName(continent) is not null,
            { CountryCode: "*", SubdivisionCode: null } => true,
            { CountryCode: { Length: 2 } country } => country.All(char.IsAsciiLetterUpper),
            _ => false,
        };
        if (!isKnown) throw new InvalidInput($"Invalid request: The geolocation is not known {what}");
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
    /// <param name="set">The name of its alias has been found to be one.</param>
    public static ResourceRecordSet Normal(ResourceRecordSet set, DnsName name) => set with
    {
        Name = name.ToString(),
        AliasTarget = set.AliasTarget is not { } alias ? null : alias with
        {
            HostedZoneId = ResourceIds.Plain(alias.HostedZoneId),
            DNSName = DnsName.Parse(alias.DNSName).ToString(),
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
        foreach (var fault in KindFaults(set, zone)) yield return fault;
        var seen = new HashSet<string>(StringComparer.Ordinal);
        foreach (var value in values)
        {
            if (Fault(set.Type, value.Value) is { } fault) yield return fault;
            else if (!seen.Add(value.Value)) yield return $"Duplicate Resource Record: '{value.Value}'";
        }
    }

    private static IEnumerable<string> KindFaults(ResourceRecordSet set, DnsName zone)
    {
        var what = $"RRSet of type {set.Type.ToWire()} with DNS name {set.Name} is not permitted";
        if (set is { Failover: ResourceRecordSetFailover.Primary, AliasTarget: null, HealthCheckId: null })
            yield return "A non-alias primary ResourceRecordSet must have an associated health check. No changes made.";
        if (set.Type == RRType.Soa && set.Name != zone.ToString()) yield return $"{what} in zone {zone}";
        if (set is { Type: RRType.Soa, ResourceRecords.Length: > 1 }) yield return "A HostedZone must contain exactly one SOA record.";
        // AWS: what a zone says of itself and of its delegations is its own, and the same for everybody.
        if (set.Type is RRType.Soa or RRType.Ns && set.AliasTarget is not null) yield return $"{what} as an alias";
        if (set.Type == RRType.Ns && set.Name.StartsWith(@"\052.", StringComparison.Ordinal)) yield return $"{what} as a wildcard";
        if (set.Type is RRType.Cname or RRType.Ns && set.MultiValueAnswer == true) yield return $"{what} as a multivalue answer";
    }

    /// <summary>Whether a DELETE repeats what is there; the order of values does not matter.</summary>
    public static bool IsSame(ResourceRecordSet one, ResourceRecordSet other) =>
        one with { ResourceRecords = null, MultiValueAnswer = null } == other with { ResourceRecords = null, MultiValueAnswer = null }
        && (one.MultiValueAnswer ?? false) == (other.MultiValueAnswer ?? false) && Values(one).SequenceEqual(Values(other), StringComparer.Ordinal);

    /// <summary>How a message names a set.</summary>
    public static string Shown(ResourceRecordSet set) =>
        $"[name='{set.Name}', type='{set.Type.ToWire()}'{(set.SetIdentifier is { } id ? $", set-identifier='{id}'" : "")}]";

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
