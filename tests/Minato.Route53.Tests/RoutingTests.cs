using Minato.Contracts.Route53;
using Minato.Engines.Dns;
using static Minato.Route53.Tests.DnsWorld;

namespace Minato.Route53.Tests;

public sealed class RoutingTests
{
    [Fact]
    public void Weights_are_shares() => Run(async w =>
    {
        var zone = await w.ZoneAsync();
        await w.PutAsync(zone, Weighted("a.example.com", "old", 90, "10.0.0.1"), Weighted("a.example.com", "new", 10, "10.0.0.2"));
        var counts = w.Count("a.example.com", 100_000);
        counts["10.0.0.2"].ShouldBeInRange(9_500, 10_500);
        (counts["10.0.0.1"] + counts["10.0.0.2"]).ShouldBe(100_000);
    });

    [Fact]
    public void All_weights_zero_are_equally_likely() => Run(async w =>
    {
        var zone = await w.ZoneAsync();
        await w.PutAsync(zone, Weighted("a.example.com", "1", 0, "10.0.0.1"), Weighted("a.example.com", "2", 0, "10.0.0.2"));
        w.Count("a.example.com")["10.0.0.1"].ShouldBeInRange(4_700, 5_300);
    });

    [Fact]
    public void An_ill_record_leaves_the_sum_and_zero_comes_in_when_all_others_are_ill() => Run(async w =>
    {
        var zone = await w.ZoneAsync();
        var (a, b) = (await w.CheckAsync("10.0.0.1"), await w.CheckAsync("10.0.0.2"));
        w.Endpoints.Put("10.0.0.1", 80, true);
        w.Endpoints.Put("10.0.0.2", 80, true);
        await w.PutAsync(zone, Weighted("a.example.com", "1", 10, "10.0.0.1", a), Weighted("a.example.com", "2", 30, "10.0.0.2", b), Weighted("a.example.com", "3", 0, "10.0.0.3"));
        w.Count("a.example.com")["10.0.0.1"].ShouldBeInRange(2_300, 2_700);
        w.Endpoints.Put("10.0.0.2", 80, false);
        await w.World.Eventually(() => w.Count("a.example.com", 100).Count == 1, TimeSpan.FromMinutes(1));
        w.Ask("a.example.com").ShouldBe(["10.0.0.1"]);
        w.Endpoints.Put("10.0.0.1", 80, false);
        await w.World.Eventually(() => w.Ask("a.example.com") is ["10.0.0.3"], TimeSpan.FromMinutes(1));
    });

    [Fact]
    public void None_healthy_is_all_healthy() => Run(async w =>
    {
        var zone = await w.ZoneAsync();
        var (a, b) = (await w.CheckAsync("10.0.0.1"), await w.CheckAsync("10.0.0.2"));
        await w.PutAsync(zone, Weighted("a.example.com", "1", 50, "10.0.0.1", a), Weighted("a.example.com", "2", 50, "10.0.0.2", b));
        await w.World.RunFor(TimeSpan.FromMinutes(1));
        w.Count("a.example.com")["10.0.0.1"].ShouldBeInRange(4_700, 5_300);
    });

    [Fact]
    public void Failover_goes_to_the_secondary_and_with_both_ill_to_the_primary() => Run(async w =>
    {
        var zone = await w.ZoneAsync();
        var (a, b) = (await w.CheckAsync("10.0.0.1"), await w.CheckAsync("10.0.0.2"));
        w.Endpoints.Put("10.0.0.1", 80, true);
        w.Endpoints.Put("10.0.0.2", 80, true);
        ResourceRecordSet Side(string id, string value, ResourceRecordSetFailover failover, string check) =>
            Set("a.example.com", RRType.A, value) with { SetIdentifier = id, Failover = failover, HealthCheckId = check };
        await w.PutAsync(zone, Side("1", "10.0.0.1", ResourceRecordSetFailover.Primary, a), Side("2", "10.0.0.2", ResourceRecordSetFailover.Secondary, b));
        w.Ask("a.example.com").ShouldBe(["10.0.0.1"]);
        w.Endpoints.Put("10.0.0.1", 80, false);
        await w.World.Eventually(() => w.Ask("a.example.com") is ["10.0.0.2"], TimeSpan.FromMinutes(1));
        w.Endpoints.Put("10.0.0.2", 80, false);
        await w.World.Eventually(() => w.Ask("a.example.com") is ["10.0.0.1"], TimeSpan.FromMinutes(1));
    });

    [Fact]
    public void Multivalue_answers_up_to_eight_that_are_well() => Run(async w =>
    {
        var zone = await w.ZoneAsync();
        var ill = await w.CheckAsync("10.0.9.9");
        await w.PutAsync(zone, [.. Enumerable.Range(1, 12).Select(i => Set("a.example.com", RRType.A, $"10.0.0.{i}") with
        {
            SetIdentifier = $"{i}", MultiValueAnswer = true, HealthCheckId = i <= 6 ? ill : null,
        })]);
        w.Ask("a.example.com").Length.ShouldBe(8);
        await w.World.RunFor(TimeSpan.FromMinutes(1));
        w.Ask("a.example.com").Order(StringComparer.Ordinal).ShouldBe(["10.0.0.10", "10.0.0.11", "10.0.0.12", "10.0.0.7", "10.0.0.8", "10.0.0.9"]);
    });

