using Minato.Contracts.ElasticLoadBalancingV2;
using Minato.Migration.Journal;
using Minato.Migration.Planning;

namespace Minato.Migration.Tests;

/// <summary>What a migration did not make is its owner's: it is not taken over, not written over, and not removed.</summary>
public sealed class OwnersTests
{
    private const string ByTarget = "targets: [\"10.9.0.10:8080\", \"10.9.0.11:8080\"], healthPath: /health";

    [Fact]
    public void A_target_group_of_somebody_else_with_the_name_of_the_old_one_is_refused_and_stays() => MigrationWorld.Run(async m =>
    {
        var group = await m.GroupAsync("web-old");
        m.Begin();
        (await m.RunAsync()).ShouldBe(Outcome.Retreated);
        m.State.Ended.ShouldNotBeNull().Why.ShouldStartWith("look: there is a target group web-old that this migration did not make");
        ((await m.Elb.DescribeTargetHealthAsync(new() { TargetGroupArn = group }, m.World.Caller, default)).TargetHealthDescriptions ?? []).ShouldHaveSingleItem();
    });

    [Fact]
    public void A_rule_of_the_test_domain_that_was_there_before_is_used_and_stays() => MigrationWorld.Run(async m =>
    {
        var own = (await m.Elb.CreateRuleAsync(new()
        {
            ListenerArn = m.Listener, Priority = 10, Conditions = [new() { Field = "host-header", HostHeaderConfig = new() { Values = ["test.example.com"] } }],
            Actions = [new() { Type = ActionTypeEnum.Forward, TargetGroupArn = m.NewGroup }],
        }, m.World.Caller, default)).Rules?[0].RuleArn;
        m.Begin(MigrationWorld.Short + "\ntest: { host: test.example.com }");
        (await m.RunAsync()).ShouldBe(Outcome.Completed, WorldTests.Story(m));
        (await m.RulesAsync()).Select(r => r.Priority).ShouldBe(["10", "900", "default"], ignoreOrder: true);
        (await m.RulesAsync()).ShouldContain(r => r.RuleArn == own);
    });

    [Fact]
    public void A_rule_that_does_more_than_forward_is_refused() => MigrationWorld.Run(async m =>
    {
        await m.GroupAsync("legacy", hasUsers: true);
        m.ElbOfRunner = Unlucky<IElasticLoadBalancingV2>.Answering(m.Elb, answer => answer is DescribeRulesResponse { Rules: { } rules } found
            ? found with { Rules = [.. rules.Select(r => r.IsDefault is true ? r with { Actions = [new() { Type = ActionTypeEnum.AuthenticateOidc, Order = 1 }, (r.Actions ?? [])[0] with { Order = 2 }] } : r)] } : answer);
        foreach (var old in new[] { ByTarget, "targetGroup: legacy" })
        {
            m.Begin(MigrationWorld.Short.Replace(ByTarget, old, StringComparison.Ordinal));
            (await m.RunAsync()).ShouldBe(Outcome.Retreated);
            m.State.Ended.ShouldNotBeNull().Why.ShouldStartWith("look: the actions authenticate-oidc, forward: the migration would put a forward in the place of them all.");
        }
    });

    [Fact]
    public void An_entry_with_a_domain_of_its_own_is_tested_by_another_and_asked_by_its_own() => MigrationWorld.Run(async m =>
    {
        RuleTransform rewrite = new() { Type = TransformTypeEnum.UrlRewrite, UrlRewriteConfig = new() { Rewrites = [new() { Regex = "^/shop/(.*)$", Replace = "/$1" }] } };
        var entry = await m.AddEntryAsync(new() { Field = "host-header", HostHeaderConfig = new() { Values = ["www.example.com"] } }, new() { Field = "path-pattern", PathPatternConfig = new() { Values = ["/shop/*"] } });
        await m.Elb.ModifyRuleAsync(new() { RuleArn = entry.RuleArn ?? "", Transforms = [rewrite] }, m.World.Caller, default);
        m.Begin(MigrationWorld.Short.Replace("port: 80", "port: 80, rule: 500", StringComparison.Ordinal) + "\ntest: { host: test.example.com }\nmirror: { requests: [/shop/a], perSecond: 50 }");
        var run = m.RunAsync();
        await m.UntilAsync(s => s.Stage == 2);
        var tests = (await m.RulesAsync()).Where(r => int.TryParse(r.Priority, out var priority) && priority < 500).ToList();
        tests.Count.ShouldBe(3);
        tests.TrueForAll(r => r.Transforms is { Length: 1 } && Host(r) is not null && (r.Conditions ?? []).Any(c => c.Field == "path-pattern")).ShouldBeTrue();
        tests.Count(r => Host(r) == "test.example.com").ShouldBe(1);
        m.Sender.Hosts.ShouldNotBeEmpty();
        m.Sender.Hosts.ShouldAllBe(h => h == "www.example.com");
        (await run).ShouldBe(Outcome.Completed, WorldTests.Story(m));
        (await m.RulesAsync()).Select(r => r.Priority).ShouldBe(["500", "900", "default"], ignoreOrder: true);

        static string? Host(Rule rule) => rule.Conditions?.SingleOrDefault(c => c.Field == "host-header")?.HostHeaderConfig?.Values?[0];
    });

