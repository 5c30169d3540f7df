using Minato.Contracts.CloudWatch;
using Minato.Migration.Journal;
using Minato.Migration.Planning;
using Minato.Migration.Running;

namespace Minato.Migration.Tests;

/// <summary>Whole migrations on virtual time, against the rooms that would answer them.</summary>
public sealed class WorldTests
{
    [Fact]
    public void Users_move_stage_by_stage_and_only_the_new_side_is_left() => MigrationWorld.Run(async m =>
    {
        m.Begin();
        var seen = new List<(int, int)>();
        var runner = m.Runner();
        runner.Turned += (state, _, _) => { if (seen.LastOrDefault() != (100 - state.Weight, state.Weight)) seen.Add((100 - state.Weight, state.Weight)); };
        (await runner.RunAsync(m.World.Stopping)).Outcome.ShouldBe(Outcome.Completed, Story(m));
        seen.ShouldBe([(100, 0), (90, 10), (50, 50), (0, 100)]);
        await OnlyTheNewSideAsync(m);
        m.State.Samples.Count.ShouldBeGreaterThan(10);
        m.Journal.Read().OfType<Judged>().Select(j => j.Judgement.Words).ShouldContain(w => w.Contains("earlier, when it had traffic", StringComparison.Ordinal));
    });

    [Fact]
    public void Before_users_move_a_header_reaches_either_side_and_goes_with_the_migration() => MigrationWorld.Run(async m =>
    {
        m.Begin();
        var run = m.RunAsync();
        await m.UntilAsync(s => s.Stage == 2);
        var tests = (await m.RulesAsync()).Where(r => r.Conditions?.Any(c => c.Field == "http-header") is true).ToList();
        tests.Select(r => (r.Conditions?[0].HttpHeaderConfig?.Values?[0], r.Actions?[0].TargetGroupArn == m.NewGroup)).ShouldBe([("new", true), ("old", false)], ignoreOrder: true);
        await run;
        (await m.RulesAsync()).Length.ShouldBe(2);
    });

    [Theory]
    [InlineData(10), InlineData(50), InlineData(100)]
    public void A_new_side_that_fails_is_left_at_every_weight(int weight) => MigrationWorld.Run(async m =>
    {
        m.Begin();
        var run = m.RunAsync();
        await m.UntilAsync(s => s.Weight == weight);
        m.NewErrors = 0.2;
        (await run).ShouldBe(Outcome.Retreated);
        (await m.WeightsAsync()).ShouldBe((100, 0));
        m.State.Ended.ShouldNotBeNull().Why.ShouldStartWith("the gate errors failed: ");
        (m.State.LastAt - m.State.ReadyAt).ShouldBeLessThan(TimeSpan.FromMinutes(1));
    });

    [Fact]
    public void A_slow_new_side_is_left() => MigrationWorld.Run(async m =>
    {
        m.Begin(MigrationWorld.Short + "\ngates: { latency: { atMost: 500 } }");
        var run = m.RunAsync();
        await m.UntilAsync(s => s.Weight == 10);
        m.NewSeconds = 3;
        (await run).ShouldBe(Outcome.Retreated);
        m.State.Ended.ShouldNotBeNull().Why.ShouldStartWith("the gate latency failed: p95 of the new side lay above 500 ms");
    });

    [Fact]
    public void An_alarm_sends_users_back() => MigrationWorld.Run(async m =>
    {
        await m.World.Client<ICloudWatch>().PutMetricAlarmAsync(new()
        {
            AlarmName = "pager", Namespace = "Shop", MetricName = "Orders", Statistic = Statistic.Sum, Period = 86400, EvaluationPeriods = 1, Threshold = 1,
            ComparisonOperator = ComparisonOperator.LessThanThreshold, TreatMissingData = "ignore",
        }, m.World.Caller, default);
        m.Begin(MigrationWorld.Short + "\ngates: { alarms: [pager] }");
        var run = m.RunAsync();
        await m.UntilAsync(s => s.Weight == 50);
        await m.AlarmAsync(StateValue.Alarm);
        (await run).ShouldBe(Outcome.Retreated);
        m.State.Ended.ShouldNotBeNull().Why.ShouldBe("the gate alarm pager failed: it says ALARM");
    });

    [Fact]
    public void Old_targets_that_are_not_healthy_keep_users_where_they_are() => MigrationWorld.Run(async m =>
    {
        m.World.Targets.Set("10.9.0.11", 8080, 500);
        m.Begin();
        (await m.RunAsync()).ShouldBe(Outcome.Retreated);
        m.State.Ended.ShouldNotBeNull().Why.ShouldStartWith("healthy did not succeed within 10m: 1 of 2 old targets are healthy");
    });