    [Theory]
    [InlineData(0, 0, "10.0.0.1", "10.0.0.2")]
    [InlineData(0, 99, "10.0.0.2", "10.0.0.2")] // Nearly no way at all, from wherever one asks.
    [InlineData(0, -99, "10.0.0.1", "10.0.0.2")]
    [InlineData(90, 0, "10.0.0.1", "10.0.0.1")]
    public void Geoproximity_answers_the_closest_place_with_its_bias(int biasOfDublin, int biasOfFrankfurt, string inIreland, string inGermany) => Run(async w =>
    {
        var zone = await w.ZoneAsync();
        await w.PutAsync(zone,
            Set("www.example.com", RRType.A, "10.0.0.1") with { SetIdentifier = "dublin", GeoProximityLocation = new() { Coordinates = new() { Latitude = "53.3", Longitude = "-6.2" }, Bias = biasOfDublin } },
            Set("www.example.com", RRType.A, "10.0.0.2") with { SetIdentifier = "frankfurt", GeoProximityLocation = new() { AWSRegion = "eu-central-1", Bias = biasOfFrankfurt } });
        w.Ask("www.example.com", source: "10.1.0.1").ShouldBe([inIreland]);
        w.Ask("www.example.com", source: "10.2.0.1").ShouldBe([inGermany]);
    }, new("10.1.0.0/16", "eu-west-2"), new("10.2.0.0/16", "eu-central-2"));

    [Fact]
    public void A_geoproximity_record_stands_at_one_place_that_is_known() => Run(async w =>
    {
        var zone = await w.ZoneAsync();
        foreach (var location in new GeoProximityLocation[] { new(), new() { AWSRegion = "mars-north-1" }, new() { LocalZoneGroup = "us-west-2-lax-1" }, new() { AWSRegion = "eu-west-1", Coordinates = new() { Latitude = "1", Longitude = "1" } } })
            await w.World.Throws<InvalidInput>(() => w.PutAsync(zone, Set("www.example.com", RRType.A, "10.0.0.1") with { SetIdentifier = "x", GeoProximityLocation = location }));
    });

    [Fact]
    public void Latency_answers_the_nearest_region_that_is_well() => Run(async w =>
    {
        var zone = await w.ZoneAsync();
        var check = await w.CheckAsync("10.0.0.1");
        w.Endpoints.Put("10.0.0.1", 80, true);
        ResourceRecordSet In(ResourceRecordSetRegion region, string value) => Set("a.example.com", RRType.A, value) with { SetIdentifier = region.ToWire(), Region = region };
        await w.PutAsync(zone, In(ResourceRecordSetRegion.EuWest1, "10.0.0.1") with { HealthCheckId = check }, In(ResourceRecordSetRegion.UsEast1, "10.0.0.2"), In(ResourceRecordSetRegion.ApNortheast1, "10.0.0.3"));
        w.Ask("a.example.com").ShouldBe(["10.0.0.2"]);
        w.Ask("a.example.com", source: "198.51.100.7").ShouldBe(["10.0.0.1"]); // Frankfurt: Dublin is nearer.
        w.Endpoints.Put("10.0.0.1", 80, false);
        await w.World.Eventually(() => w.Ask("a.example.com", source: "198.51.100.7") is ["10.0.0.2"], TimeSpan.FromMinutes(1));
    }, new SourceRange("198.51.100.0/24", Region: "eu-central-1"));

    [Fact]
    public void Geolocation_answers_the_smallest_area_and_nothing_without_a_default() => Run(async w =>
    {
        var zone = await w.ZoneAsync();
        ResourceRecordSet In(string id, GeoLocation area, string value) => Set("a.example.com", RRType.A, value) with { SetIdentifier = id, GeoLocation = area };
        await w.PutAsync(zone, In("eu", new() { ContinentCode = "EU" }, "10.0.0.1"), In("de", new() { CountryCode = "DE" }, "10.0.0.2"));
        w.Ask("a.example.com", source: "198.51.100.7").ShouldBe(["10.0.0.2"]);
        w.Ask("a.example.com", source: "203.0.113.7").ShouldBe(["10.0.0.1"]);
        var reply = w.Server.Ask("a.example.com", DnsTypes.A);
        (reply.Result, reply.Answers.Count, reply.Authority.Count).ShouldBe((DnsResult.Success, 0, 1));
        await w.PutAsync(zone, In("any", new() { CountryCode = "*" }, "10.0.0.3"));
        w.Ask("a.example.com").ShouldBe(["10.0.0.3"]);
    }, new SourceRange("198.51.100.0/24", Continent: "EU", Country: "DE"), new SourceRange("203.0.113.0/24", Continent: "EU", Country: "FR"));

    [Fact]
    public void An_alias_to_a_group_is_well_while_one_member_is() => Run(async w =>
    {
        var zone = await w.ZoneAsync();
        var (a, b) = (await w.CheckAsync("10.0.0.1"), await w.CheckAsync("10.0.0.2"));
        w.Endpoints.Put("10.0.0.1", 80, true);
        await w.PutAsync(zone, Weighted("group.example.com", "1", 1, "10.0.0.1", a), Weighted("group.example.com", "2", 1, "10.0.0.2", b));
        await w.PutAsync(zone,
            Alias("a.example.com", RRType.A, zone, "group.example.com", evaluates: true) with { SetIdentifier = "1", Failover = ResourceRecordSetFailover.Primary },
            Set("a.example.com", RRType.A, "10.0.0.9") with { SetIdentifier = "2", Failover = ResourceRecordSetFailover.Secondary });
        await w.World.RunFor(TimeSpan.FromMinutes(1)); // The second is ill by now.
        w.Ask("a.example.com").ShouldBe(["10.0.0.1"]);
        w.Endpoints.Put("10.0.0.1", 80, false);
        await w.World.Eventually(() => w.Ask("a.example.com") is ["10.0.0.9"], TimeSpan.FromMinutes(1));
    });
}
