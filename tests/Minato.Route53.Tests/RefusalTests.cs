using Minato.Contracts.Route53;
using static Minato.Contracts.Route53.ChangeAction;
using static Minato.Route53.Tests.DnsWorld;

namespace Minato.Route53.Tests;

/// <summary>What ChangeResourceRecordSets refuses, in Route 53's words.</summary>
public sealed class RefusalTests
{
    [Fact]
    public void A_set_is_named_with_its_identifier() => Run(async w =>
    {
        var zone = await w.ZoneAsync();
        var set = Weighted("a.example.com", "blue", 1, "10.0.0.1");
        (await w.RefusalAsync(zone, (Delete, set))).ShouldBe("[Tried to delete resource record set [name='a.example.com.', type='A', set-identifier='blue'] but it was not found]");
        await w.PutAsync(zone, set);
        (await w.RefusalAsync(zone, (Create, set))).ShouldBe("[Tried to create resource record set [name='a.example.com.', type='A', set-identifier='blue'] but it already exists]");
    });

    [Fact]
    public void What_is_put_beside_a_CNAME_is_named() => Run(async w =>
    {
        var zone = await w.ZoneAsync();
        await w.PutAsync(zone, Set("a.example.com", RRType.Cname, "a.org"));
        (await w.RefusalAsync(zone, (Upsert, Set("a.example.com", RRType.Txt, "\"x\"")))).ShouldBe(
            "[RRSet of type TXT with DNS name a.example.com. is not permitted because a conflicting RRSet of type CNAME with the same DNS name already exists in zone example.com.]");
        (await w.RefusalAsync(zone, (Create, Set("b.example.com", RRType.A, "10.0.0.1")), (Create, Set("b.example.com", RRType.Cname, "a.org")))).ShouldBe(
            "[RRSet of type CNAME with DNS name b.example.com. is not permitted as it conflicts with other records with the same DNS name in zone example.com.]");
    });

    [Fact]
    public void Another_routing_policy_is_refused_in_its_own_words() => Run(async w =>
    {
        var zone = await w.ZoneAsync();
        var set = Set("a.example.com", RRType.A, "10.0.0.2");
        var check = await w.CheckAsync();
        await w.PutAsync(zone, Weighted("a.example.com", "w", 1, "10.0.0.1"));
        async Task<string> Refused(ResourceRecordSet other) => (await w.RefusalAsync(zone, (Create, other)))[1..^1];
        (await Refused(set)).ShouldBe("RRSet with DNS name a.example.com., type A cannot be created as other RRSets exist with the same name and type.");
        (await Refused(set with { SetIdentifier = "x", Region = ResourceRecordSetRegion.EuWest2 })).ShouldBe(
            "RRSet with DNS name a.example.com., type A, SetIdentifier x, and Region Name=eu-west-2 cannot be created because a non-latency RRSet with the same name and type already exists.");
        (await Refused(set with { SetIdentifier = "x", GeoLocation = new() { ContinentCode = "NA" } })).ShouldBe(
            "RRSet with DNS name a.example.com., type A, SetIdentifier x, and routing to [continent = (NA, North America)] cannot be created because a non-GEO RRSet with the same name and type already exists.");
        (await Refused(set with { SetIdentifier = "x", Failover = ResourceRecordSetFailover.Primary, HealthCheckId = check })).ShouldEndWith(
            "marked as primary cannot be created because a non-failover RRSet with the same name and type already exists.");
        (await Refused(set with { SetIdentifier = "x", MultiValueAnswer = true })).ShouldBe(
            "RRSet with DNS name a.example.com., type A, SetIdentifier x cannot be created because a non multivalue answer rrset exists with the same name and type.");
    });

    [Fact]
    public void A_primary_that_is_no_alias_has_a_health_check() => Run(async w =>
    {
        var zone = await w.ZoneAsync();
        var primary = Set("a.example.com", RRType.A, "10.0.0.1") with { SetIdentifier = "1", Failover = ResourceRecordSetFailover.Primary };
        (await w.RefusalAsync(zone, (Create, primary))).ShouldBe("[A non-alias primary ResourceRecordSet must have an associated health check. No changes made.]");
        await w.PutAsync(zone, primary with { HealthCheckId = await w.CheckAsync() }, Set("a.example.com", RRType.A, "10.0.0.2") with { SetIdentifier = "2", Failover = ResourceRecordSetFailover.Secondary });
    });

    [Fact]
    public void What_a_zone_says_of_itself_is_no_alias_no_wildcard_and_for_everybody() => Run(async w =>
    {
        var zone = await w.ZoneAsync();
        ResourceRecordSet[] sets =
        [
            Set("sub.example.com", RRType.Soa, "ns.a.com. h.a.com. 1 7200 900 1209600 86400"),
            Alias("sub.example.com", RRType.Ns, zone, "example.com"),
            Set("*.example.com", RRType.Ns, "ns.a.com"),
            Set("sub.example.com", RRType.Ns, "ns.a.com") with { SetIdentifier = "x", MultiValueAnswer = true },
            Set("www.example.com", RRType.Cname, "a.com") with { SetIdentifier = "x", MultiValueAnswer = true },
        ];
        foreach (var set in sets) (await w.RefusalAsync(zone, (Create, set))).ShouldStartWith($"[RRSet of type {set.Type.ToWire()} with DNS name ");
        const string Soa = "ns.a.com. h.a.com. 1 7200 900 1209600 86400";
        (await w.RefusalAsync(zone, (Upsert, Set("example.com", RRType.Soa, Soa, Soa.Replace("1 7200", "2 7200", StringComparison.Ordinal))))).ShouldBe("[A HostedZone must contain exactly one SOA record.]");
    });

    [Theory]
    [InlineData("XX", null, null)]
    [InlineData("EU", "DE", null)] // AWS: a continent goes with nothing else.
    [InlineData(null, "de", null)]
    [InlineData(null, "*", "WA")]
    [InlineData(null, null, "WA")]
    [InlineData(null, null, null)]
    public void A_geolocation_is_one_place_that_is_known(string? continent, string? country, string? part) => Run(async w =>
    {
        var zone = await w.ZoneAsync();
        await w.World.Throws<InvalidInput>(() => w.ChangeAsync(zone, (Create, Set("a.example.com", RRType.A, "10.0.0.1") with
        {
            SetIdentifier = "x", GeoLocation = new() { ContinentCode = continent, CountryCode = country, SubdivisionCode = part },
        })));
    });

    [Theory]
    [InlineData("a..example.com", "DomainLabelEmpty (Domain label is empty) encountered with 'a..example.com'")]
    [InlineData("", "DomainNameEmpty (Domain name is empty) encountered with ''")]
    [InlineData("a b.example.com", "UnsupportedCharacter (Value contains unsupported characters) encountered with ' '")]
    [InlineData("aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa.example.com", "DomainLabelTooLong (Domain label is too long) encountered with 'aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa'")]
    public void A_text_that_is_no_name_is_refused_with_the_reason(string name, string fault) => Run(async w =>
    {
        var zone = await w.ZoneAsync();
        (await w.RefusalAsync(zone, (Create, Set(name, RRType.A, "10.0.0.1")))).ShouldBe($"[FATAL problem: {fault}]");
        (await w.RefusalAsync(zone, (Create, Alias("www.example.com", RRType.A, zone, name)))).ShouldBe($"[FATAL problem: {fault}]");
    });
}
