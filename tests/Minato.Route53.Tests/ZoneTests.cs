using Minato.Contracts.Route53;
using Minato.Engines.Dns;
using Minato.Route53.Planning;

namespace Minato.Route53.Tests;

public sealed class ZoneTests
{
    [Fact]
    public void A_new_zone_holds_its_NS_and_SOA() => DnsWorld.Run(async w =>
    {
        var made = await w.Route53.CreateHostedZoneAsync(new() { Name = "Example.COM", CallerReference = "one" }, w.Caller, default);
        made.HostedZone.Name.ShouldBe("example.com.");
        made.HostedZone.Id.ShouldStartWith("/hostedzone/Z");
        made.HostedZone.ResourceRecordSetCount.ShouldBe(2);
        made.ChangeInfo.Status.ShouldBe(ChangeStatus.Pending);
        made.Location.ShouldBe($"https://route53.amazonaws.com/2013-04-01{made.HostedZone.Id}");
        made.DelegationSet.NameServers.Length.ShouldBe(4);
        var records = (await w.Route53.ListResourceRecordSetsAsync(new() { HostedZoneId = made.HostedZone.Id }, w.Caller, default)).ResourceRecordSets;
        records.Select(r => (r.Type, r.TTL)).ShouldBe([(RRType.Ns, 172800), (RRType.Soa, 900)]);
        records[1].ResourceRecords?[0].Value.ShouldBe($"{made.DelegationSet.NameServers[0]}. awsdns-hostmaster.amazon.com. 1 7200 900 1209600 86400");
    });

    [Fact]
    public void A_caller_reference_makes_one_zone_and_a_name_as_many_as_one_likes() => DnsWorld.Run(async w =>
    {
        await w.Route53.CreateHostedZoneAsync(new() { Name = "a.com", CallerReference = "one" }, w.Caller, default);
        (await w.World.Throws<HostedZoneAlreadyExists>(() => w.Route53.CreateHostedZoneAsync(new() { Name = "b.com", CallerReference = "one" }, w.Caller, default)))
            .Message.ShouldBe("A hosted zone has already been created with the specified caller reference.");
        await w.Route53.CreateHostedZoneAsync(new() { Name = "a.com", CallerReference = "two" }, w.Caller, default);
        (await w.Route53.GetHostedZoneCountAsync(new(), w.Caller, default)).HostedZoneCount.ShouldBe(2);
    });

    [Fact]
    public void An_unknown_zone_is_named() => DnsWorld.Run(async w =>
        (await w.World.Throws<NoSuchHostedZone>(() => w.Route53.GetHostedZoneAsync(new() { Id = "/hostedzone/ZNONE" }, w.Caller, default))).Message
            .ShouldBe("No hosted zone found with ID: ZNONE"));

    [Fact]
    public void A_zone_with_records_stays() => DnsWorld.Run(async w =>
    {
        var zone = await w.ZoneAsync();
        await w.PutAsync(zone, DnsWorld.Set("a.example.com", RRType.A, "10.0.0.1"));
        (await w.World.Throws<HostedZoneNotEmpty>(() => w.Route53.DeleteHostedZoneAsync(new() { Id = zone }, w.Caller, default)))
            .Message.ShouldBe("The specified hosted zone contains non-required resource record sets and so cannot be deleted.");
        await w.ChangeAsync(zone, (ChangeAction.Delete, DnsWorld.Set("a.example.com", RRType.A, "10.0.0.1")));
        var gone = await w.Route53.DeleteHostedZoneAsync(new() { Id = zone }, w.Caller, default);
        await w.InSyncAsync(gone.ChangeInfo.Id);
        w.Server.Ask("example.com", DnsTypes.Soa).Result.ShouldBe(DnsResult.Refused);
    });

    [Fact]
    public void A_change_is_in_sync_when_it_is_answered() => DnsWorld.Run(async w =>
    {
        var zone = await w.ZoneAsync();
        var change = await w.ChangeAsync(zone, (ChangeAction.Create, DnsWorld.Set("a.example.com", RRType.A, "10.0.0.1")));
        change.ChangeInfo.Status.ShouldBe(ChangeStatus.Pending);
        await w.InSyncAsync(change.ChangeInfo.Id);
        w.Ask("a.example.com").ShouldBe(["10.0.0.1"]);
        (await w.World.Throws<NoSuchChange>(() => w.Route53.GetChangeAsync(new() { Id = "CNONE" }, w.Caller, default))).HttpStatus.ShouldBe(404);
    });