    [Theory]
    [InlineData("mirror: { requests: [/shop/a, /b] }", "mirror: GET /b does not reach the entry, whose rule is for /shop/*: another rule would answer it for both sides.")]
    [InlineData("probes: { path: /health }", "look: probes of /health do not reach the rule 500, which is for /shop/*: name another path under probes.")]
    public void Requests_that_another_rule_would_answer_compare_nothing(string part, string why) => MigrationWorld.Run(async m =>
    {
        await m.AddEntryAsync(new RuleCondition { Field = "path-pattern", PathPatternConfig = new() { Values = ["/shop/*"] } });
        m.Begin(MigrationWorld.Short.Replace("port: 80", "port: 80, rule: 500", StringComparison.Ordinal) + "\n" + part);
        (await m.RunAsync()).ShouldBe(Outcome.Retreated);
        m.State.Ended.ShouldNotBeNull().Why.ShouldBe(why);
    });

    [Fact]
    public void Users_stick_to_their_side_while_they_are_divided_and_to_none_on_the_way_back() => MigrationWorld.Run(async m =>
    {
        var before = await StickyAsync(m, await m.GroupAsync("legacy"));
        m.Begin(MigrationWorld.Short.Replace(ByTarget, "targetGroup: legacy", StringComparison.Ordinal));
        var run = m.RunAsync();
        await m.UntilAsync(s => s.Weight == 10);
        (await ActionAsync(m)).ForwardConfig.ShouldNotBeNull().TargetGroupStickinessConfig.ShouldBe(new TargetGroupStickinessConfig { Enabled = true, DurationSeconds = 3600 });
        m.NewErrors = 0.5;
        (await run).ShouldBe(Outcome.Retreated);
        ((await ActionAsync(m)).ForwardConfig?.TargetGroupStickinessConfig?.Enabled ?? false).ShouldBeFalse("who has a cookie of the new side would stay there");

        m.Begin(m.State.Plan); // What was prepared is taken away again.
        m.Write(new Asked(Wish.Abort, "me", null));
        (await m.RunAsync()).ShouldBe(Outcome.Aborted, WorldTests.Story(m));
        var now = await ActionAsync(m);
        (now.TargetGroupArn, now.ForwardConfig?.TargetGroupStickinessConfig).ShouldBe((before.TargetGroupArn, before.ForwardConfig?.TargetGroupStickinessConfig));
        (await m.RulesAsync()).Length.ShouldBe(2);
    });

    [Fact]
    public void A_rule_that_its_owner_changed_after_a_retreat_is_put_back_as_it_was_then() => MigrationWorld.Run(async m =>
    {
        await m.GroupAsync("legacy", hasUsers: true);
        var plan = MigrationWorld.Short.Replace(ByTarget, "targetGroup: legacy", StringComparison.Ordinal);
        m.Begin(plan);
        m.NewErrors = 0.5;
        (await m.RunAsync()).ShouldBe(Outcome.Retreated);
        var other = await m.GroupAsync("legacy-2", hasUsers: true);
        m.Begin(plan.Replace("targetGroup: legacy", "targetGroup: legacy-2", StringComparison.Ordinal));
        var run = m.RunAsync();
        await m.UntilAsync(s => s.Weight == 10);
        m.Write(new Asked(Wish.Abort, "me", null));
        (await run).ShouldBe(Outcome.Aborted, WorldTests.Story(m));
        (await ActionAsync(m)).TargetGroupArn.ShouldBe(other);
    });