    [Fact]
    public void Weights_that_somebody_else_set_are_reported_and_not_overwritten() => MigrationWorld.Run(async m =>
    {
        m.Begin();
        var run = m.RunAsync();
        await m.UntilAsync(s => s.Weight == 10);
        await m.SetWeightsAsync(7, 3);
        await m.UntilAsync(s => s.Paused is not null);
        m.State.Paused.ShouldNotBeNull().ShouldStartWith("somebody else changed the entry: it has weights old 7, new 3, where 90 % old and 10 % new is expected.");
        await m.World.RunFor(TimeSpan.FromHours(2));
        (await m.WeightsAsync()).ShouldBe((7, 3));

        m.Write(new Asked(Wish.Resume, "me", null));
        await m.UntilAsync(s => s.Paused is not null);
        (await m.WeightsAsync()).ShouldBe((7, 3));
        await m.SetWeightsAsync(9, 1);
        m.Write(new Asked(Wish.Resume, "me", null));
        (await run).ShouldBe(Outcome.Completed);
    });

    [Theory]
    [InlineData(true), InlineData(false)]
    public void A_person_may_accept_them_or_take_them_back(bool accept) => MigrationWorld.Run(async m =>
    {
        m.Begin();
        var run = m.RunAsync();
        await m.UntilAsync(s => s.Weight == 10);
        await m.SetWeightsAsync(7, 3);
        await m.UntilAsync(s => s.Paused is not null);
        m.Write(new Asked(accept ? Wish.AcceptWeights : Wish.Retreat, "me", null));
        (await run).ShouldBe(accept ? Outcome.Completed : Outcome.Retreated);
        if (!accept) (await m.WeightsAsync()).ShouldBe((100, 0));
    });

    [Fact]
    public void A_gate_that_fails_does_not_overwrite_them_either_and_a_person_may() => MigrationWorld.Run(async m =>
    {
        m.Begin();
        var run = m.RunAsync();
        await m.UntilAsync(s => s.Weight == 10);
        await m.SetWeightsAsync(6, 4);
        m.NewErrors = 0.3;
        await m.UntilAsync(s => s is { Left: not null, Paused: not null });
        (await m.WeightsAsync()).ShouldBe((6, 4));
        m.Write(new Asked(Wish.Retreat, "me", null));
        (await run).ShouldBe(Outcome.Retreated);
        (await m.WeightsAsync()).ShouldBe((100, 0));
    });

    [Fact]
    public void Without_metrics_nothing_is_taken_for_good_and_a_person_decides() => MigrationWorld.Run(async m =>
    {
        m.PerMinute = 0;
        m.Begin();
        var (waits, awaited) = ("", Awaited.Nothing);
        var runner = m.Runner();
        runner.Turned += (_, _, decision) => (waits, awaited) = decision is Decision.Wait wait ? (wait.For, wait.Awaits) : (waits, awaited);
        var run = runner.RunAsync(m.World.Stopping);
        await m.UntilAsync(s => s.Weight == 10);
        await m.World.RunFor(TimeSpan.FromHours(1));
        m.State.Weight.ShouldBe(10);
        awaited.ShouldBe(Awaited.Approval);
        waits.ShouldBe("an approval, since the gate errors cannot be told: the new side had 0 requests, of 100 that are needed");
        m.PerMinute = 60_000;
        m.Write(new Asked(Wish.Approve, "me", "checked by hand"));
        (await run).Outcome.ShouldBe(Outcome.Completed);
    });

    [Theory]
    [InlineData(200, false, "Completed"), InlineData(503, false, "Retreated"), InlineData(503, true, "Retreated")]
    public void Where_metrics_are_missing_or_tell_of_no_requests_probes_of_its_own_stand_in(int status, bool tellsZeros, string outcome) => MigrationWorld.Run(async m =>
    {
        (m.PerMinute, m.TellsZeros) = (0, tellsZeros);
        m.Sender.Answer = (side, _) => SimSender.Ok("", side == "new" && m.State.Weight > 0 ? status : 200);
        m.Begin(MigrationWorld.Short.Replace("hold: 4m", "hold: 8m", StringComparison.Ordinal) + "\nprobes: { path: /health, perSecond: 5 }\ngates: { errors: { worseBy: 5 } }");
        (await m.RunAsync()).ToString().ShouldBe(outcome, Story(m));
        m.State.Samples.Values.ShouldAllBe(s => s.Source == "probes");
        m.State.Samples.Values.ShouldContain(s => s.Old.Requests >= 299 && s.New.Requests >= 299);
    });

    [Fact]
    public void Throttling_and_answers_that_do_not_come_delay_and_do_not_decide() => MigrationWorld.Run(async m =>
    {
        m.ElbOfRunner = Unlucky<Contracts.ElasticLoadBalancingV2.IElasticLoadBalancingV2>.Around(m.Elb, (_, isAfter) =>
        {
            if (!isAfter && m.World.Chance.NextDouble() < 0.1) throw new Aws.AwsException("Throttling", "Rate exceeded");
            if (!isAfter && m.World.Chance.NextDouble() < 0.1) throw new TaskCanceledException("no answer in 100 seconds");
        });
        m.Begin();
        (await m.RunAsync()).ShouldBe(Outcome.Completed, Story(m));
        m.Journal.Read().OfType<StepFailed>().ShouldNotBeEmpty();
        await OnlyTheNewSideAsync(m);
    });

