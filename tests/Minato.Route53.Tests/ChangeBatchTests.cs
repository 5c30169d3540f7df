using Minato.Contracts.Route53;
using Minato.Engines.Dns;
using static Minato.Contracts.Route53.ChangeAction;
using static Minato.Route53.Tests.DnsWorld;

namespace Minato.Route53.Tests;

public sealed class ChangeBatchTests
{
    [Fact]
    public void A_batch_is_applied_whole_or_not_at_all() => Run(async w =>
    {
        var zone = await w.ZoneAsync();
        (await w.RefusalAsync(zone, (Create, Set("a.example.com", RRType.A, "10.0.0.1")), (Create, Set("b.other.com", RRType.A, "10.0.0.2"))))
            .ShouldBe("[RRSet with DNS name b.other.com. is not permitted in zone example.com.]");
        (await w.Route53.ListResourceRecordSetsAsync(new() { HostedZoneId = zone }, w.Caller, default)).ResourceRecordSets.Length.ShouldBe(2);
    });

    [Fact]
    public void All_that_is_wrong_is_said_in_one_pair_of_brackets() => Run(async w =>
    {
        var zone = await w.ZoneAsync();
        await w.PutAsync(zone, Set("*.example.com", RRType.A, "10.0.0.1"));
        (await w.RefusalAsync(zone, (Create, Set("*.example.com", RRType.A, "10.0.0.2")), (Delete, Set("b.example.com", RRType.Txt, "\"x\""))))
            .ShouldBe(@"[Tried to create resource record set [name='\052.example.com.', type='A'] but it already exists, Tried to delete resource record set [name='b.example.com.', type='TXT'] but it was not found]");
    });

    [Fact]
    public void A_deletion_repeats_every_value() => Run(async w =>
    {
        var zone = await w.ZoneAsync();
        var set = Set("a.example.com", RRType.A, "10.0.0.1", "10.0.0.2");
        await w.PutAsync(zone, set);
        foreach (var other in new[] { set with { TTL = 61 }, Set("a.example.com", RRType.A, "10.0.0.1") })
        {
            (await w.RefusalAsync(zone, (Delete, other)))
                .ShouldBe("[Tried to delete resource record set [name='a.example.com.', type='A'] but the values provided do not match the current values]");
        }

        await w.ChangeAsync(zone, (Delete, Set("A.example.com.", RRType.A, "10.0.0.2", "10.0.0.1"))); // In any order, spelled in any way.
    });

    [Fact]
    public void A_set_is_deleted_once_and_may_be_made_anew_in_one_batch() => Run(async w =>
    {
        var zone = await w.ZoneAsync();
        var (old, changed) = (Set("a.example.com", RRType.A, "10.0.0.1"), Set("a.example.com", RRType.A, "10.0.0.2"));
        await w.PutAsync(zone, old);
        (await w.RefusalAsync(zone, (Delete, old), (Delete, old))).ShouldBe("[The request contains an invalid set of changes for a resource record set 'A a.example.com.']");
        await w.InSyncAsync((await w.ChangeAsync(zone, (Delete, old), (Create, changed))).ChangeInfo.Id);
        w.Ask("a.example.com").ShouldBe(["10.0.0.2"]);
    });

    [Fact]
    public void A_simple_record_becomes_a_weighted_pair_in_one_batch() => Run(async w =>
    {
        var zone = await w.ZoneAsync();
        await w.PutAsync(zone, Set("www.example.com", RRType.A, "10.0.0.1"));
        (await w.RefusalAsync(zone, (Create, Weighted("www.example.com", "new", 0, "10.0.0.2")))).ShouldContain("cannot be created as other RRSets exist with the same name and type.");
        await w.InSyncAsync((await w.ChangeAsync(zone, (Delete, Set("www.example.com", RRType.A, "10.0.0.1")),
            (Create, Weighted("www.example.com", "old", 100, "10.0.0.1")), (Create, Weighted("www.example.com", "new", 0, "10.0.0.2")))).ChangeInfo.Id);
        w.Count("www.example.com", 1000).ShouldBe(new Dictionary<string, int> { ["10.0.0.1"] = 1000 });
    });

