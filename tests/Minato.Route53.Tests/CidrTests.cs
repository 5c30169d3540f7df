using Minato.Contracts.Route53;
using Minato.Engines.Dns;
using Minato.Testing.Templates;
using static Minato.Contracts.Route53.ChangeAction;
using static Minato.Route53.Tests.DnsWorld;

namespace Minato.Route53.Tests;

public sealed class CidrTests
{
    [Fact]
    public void The_longest_range_that_holds_the_asker_answers_and_nothing_without_a_default() => Run(async w =>
    {
        var zone = await w.ZoneAsync();
        var collection = await MakeAsync(w, ("office", "10.1.0.0/16"), ("lab", "10.1.2.0/24"), ("six", "2001:db8::/48"));
        await w.PutAsync(zone, At(collection, "office", "10.0.0.1"), At(collection, "lab", "10.0.0.2"));
        w.Ask("a.example.com", source: "10.1.9.1").ShouldBe(["10.0.0.1"]);
        w.Ask("a.example.com", source: "10.1.2.3").ShouldBe(["10.0.0.2"]);
        var reply = w.Server.Ask("a.example.com", DnsTypes.A, "192.0.2.1");
        (reply.Result, reply.Answers.Count, reply.Authority.Count).ShouldBe((DnsResult.Success, 0, 1));
        await w.PutAsync(zone, At(collection, "*", "10.0.0.3"));
        w.Ask("a.example.com", source: "192.0.2.1").ShouldBe(["10.0.0.3"]);
        w.Ask("a.example.com", source: "10.1.2.3").ShouldBe(["10.0.0.2"]);
    });

    [Fact]
    public void A_location_that_is_ill_leaves_its_askers_to_the_next_larger_one() => Run(async w =>
    {
        var zone = await w.ZoneAsync();
        var check = await w.CheckAsync("10.0.0.2");
        w.Endpoints.Put("10.0.0.2", 80, true);
        var collection = await MakeAsync(w, ("office", "10.1.0.0/16"), ("lab", "10.1.2.0/24"));
        await w.PutAsync(zone, At(collection, "office", "10.0.0.1"), At(collection, "lab", "10.0.0.2") with { HealthCheckId = check });
        w.Ask("a.example.com", source: "10.1.2.3").ShouldBe(["10.0.0.2"]);
        w.Endpoints.Put("10.0.0.2", 80, false);
        await w.World.Eventually(() => w.Ask("a.example.com", source: "10.1.2.3") is ["10.0.0.1"], TimeSpan.FromMinutes(1));
    });

    [Fact]
    public void A_change_of_the_ranges_is_answered_once_it_is_in_sync() => Run(async w =>
    {
        var zone = await w.ZoneAsync();
        var collection = await MakeAsync(w, ("office", "10.1.0.0/16"));
        await w.PutAsync(zone, At(collection, "office", "10.0.0.1"), At(collection, "*", "10.0.0.3"));
        w.Ask("a.example.com", source: "10.2.0.1").ShouldBe(["10.0.0.3"]);
        await w.InSyncAsync((await ChangeAsync(w, collection, ("office", "10.2.0.0/16", true), ("office", "10.1.0.0/16", false))).Id);
        w.Ask("a.example.com", source: "10.2.0.1").ShouldBe(["10.0.0.1"]);
        w.Ask("a.example.com", source: "10.1.0.1").ShouldBe(["10.0.0.3"]);
    });

    [Fact]
    public void A_collection_is_made_once_for_a_name_and_reference() => Run(async w =>
    {
        var first = await w.Route53.CreateCidrCollectionAsync(new() { Name = "us", CallerReference = "1" }, w.Caller, default);
        var again = await w.Route53.CreateCidrCollectionAsync(new() { Name = "us", CallerReference = "1" }, w.Caller, default);
        again.Collection?.Id.ShouldBe(first.Collection?.Id);
        first.Collection?.Arn.ShouldBe($"arn:aws:route53:::cidrcollection/{first.Collection.Id}");
        first.Collection?.Version.ShouldBe(1);
        await w.World.Throws<CidrCollectionAlreadyExistsException>(() => w.Route53.CreateCidrCollectionAsync(new() { Name = "us", CallerReference = "2" }, w.Caller, default));
        for (var i = 2; i <= 5; i++) await w.Route53.CreateCidrCollectionAsync(new() { Name = $"c{i}", CallerReference = $"c{i}" }, w.Caller, default);
        await w.World.Throws<LimitsExceeded>(() => w.Route53.CreateCidrCollectionAsync(new() { Name = "c6", CallerReference = "c6" }, w.Caller, default));
    });