    [Fact]
    public void A_target_group_behind_another_load_balancer_is_refused_since_it_can_be_behind_one_alone() => MigrationWorld.Run(async m =>
    {
        await SecondAsync(m);
        m.Begin(MigrationWorld.Short.Replace("loadBalancer: public", "loadBalancer: second", StringComparison.Ordinal));
        (await m.RunAsync()).ShouldBe(Outcome.Retreated);
        m.State.Ended.ShouldNotBeNull().Why.ShouldStartWith("look: the target group of the new side is behind another load balancer, public, and can be behind one alone");
    });

    [Fact]
    public void Weights_that_change_while_a_stage_is_held_are_seen_at_once() => MigrationWorld.Run(async m =>
    {
        m.Begin();
        _ = m.RunAsync();
        await m.UntilAsync(s => s.Weight == 10 && s.Running is null);
        await m.SetWeightsAsync(50, 50);
        await m.UntilAsync(s => s.Paused is not null, minutes: 1);
        m.State.Paused.ShouldNotBeNull().ShouldStartWith("somebody else changed the entry: it has weights old 50, new 50, where 90 % old and 10 % new is expected.");
        (await m.WeightsAsync()).ShouldBe((50, 50));
    });

    [Fact]
    public void A_rule_that_somebody_removed_is_reported() => MigrationWorld.Run(async m =>
    {
        var entry = await m.AddEntryAsync(new RuleCondition { Field = "path-pattern", PathPatternConfig = new() { Values = ["/shop/*"] } });
        m.Begin(MigrationWorld.Short.Replace("port: 80", "port: 80, rule: 500", StringComparison.Ordinal));
        _ = m.RunAsync();
        await m.UntilAsync(s => s.Weight == 10 && s.Running is null);
        m.PerMinute = 0;
        await m.Elb.DeleteRuleAsync(new() { RuleArn = entry.RuleArn ?? "" }, m.World.Caller, default);
        await m.UntilAsync(s => s.Paused is not null, minutes: 1);
        m.State.Paused.ShouldNotBeNull().ShouldStartWith("somebody else changed the entry: it has no rule any more, where 90 % old and 10 % new is expected.");
    });

    [Fact]
    public void Users_of_other_rules_that_forward_to_the_old_side_are_named() => MigrationWorld.Run(async m =>
    {
        var legacy = await m.GroupAsync("legacy", hasUsers: true);
        await m.Elb.CreateRuleAsync(new()
        {
            ListenerArn = m.Listener, Priority = 20, Conditions = [new() { Field = "path-pattern", Values = ["/api/*"] }], Actions = [new() { Type = ActionTypeEnum.Forward, TargetGroupArn = legacy }],
        }, m.World.Caller, default);
        (await m.CheckAsync(MigrationWorld.Short.Replace(ByTarget, "targetGroup: legacy", StringComparison.Ordinal)))
            .ShouldContain("entry: weights old 1; the users of other rules that forward to the old side stay there: 20");
    });

    internal static async Task<string> SecondAsync(MigrationWorld m)
    {
        var subnets = (await m.World.Client<Contracts.Ec2.IEc2>().DescribeSubnetsAsync(new(), m.World.Caller, default)).Subnets ?? [];
        var balancer = (await m.Elb.CreateLoadBalancerAsync(new() { Name = "second", Subnets = [.. subnets.Select(s => s.SubnetId ?? "")] }, m.World.Caller, default)).LoadBalancers?[0].LoadBalancerArn ?? "";
        await m.Elb.CreateListenerAsync(new()
        {
            LoadBalancerArn = balancer, Port = 80, Protocol = ProtocolEnum.Http, DefaultActions = [new() { Type = ActionTypeEnum.FixedResponse, FixedResponseConfig = new() { StatusCode = "404" } }],
        }, m.World.Caller, default);
        return balancer;
    }

    private static async Task<Contracts.ElasticLoadBalancingV2.Action> StickyAsync(MigrationWorld m, string group)
    {
        var forward = new ForwardActionConfig { TargetGroups = [new() { TargetGroupArn = group, Weight = 1 }], TargetGroupStickinessConfig = new() { Enabled = true, DurationSeconds = 3600 } };
        await m.Elb.ModifyListenerAsync(new() { ListenerArn = m.Listener, DefaultActions = [new() { Type = ActionTypeEnum.Forward, ForwardConfig = forward }] }, m.World.Caller, default);
        return await ActionAsync(m);
    }

    private static async Task<Contracts.ElasticLoadBalancingV2.Action> ActionAsync(MigrationWorld m) => ((await m.RuleAsync()).Actions ?? [])[0];
}