    [Fact]
    public void A_CNAME_stands_alone_and_not_at_the_apex() => Run(async w =>
    {
        var zone = await w.ZoneAsync();
        (await w.RefusalAsync(zone, (Create, Set("example.com", RRType.Cname, "a.org")))).ShouldStartWith("[RRSet of type CNAME with DNS name example.com. is not permitted at apex in zone example.com.");
        await w.PutAsync(zone, Set("a.example.com", RRType.A, "10.0.0.1"));
        (await w.RefusalAsync(zone, (Create, Set("a.example.com", RRType.Cname, "a.org"))))
            .ShouldBe("[RRSet of type CNAME with DNS name a.example.com. is not permitted as it conflicts with other records with the same DNS name in zone example.com.]");
        await w.ChangeAsync(zone, (Delete, Set("a.example.com", RRType.A, "10.0.0.1")), (Create, Set("a.example.com", RRType.Cname, "a.org")));
    });

    [Fact]
    public void An_alias_names_a_record_of_its_zone_and_type() => Run(async w =>
    {
        var zone = await w.ZoneAsync();
        (await w.RefusalAsync(zone, (Create, Alias("a.example.com", RRType.A, zone, "b.example.com"))))
            .ShouldBe($"[Tried to create an alias that targets b.example.com., type A in zone {zone}, but that target was not found]");
        (await w.RefusalAsync(zone, (Create, Alias("a.example.com", RRType.A, zone, "b.org"))))
            .ShouldBe($"[Tried to create an alias that targets b.org., type A in zone {zone}, but the alias target name does not lie within the target zone, Tried to create an alias that targets b.org., type A in zone {zone}, but that target was not found]");
        (await w.RefusalAsync(zone, (Create, Alias("a.example.com", RRType.A, "Z00000000000000000000", "b.example.com"))))
            .ShouldBe("[Tried to create an alias that targets b.example.com., type A in zone Z00000000000000000000, but the alias target name does not lie within the target zone]");
        await w.PutAsync(zone, Set("b.example.com", RRType.A, "10.0.0.9"), Alias("example.com", RRType.A, $"/hostedzone/{zone}", "b.example.com"));
        w.Ask("example.com").ShouldBe(["10.0.0.9"]);
    });

    [Fact]
    public void The_apex_keeps_its_NS_and_SOA() => Run(async w =>
    {
        var zone = await w.ZoneAsync();
        foreach (var own in (await w.Route53.ListResourceRecordSetsAsync(new() { HostedZoneId = zone }, w.Caller, default)).ResourceRecordSets)
        {
            (await w.RefusalAsync(zone, (Delete, own))).ShouldBe(own.Type == RRType.Soa
                ? "[A HostedZone must contain exactly one SOA record.]" : "[A HostedZone must contain at least one NS record for the zone itself.]");
        }
    });