    [Fact]
    public void When_a_shift_cannot_be_made_for_long_users_go_back_as_soon_as_they_can() => MigrationWorld.Run(async m =>
    {
        var isAway = false;
        m.ElbOfRunner = Unlucky<Contracts.ElasticLoadBalancingV2.IElasticLoadBalancingV2>.Around(m.Elb, (name, isAfter) =>
        {
            if (isAway && !isAfter && name.StartsWith("Modify", StringComparison.Ordinal)) throw new HttpRequestException("connection refused");
        });
        m.Begin();
        var run = m.RunAsync();
        await m.UntilAsync(s => s.Weight == 10);
        isAway = true;
        await m.UntilAsync(s => s.Left is not null);
        await m.World.RunFor(TimeSpan.FromHours(5));
        run.IsCompleted.ShouldBeFalse();
        isAway = false;
        (await run).ShouldBe(Outcome.Retreated);
        (await m.WeightsAsync()).ShouldBe((100, 0));
    });

    [Fact]
    public void An_abort_leaves_everything_as_it_was_found() => MigrationWorld.Run(async m =>
    {
        var (before, groups) = (await m.RulesAsync(), await m.GroupsAsync());
        m.Begin();
        var run = m.RunAsync();
        await m.UntilAsync(s => s.Weight == 50);
        m.Write(new Asked(Wish.Abort, "me", "other plans"));
        (await run).ShouldBe(Outcome.Aborted);
        (await m.GroupsAsync()).ShouldBe(groups);
        (await m.RulesAsync()).Select(r => (r.RuleArn, r.Priority, r.Actions?[0].Type, r.Actions?[0].FixedResponseConfig)).ShouldBe(before.Select(r => (r.RuleArn, r.Priority, r.Actions?[0].Type, r.Actions?[0].FixedResponseConfig)));
    });

    [Fact]
    public void After_a_retreat_the_same_plan_may_be_started_again() => MigrationWorld.Run(async m =>
    {
        m.Begin();
        var run = m.RunAsync();
        await m.UntilAsync(s => s.Weight == 10);
        m.Write(new Asked(Wish.Retreat, "me", null));
        (await run).ShouldBe(Outcome.Retreated);
        m.Begin();
        (await m.RunAsync()).ShouldBe(Outcome.Completed, Story(m));
        await OnlyTheNewSideAsync(m);
    });

    [Fact]
    public void Answers_that_differ_keep_users_where_they_are() => MigrationWorld.Run(async m =>
    {
        m.Sender.Answer = (side, path) => SimSender.Ok(path == "/price" && side == "new" ? "0" : path);
        m.Begin(MigrationWorld.Short + "\nmirror: { requests: [/, /price], perSecond: 1 }");
        (await m.RunAsync()).ShouldBe(Outcome.Retreated);
        m.State.Ended.ShouldNotBeNull().Why.ShouldStartWith("mirror: 1 of 2 requests were answered differently, 0 are allowed; GET /price: body: old 6 bytes");
        m.Journal.Read().OfType<Found>().ShouldHaveSingleItem().Lines.ShouldHaveSingleItem().ShouldStartWith("GET /price: body: old 6 bytes");
        m.Journal.Read().OfType<StepBegun>().ShouldAllBe(s => s.Weight == null || s.Weight == 0);
    });

    [Theory]
    [InlineData("loadBalancer: public", "loadBalancer: private", "there is no load balancer private.")]
    [InlineData("port: 80 }", "port: 81 }", "public has no listener on port 81.")]
    [InlineData("port: 80 }", "port: 80, rule: 5 }", "the listener has no rule 5.")]
    [InlineData("service: web", "service: shop", "there is no active service shop in the cluster default.")]
    [InlineData("service: web", "service: web, targetGroup: none", "there is no target group none.")]
    [InlineData("targets: [\"10.9.0.10:8080\", \"10.9.0.11:8080\"]", "targetGroup: none", "there is no target group none.")]
    [InlineData("targets: [\"10.9.0.10:8080\", \"10.9.0.11:8080\"]", "targetGroup: web-ecs", "old and new are the same target group.")]
    public void What_is_not_there_is_said_before_anything_is_touched(string part, string instead, string why) => MigrationWorld.Run(async m =>
    {
        var before = (await m.RulesAsync()).Length;
        m.Begin(MigrationWorld.Short.Replace(part, instead, StringComparison.Ordinal));
        (await m.RunAsync()).ShouldBe(Outcome.Retreated);
        m.State.Ended.ShouldNotBeNull().Why.ShouldBe($"look: {why}");
        ((await m.RulesAsync()).Length, (await m.GroupsAsync()).Length).ShouldBe((before, 1));
    });

    internal static async Task OnlyTheNewSideAsync(MigrationWorld m)
    {
        (await m.RuleAsync()).Actions?[0].TargetGroupArn.ShouldBe(m.NewGroup);
        (await m.GroupsAsync()).ShouldBe(["web-ecs"]);
        (await m.RulesAsync()).Length.ShouldBe(2);
    }

    internal static string Story(MigrationWorld m) => string.Join('\n', m.Journal.Read().Where(e => e is not Sampled));
}
