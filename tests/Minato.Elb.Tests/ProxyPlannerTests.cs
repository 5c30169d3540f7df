using System.Collections.Immutable;
using Minato.Contracts.ElasticLoadBalancingV2;
using Minato.Elb.Planning;
using Minato.Elb.State;
using Minato.Engines.Proxy;

namespace Minato.Elb.Tests;

public sealed class ProxyPlannerTests
{
    private static readonly DateTimeOffset s_noon = new(2026, 1, 1, 12, 0, 0, TimeSpan.Zero);
    private const string Group = "arn:aws:elasticloadbalancing:us-east-1:1:targetgroup/blue/0123456789abcdef";
    private const string Other = "arn:aws:elasticloadbalancing:us-east-1:1:targetgroup/green/fedcba9876543210";
    private const string Balancer = "arn:aws:elasticloadbalancing:us-east-1:1:loadbalancer/app/web/1111111111111111";
    private const string Listener = "arn:aws:elasticloadbalancing:us-east-1:1:listener/app/web/1111111111111111/2222222222222222";

    [Theory] // Targets: h healthy, u unhealthy, i initial, d draining, z in another zone. Servers: r ready, s stopped, d draining.
    [InlineData("h", "r", "")]
    [InlineData("hui", "rss", "")]
    [InlineData("hd", "rd", "")]
    [InlineData("uu", "rr", "")]
    [InlineData("ui", "rr", "")]
    [InlineData("ud", "rd", "")]
    [InlineData("hz", "r", "")]
    [InlineData("uz", "r", "")]
    [InlineData("hu", "rr", "count=2")]
    [InlineData("hhu", "rrs", "count=2")]
    [InlineData("huu", "rrr", "percentage=50")]
    [InlineData("hhu", "rrs", "percentage=50")]
    [InlineData("d", "d", "")]
    public void Healthy_targets_get_the_requests_or_all_when_too_few_are_healthy(string targets, string servers, string attribute)
    {
        var attributes = attribute.Split('=') is [var key, var value]
            ? State.Given.None.Add("target_group_health.unhealthy_state_routing.minimum_healthy_targets." + key, value) : State.Given.None;
        var views = targets.Select((t, i) => Target(t, i)).ToList();
        var plan = ProxyPlanner.Plan(new([], [new(GroupOf(Group) with { Attributes = attributes }, views)]), s_noon);
        string.Concat(plan.Backends.Single().Servers.Select(s => char.ToLowerInvariant(s.State.ToString()[0]))).ShouldBe(servers);
    }

    [Fact]
    public void Rules_come_in_ascending_priority_with_the_default_last()
    {
        var plan = ProxyPlanner.Plan(new([new(ListenerOf(), BalancerOf(), [Rule(null, Fixed("404")), Rule(20, Fixed("420")), Rule(3, Fixed("403"))])], []), s_noon);
        var listener = plan.Listeners.Single();
        listener.Rules.Select(r => r.Priority).ShouldBe([3, 20]);
        listener.DefaultAction.ShouldBe(new ProxyAction.FixedResponse(404, "text/plain", null));
        (listener.Id, listener.Address, listener.Port, listener.IdleTimeout).ShouldBe(("web-1111111111111111-2222222222222222", "127.9.8.7", 80, TimeSpan.FromSeconds(61)));
        listener.HostNames.ShouldBe(["web-1.us-east-1.elb.amazonaws.com"]);
    }

    [Fact]
    public void Weights_go_to_the_backends_they_were_given_to()
    {
        var forward = new ActionState { Forward = new([new(Group, 90), new(Other, 10)]) };
        var plan = ProxyPlanner.Plan(new([new(ListenerOf(), BalancerOf(), [Rule(null, forward)])], [new(GroupOf(Group), []), new(GroupOf(Other), [])]), s_noon);
        plan.Listeners.Single().DefaultAction.ShouldBeOfType<ProxyAction.Forward>().Backends
            .ShouldBe([new("blue-0123456789abcdef", 90), new("green-fedcba9876543210", 10)]);
        plan.Backends.Select(b => b.Id).ShouldBe(["blue-0123456789abcdef", "green-fedcba9876543210"]);
    }

    [Fact]
    public void A_redirect_keeps_its_placeholders()
    {
        var redirect = new ActionState { Redirect = new("HTTP_301", "HTTPS", "#{host}", "443", "/#{path}", "#{query}") };
        ProxyPlanner.Plan(new([new(ListenerOf(), BalancerOf(), [Rule(null, redirect)])], []), s_noon).Listeners.Single().DefaultAction
            .ShouldBe(new ProxyAction.Redirect(301, "https", "#{host}", "443", "/#{path}", "#{query}"));
    }

    [Fact]
    public void Every_condition_reaches_the_proxy()
    {
        ImmutableArray<ConditionState> conditions =
        [
            new() { Field = "host-header", Values = ["*.example.com"] },
            new() { Field = "path-pattern", Values = ["/api/*"] },
            new() { Field = "http-request-method", Values = ["GET"] },
            new() { Field = "http-header", HeaderName = "X-A", Values = ["b"] },
            new() { Field = "query-string", Pairs = [new("k", "v"), new(null, "w")] },
            new() { Field = "source-ip", Values = ["10.0.0.0/8"] },
        ];
        var rule = Rule(1, Fixed("200")) with { Conditions = conditions };
        var wanted = ProxyPlanner.Plan(new([new(ListenerOf(), BalancerOf(), [rule, Rule(null, Fixed("404"))])], []), s_noon).Listeners.Single().Rules.Single().Conditions;
        wanted.Select(c => c.GetType().Name).ShouldBe(["Host", "Path", "Method", "Header", "Query", "SourceIp"]);
        wanted[4].ShouldBeOfType<ProxyCondition.Query>().Values.ShouldBe([("k", "v"), (null, "w")]);
    }