    [Theory]
    [InlineData(RRType.A, "10.0.0", "ARRDATAIllegalIPv4Address (Value is not a valid IPv4 address)")]
    [InlineData(RRType.Aaaa, "10.0.0.1", "AAAARRDATAIllegalIPv6Address (Value is not a valid IPv6 address)")]
    [InlineData(RRType.Txt, "bare", "InvalidCharacterString (Value should be enclosed in quotation marks)")]
    [InlineData(RRType.Mx, "mail.example.com", "MXRRDATANotTwoFields (MX record doesn't have 2 fields)")]
    [InlineData(RRType.Srv, "1 1 32769 a.example. com", "SRVRRDATANotFourFields (SRV record doesn't have 4 fields)")]
    [InlineData(RRType.A, "10.0.0.01", "ARRDATAIllegalIPv4Address (Value is not a valid IPv4 address)")] // Elsewhere it would be read as octal.
    [InlineData(RRType.A, "0x7f.0.0.1", "ARRDATAIllegalIPv4Address (Value is not a valid IPv4 address)")]
    [InlineData(RRType.Aaaa, "fe80::1%eth0", "AAAARRDATAIllegalIPv6Address (Value is not a valid IPv6 address)")]
    [InlineData(RRType.Aaaa, "[::1]", "AAAARRDATAIllegalIPv6Address (Value is not a valid IPv6 address)")]
    [InlineData(RRType.Cname, "a..org", "DomainLabelEmpty (Domain label is empty)")]
    [InlineData(RRType.Caa, "0 issue ca.org", "InvalidCharacterString (Value should be enclosed in quotation marks)")]
    [InlineData(RRType.Srv, "1 2 70000 a.example.com", "InvalidNumber ('70000' is not a number from 0 to 65535)")]
    public void A_value_that_its_type_does_not_have_is_refused(RRType type, string value, string fault) => Run(async w =>
    {
        var zone = await w.ZoneAsync();
        (await w.RefusalAsync(zone, (Create, Set("a.example.com", type, value)))).ShouldBe($"[Invalid Resource Record: 'FATAL problem: {fault} encountered with '{value}'']");
    });

    [Fact]
    public void Structure_is_looked_at_first() => Run(async w =>
    {
        var zone = await w.ZoneAsync();
        async Task<string> Invalid(ResourceRecordSet set) => (await w.World.Throws<InvalidInput>(() => w.ChangeAsync(zone, (Create, set)))).Message;
        (await Invalid(new() { Name = "a.example.com", Type = RRType.A })).ShouldBe(
            "Invalid request: Expected exactly one of [AliasTarget, all of [TTL, and ResourceRecords], or TrafficPolicyInstanceId], but found none in Change with [Action=CREATE, Name=a.example.com, Type=A, SetIdentifier=null]");
        (await Invalid(Set("a.example.com", RRType.A, "1.1.1.1") with { Weight = 1 })).ShouldBe(
            "Invalid request: Missing field 'SetIdentifier' in Change with [Action=CREATE, Name=a.example.com, Type=A, SetIdentifier=null]");
        (await Invalid(Set("a.example.com", RRType.A, "1.1.1.1") with { SetIdentifier = "x" })).ShouldContain("but found none in Change with");
        (await Invalid(Weighted("a.example.com", "x", 1, "1.1.1.1") with { Region = ResourceRecordSetRegion.UsEast1 })).ShouldContain("but found more than one in Change with");
    });

    [Fact]
    public void A_group_has_one_TTL_one_policy_and_one_primary() => Run(async w =>
    {
        var zone = await w.ZoneAsync();
        (await w.RefusalAsync(zone, (Create, Weighted("a.example.com", "1", 1, "10.0.0.1")), (Create, Weighted("a.example.com", "2", 1, "10.0.0.2") with { TTL = 5 })))
            .ShouldBe("[RRSet with DNS name a.example.com. and type A, SetIdentifier 2 cannot be created as weighted sets must contain the same TTL.]");
        var primary = Set("a.example.com", RRType.A, "10.0.0.1") with { SetIdentifier = "1", Failover = ResourceRecordSetFailover.Primary, HealthCheckId = await w.CheckAsync() };
        (await w.RefusalAsync(zone, (Create, primary), (Create, primary with { SetIdentifier = "2" }))).ShouldContain("a failover RRSet with failover PRIMARY already exists");
    });