    [Fact]
    public void A_restart_answers_what_was_there() => DnsWorld.Run(async w =>
    {
        var zone = await w.ZoneAsync();
        await w.PutAsync(zone, DnsWorld.Set("a.example.com", RRType.A, "10.0.0.1"));
        await w.World.RestartAsync();
        await w.World.Eventually(() => w.Ask("a.example.com").Length == 1, TimeSpan.FromSeconds(1));
    });

    [Fact]
    public void A_private_zone_is_seen_from_its_VPCs_alone() => DnsWorld.Run(async w =>
    {
        var vpc = await w.VpcAsync();
        (await w.World.Throws<InvalidVPCId>(() => w.Route53.CreateHostedZoneAsync(
            new() { Name = "corp", CallerReference = "0", VPC = new() { VPCId = "vpc-none", VPCRegion = VPCRegion.UsEast1 } }, w.Caller, default))).Message.ShouldBe("The VPC ID is invalid.");
        var made = await w.Route53.CreateHostedZoneAsync(
            new() { Name = "example.com", CallerReference = "1", VPC = new() { VPCId = vpc.VpcId, VPCRegion = VPCRegion.UsEast1 } }, w.Caller, default);
        made.HostedZone.Config?.PrivateZone.ShouldBe(true);
        var open = await w.ZoneAsync();
        await w.PutAsync(ResourceIds.Plain(made.HostedZone.Id), DnsWorld.Set("a.example.com", RRType.A, "10.0.0.1"));
        await w.PutAsync(open, DnsWorld.Set("a.example.com", RRType.A, "192.0.2.1"), DnsWorld.Set("b.example.com", RRType.A, "192.0.2.2"));
        w.Ask("a.example.com").ShouldBe(["192.0.2.1"]);
        w.Ask("a.example.com", source: "172.31.5.5").ShouldBe(["10.0.0.1"]);
        w.Server.Ask("b.example.com", DnsTypes.A, "172.31.5.5").Result.ShouldBe(DnsResult.NoSuchName); // AWS: the private zone answers alone.
    });

    [Fact]
    public void A_private_zone_is_seen_from_all_ranges_of_its_VPC() => DnsWorld.Run(async w =>
    {
        var vpc = (await w.VpcAsync()).VpcId ?? "";
        await w.World.Client<Contracts.Ec2.IEc2>().AssociateVpcCidrBlockAsync(new() { VpcId = vpc, CidrBlock = "10.77.0.0/16" }, w.Caller, default);
        var made = await w.Route53.CreateHostedZoneAsync(new() { Name = "corp", CallerReference = "1", VPC = new() { VPCId = vpc, VPCRegion = VPCRegion.UsEast1 } }, w.Caller, default);
        await w.PutAsync(ResourceIds.Plain(made.HostedZone.Id), DnsWorld.Set("a.corp", RRType.A, "10.0.0.1"));
        foreach (var source in new[] { "172.31.5.5", "10.77.1.1" }) w.Ask("a.corp", source: source).ShouldBe(["10.0.0.1"]);
        w.Ask("a.corp", source: "10.78.1.1").ShouldBeEmpty();
    });