    [Theory]
    [InlineData("round_robin", BalanceAlgorithm.RoundRobin)]
    [InlineData("least_outstanding_requests", BalanceAlgorithm.LeastOutstandingRequests)]
    [InlineData("weighted_random", BalanceAlgorithm.Random)]
    public void The_algorithm_is_an_attribute_of_the_group(string value, BalanceAlgorithm algorithm)
    {
        var group = GroupOf(Group) with { Attributes = State.Given.None.Add("load_balancing.algorithm.type", value) };
        ProxyPlanner.Plan(new([], [new(group, [])]), s_noon).Backends.Single().Algorithm.ShouldBe(algorithm);
    }

    [Theory] // Seconds since it became healthy, with a slow start of 100 s: its weight.
    [InlineData(0, 1)]
    [InlineData(30, 30)]
    [InlineData(99, 99)]
    [InlineData(100, 100)]
    [InlineData(5000, 100)]
    public void The_share_of_a_new_target_grows_evenly(int seconds, int weight)
    {
        var group = GroupOf(Group) with { Attributes = State.Given.None.Add("slow_start.duration_seconds", "100") };
        var health = new HealthState { Key = new(Group, "10.0.0.1", 80), RegisteredAt = s_noon, Status = HealthStatus.Healthy, SlowStartAt = s_noon };
        SlowStart.WeightOf(health, group, s_noon.AddSeconds(seconds)).ShouldBe(weight);
        SlowStart.WeightOf(health, GroupOf(Group), s_noon.AddSeconds(seconds)).ShouldBe(100); // Switched off meanwhile.
        SlowStart.WeightOf(health with { Status = HealthStatus.Unhealthy }, group, s_noon.AddSeconds(seconds)).ShouldBe(100);
    }

    [Theory] // Healthy ones of the group and since when they start slowly: h carries its whole share, s still starts, u is unhealthy.
    [InlineData("", false)]
    [InlineData("u", false)]
    [InlineData("s", false)]
    [InlineData("h", true)]
    [InlineData("sh", true)]
    public void A_slow_start_needs_a_target_that_carries_the_rest(string others, bool applies)
    {
        var group = GroupOf(Group) with { Attributes = State.Given.None.Add("slow_start.duration_seconds", "30") };
        var healths = others.Select((kind, i) => new HealthState
        {
            Key = new(Group, $"10.0.0.{i}", 80), RegisteredAt = s_noon, Status = kind is 'u' ? HealthStatus.Unhealthy : HealthStatus.Healthy, SlowStartAt = kind is 's' ? s_noon.AddSeconds(-1) : null,
        }).ToList();
        SlowStart.Applies(group, healths, s_noon).ShouldBe(applies);
        SlowStart.Applies(GroupOf(Group), healths, s_noon).ShouldBeFalse();
        SlowStart.Applies(group, healths, s_noon.AddSeconds(40)).ShouldBe(others.Any(c => c is 'h' or 's'));
    }

    private static ActionState Fixed(string status) => new() { FixedResponse = new(status, "text/plain", null) };

    private static RuleState Rule(int? priority, ActionState action) =>
        new() { Arn = $"rule-{priority}", ListenerArn = Listener, BalancerArn = Balancer, Priority = priority, Action = action };

    private static ListenerState ListenerOf() => new() { Arn = Listener, BalancerArn = Balancer, Port = 80 };

    private static BalancerState BalancerOf() => new()
    {
        Arn = Balancer, Home = new("1", "us-east-1"), Name = "web", DnsName = "web-1.us-east-1.elb.amazonaws.com", Scheme = LoadBalancerSchemeEnum.Internal,
        VpcId = "vpc", Zones = [], SecurityGroups = [], CreatedAt = s_noon, Address = "127.9.8.7",
        Attributes = State.Given.None.Add("idle_timeout.timeout_seconds", "61"),
    };

    private static TargetGroupState GroupOf(string arn) => new()
    {
        Arn = arn, Home = new("1", "us-east-1"), Name = "g", TargetType = TargetTypeEnum.Ip, Port = 80, VpcId = "vpc", HealthCheck = new(),
    };

    private static TargetView Target(char kind, int index)
    {
        var key = new TargetKey(Group, $"10.0.0.{index}", 80);
        HealthStatus? status = kind switch { 'h' or 'd' => HealthStatus.Healthy, 'u' or 'z' => HealthStatus.Unhealthy, _ => null };
        return new(
            new() { Key = key, Address = key.Id, RegisteredAt = s_noon, DrainUntil = kind is 'd' ? s_noon : null }, GroupOf(Group),
            status is { } s ? new() { Key = key, RegisteredAt = s_noon, Status = s } : null,
            kind is 'z' ? Attachment.ZoneNotEnabled : Attachment.InUse);
    }
}
