using System.Globalization;
using Minato.Contracts.ElasticLoadBalancingV2;

namespace Minato.Elb.Tests;

/// <summary>How much there may be, and how much one request may ask for.</summary>
public sealed class QuotaTests
{
    [Fact]
    public void Rules_are_counted_over_all_listeners_of_a_load_balancer_without_default_ones() => ElbWorld.Run(1, async w =>
    {
        var (balancer, first, group) = await w.SetUpAsync();
        var second = (await w.ListenerAsync(balancer, group, 81)).ListenerArn ?? "";
        for (var i = 1; i <= 60; i++) await RuleAsync(w, first, group, i);
        for (var i = 1; i <= 40; i++) await RuleAsync(w, second, group, i);
        (await ElbWorld.RefusedAsync(() => RuleAsync(w, second, group, 41), "TooManyRules")).Message.ShouldBe("The maximum number of rules '100' has been reached");
        await ElbWorld.RefusedAsync(() => RuleAsync(w, first, group, 61), "TooManyRules");
    });

    [Fact]
    public void A_load_balancer_has_a_hundred_target_groups_at_most() => ElbWorld.Run(1, async w =>
    {
        var (balancer, listener, _) = await w.SetUpAsync();
        var groups = new List<string>();
        for (var i = 0; i < 100; i++) groups.Add(await w.GroupAsync("g" + i.ToString(CultureInfo.InvariantCulture)));
        for (var i = 0; i < 19; i++) await RuleAsync(w, listener, groups.Skip(5 * i).Take(5), i + 1);
        await RuleAsync(w, listener, groups.Skip(95).Take(4), 20);
        (await ElbWorld.RefusedAsync(() => RuleAsync(w, listener, groups[99], 21), "TooManyUniqueTargetGroupsPerLoadBalancer")).Message
            .ShouldBe($"The maximum number of unique target groups per load balancer '100' has been reached on load balancer '{balancer}'");
        await RuleAsync(w, listener, groups[98], 21); // One that it has already.
    });

    [Fact]
    public void A_load_balancer_has_a_thousand_targets_at_most() => ElbWorld.Run(1, async w =>
    {
        var (balancer, listener, one) = await w.SetUpAsync();
        var two = await w.GroupAsync("two");
        await w.RegisterAsync(one, [.. Addresses(600)]);
        await w.RegisterAsync(two, [.. Addresses(400)]);
        await RuleAsync(w, listener, two, 1);
        var words = $"The maximum number of targets per load balancer '1000' has been reached on load balancer '{balancer}'";
        (await ElbWorld.RefusedAsync(() => w.RegisterAsync(two, "172.31.15.1"), "TooManyTargets")).Message.ShouldBe(words);
        var three = await w.GroupAsync("three");
        await w.RegisterAsync(three, "172.31.15.1"); // It is nobody's yet.
        (await ElbWorld.RefusedAsync(() => RuleAsync(w, listener, three, 2), "TooManyTargets")).Message.ShouldBe(words);
    });

    [Fact]
    public void Application_and_network_load_balancers_have_quotas_of_their_own() => ElbWorld.Run(1, async w =>
    {
        for (var i = 0; i < 50; i++) await w.BalancerAsync("a" + i.ToString(CultureInfo.InvariantCulture));
        await ElbWorld.RefusedAsync(() => w.BalancerAsync("more"), "TooManyLoadBalancers");
        var subnet = (await w.SubnetsAsync())[0].SubnetId ?? "";
        await w.Elb.CreateLoadBalancerAsync(new() { Name = "flows", Type = LoadBalancerTypeEnum.Network, Subnets = [subnet] }, w.Caller, default);
        var limits = ((await w.Elb.DescribeAccountLimitsAsync(new(), w.Caller, default)).Limits ?? []).ToDictionary(l => l.Name ?? "", l => l.Max);
        (limits["application-load-balancers"], limits["network-load-balancers"], limits["listeners-per-network-load-balancer"], limits["targets-per-network-load-balancer"])
            .ShouldBe(("50", "50", "50", "3000"));
    });