    [Theory]
    [InlineData("10.0.0.0/25")]
    [InlineData("0.0.0.0/0")]
    [InlineData("10.0.0.1/24")]
    [InlineData("10.0.0.0")]
    [InlineData("2001:db8::/49")]
    [InlineData("everywhere")]
    public void A_range_has_1_to_24_or_to_48_fixed_bits(string cidr) => Run(async w =>
    {
        var collection = await MakeAsync(w, ("office", "10.1.0.0/16"));
        await w.World.Throws<InvalidInput>(() => ChangeAsync(w, collection, ("office", cidr, true)));
    });

    [Fact]
    public void A_range_belongs_to_one_location_and_a_version_that_is_passed_is_a_conflict() => Run(async w =>
    {
        var collection = await MakeAsync(w, ("office", "10.1.0.0/16"));
        await w.World.Throws<CidrBlockInUseException>(() => ChangeAsync(w, collection, ("lab", "10.1.0.0/16", true)));
        await w.World.Throws<CidrCollectionVersionMismatchException>(() => w.Route53.ChangeCidrCollectionAsync(
            new() { Id = collection, CollectionVersion = 1, Changes = [new() { LocationName = "lab", Action = CidrCollectionChangeAction.Put, CidrList = ["10.2.0.0/16"] }] }, w.Caller, default));
        await ChangeAsync(w, collection, ("lab", "10.1.0.0/16", false)); // Not this location's: there is nothing to delete.
        ((await w.Route53.ListCidrBlocksAsync(new() { CollectionId = collection }, w.Caller, default)).CidrBlocks ?? []).Select(b => (b.CidrBlock, b.LocationName)).ShouldBe([("10.1.0.0/16", "office")]);
        (await w.Route53.ListCidrCollectionsAsync(new(), w.Caller, default)).CidrCollections?[0].Version.ShouldBe(3);
    });

    [Fact]
    public void What_is_in_use_is_not_deleted() => Run(async w =>
    {
        var zone = await w.ZoneAsync();
        var collection = await MakeAsync(w, ("office", "10.1.0.0/16"));
        var record = At(collection, "office", "10.0.0.1");
        await w.PutAsync(zone, record);
        await w.World.Throws<CidrBlockInUseException>(() => ChangeAsync(w, collection, ("office", "10.1.0.0/16", false)));
        await w.World.Throws<CidrCollectionInUseException>(() => w.Route53.DeleteCidrCollectionAsync(new() { Id = collection }, w.Caller, default));
        await w.ChangeAsync(zone, (Delete, record));
        await w.World.Throws<CidrCollectionInUseException>(() => w.Route53.DeleteCidrCollectionAsync(new() { Id = collection }, w.Caller, default)); // Not empty.
        await ChangeAsync(w, collection, ("office", "10.1.0.0/16", false));
        await w.Route53.DeleteCidrCollectionAsync(new() { Id = collection }, w.Caller, default);
        await w.World.Throws<NoSuchCidrCollectionException>(() => w.Route53.ListCidrLocationsAsync(new() { CollectionId = collection }, w.Caller, default));
    });

