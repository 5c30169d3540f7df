using Minato.Aws.Templates;
using Minato.Testing.Templates;

namespace Minato.Route53.Tests;

public sealed class ResourceTypeTests
{
    [Fact]
    public void A_hosted_zone_has_a_life_and_its_ref_is_its_plain_id() => DnsWorld.Run(async dns =>
    {
        var types = TypeDriver.In(dns.World);
        var zone = await types.CreateAsync("AWS::Route53::HostedZone", """{"Name":"example.com.","HostedZoneConfig":{"Comment":"ours"},"HostedZoneTags":[{"Key":"a","Value":"1"}]}""");
        zone.Id.ShouldMatch("^Z[A-Z0-9]+$");
        zone.GetAtt("Id").ShouldBe(zone.Id);
        zone.Attributes["NameServers"]?.AsArray().Count.ShouldBe(4);
        zone = await types.UpdateAsync(zone, """{"Name":"example.com.","HostedZoneConfig":{"Comment":"theirs"},"HostedZoneTags":[{"Key":"b","Value":"2"}]}""");
        await types.DeleteAsync(zone);
        types.FaultsOfSchemas().ShouldBeEmpty();
    });

    [Fact]
    public void A_record_set_has_a_life_and_its_ref_is_its_name() => DnsWorld.Run(async dns =>
    {
        var types = TypeDriver.In(dns.World);
        await dns.ZoneAsync();
        var record = await types.CreateAsync("AWS::Route53::RecordSet", """{"HostedZoneName":"example.com.","Name":"www.example.com.","Type":"A","TTL":"60","ResourceRecords":["10.0.0.1","10.0.0.2"]}""");
        record.Id.ShouldBe("www.example.com.");
        dns.Ask("www.example.com").Order().ShouldBe(["10.0.0.1", "10.0.0.2"]);
        record = await types.UpdateAsync(record, """{"HostedZoneName":"example.com.","Name":"www.example.com.","Type":"A","TTL":"60","ResourceRecords":["10.0.0.3"]}""");
        dns.Ask("www.example.com").ShouldBe(["10.0.0.3"]);
        await types.DeleteAsync(record);
        dns.Ask("www.example.com").ShouldBeEmpty();
    });

    [Fact]
    public void A_wildcard_has_a_life_and_goes_with_its_stack() => DnsWorld.Run(async dns =>
    {
        var types = TypeDriver.In(dns.World);
        var zone = await dns.ZoneAsync();
        var properties = $$"""{"HostedZoneId":"{{zone}}","Name":"*.Example.com","Type":"A","TTL":"60","ResourceRecords":["10.0.0.1"]}""";
        var record = await types.CreateAsync("AWS::Route53::RecordSet", properties);
        record.Id.ShouldBe("*.Example.com");
        dns.Ask("any.example.com").ShouldBe(["10.0.0.1"]);
        (await types.TryCreateAsync("AWS::Route53::RecordSet", properties)).ShouldBeOfType<ResourceProgress.Failed>().Message
            .ShouldContain(@"[Tried to create resource record set [name='\052.example.com.', type='A'] but it already exists]");
        await types.DeleteAsync(record);
        dns.Ask("any.example.com").ShouldBeEmpty();
    });

    [Fact]
    public void A_record_set_that_is_there_is_not_overwritten() => DnsWorld.Run(async dns =>
    {
        var zone = await dns.ZoneAsync();
        await dns.PutAsync(zone, DnsWorld.Set("www.example.com", Contracts.Route53.RRType.A, "10.0.0.9"));
        var end = await TypeDriver.In(dns.World).TryCreateAsync("AWS::Route53::RecordSet", $$"""{"HostedZoneId":"{{zone}}","Name":"www.example.com","Type":"A","TTL":60,"ResourceRecords":["10.0.0.1"]}""");
        end.ShouldBeOfType<ResourceProgress.Failed>().Message
            .ShouldContain("[Tried to create resource record set [name='www.example.com.', type='A'] but it already exists]");
        dns.Ask("www.example.com").ShouldBe(["10.0.0.9"]);
    });

    [Fact]
    public void A_group_of_record_sets_has_a_life() => DnsWorld.Run(async dns =>
    {
        var types = TypeDriver.In(dns.World);
        var zone = await dns.ZoneAsync();
        var group = await types.CreateAsync("AWS::Route53::RecordSetGroup", $$"""
            {"HostedZoneId":"{{zone}}","RecordSets":[{"Name":"a.example.com.","Type":"A","TTL":60,"ResourceRecords":["10.0.0.1"]},{"Name":"b.example.com.","Type":"TXT","TTL":60,"ResourceRecords":["\"t\""]},{"Name":"*.Example.com","Type":"A","TTL":60,"ResourceRecords":["10.0.0.4"]}]}
            """, "Names");
        dns.Ask("any.example.com").ShouldBe(["10.0.0.4"]);
        group.Id.ShouldMatch("^shop-Names-[A-Z0-9]{12}$");
        group = await types.UpdateAsync(group, $$"""{"HostedZoneId":"{{zone}}","RecordSets":[{"Name":"a.example.com.","Type":"A","TTL":60,"ResourceRecords":["10.0.0.2"]}]}""");
        dns.Ask("b.example.com", Contracts.Route53.RRType.Txt).ShouldBeEmpty();
        dns.Ask("any.example.com").ShouldBeEmpty();
        await types.DeleteAsync(group);
    });

    [Fact]
    public void A_health_check_has_a_life() => DnsWorld.Run(async dns =>
    {
        var types = TypeDriver.In(dns.World);
        var check = await types.CreateAsync("AWS::Route53::HealthCheck", """{"HealthCheckConfig":{"Type":"HTTP","IPAddress":"192.0.2.1","Port":80,"ResourcePath":"/"},"HealthCheckTags":[{"Key":"a","Value":"1"}]}""");
        check.GetAtt("HealthCheckId").ShouldBe(check.Id);
        check = await types.UpdateAsync(check, """{"HealthCheckConfig":{"Type":"HTTP","IPAddress":"192.0.2.1","Port":81,"ResourcePath":"/up"}}""");
        await types.DeleteAsync(check);
    });
}