    [Fact]
    public void What_is_named_is_described_by_twenties() => ElbWorld.Run(1, async w =>
    {
        const string Arn = "arn:aws:elasticloadbalancing:us-east-1:123456789012:";
        string[] Many(string kind) => [.. Enumerable.Range(0, 21).Select(i => $"{Arn}{kind}{i.ToString(CultureInfo.InvariantCulture)}")];
        (await RefusedAsync(() => w.Elb.DescribeLoadBalancersAsync(new() { LoadBalancerArns = [.. Many("loadbalancer/app/a/")] }, w.Caller, default)))
            .ShouldBe("Up to 20 load balancers can be described at a time, but 21 were specified");
        (await RefusedAsync(() => w.Elb.DescribeTargetGroupsAsync(new() { TargetGroupArns = [.. Many("targetgroup/a/")] }, w.Caller, default)))
            .ShouldBe("You cannot describe more than '20' target groups at a time");
        (await RefusedAsync(() => w.Elb.DescribeListenersAsync(new() { ListenerArns = [.. Many("listener/app/a/1/")] }, w.Caller, default)))
            .ShouldBe("You cannot describe more than '20' listeners at a time");
        (await RefusedAsync(() => w.Elb.DescribeRulesAsync(new() { RuleArns = [.. Many("listener-rule/app/a/1/1/")] }, w.Caller, default)))
            .ShouldBe("You cannot describe more than '20' listener rules at a time");
        (await RefusedAsync(() => w.Elb.DescribeTagsAsync(new() { ResourceArns = [.. Many("targetgroup/a/")] }, w.Caller, default)))
            .ShouldBe("Cannot have more than 20 resources described");
    });

    [Fact]
    public void One_resource_is_tagged_at_a_time_and_tags_of_the_system_do_not_count() => ElbWorld.Run(1, async w =>
    {
        var (balancer, _, group) = await w.SetUpAsync();
        Task TagAsync(string arn, IEnumerable<string> keys, bool bySystem = false) => w.Elb.AddTagsAsync(
            new() { ResourceArns = [arn], Tags = [.. keys.Select(k => new Tag { Key = k, Value = "v" })] }, bySystem ? w.Caller with { InvokedBy = "cloudformation.amazonaws.com" } : w.Caller, default);
        (await RefusedAsync(() => w.Elb.AddTagsAsync(new() { ResourceArns = [balancer, group], Tags = [new() { Key = "a" }] }, w.Caller, default)))
            .ShouldBe("Only one resource can be tagged at a time");
        await TagAsync(group, ["aws:cloudformation:stack-name"], bySystem: true);
        await TagAsync(group, Enumerable.Range(0, 50).Select(i => "k" + i.ToString(CultureInfo.InvariantCulture)));
        await ElbWorld.RefusedAsync(() => TagAsync(group, ["k50"]), "TooManyTags");
    });

    [Fact]
    public void Certificates_are_counted_over_all_listeners_of_a_load_balancer_without_default_ones() => HttpsWorld.Run(async w =>
    {
        var (first, certificate) = await w.SecureAsync();
        var second = (await w.Elb.Elb.CreateListenerAsync(new()
        {
            LoadBalancerArn = first.LoadBalancerArn ?? "", Protocol = ProtocolEnum.Https, Port = 8443, Certificates = [new() { CertificateArn = certificate }],
            DefaultActions = [new() { Type = ActionTypeEnum.FixedResponse, FixedResponseConfig = new() { StatusCode = "200" } }],
        }, w.Elb.Caller, default)).Listeners?[0].ListenerArn;
        var arns = new List<string>();
        for (var i = 0; i < 13; i++) arns.Add(await w.IssuedAsync(FormattableString.Invariant($"n{i}.example.com")));
        await AddAsync(first.ListenerArn, arns);
        await AddAsync(second, arns.Take(12));
        (await ElbWorld.RefusedAsync(() => AddAsync(second, arns.Skip(12)), "TooManyCertificates")).Message.ShouldBe("The maximum number of certificates '25' has been reached");

        Task AddAsync(string? listener, IEnumerable<string> more) => w.Elb.Elb.AddListenerCertificatesAsync(
            new() { ListenerArn = listener ?? "", Certificates = [.. more.Select(a => new Certificate { CertificateArn = a })] }, w.Elb.Caller, default);
    });

    private static IEnumerable<string> Addresses(int count) =>
        Enumerable.Range(0, count).Select(i => FormattableString.Invariant($"172.31.{1 + (i / 200)}.{10 + (i % 200)}"));

    private static async Task<string> RefusedAsync(Func<Task> call) => (await ElbWorld.RefusedAsync(call, "ValidationError")).Message;

    private static Task RuleAsync(ElbWorld w, string listener, string group, int priority) => RuleAsync(w, listener, [group], priority);

    private static Task RuleAsync(ElbWorld w, string listener, IEnumerable<string> groups, int priority) => w.Elb.CreateRuleAsync(new()
    {
        ListenerArn = listener, Priority = priority, Conditions = [new() { Field = "path-pattern", Values = ["/x"] }],
        Actions = [new() { Type = ActionTypeEnum.Forward, ForwardConfig = new() { TargetGroups = [.. groups.Select(g => new TargetGroupTuple { TargetGroupArn = g })] } }],
    }, w.Caller, default);
}