    [Fact]
    public void Records_of_a_name_share_one_collection_and_name_locations_that_are_there() => Run(async w =>
    {
        var zone = await w.ZoneAsync();
        var (one, other) = (await MakeAsync(w, ("office", "10.1.0.0/16")), await MakeAsync(w, ("lab", "10.2.0.0/16")));
        await w.World.Throws<InvalidInput>(() => w.PutAsync(zone, At("00000000-0000-0000-0000-000000000000", "office", "10.0.0.1")));
        (await w.RefusalAsync(zone, (Create, At(one, "lab", "10.0.0.1")))).ShouldContain("CIDR location lab was not found");
        (await w.RefusalAsync(zone, (Create, At(one, "office", "10.0.0.1")), (Create, At(other, "lab", "10.0.0.2")))).ShouldContain("must have the same CIDR collection");
        (await w.RefusalAsync(zone, (Create, At(one, "office", "10.0.0.1")), (Create, At(one, "office", "10.0.0.2") with { SetIdentifier = "twice" }))).ShouldContain("location");
        (await w.RefusalAsync(zone, (Create, At(one, "office", "10.0.0.1")), (Create, Weighted("a.example.com", "w", 1, "10.0.0.2")))).ShouldContain("other RRSets exist");
    });

    [Fact]
    public void Locations_and_blocks_are_listed_in_pages() => Run(async w =>
    {
        var collection = await MakeAsync(w, ("b", "10.1.0.0/16"), ("a", "10.2.0.0/16"), ("b", "10.3.0.0/16"));
        var first = await w.Route53.ListCidrLocationsAsync(new() { CollectionId = collection, MaxResults = "1" }, w.Caller, default);
        (first.CidrLocations ?? []).Select(l => l.LocationName).ShouldBe(["a"]);
        var second = await w.Route53.ListCidrLocationsAsync(new() { CollectionId = collection, MaxResults = "1", NextToken = first.NextToken }, w.Caller, default);
        (second.CidrLocations ?? []).Select(l => l.LocationName).ShouldBe(["b"]);
        second.NextToken.ShouldBeNull();
        ((await w.Route53.ListCidrBlocksAsync(new() { CollectionId = collection, LocationName = "b" }, w.Caller, default)).CidrBlocks ?? []).Select(b => b.CidrBlock).ShouldBe(["10.1.0.0/16", "10.3.0.0/16"]);
        await w.World.Throws<NoSuchCidrLocationException>(() => w.Route53.ListCidrBlocksAsync(new() { CollectionId = collection, LocationName = "c" }, w.Caller, default));
    });

    [Fact]
    public void A_collection_of_a_template_has_a_life() => Run(async w =>
    {
        var types = TypeDriver.In(w.World);
        var made = await types.CreateAsync("AWS::Route53::CidrCollection", """{"Name":"us","Locations":[{"LocationName":"office","CidrList":["10.1.0.0/16"]}]}""");
        made.GetAtt("Id").ShouldBe(made.Id);
        made = await types.UpdateAsync(made, """{"Name":"us","Locations":[{"LocationName":"lab","CidrList":["10.1.0.0/16","10.2.0.0/16"]}]}""");
        await types.DeleteAsync(made);
    });

    private static ResourceRecordSet At(string collection, string location, string value) => Set("a.example.com", RRType.A, value) with
    {
        SetIdentifier = $"{location} of {collection[..4]}", CidrRoutingConfig = new() { CollectionId = collection, LocationName = location },
    };

    private static async Task<string> MakeAsync(DnsWorld w, params (string Location, string Cidr)[] blocks)
    {
        var id = (await w.Route53.CreateCidrCollectionAsync(new() { Name = $"of-{blocks[0].Location}", CallerReference = blocks[0].Location }, w.Caller, default)).Collection?.Id ?? "";
        await ChangeAsync(w, id, [.. blocks.Select(b => (b.Location, b.Cidr, true))]);
        return id;
    }

    private static Task<ChangeCidrCollectionResponse> ChangeAsync(DnsWorld w, string id, params (string Location, string Cidr, bool IsPut)[] changes) => w.Route53.ChangeCidrCollectionAsync(new()
    {
        Id = id, Changes = [.. changes.Select(c => new CidrCollectionChange
        {
            LocationName = c.Location, Action = c.IsPut ? CidrCollectionChangeAction.Put : CidrCollectionChangeAction.DeleteIfExists, CidrList = [c.Cidr],
        })],
    }, w.Caller, default);
}
