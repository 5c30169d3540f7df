using System.Collections.Immutable;
using Minato.Contracts.Route53;
using Minato.Engines.Dns;
using Minato.Route53.State;

namespace Minato.Route53.Planning.Answers;

/// <summary>How one of several record sets with a name and type is chosen.</summary>
internal enum Policy
{
    Simple,
    Weighted,
    Failover,
    Latency,
    Geolocation,
    Geoproximity,
    Cidr,
    Multivalue,
}

/// <summary>One record set, ready to be sent.</summary>
internal sealed record Member
{
    public long Weight { get; init; }
    public bool IsPrimary { get; init; }
    public string? Region { get; init; }
    public GeoLocation? Area { get; init; }
    public Spot? Spot { get; init; }
    public CidrRoutingConfig? Cidr { get; init; }
    public string? HealthCheckId { get; init; }
    public uint Ttl { get; init; }
    public ImmutableArray<byte[]> Data { get; init; } = [];

    /// <summary>The name that is answered instead; null for records of its own.</summary>
    public DnsName? Alias { get; init; }

    /// <summary>Whether the alias stays within its zone; others name load balancers.</summary>
    public bool IsInZone { get; init; }
    public bool EvaluatesTarget { get; init; }

    public static Member Of(RecordState record)
    {
        var set = record.Set;
        var alias = set.AliasTarget;
        return new()
        {
            Weight = set.Weight ?? 0, IsPrimary = set.Failover == ResourceRecordSetFailover.Primary, Region = set.Region?.ToWire(), Area = set.GeoLocation, Spot = Answers.Spot.Of(set.GeoProximityLocation), Cidr = set.CidrRoutingConfig,
            HealthCheckId = set.HealthCheckId, Ttl = (uint)(set.TTL ?? 0),
            Data = [.. (set.ResourceRecords ?? []).Select(r => Encoded(set.Type, r.Value)).OfType<byte[]>()],
            Alias = alias is null ? null : AliasNames.Of(alias), IsInZone = alias?.HostedZoneId == record.Key.ZoneId,
            EvaluatesTarget = alias?.EvaluateTargetHealth ?? false,
        };
    }

    // What was taken once and would be no more is not answered; all else is.
    private static byte[]? Encoded(RRType type, string value)
    {
        try
        {
            return RecordData.Encode(type, value);
        }
        catch (RecordFault)
        {
            return null;
        }
    }
}

/// <summary>All record sets of a name and type.</summary>
internal sealed record Group(ushort Type, Policy Policy, ImmutableArray<Member> Members)
{
    public static Group Of(IGrouping<RRType, RecordState> records) => new(
        RecordTypes.Number(records.Key), PolicyOf(records.First().Set), [.. records.Select(Member.Of)]);

    public static Policy PolicyOf(ResourceRecordSet set) => set switch
    {
        { Weight: not null } => Policy.Weighted,
        { Failover: not null } => Policy.Failover,
        { Region: not null } => Policy.Latency,
        { GeoLocation: not null } => Policy.Geolocation,
        { GeoProximityLocation: not null } => Policy.Geoproximity,
        { CidrRoutingConfig: not null } => Policy.Cidr,
        { MultiValueAnswer: true } => Policy.Multivalue,
        _ => Policy.Simple,
    };
}

/// <summary>A name of a zone.</summary>
/// <param name="Below">Names further down: one without records of its own exists because of them (RFC 4592).</param>
internal sealed record Node(ImmutableArray<Group> Groups, int Below)
{
    public static readonly Node Empty = new([], 0);

    public bool IsNothing => Groups.IsEmpty && Below == 0;

    public Group? Find(ushort type)
    {
        foreach (var group in Groups)
        {
            if (group.Type == type) return group;
        }

        return null;
    }
}

internal static class AliasNames
{
    public const string DualStack = "dualstack";

    /// <summary>The console puts <c>dualstack.</c> before names of load balancers; the address is the same.</summary>
    public static DnsName? Of(AliasTarget target)
    {
        const string Prefix = $"{DualStack}.";
        var text = target.DNSName.StartsWith(Prefix, StringComparison.OrdinalIgnoreCase) ? target.DNSName[Prefix.Length..] : target.DNSName;
        return DnsName.TryParse(text, out var name) ? name : null;
    }
}
