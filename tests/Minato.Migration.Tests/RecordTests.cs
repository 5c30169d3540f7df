using System.Collections.Immutable;
using Minato.Contracts.Route53;
using Minato.Migration.Journal;
using Minato.Migration.Planning;

namespace Minato.Migration.Tests;

/// <summary>Migrations whose entry is a record: weights per answer, in force when caches have forgotten.</summary>
public sealed class RecordTests
{
    /// <summary>Minutes: caches may keep the record as it was found for an hour.</summary>
    private const double OldTtlAndMore = 90;

    private const string Plan = """
        migration: web
        new: { service: web }
        entry: { record: { zone: example.com, name: www.example.com, loadBalancer: public, ttl: 60s } }
        test: { host: test.example.com }
        mirror: { requests: [/], oldUrl: "http://10.9.0.10:8080", newUrl: "http://10.9.0.99" }
        probes: { path: /, perSecond: 5 }
        gates: { errors: { worseBy: 5 } }
        stages:
          - { stage: prepare }
          - { stage: test }
          - { weight: 10, hold: 8m }
          - { weight: 100, hold: 8m }
          - { stage: retire }
        """;

    [Fact]
    public void The_record_is_lowered_waited_out_divided_shifted_and_made_simple_again() => Run(async (m, zone) =>
    {
        m.Begin(Plan);
        var run = m.RunAsync();
        await m.UntilAsync(s => s.Weight == 10, OldTtlAndMore);
        (await ReadAsync(m, zone)).Select(r => (r.SetIdentifier, r.Weight, r.TTL)).ShouldBe([("web-new", 10, null), ("web-old", 90, 60)]);
        (await ReadAsync(m, zone, "test.example.com.")).ShouldHaveSingleItem().AliasTarget.ShouldNotBeNull();
        (await run).ShouldBe(Outcome.Completed, WorldTests.Story(m));
        (await ReadAsync(m, zone)).ShouldHaveSingleItem().ShouldSatisfyAllConditions(r => r.SetIdentifier.ShouldBeNull(), r => r.AliasTarget.ShouldNotBeNull().DNSName.ShouldStartWith("public-"));
        (await ReadAsync(m, zone, "test.example.com.")).ShouldBeEmpty();
    });

    [Fact]
    public void Nothing_moves_before_the_old_ttl_is_over_and_no_hold_begins_before_the_new_one_is() => Run(async (m, _) =>
    {
        m.Begin(Plan);
        (await m.RunAsync()).ShouldBe(Outcome.Completed, WorldTests.Story(m));
        Between(m, "lower-ttl-insync", "pair").ShouldBeInRange(TimeSpan.FromSeconds(3600), TimeSpan.FromSeconds(3620));
        Between(m, "pair-insync", "test-access").ShouldBeInRange(TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(80));
        Between(m, "shift-10-insync", "shift-10-ttl").ShouldBeInRange(TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(80));
        Between(m, "shift-10-ttl", "shift-100").ShouldBeGreaterThanOrEqualTo(TimeSpan.FromMinutes(8));
    });

    [Fact]
    public void A_new_side_that_fails_is_left_and_the_way_back_is_waited_out_too() => Run(async (m, zone) =>
    {
        m.Begin(Plan);
        var run = m.RunAsync();
        await m.UntilAsync(s => s.Weight == 10, OldTtlAndMore);
        m.Sender.Answer = (side, _) => SimSender.Ok("", side == "10.9.0.99" ? 503 : 200);
        (await run).ShouldBe(Outcome.Retreated);
        (await ReadAsync(m, zone)).Select(r => (r.SetIdentifier, r.Weight)).ShouldBe([("web-new", 0), ("web-old", 100)]);
        Between(m, "back-insync", "back-ttl").ShouldBeInRange(TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(80));
    });

    [Fact]
    public void Where_metrics_tell_of_the_new_side_alone_probes_tell_of_both() => Run(async (m, _) =>
    {
        var users = UsersAsync();
        m.Begin(Plan);
        (await m.RunAsync()).ShouldBe(Outcome.Completed, WorldTests.Story(m));
        await users;
        m.State.Samples.Values.ShouldAllBe(s => s.Source == "probes");
        m.Journal.Read().OfType<Judged>().ShouldContain(j => j.Judgement.Gate == "errors" && j.Judgement.Verdict == Verdict.Pass && j.Judgement.Words.Contains("in the same minutes", StringComparison.Ordinal));

        async Task UsersAsync() // Their load balancer counts them; the machine of before has none.
        {
            while (m.State.Ended is null)
            {
                await m.World.RunFor(TimeSpan.FromMinutes(1));
                if (m.State.Weight > 0) await m.PublishAsync(m.NewGroup, 6000, 0.001, 0.02);
            }
        }
    });

    [Fact]
    public void A_check_says_when_nothing_will_tell_how_the_old_side_does() => Run(async (m, _) =>
    {
        (await m.CheckAsync(Plan)).ShouldNotContain(l => l.StartsWith("note:", StringComparison.Ordinal));
        (await m.CheckAsync(Plan.Replace("probes: { path: /, perSecond: 5 }", "", StringComparison.Ordinal))).ShouldContain(l => l.StartsWith("note: nothing tells how the old side does", StringComparison.Ordinal));
    });

