using System.Collections.Immutable;
using Minato.Contracts.Ec2;
using Minato.Contracts.ElasticLoadBalancingV2;
using Action = Minato.Contracts.ElasticLoadBalancingV2.Action;

namespace Minato.Elb.Tests;

/// <summary>What clients are told, word by word.</summary>
public sealed class ApiTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Fact]
    public void A_load_balancer_is_active_at_once_with_an_address_of_its_own() => ElbWorld.Run(1, async w =>
    {
        var web = await w.BalancerAsync();
        web.LoadBalancerArn.ShouldNotBeNull().ShouldMatch("^arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/app/web/[0-9a-f]{16}$");
        web.DNSName.ShouldNotBeNull().ShouldMatch(@"^web-\d{10}\.us-east-1\.elb\.amazonaws\.com$");
        web.State?.Code.ShouldBe(LoadBalancerStateEnum.Active);
        web.CanonicalHostedZoneId.ShouldBe("Z35SXDOTRQ7X7K");
        web.AvailabilityZones.GetValueOrDefault().Select(z => z.ZoneName).ShouldBe(["us-east-1a", "us-east-1b", "us-east-1c"]);
        var address = web.AvailabilityZones?[0].LoadBalancerAddresses?[0].IpAddress;
        address.ShouldNotBeNull().ShouldMatch(@"^127\.[1-9]\d*\.\d+\.\d+$");
        web.SecurityGroups?.Length.ShouldBe(1);
        var other = await w.BalancerAsync("other");
        other.AvailabilityZones?[0].LoadBalancerAddresses?[0].IpAddress.ShouldNotBe(address);
    });

    [Fact]
    public void Creating_the_same_again_answers_the_same_and_anything_else_is_a_duplicate() => ElbWorld.Run(1, async w =>
    {
        var one = await w.BalancerAsync();
        (await w.BalancerAsync()).LoadBalancerArn.ShouldBe(one.LoadBalancerArn);
        (await ElbWorld.RefusedAsync(() => w.BalancerAsync(zones: 2), "DuplicateLoadBalancerName")).Message
            .ShouldBe("A load balancer with the same name 'web' exists, but with different settings");
        var group = await w.GroupAsync();
        (await w.GroupAsync()).ShouldBe(group);
        (await ElbWorld.RefusedAsync(() => w.GroupAsync(with: r => r with { Port = 81 }), "DuplicateTargetGroupName")).Message
            .ShouldBe("A target group with the same name 'web' exists, but with different settings");
        var listener = await w.ListenerAsync(one.LoadBalancerArn, group);
        (await w.ListenerAsync(one.LoadBalancerArn, group)).ListenerArn.ShouldBe(listener.ListenerArn);
        var other = await w.GroupAsync("other");
        (await ElbWorld.RefusedAsync(() => w.ListenerAsync(one.LoadBalancerArn, other), "DuplicateListener")).Message
            .ShouldBe($"A listener already exists on this port for this load balancer '{one.LoadBalancerArn}'");
    });

    [Fact]
    public void Subnets_must_be_two_in_different_zones() => ElbWorld.Run(1, async w =>
    {
        var subnet = (await w.SubnetsAsync())[0].SubnetId ?? "";
        Task Create(params string[] subnets) => w.Elb.CreateLoadBalancerAsync(new() { Name = "x", Subnets = [.. subnets] }, w.Caller, None);
        (await ElbWorld.RefusedAsync(() => Create(subnet), "ValidationError")).Message.ShouldBe("At least two subnets in two different Availability Zones must be specified");
        (await ElbWorld.RefusedAsync(() => Create(), "ValidationError")).Message.ShouldBe("At least two subnets in two different Availability Zones must be specified");
        (await ElbWorld.RefusedAsync(() => Create("subnet-1", "subnet-2"), "SubnetNotFound")).Message.ShouldBe("The subnet ID 'subnet-1' does not exist");
    });

    [Theory]
    [InlineData("-web", "The load balancer name '-web' cannot begin or end with '-'")]
    [InlineData("we_b", "The load balancer name 'we_b' can only contain characters that are alphanumeric characters or hyphens(-)")]
    [InlineData("abcdefghijklmnopqrstuvwxyz0123456", "The load balancer name 'abcdefghijklmnopqrstuvwxyz0123456' cannot be longer than '32' characters")]
    [InlineData("internal-x", "The load balancer name 'internal-x' cannot begin with 'internal-'")]
    public void Names_are_checked(string name, string message) => ElbWorld.Run(1, async w =>
        (await ElbWorld.RefusedAsync(() => w.BalancerAsync(name), "ValidationError")).Message.ShouldBe(message));

    [Fact]
    public void What_is_not_there_is_said_in_its_own_words() => ElbWorld.Run(1, async w =>
    {
        const string Arn = "arn:aws:elasticloadbalancing:us-east-1:123456789012:";
        (await ElbWorld.RefusedAsync(() => w.Elb.DescribeLoadBalancersAsync(new() { Names = ["a", "b"] }, w.Caller, None), "LoadBalancerNotFound")).Message.ShouldBe("Load balancers '[a, b]' not found");
        (await ElbWorld.RefusedAsync(() => w.Elb.DescribeLoadBalancersAsync(new() { LoadBalancerArns = [Arn + "loadbalancer/app/a/1"] }, w.Caller, None), "LoadBalancerNotFound"))
            .Message.ShouldBe("One or more load balancers not found");
        (await ElbWorld.RefusedAsync(() => w.Elb.DescribeTargetGroupsAsync(new() { Names = ["a"] }, w.Caller, None), "TargetGroupNotFound")).Message.ShouldBe("One or more target groups not found");
        (await ElbWorld.RefusedAsync(() => w.Elb.DescribeListenersAsync(new() { ListenerArns = [Arn + "listener/app/a/1/1"] }, w.Caller, None), "ListenerNotFound"))
            .Message.ShouldBe("One or more listeners not found");
        (await ElbWorld.RefusedAsync(() => w.Elb.DeleteRuleAsync(new() { RuleArn = Arn + "listener-rule/app/a/1/1/1" }, w.Caller, None), "RuleNotFound"))
            .Message.ShouldBe("One or more rules not found");
        (await ElbWorld.RefusedAsync(() => w.Elb.DescribeRulesAsync(new() { ListenerArn = "web" }, w.Caller, None), "ValidationError")).Message
            .ShouldBe("'web' is not a valid listener ARN");
        var balancer = await w.BalancerAsync();
        (await ElbWorld.RefusedAsync(() => w.ListenerAsync(balancer.LoadBalancerArn, Arn + "targetgroup/x/1"), "TargetGroupNotFound")).Message
            .ShouldBe($"Target group '{Arn}targetgroup/x/1' not found");
        await w.Elb.DeleteLoadBalancerAsync(new() { LoadBalancerArn = Arn + "loadbalancer/app/a/1" }, w.Caller, None); // AWS: succeeds.
    });

    [Fact]
    public void Regions_are_kept_apart() => ElbWorld.Run(1, async w =>
    {
        var balancer = await w.BalancerAsync();
        var elsewhere = w.Caller with { Region = "eu-west-1" };
        (await w.Elb.DescribeLoadBalancersAsync(new(), elsewhere, None)).LoadBalancers.GetValueOrDefault().ShouldBeEmpty();
        await ElbWorld.RefusedAsync(() => w.Elb.DescribeLoadBalancersAsync(new() { LoadBalancerArns = [balancer.LoadBalancerArn ?? ""] }, elsewhere, None), "LoadBalancerNotFound");
    });

    [Fact]
    public void Deletion_is_blocked_by_use_and_protection() => ElbWorld.Run(1, async w =>
    {
        var (balancer, _, group) = await w.SetUpAsync();
        (await ElbWorld.RefusedAsync(() => w.Elb.DeleteTargetGroupAsync(new() { TargetGroupArn = group }, w.Caller, None), "ResourceInUse")).Message
            .ShouldBe($"Target group '{group}' is currently in use by a listener or a rule");
        Task Protect(string value) => w.Elb.ModifyLoadBalancerAttributesAsync(
            new() { LoadBalancerArn = balancer, Attributes = [new() { Key = "deletion_protection.enabled", Value = value }] }, w.Caller, None);
        await Protect("true");
        (await ElbWorld.RefusedAsync(() => w.Elb.DeleteLoadBalancerAsync(new() { LoadBalancerArn = balancer }, w.Caller, None), "OperationNotPermitted")).Message
            .ShouldBe($"Load balancer '{balancer}' cannot be deleted because deletion protection is enabled");
        await Protect("false");
        await w.Elb.DeleteLoadBalancerAsync(new() { LoadBalancerArn = balancer }, w.Caller, None);
        var left = (await w.Elb.DescribeTargetGroupsAsync(new(), w.Caller, None)).TargetGroups.GetValueOrDefault().Single();
        left.LoadBalancerArns.GetValueOrDefault().ShouldBeEmpty();
        await w.Elb.DeleteTargetGroupAsync(new() { TargetGroupArn = group }, w.Caller, None);
        await w.World.RunFor(TimeSpan.FromSeconds(1));
        w.Proxy.Serving.Listeners.ShouldBeEmpty();
    });

    [Fact]
    public void A_group_belongs_to_one_load_balancer() => ElbWorld.Run(1, async w =>
    {
        var (balancer, _, group) = await w.SetUpAsync();
        await w.ListenerAsync(balancer, group, 81);
        var other = await w.BalancerAsync("other");
        (await ElbWorld.RefusedAsync(() => w.ListenerAsync(other.LoadBalancerArn, group), "TargetGroupAssociationLimit")).Message
            .ShouldBe($"The following target groups cannot be associated with more than one load balancer: {group}");
    });

    [Fact]
    public void The_default_rule_is_a_rule_that_stays() => ElbWorld.Run(1, async w =>
    {
        var (_, listener, group) = await w.SetUpAsync();
        var rule = (await w.Elb.DescribeRulesAsync(new() { ListenerArn = listener }, w.Caller, None)).Rules.GetValueOrDefault().Single();
        (rule.Priority, rule.IsDefault, rule.Conditions?.Length).ShouldBe(("default", true, 0));
        rule.RuleArn.ShouldNotBeNull().ShouldStartWith(listener.Replace(":listener/", ":listener-rule/", StringComparison.Ordinal) + "/");
        rule.Actions?[0].TargetGroupArn.ShouldBe(group);
        rule.Actions?[0].ForwardConfig?.TargetGroups?[0].Weight.ShouldBe(1);
        await ElbWorld.RefusedAsync(() => w.Elb.DeleteRuleAsync(new() { RuleArn = rule.RuleArn ?? "" }, w.Caller, None), "OperationNotPermitted");
    });

    [Fact]
    public void Priorities_are_unique_and_change_together() => ElbWorld.Run(1, async w =>
    {
        var (_, listener, group) = await w.SetUpAsync();
        async Task<string> Create(int priority) => (await w.Elb.CreateRuleAsync(
            new() { ListenerArn = listener, Priority = priority, Conditions = [new() { Field = "path-pattern", Values = ["/a"] }], Actions = [ElbWorld.Forward(group)] }, w.Caller, None))
            .Rules?[0].RuleArn ?? "";
        var (one, two) = (await Create(1), await Create(2));
        (await ElbWorld.RefusedAsync(() => Create(2), "PriorityInUse")).Message.ShouldBe("Priority '2' is currently in use");
        Task Set(params (string Rule, int Priority)[] pairs) => w.Elb.SetRulePrioritiesAsync(
            new() { RulePriorities = [.. pairs.Select(p => new RulePriorityPair { RuleArn = p.Rule, Priority = p.Priority })] }, w.Caller, None);
        (await ElbWorld.RefusedAsync(() => Set((one, 3), (two, 3)), "ValidationError")).Message.ShouldBe("Priority '3' was provided multiple times");
        await ElbWorld.RefusedAsync(() => Set((one, 2)), "PriorityInUse");
        await Set((one, 2), (two, 1));
        var rules = (await w.Elb.DescribeRulesAsync(new() { ListenerArn = listener }, w.Caller, None)).Rules.GetValueOrDefault();
        rules.Select(r => (r.RuleArn, r.Priority)).Take(2).ShouldBe([(two, "1"), (one, "2")]);
        rules[0].Conditions?[0].PathPatternConfig?.Values?[0].ShouldBe("/a");
    });

    [Fact]
    public void Actions_are_checked() => ElbWorld.Run(1, async w =>
    {
        var balancer = (await w.BalancerAsync()).LoadBalancerArn ?? "";
        var (one, two) = (await w.GroupAsync("one"), await w.GroupAsync("two"));
        Task<CreateListenerResponse> Create(Action action) => w.Elb.CreateListenerAsync(
            new() { LoadBalancerArn = balancer, Protocol = ProtocolEnum.Http, Port = 80, DefaultActions = [action] }, w.Caller, None);
        var loop = new Action { Type = ActionTypeEnum.Redirect, RedirectConfig = new() { StatusCode = RedirectActionStatusCodeEnum.Http301, Query = "a=b" } };
        (await ElbWorld.RefusedAsync(() => Create(loop), "InvalidLoadBalancerAction")).Message.ShouldBe("The redirect configuration is not valid because it creates a loop.");
        await ElbWorld.RefusedAsync(() => Create(new() { Type = ActionTypeEnum.Forward }), "ValidationError");
        await ElbWorld.RefusedAsync(() => Create(Split(one, 1000, two, 1)), "ValidationError");
        await ElbWorld.RefusedAsync(() => Create(Split(one, 1, one, 1)), "ValidationError");
        await ElbWorld.RefusedAsync(() => Create(Split(one, 1, two, 1) with { TargetGroupArn = one }), "ValidationError");
        await ElbWorld.RefusedAsync(() => Create(new() { Type = ActionTypeEnum.FixedResponse, FixedResponseConfig = new() { StatusCode = "300" } }), "ValidationError");
        var made = (await Create(Split(one, 90, two, 10))).Listeners?[0].DefaultActions?[0];
        made?.TargetGroupArn.ShouldBeNull();
        made?.ForwardConfig?.TargetGroups.GetValueOrDefault().Select(t => t.Weight).ShouldBe([90, 10]);
    });

    [Theory]
    [InlineData("host-header", "example", "Condition value 'example' must contain at least one '.' character")]
    [InlineData("path-pattern", "/a b", "Condition value '/a b' contains a character that is not valid")]
    [InlineData("http-request-method", "GET", "Condition values of field 'http-request-method' must be specified in its configuration")]
    [InlineData("host-header", "a.example.c0m", "Condition value 'a.example.c0m' must have only letters after the last '.' character")]
    [InlineData("colour", "red", "Condition field 'colour' must be one of '[host-header, path-pattern, http-header, http-request-method, query-string, source-ip]'")]
    public void Conditions_are_checked(string field, string value, string message) => ElbWorld.Run(1, async w =>
    {
        var (_, listener, group) = await w.SetUpAsync();
        (await ElbWorld.RefusedAsync(() => w.Elb.CreateRuleAsync(
            new() { ListenerArn = listener, Priority = 1, Conditions = [new() { Field = field, Values = [value] }], Actions = [ElbWorld.Forward(group)] }, w.Caller, None), "ValidationError"))
            .Message.ShouldBe(message);
    });

    [Theory]
    [InlineData("^/api/(.*)$", true)]
    [InlineData("[a-z]{2,4}\\.(png|jpe?g)", true)]
    [InlineData("(?=x)", false)]
    [InlineData("(?<!x)y", false)]
    [InlineData("(a)\\1", false)]
    [InlineData("(?>a)", false)]
    [InlineData("a++", false)]
    [InlineData("\\p{L}", false)]
    [InlineData("(?R)", false)]
    [InlineData("[[:alpha:]]", false)]
    [InlineData("(a", false)]
    [InlineData("((a{100}){100}){100}", false)]
    [InlineData("a\n", false)]
    public void Expressions_are_those_that_aws_takes(string regex, bool isTaken) => ElbWorld.Run(1, async w =>
    {
        var (_, listener, group) = await w.SetUpAsync();
        Task<CreateRuleResponse> Create() => w.Elb.CreateRuleAsync(new()
        {
            ListenerArn = listener, Priority = 1, Actions = [ElbWorld.Forward(group)],
            Conditions = [new() { Field = "path-pattern", PathPatternConfig = new() { RegexValues = [regex] } }],
        }, w.Caller, None);
        if (isTaken) (await Create()).Rules?[0].Conditions?[0].PathPatternConfig?.RegexValues.GetValueOrDefault().ShouldBe([regex]);
        else (await ElbWorld.RefusedAsync(Create, "ValidationError")).Message.ShouldBe($"Condition regex value '{regex}' is not valid");
    });

    [Fact]
    public void Transforms_are_kept_until_their_reset() => ElbWorld.Run(1, async w =>
    {
        var (_, listener, group) = await w.SetUpAsync();
        var url = new RuleTransform { Type = TransformTypeEnum.UrlRewrite, UrlRewriteConfig = new() { Rewrites = [new() { Regex = "^/a/(.*)", Replace = "/$1" }] } };
        var host = new RuleTransform { Type = TransformTypeEnum.HostHeaderRewrite, HostHeaderRewriteConfig = new() { Rewrites = [new() { Regex = "x", Replace = "y" }] } };
        Task<CreateRuleResponse> Create(params ImmutableArray<RuleTransform> transforms) => w.Elb.CreateRuleAsync(new()
        {
            ListenerArn = listener, Priority = 1, Actions = [ElbWorld.Forward(group)], Conditions = [new() { Field = "path-pattern", Values = ["/a/*"] }], Transforms = transforms,
        }, w.Caller, None);
        await ElbWorld.RefusedAsync(() => Create(url, url), "ValidationError");
        await ElbWorld.RefusedAsync(() => Create(url with { UrlRewriteConfig = null }), "ValidationError");
        await ElbWorld.RefusedAsync(() => Create(url with { HostHeaderRewriteConfig = host.HostHeaderRewriteConfig }), "ValidationError");
        await ElbWorld.RefusedAsync(() => Create(url with { UrlRewriteConfig = new() { Rewrites = [new() { Regex = "(a)(b)(c)(d)(e)(f)(g)(h)", Replace = "" }] } }), "ValidationError");
        var rule = (await Create(url, host)).Rules?[0].RuleArn ?? "";
        var kept = (await w.Elb.ModifyRuleAsync(new() { RuleArn = rule, Actions = [ElbWorld.Forward(group)] }, w.Caller, None)).Rules?[0].Transforms;
        kept.GetValueOrDefault().Select(t => t.Type).ShouldBe([TransformTypeEnum.UrlRewrite, TransformTypeEnum.HostHeaderRewrite]);
        (await w.Elb.ModifyRuleAsync(new() { RuleArn = rule, Transforms = [url] }, w.Caller, None)).Rules?[0].Transforms?.Length.ShouldBe(1);
        w.Targets.Set("172.31.0.10", 80);
        await w.RegisterAsync(group, "172.31.0.10");
        await w.UntilAsync(group, "172.31.0.10", TargetHealthStateEnum.Healthy, 1);
        await w.World.RunFor(TimeSpan.FromMilliseconds(100));
        w.Proxy.Route(w.Proxy.Serving.Listeners.Single().Id, new() { Path = "/a/b" })?.AskedFor.ShouldBe("lb.example.com/b");
        await ElbWorld.RefusedAsync(() => w.Elb.ModifyRuleAsync(new() { RuleArn = rule, Transforms = [url], ResetTransforms = true }, w.Caller, None), "ValidationError");
        (await w.Elb.ModifyRuleAsync(new() { RuleArn = rule, ResetTransforms = true }, w.Caller, None)).Rules?[0].Transforms.ShouldBeNull();
    });

    [Fact]
    public void Several_groups_with_sticky_targets_need_sticky_groups() => ElbWorld.Run(1, async w =>
    {
        var (_, listener, one) = await w.SetUpAsync();
        var two = await w.GroupAsync("two");
        const string Missing = "You must enable group stickiness on a rule if you enabled target stickiness on one of its target groups";
        Task<ModifyListenerResponse> Modify(TargetGroupStickinessConfig? config) => w.Elb.ModifyListenerAsync(new()
        {
            ListenerArn = listener, DefaultActions = [Split(one, 1, two, 1) with { ForwardConfig = Split(one, 1, two, 1).ForwardConfig.ShouldNotBeNull() with { TargetGroupStickinessConfig = config } }],
        }, w.Caller, None);
        await w.AttributeAsync(two, "stickiness.enabled", "true");
        (await ElbWorld.RefusedAsync(() => Modify(null), "InvalidLoadBalancerAction")).Message.ShouldBe(Missing);
        await ElbWorld.RefusedAsync(() => Modify(new() { Enabled = true }), "ValidationError");
        await ElbWorld.RefusedAsync(() => Modify(new() { Enabled = true, DurationSeconds = 604_801 }), "ValidationError");
        var action = (await Modify(new() { Enabled = true, DurationSeconds = 60 })).Listeners?[0].DefaultActions?[0].ForwardConfig?.TargetGroupStickinessConfig;
        (action?.Enabled, action?.DurationSeconds).ShouldBe((true, 60));
        await w.AttributeAsync(two, "stickiness.enabled", "false");
        await Modify(null);
        (await ElbWorld.RefusedAsync(() => w.AttributeAsync(two, "stickiness.enabled", "true"), "InvalidLoadBalancerAction")).Message.ShouldBe(Missing);
    });

    [Theory]
    [InlineData("slow_start.duration_seconds=30,load_balancing.algorithm.type=least_outstanding_requests", "InvalidConfigurationRequest")]
    [InlineData("slow_start.duration_seconds=30,load_balancing.algorithm.type=weighted_random", "InvalidConfigurationRequest")]
    [InlineData("stickiness.enabled=true,stickiness.type=app_cookie", "ValidationError")]
    [InlineData("stickiness.enabled=true,load_balancing.cross_zone.enabled=false", "InvalidConfigurationRequest")]
    [InlineData("load_balancing.algorithm.anomaly_mitigation=on,load_balancing.algorithm.type=weighted_random", null)]
    [InlineData("load_balancing.algorithm.anomaly_mitigation=on", "InvalidConfigurationRequest")]
    [InlineData("stickiness.enabled=true,stickiness.type=app_cookie,stickiness.app_cookie.cookie_name=JSESSIONID", null)]
    public void Attributes_of_a_group_have_to_go_together(string attributes, string? code) => ElbWorld.Run(1, async w =>
    {
        var group = await w.GroupAsync();
        Task Modify() => w.Elb.ModifyTargetGroupAttributesAsync(new()
        {
            TargetGroupArn = group, Attributes = [.. attributes.Split(',').Select(a => new TargetGroupAttribute { Key = a.Split('=')[0], Value = a.Split('=')[1] })],
        }, w.Caller, None);
        if (code is null) await Modify();
        else await ElbWorld.RefusedAsync(Modify, code);
    });

    [Fact]
    public void Certificates_and_other_protocols_are_refused_clearly() => ElbWorld.Run(1, async w =>
    {
        var balancer = (await w.BalancerAsync()).LoadBalancerArn ?? "";
        var group = await w.GroupAsync();
        var https = new CreateListenerRequest { LoadBalancerArn = balancer, Protocol = ProtocolEnum.Https, Port = 443, DefaultActions = [ElbWorld.Forward(group)] };
        (await ElbWorld.RefusedAsync(() => w.Elb.CreateListenerAsync(https, w.Caller, None), "ValidationError")).Message.ShouldBe("A certificate must be specified for HTTPS listeners");
        (await ElbWorld.RefusedAsync(() => w.Elb.CreateListenerAsync(https with { Certificates = [new() { CertificateArn = "arn:x" }] }, w.Caller, None), "CertificateNotFound"))
            .Message.ShouldBe("Certificate 'arn:x' not found");
        (await ElbWorld.RefusedAsync(() => w.Elb.CreateLoadBalancerAsync(new() { Name = "n", Type = LoadBalancerTypeEnum.Gateway }, w.Caller, None), "UnsupportedOperationException"))
            .Message.ShouldBe("Minato does not serve this yet: load balancers of type 'gateway'.");
        await ElbWorld.RefusedAsync(() => w.Elb.ModifyIpPoolsAsync(new() { LoadBalancerArn = balancer }, w.Caller, None), "UnsupportedOperationException");
    });

    [Fact]
    public void A_protocol_version_that_is_an_empty_word_is_none() => ElbWorld.Run(1, async w =>
    {
        var group = await w.GroupAsync(with: r => r with { ProtocolVersion = "" });
        (await w.Elb.DescribeTargetGroupsAsync(new() { TargetGroupArns = [group] }, w.Caller, None)).TargetGroups?[0].ProtocolVersion.ShouldBe("HTTP1");
    });

    [Fact]
    public void Health_checks_have_the_defaults_and_limits_of_an_alb() => ElbWorld.Run(1, async w =>
    {
        var vpc = (await w.SubnetsAsync())[0].VpcId;
        var request = new CreateTargetGroupRequest { Name = "g", Protocol = ProtocolEnum.Http, Port = 8080, VpcId = vpc };
        var group = (await w.Elb.CreateTargetGroupAsync(request, w.Caller, None)).TargetGroups?[0] ?? new();
        (group.HealthCheckPort, group.HealthCheckPath, group.HealthCheckIntervalSeconds, group.HealthCheckTimeoutSeconds, group.HealthyThresholdCount, group.UnhealthyThresholdCount, group.Matcher?.HttpCode)
            .ShouldBe(("traffic-port", "/", 30, 5, 5, 2, "200"));
        (group.TargetType, group.ProtocolVersion, group.IpAddressType, group.HealthCheckProtocol)
            .ShouldBe((TargetTypeEnum.Instance, "HTTP1", TargetGroupIpAddressTypeEnum.Ipv4, ProtocolEnum.Http));
        (await ElbWorld.RefusedAsync(() => w.Elb.CreateTargetGroupAsync(request with { Name = "h", HealthCheckIntervalSeconds = 5 }, w.Caller, None), "ValidationError"))
            .Message.ShouldBe("Health check interval must be greater than the timeout.");
        (await ElbWorld.RefusedAsync(() => w.Elb.ModifyTargetGroupAsync(new() { TargetGroupArn = group.TargetGroupArn ?? "", HealthCheckTimeoutSeconds = 30 }, w.Caller, None), "ValidationError"))
            .Message.ShouldBe("Health check timeout '30' must be smaller than the interval '30'");
        (await ElbWorld.RefusedAsync(() => w.Elb.CreateTargetGroupAsync(request with { Name = "h", Protocol = null }, w.Caller, None), "ValidationError")).Message.ShouldBe("A protocol must be specified");
        (await ElbWorld.RefusedAsync(() => w.Elb.CreateTargetGroupAsync(request with { Name = "h", Port = null }, w.Caller, None), "ValidationError")).Message.ShouldBe("A port must be specified");
        (await ElbWorld.RefusedAsync(() => w.Elb.CreateTargetGroupAsync(request with { Name = "h", VpcId = "vpc-0" }, w.Caller, None), "ValidationError")).Message.ShouldBe("The VPC ID 'vpc-0' is not found");
    });

    [Fact]
    public void Addresses_outside_of_the_vpc_need_a_zone() => ElbWorld.Run(1, async w =>
    {
        var (_, _, group) = await w.SetUpAsync();
        Task Register(string id, string? zone) => w.Elb.RegisterTargetsAsync(
            new() { TargetGroupArn = group, Targets = [new() { Id = id, AvailabilityZone = zone }] }, w.Caller, None);
        (await ElbWorld.RefusedAsync(() => Register("10.1.2.3", null), "ValidationError")).Message.ShouldBe(
            "You must specify a valid Availability Zone or select 'all' for all enabled Availability zones, since the IP address '10.1.2.3' is outside the VPC");
        (await ElbWorld.RefusedAsync(() => Register("172.31.0.9", "all"), "ValidationError")).Message.ShouldBe(
            "The IP address '172.31.0.9' is within the VPC, and cannot have its Availability Zone overridden to 'all' from 'us-east-1a'");
        await ElbWorld.RefusedAsync(() => Register("8.8.8.8", "all"), "InvalidTarget");
        await ElbWorld.RefusedAsync(() => Register("i-1", null), "ValidationError");
        await Register("10.1.2.3", "all");
        (await w.AllHealthAsync(group))[0].Target?.AvailabilityZone.ShouldBe("all");
    });

    [Fact]
    public void Instance_targets_are_this_host_only() => ElbWorld.Run(1, async w =>
    {
        var (_, _, group) = await w.SetUpAsync(r => r with { TargetType = TargetTypeEnum.Instance });
        var host = (await w.World.Client<IEc2>().DescribeInstancesAsync(new(), w.Caller, None)).Reservations?[0].Instances?[0].InstanceId ?? "";
        (await ElbWorld.RefusedAsync(() => w.RegisterAsync(group, "i-0123"), "InvalidTarget")).Message
            .ShouldBe("The following targets are not in a running state and cannot be registered: 'i-0123'");
        w.Targets.Set("127.0.0.1", 32768);
        await w.Elb.RegisterTargetsAsync(new() { TargetGroupArn = group, Targets = [new() { Id = host, Port = 32768 }] }, w.Caller, None);
        await w.UntilAsync(group, host, TargetHealthStateEnum.Healthy, 1);
        (await w.AllHealthAsync(group))[0].HealthCheckPort.ShouldBe("32768");
        w.Proxy.Serving.Backends.Single().Servers.Single().Address.ShouldBe("127.0.0.1");
    });

    [Fact]
    public void An_instance_that_a_container_plays_is_reached_unused_while_it_is_stopped_and_gone_when_it_is_terminated() => ElbWorld.Run(1, async w =>
    {
        var ec2 = w.World.Client<IEc2>();
        w.World.Host.AddImage(new("legacy:1") { Listens = [8080] });
        var image = (await ec2.RegisterImageAsync(new() { Name = "legacy", ImageLocation = "legacy:1" }, w.Caller, None)).ImageId;
        var made = (await ec2.RunInstancesAsync(new() { ImageId = image, InstanceType = "t3.micro", MinCount = 1, MaxCount = 1 }, w.Caller, None)).Instances?[0];
        var (id, address) = (made?.InstanceId ?? "", made?.PrivateIpAddress ?? "");
        var (_, _, group) = await w.SetUpAsync(r => r with { TargetType = TargetTypeEnum.Instance, Port = 8080 });
        await ElbWorld.RefusedAsync(() => w.RegisterAsync(group, id), "InvalidTarget"); // It is pending.
        await StateAsync(InstanceStateName.Running);
        await w.RegisterAsync(group, id);
        await w.UntilAsync(group, id, TargetHealthStateEnum.Healthy);
        w.Proxy.Serving.Backends.Single().Servers.Single().Address.ShouldBe(address);
        await ec2.StopInstancesAsync(new() { InstanceIds = [id] }, w.Caller, None);
        await StateAsync(InstanceStateName.Stopped);
        await w.UntilAsync(group, id, TargetHealthStateEnum.Unused);
        var stopped = await w.HealthAsync(group, id);
        (stopped?.Reason, stopped?.Description).ShouldBe((TargetHealthReasonEnum.TargetInvalidState, "Target is in the stopped state"));
        w.Proxy.Serving.Backends.Single().Servers.ShouldBeEmpty();
        await ec2.StartInstancesAsync(new() { InstanceIds = [id] }, w.Caller, None);
        await w.UntilAsync(group, id, TargetHealthStateEnum.Healthy);
        await ec2.TerminateInstancesAsync(new() { InstanceIds = [id] }, w.Caller, None);
        await w.World.Eventually(async () => (await w.AllHealthAsync(group)).IsEmpty, TimeSpan.FromMinutes(1));

        async Task StateAsync(InstanceStateName state) => await w.World.Eventually(
            async () => (await ec2.DescribeInstancesAsync(new() { InstanceIds = [id] }, w.Caller, None)).Reservations?[0].Instances?[0].State?.Name == state, TimeSpan.FromMinutes(1));
    });

    [Fact]
    public void Attributes_have_their_defaults_and_ranges() => ElbWorld.Run(1, async w =>
    {
        var (balancer, listener, group) = await w.SetUpAsync();
        var all = (await w.Elb.DescribeTargetGroupAttributesAsync(new() { TargetGroupArn = group }, w.Caller, None)).Attributes.GetValueOrDefault();
        all.First(a => a.Key is "deregistration_delay.timeout_seconds").Value.ShouldBe("300");
        var ofBalancer = (await w.Elb.DescribeLoadBalancerAttributesAsync(new() { LoadBalancerArn = balancer }, w.Caller, None)).Attributes.GetValueOrDefault();
        ofBalancer.First(a => a.Key is "idle_timeout.timeout_seconds").Value.ShouldBe("60");
        var ofListener = (await w.Elb.DescribeListenerAttributesAsync(new() { ListenerArn = listener }, w.Caller, None)).Attributes.GetValueOrDefault();
        ofListener.First(a => a.Key is "routing.http.response.server.enabled").Value.ShouldBe("true");
        ofListener.Any(a => a.Key?.StartsWith("routing.http.request.", StringComparison.Ordinal) is true).ShouldBeFalse(); // AWS: of HTTPS alone.
        await ElbWorld.RefusedAsync(() => w.DelayAsync(group, 3601), "ValidationError");
        (await ElbWorld.RefusedAsync(() => w.AttributeAsync(group, "colour", "red"), "ValidationError")).Message.ShouldBe("Target group attribute key 'colour' is not recognized");
        await w.AttributeAsync(group, "stickiness.enabled", "false");
        await ElbWorld.RefusedAsync(() => w.AttributeAsync(group, "slow_start.duration_seconds", "29"), "ValidationError");
        await ElbWorld.RefusedAsync(() => w.AttributeAsync(group, "stickiness.app_cookie.cookie_name", "AWSALBAPP"), "ValidationError");
    });

    [Fact]
    public void Tags_are_kept_for_every_kind_of_resource() => ElbWorld.Run(1, async w =>
    {
        var (balancer, listener, group) = await w.SetUpAsync();
        var rule = (await w.Elb.DescribeRulesAsync(new() { ListenerArn = listener }, w.Caller, None)).Rules?[0].RuleArn ?? "";
        ImmutableArray<string> arns = [balancer, listener, group, rule];
        foreach (var arn in arns) await w.Elb.AddTagsAsync(new() { ResourceArns = [arn], Tags = [new() { Key = "a", Value = "1" }, new() { Key = "b", Value = "2" }] }, w.Caller, None);
        await w.Elb.RemoveTagsAsync(new() { ResourceArns = arns, TagKeys = ["a"] }, w.Caller, None);
        var tags = (await w.Elb.DescribeTagsAsync(new() { ResourceArns = arns }, w.Caller, None)).TagDescriptions.GetValueOrDefault();
        tags.Select(t => (t.ResourceArn, t.Tags?.Single().Key)).ShouldBe(arns.Select(a => ((string?)a, (string?)"b")));
        await ElbWorld.RefusedAsync(() => w.Elb.AddTagsAsync(
            new() { ResourceArns = [group], Tags = [new() { Key = "a" }, new() { Key = "a" }] }, w.Caller, None), "DuplicateTagKeys");
    });

    [Fact]
    public void Pages_follow_each_other() => ElbWorld.Run(1, async w =>
    {
        foreach (var name in new[] { "a", "b", "c", "d", "e" }) await w.GroupAsync(name);
        var seen = new List<string?>();
        string? marker = null;
        do
        {
            var page = await w.Elb.DescribeTargetGroupsAsync(new() { PageSize = 2, Marker = marker }, w.Caller, None);
            seen.AddRange(page.TargetGroups.GetValueOrDefault().Select(g => g.TargetGroupName));
            marker = page.NextMarker;
        } while (marker is not null);
        seen.ShouldBe(["a", "b", "c", "d", "e"]);
    });

    private static Action Split(string one, int weight, string two, int other) => new()
    {
        Type = ActionTypeEnum.Forward,
        ForwardConfig = new() { TargetGroups = [new() { TargetGroupArn = one, Weight = weight }, new() { TargetGroupArn = two, Weight = other }] },
    };
}
