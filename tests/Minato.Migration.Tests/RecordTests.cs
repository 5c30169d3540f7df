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
    public void A_CNAME_that_is_forgotten_sooner_than_the_plan_wants_is_divided_with_its_own_TTL() => Run(async (m, zone) =>
    {
        await ChangeAsync(m, zone, [(ChangeAction.Create, new() { Name = "shop.example.com", Type = RRType.Cname, TTL = 30, ResourceRecords = [new() { Value = "old.example.org" }] })]);
        m.Begin(Plan.Replace("name: www.example.com", "name: shop.example.com, type: CNAME", StringComparison.Ordinal));
        var run = m.RunAsync();
        await m.UntilAsync(s => s.Weight == 10 || s.Left is not null);
        (await ReadAsync(m, zone, "shop.example.com.")).Select(r => (r.SetIdentifier, r.Weight, r.TTL)).ShouldBe([("web-new", 10, 30), ("web-old", 90, 30)]);
        (await run).ShouldBe(Outcome.Completed, WorldTests.Story(m));
        (await ReadAsync(m, zone, "shop.example.com.")).ShouldHaveSingleItem().TTL.ShouldBe(60);
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
    [InlineData("host: test.example.com", "host: test.example.org", "look: the test domain test.example.org is not in the hosted zone example.com: that is where its record goes.")]
    public void What_is_not_there_is_said_before_anything_is_touched(string part, string instead, string why) => Run(async (m, _) =>
    {
        m.Begin(Plan.Replace(part, instead, StringComparison.Ordinal));
        (await m.RunAsync()).ShouldBe(Outcome.Retreated);
        m.State.Ended.ShouldNotBeNull().Why.ShouldBe(why);
    });

    [Fact]
    public void A_runner_that_died_after_it_lowered_the_ttl_is_followed_by_one_that_waits_the_old_one_out() => Run(async (m, _) =>
    {
        var isDying = true;
        m.Route53OfRunner = Unlucky<IRoute53>.Around(m.World.Client<IRoute53>(), (name, isAfter) =>
        {
            if (!isDying || !isAfter || name != "ChangeResourceRecordSetsAsync") return;
            isDying = false;
            throw new Death();
        });
        m.Begin(Plan);
        (await RestartTests.AliveAsync(m)).ShouldBe(Outcome.Completed, WorldTests.Story(m));
        Between(m, "lower-ttl", "pair").ShouldBeGreaterThanOrEqualTo(TimeSpan.FromHours(1), "caches keep what was found for that long");
    });

    [Fact]
    public void A_runner_that_died_after_a_shift_is_followed_by_one_that_does_not_take_an_older_change_for_it() => Run(async (m, _) =>
    {
        var changes = 0;
        m.Route53OfRunner = Unlucky<IRoute53>.Around(m.World.Client<IRoute53>(), (name, isAfter) =>
        {
            if (isAfter && name == "ChangeResourceRecordSetsAsync" && ++changes == 4) throw new Death(); // Lowered, paired, test domain, and then the first shift.
        });
        m.Begin(Plan);
        (await RestartTests.AliveAsync(m)).ShouldBe(Outcome.Completed, WorldTests.Story(m));
        m.Journal.Read().OfType<StepDone>().Single(d => d.Step == "shift-10").ShouldSatisfyAllConditions(
            d => d.Words.ShouldBe("the weights were so already"), d => d.Facts[Known.Change].ShouldBeEmpty(), d => d.Facts[Known.Ttl].ShouldBe("120"));
    });

    [Fact]
    public void A_wildcard_is_known_again_by_the_successor_of_a_runner_that_died_in_the_last_stage() => Run(async (m, zone) =>
    {
        await ChangeAsync(m, zone, [(ChangeAction.Create, new() { Name = "*.example.com", Type = RRType.A, TTL = 60, ResourceRecords = [new() { Value = "10.9.0.10" }] })]);
        var changes = 0;
        m.Route53OfRunner = Unlucky<IRoute53>.Around(m.World.Client<IRoute53>(), (name, isAfter) =>
        {
            if (isAfter && name == "ChangeResourceRecordSetsAsync" && ++changes == 5) throw new Death(); // Paired, test domain, two shifts, and then the new side alone.
        });
        m.Begin(Plan.Replace("name: www.example.com", "name: '*.example.com'", StringComparison.Ordinal));
        (await RestartTests.AliveAsync(m)).ShouldBe(Outcome.Completed, WorldTests.Story(m));
        m.Journal.Read().OfType<StepDone>().Single(d => d.Step == "single").Words.ShouldBe("the new side was alone already");
        (await ReadAsync(m, zone, @"\052.example.com.")).ShouldHaveSingleItem().AliasTarget.ShouldNotBeNull();
    });

    [Fact]
    public void A_change_is_asked_for_by_its_id_alone() => Run(async (m, zone) =>
    {
        m.Begin(Plan);
        _ = m.RunAsync();
        await m.UntilAsync(s => s.Facts.ContainsKey(Known.Change));
        m.State.Facts[Known.Change].ShouldNotContain("/", Case.Sensitive, "clients take the /change/ off that answers carry");
    });

    [Fact]
    public void Two_zones_of_one_name_have_to_be_told_apart() => Run(async (m, zone) =>
    {
        var other = (await m.World.Client<IRoute53>().CreateHostedZoneAsync(new() { Name = "example.com", CallerReference = "another" }, m.World.Caller, default)).HostedZone.Id.Split('/')[^1];
        m.Begin(Plan);
        (await m.RunAsync()).ShouldBe(Outcome.Retreated);
        var why = m.State.Ended.ShouldNotBeNull().Why;
        why.ShouldStartWith("look: there are 2 hosted zones example.com: name one by its id, ");
        why.ShouldContain(zone);
        why.ShouldContain(other);
    });

    [Fact]
    public void A_load_balancer_that_forwards_nothing_to_the_new_side_is_refused() => Run(async (m, _) =>
    {
        await OwnersTests.SecondAsync(m);
        m.Begin(Plan.Replace("loadBalancer: public", "loadBalancer: second", StringComparison.Ordinal));
        (await m.RunAsync()).ShouldBe(Outcome.Retreated);
        m.State.Ended.ShouldNotBeNull().Why.ShouldStartWith("look: second forwards nothing to the new side's target group");
    });

    [Fact]
    public void Names_are_the_same_in_capitals_and_small_letters_and_a_record_of_the_test_domain_that_was_there_stays() => Run(async (m, zone) =>
    {
        var plan = Plan.Replace("www.example.com", "WWW.Example.com", StringComparison.Ordinal).Replace("test.example.com", "Test.example.com", StringComparison.Ordinal);
        m.Begin(plan);
        var run = m.RunAsync();
        await m.UntilAsync(s => s.Weight == 10, OldTtlAndMore);
        var own = (await ReadAsync(m, zone, "test.example.com.")).ShouldHaveSingleItem();
        m.Write(new Asked(Wish.Abort, "me", null));
        (await run).ShouldBe(Outcome.Aborted, WorldTests.Story(m));
        await ChangeAsync(m, zone, [(ChangeAction.Create, own)]); // Now it is somebody's own.
        m.Begin(plan);
        (await m.RunAsync()).ShouldBe(Outcome.Completed, WorldTests.Story(m));
        (await ReadAsync(m, zone, "test.example.com.")).ShouldHaveSingleItem();
    });

    [Fact]
    public void Users_of_the_names_other_addresses_are_named() => Run(async (m, zone) =>
    {
        (await m.CheckAsync(Plan)).ShouldContain("entry: 10.9.0.10");
        await ChangeAsync(m, zone, [(ChangeAction.Create, new() { Name = "www.example.com", Type = RRType.Aaaa, TTL = 60, ResourceRecords = [new() { Value = "2001:db8::1" }] })]);
        (await m.CheckAsync(Plan)).ShouldContain("entry: 10.9.0.10; users of the name's AAAA record stay where they are");
    });

    [Fact]
    public void Both_sides_are_asked_for_the_name_that_users_ask_for() => Run(async (m, _) =>
    {
        m.Begin(Plan);
        (await m.RunAsync()).ShouldBe(Outcome.Completed, WorldTests.Story(m));
        m.Sender.Hosts.ShouldAllBe(h => h == "www.example.com");
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