    [Fact]
    public void Weights_that_somebody_else_set_are_reported_and_not_overwritten() => Run(async (m, zone) =>
    {
        m.Begin(Plan);
        var run = m.RunAsync();
        await m.UntilAsync(s => s.Weight == 10, OldTtlAndMore);
        await ChangeAsync(m, zone, [.. (await ReadAsync(m, zone)).Select(r => (ChangeAction.Upsert, r with { Weight = 50 }))]);
        await m.UntilAsync(s => s.Paused is not null);
        m.State.Paused.ShouldNotBeNull().ShouldStartWith("somebody else changed the entry: www.example.com. has web-new 50");
        (await ReadAsync(m, zone)).ShouldAllBe(r => r.Weight == 50);
        m.Write(new Asked(Wish.Retreat, "me", null));
        (await run).ShouldBe(Outcome.Retreated);
        (await ReadAsync(m, zone)).Select(r => r.Weight).ShouldBe([0, 100]);
    });

    [Fact]
    public void An_abort_leaves_the_record_as_it_was_found_with_its_old_ttl() => Run(async (m, zone) =>
    {
        var before = await ReadAsync(m, zone);
        m.Begin(Plan);
        var run = m.RunAsync();
        await m.UntilAsync(s => s.Weight == 10, OldTtlAndMore);
        m.Write(new Asked(Wish.Abort, "me", null));
        (await run).ShouldBe(Outcome.Aborted, WorldTests.Story(m));
        (await ReadAsync(m, zone)).Select(r => (r.SetIdentifier, r.TTL, r.ResourceRecords?[0].Value)).ShouldBe(before.Select(r => (r.SetIdentifier, r.TTL, r.ResourceRecords?[0].Value)));
        (await ReadAsync(m, zone, "test.example.com.")).ShouldBeEmpty();
    });

    [Theory]
    [InlineData("zone: example.com", "zone: example.org", "look: there is no hosted zone example.org.")]
    [InlineData("name: www.example.com", "name: shop.example.com", "look: there is no record shop.example.com. of type A: create it for the old side first.")]
    [InlineData("loadBalancer: public", "loadBalancer: none", "look: there is no load balancer none.")]
    public void What_is_not_there_is_said_before_anything_is_touched(string part, string instead, string why) => Run(async (m, _) =>
    {
        m.Begin(Plan.Replace(part, instead, StringComparison.Ordinal));
        (await m.RunAsync()).ShouldBe(Outcome.Retreated);
        m.State.Ended.ShouldNotBeNull().Why.ShouldBe(why);
    });

    [Fact]
    public void A_death_at_any_moment_changes_nothing()
    {
        var moments = RestartTests.AtEveryMoment((m, pass) => m.Route53OfRunner = Unlucky<IRoute53>.Around(m.World.Client<IRoute53>(), pass), Plan, async m =>
        {
            var zone = await OpenAsync(m);
            (await RestartTests.AliveAsync(m)).ShouldBe(Outcome.Completed, WorldTests.Story(m));
            (await ReadAsync(m, zone)).ShouldHaveSingleItem().AliasTarget.ShouldNotBeNull();
        });
        moments.ShouldBeGreaterThan(80);
    }

    private static void Run(Func<MigrationWorld, string, Task> test) => MigrationWorld.Run(async m => await test(m, await OpenAsync(m)));

    private static async Task<string> OpenAsync(MigrationWorld m)
    {
        var zone = (await m.World.Client<IRoute53>().CreateHostedZoneAsync(new() { Name = "example.com", CallerReference = "test" }, m.World.Caller, default)).HostedZone.Id.Split('/')[^1];
        await ChangeAsync(m, zone, [(ChangeAction.Create, new() { Name = "www.example.com", Type = RRType.A, TTL = 3600, ResourceRecords = [new() { Value = "10.9.0.10" }] })]);
        return zone;
    }

    private static Task ChangeAsync(MigrationWorld m, string zone, ImmutableArray<(ChangeAction Action, ResourceRecordSet Set)> changes) => m.World.Client<IRoute53>().ChangeResourceRecordSetsAsync(
        new() { HostedZoneId = zone, ChangeBatch = new() { Changes = [.. changes.Select(c => new Change { Action = c.Action, ResourceRecordSet = c.Set })] } }, m.World.Caller, default);

    private static async Task<ResourceRecordSet[]> ReadAsync(MigrationWorld m, string zone, string name = "www.example.com.") =>
        [.. (await m.World.Client<IRoute53>().ListResourceRecordSetsAsync(new() { HostedZoneId = zone }, m.World.Caller, default)).ResourceRecordSets.Where(r => r.Name == name)];

    private static TimeSpan Between(MigrationWorld m, string first, string second)
    {
        var done = m.Journal.Read().OfType<StepDone>().ToDictionary(d => d.Step, d => d.At);
        return done[second] - done[first];
    }
}