    [Fact]
    public void The_last_VPC_stays_and_a_public_zone_gets_none() => DnsWorld.Run(async w =>
    {
        VPC vpc = new() { VPCId = (await w.VpcAsync()).VpcId, VPCRegion = VPCRegion.UsEast1 };
        var made = await w.Route53.CreateHostedZoneAsync(new() { Name = "corp", CallerReference = "1", VPC = vpc }, w.Caller, default);
        await w.World.Throws<LastVPCAssociation>(() => w.Route53.DisassociateVPCFromHostedZoneAsync(new() { HostedZoneId = made.HostedZone.Id, VPC = vpc }, w.Caller, default));
        await w.World.Throws<ConflictingDomainExists>(() => w.Route53.CreateHostedZoneAsync(new() { Name = "corp", CallerReference = "2", VPC = vpc }, w.Caller, default));
        await w.World.Throws<ConflictingDomainExists>(() => w.Route53.AssociateVPCWithHostedZoneAsync(new() { HostedZoneId = made.HostedZone.Id, VPC = vpc }, w.Caller, default)); // It sees it already.
        var open = await w.ZoneAsync();
        await w.World.Throws<PublicZoneVPCAssociation>(() => w.Route53.AssociateVPCWithHostedZoneAsync(new() { HostedZoneId = open, VPC = vpc }, w.Caller, default));
        (await w.Route53.ListHostedZonesByVPCAsync(new() { VPCId = vpc.VPCId ?? "", VPCRegion = VPCRegion.UsEast1 }, w.Caller, default)).HostedZoneSummaries.Length.ShouldBe(1);
    });

    [Fact]
    public void Zones_are_listed_by_name_with_their_labels_reversed() => DnsWorld.Run(async w =>
    {
        foreach (var name in new[] { "b.com", "a.org", "z.a.com", "a.com" }) await w.ZoneAsync(name);
        var first = await w.Route53.ListHostedZonesByNameAsync(new() { MaxItems = "2" }, w.Caller, default);
        first.HostedZones.Select(z => z.Name).ShouldBe(["a.com.", "z.a.com."]);
        first.NextDNSName.ShouldBe("b.com.");
        var second = await w.Route53.ListHostedZonesByNameAsync(new() { DNSName = first.NextDNSName, HostedZoneId = first.NextHostedZoneId }, w.Caller, default);
        second.HostedZones.Select(z => z.Name).ShouldBe(["b.com.", "a.org."]);
        second.IsTruncated.ShouldBeFalse();
    });

    [Fact]
    public void Zones_of_a_delegation_set_share_its_servers() => DnsWorld.Run(async w =>
    {
        var set = (await w.Route53.CreateReusableDelegationSetAsync(new() { CallerReference = "s" }, w.Caller, default)).DelegationSet;
        foreach (var name in new[] { "a.com", "b.com" })
        {
            (await w.Route53.CreateHostedZoneAsync(new() { Name = name, CallerReference = name, DelegationSetId = set.Id }, w.Caller, default))
                .DelegationSet.NameServers.ShouldBe(set.NameServers);
        }

        // AWS: zones of one name, or one below the other, have no name server in common.
        foreach (var name in new[] { "a.com", "sub.a.com", "com" })
            await w.World.Throws<ConflictingDomainExists>(() => w.Route53.CreateHostedZoneAsync(new() { Name = name, CallerReference = "again " + name, DelegationSetId = set.Id }, w.Caller, default));

        await w.World.Throws<DelegationSetInUse>(() => w.Route53.DeleteReusableDelegationSetAsync(new() { Id = set.Id ?? "" }, w.Caller, default));
        (await w.Route53.GetReusableDelegationSetLimitAsync(new() { DelegationSetId = set.Id ?? "", Type = ReusableDelegationSetLimitType.MaxZonesByReusableDelegationSet }, w.Caller, default)).Count.ShouldBe(2);
    });

    [Fact]
    public void Tags_stay_with_a_zone() => DnsWorld.Run(async w =>
    {
        var zone = await w.ZoneAsync();
        await w.Route53.ChangeTagsForResourceAsync(new() { ResourceType = TagResourceType.Hostedzone, ResourceId = zone, AddTags = [new() { Key = "a", Value = "1" }, new() { Key = "b", Value = "2" }] }, w.Caller, default);
        await w.Route53.ChangeTagsForResourceAsync(new() { ResourceType = TagResourceType.Hostedzone, ResourceId = zone, RemoveTagKeys = ["a"] }, w.Caller, default);
        (await w.Route53.ListTagsForResourceAsync(new() { ResourceType = TagResourceType.Hostedzone, ResourceId = zone }, w.Caller, default))
            .ResourceTagSet.Tags?.Select(t => (t.Key, t.Value)).ShouldBe([("b", "2")]);
    });
}