    [Fact]
    public void A_batch_has_a_thousand_values_and_an_UPSERT_counts_twice() => Run(async w =>
    {
        var zone = await w.ZoneAsync();
        (ChangeAction, ResourceRecordSet)[] Changes(ChangeAction action, int count) => [.. Enumerable.Range(0, count).Select(i => (action, Set($"a{i}.example.com", RRType.A, "10.0.0.1")))];
        (await w.RefusalAsync(zone, Changes(Create, 1001))).ShouldBe("[Number of records limit of 1000 exceeded.]");
        (await w.RefusalAsync(zone, Changes(Upsert, 501))).ShouldBe("[Number of records limit of 1000 exceeded.]");
        await w.ChangeAsync(zone, Changes(Upsert, 500));
        (await w.RefusalAsync(zone, (Create, Set("t.example.com", RRType.Txt, [.. Enumerable.Range(0, 160).Select(i => $"\"{i:000}{new string('x', 210)}\"")])))).ShouldBe("[Number of characters in RDATA limit of 32000 exceeded.]");
    });

    [Fact]
    public void Records_are_listed_by_reversed_name_type_and_identifier_in_pages() => Run(async w =>
    {
        var zone = await w.ZoneAsync();
        await w.PutAsync(zone, Set("b.example.com", RRType.Txt, "\"b\""), Set("b.example.com", RRType.A, "10.0.0.1"), Set("a.b.example.com", RRType.A, "10.0.0.2"),
            Weighted("c.example.com", "2", 1, "10.0.0.3"), Weighted("c.example.com", "1", 1, "10.0.0.4"), Set("z.a.example.com", RRType.A, "10.0.0.5"));
        var all = new List<string>();
        ListResourceRecordSetsRequest next = new() { HostedZoneId = zone, MaxItems = "3" };
        while (true)
        {
            var page = await w.Route53.ListResourceRecordSetsAsync(next, w.Caller, default);
            all.AddRange(page.ResourceRecordSets.Select(r => $"{r.Name} {r.Type.ToWire()} {r.SetIdentifier}".Trim()));
            if (!page.IsTruncated) break;
            next = next with { StartRecordName = page.NextRecordName, StartRecordType = page.NextRecordType, StartRecordIdentifier = page.NextRecordIdentifier };
        }

        all.ShouldBe(["example.com. NS", "example.com. SOA", "z.a.example.com. A", "b.example.com. A", "b.example.com. TXT", "a.b.example.com. A", "c.example.com. A 1", "c.example.com. A 2"]);
        await w.World.Throws<InvalidInput>(() => w.Route53.ListResourceRecordSetsAsync(new() { HostedZoneId = zone, StartRecordType = RRType.A }, w.Caller, default));
    });

    [Fact]
    public void A_zone_holds_ten_thousand_records_and_no_more() => Run(async w =>
    {
        var zone = await w.ZoneAsync();
        for (var batch = 0; batch < 10; batch++)
        {
            var count = batch < 9 ? 1000 : 998;
            await w.ChangeAsync(zone, [.. Enumerable.Range(0, count).Select(i => (Create, Set($"n{batch}-{i}.example.com", RRType.A, "10.0.0.1")))]);
        }

        (await w.RefusalAsync(zone, (Create, Set("more.example.com", RRType.A, "10.0.0.1")))).ShouldContain("MAX_RRSETS_BY_ZONE");
        await w.World.Eventually(() => w.Server.Ask("n9-997.example.com", DnsTypes.A).Answers.Count == 1, TimeSpan.FromSeconds(5));
    });

    [Fact]
    public void TestDNSAnswer_says_what_is_answered() => Run(async w =>
    {
        var zone = await w.ZoneAsync();
        await w.PutAsync(zone, Set("a.example.com", RRType.Mx, "10 mail.example.com."));
        var answer = await w.Route53.TestDNSAnswerAsync(new() { HostedZoneId = zone, RecordName = "a.example.com", RecordType = RRType.Mx }, w.Caller, default);
        (answer.ResponseCode, answer.Protocol).ShouldBe(("NOERROR", "UDP"));
        answer.RecordData.ShouldBe(["10 mail.example.com."]);
        (await w.Route53.TestDNSAnswerAsync(new() { HostedZoneId = zone, RecordName = "none.example.com", RecordType = RRType.A }, w.Caller, default)).ResponseCode.ShouldBe("NXDOMAIN");
    });
}
