using System.Collections.Immutable;
using Microsoft.Extensions.DependencyInjection;
using Minato.Contracts.ElasticLoadBalancingV2;
using Minato.Engines.Proxy;
using Minato.Platform;
using Minato.Testing;
using Minato.Testing.Proxy;

namespace Minato.Elb.Tests;

public sealed class ProxyWorldTests
{
    private static readonly CancellationToken None = CancellationToken.None;

    [Theory, Seeds(1, 10)]
    public void Traffic_is_shared_by_weight_and_an_empty_group_keeps_its_share(ulong seed) => ElbWorld.Run(seed, async w =>
    {
        var (_, listener, blue) = await w.SetUpAsync();
        var green = await w.GroupAsync("green");
        Task Split(int ofBlue, int ofGreen) => w.Elb.ModifyListenerAsync(
            new()
            {
                ListenerArn = listener,
                DefaultActions =
                [
                    new() { Type = ActionTypeEnum.Forward, ForwardConfig = new() { TargetGroups = [new() { TargetGroupArn = blue, Weight = ofBlue }, new() { TargetGroupArn = green, Weight = ofGreen }] } },
                ],
            }, w.Caller, None);
        w.Targets.Set("172.31.0.10", 80);
        await w.RegisterAsync(blue, "172.31.0.10");
        await w.UntilAsync(blue, "172.31.0.10", TargetHealthStateEnum.Healthy, 1);
        await Split(90, 10);
        await w.World.RunFor(TimeSpan.FromMilliseconds(100));
        w.Ask(10_000).ShouldBe(new() { ["172-31-0-10-80"] = 9000, ["503"] = 1000 });
        await Split(0, 100);
        await w.World.RunFor(TimeSpan.FromMilliseconds(100));
        w.Ask(10).ShouldBe(new() { ["503"] = 10 });
    });

    [Fact]
    public void Rules_send_requests_where_they_say() => ElbWorld.Run(1, async w =>
    {
        var (_, listener, group) = await w.SetUpAsync();
        Task Rule(int priority, RuleCondition condition, string status) => w.Elb.CreateRuleAsync(new()
        {
            ListenerArn = listener, Priority = priority, Conditions = [condition],
            Actions = [new() { Type = ActionTypeEnum.FixedResponse, FixedResponseConfig = new() { StatusCode = status } }],
        }, w.Caller, None);
        await Rule(20, new() { Field = "path-pattern", PathPatternConfig = new() { Values = ["/api/*", "/v2/*"] } }, "420");
        await Rule(10, new() { Field = "host-header", Values = ["*.example.com"] }, "410");
        await w.World.RunFor(TimeSpan.FromMilliseconds(100));
        w.Ask(1, new() { Host = "a.example.com", Path = "/api/x" }).ShouldBe(new() { ["410"] = 1 });
        w.Ask(1, new() { Host = "b.org", Path = "/v2/x" }).ShouldBe(new() { ["420"] = 1 });
        w.Ask(1, new() { Host = "b.org", Path = "/other" }).ShouldBe(new() { ["503"] = 1 });
    });

    [Fact]
    public void A_load_balancer_listens_at_its_addresses_in_the_vpc_while_the_host_has_them() => ElbWorld.Run(1, async w =>
    {
        await w.SetUpAsync();
        await w.World.RunFor(TimeSpan.FromSeconds(2));
        var nics = (await w.World.Client<Minato.Contracts.Ec2.IEc2>().DescribeNetworkInterfacesAsync(
            new() { Filters = [new() { Name = "requester-id", Values = ["elasticloadbalancing.amazonaws.com"] }] }, w.Caller, None)).NetworkInterfaces ?? [];
        nics.Length.ShouldBe(3, "one a subnet");
        nics.ShouldAllBe(n => n.Description != null && n.Description.StartsWith("ELB app/web/"));
        w.Proxy.Serving.Listeners.Single().InnerAddresses.ShouldBe(nics.Select(n => n.PrivateIpAddress ?? "").Order(StringComparer.Ordinal));
    });

    [Fact]
    public void Every_kind_of_rule_survives_a_restart() => ElbWorld.Run(1, async w =>
    {
        var (_, listener, group) = await w.SetUpAsync();
        var redirect = new RedirectActionConfig { StatusCode = RedirectActionStatusCodeEnum.Http302, Protocol = "HTTPS", Port = "443" };
        await w.Elb.CreateRuleAsync(new()
        {
            ListenerArn = listener, Priority = 1, Actions = [new() { Type = ActionTypeEnum.Redirect, RedirectConfig = redirect }],
            Conditions =
            [
                new() { Field = "http-header", HttpHeaderConfig = new() { HttpHeaderName = "X-A", Values = ["b*"] } },
                new() { Field = "query-string", QueryStringConfig = new() { Values = [new() { Key = "k", Value = "v" }, new() { Value = "w" }] } },
                new() { Field = "source-ip", SourceIpConfig = new() { Values = ["10.0.0.0/8"] } },
            ],
        }, w.Caller, None);
        await w.Elb.CreateRuleAsync(new()
        {
            ListenerArn = listener, Priority = 2, Conditions = [new() { Field = "http-request-method", HttpRequestMethodConfig = new() { Values = ["PUT"] } }],
            Actions = [new() { Type = ActionTypeEnum.FixedResponse, FixedResponseConfig = new() { StatusCode = "404", MessageBody = "no", ContentType = "text/html" } }],
        }, w.Caller, None);
        await w.Elb.AddTagsAsync(new() { ResourceArns = [group], Tags = [new() { Key = "a", Value = "b" }] }, w.Caller, None);
        await w.AttributeAsync(group, "load_balancing.algorithm.type", "weighted_random");
        await w.World.RunFor(TimeSpan.FromSeconds(1));
        var before = await TellAsync();
        var changes = w.Proxy.Changes;
        await w.World.RestartAsync();
        await w.World.RunFor(TimeSpan.FromSeconds(1));
        (await TellAsync()).ShouldBe(before);
        w.Proxy.Changes.ShouldBe(changes); // The proxy was given what it had.

        async Task<string> TellAsync() => System.Text.Json.JsonSerializer.Serialize(new object?[]
        {
            (await w.Elb.DescribeRulesAsync(new() { ListenerArn = listener }, w.Caller, None)).Rules,
            (await w.Elb.DescribeTargetGroupAttributesAsync(new() { TargetGroupArn = group }, w.Caller, None)).Attributes,
            (await w.Elb.DescribeTagsAsync(new() { ResourceArns = [group] }, w.Caller, None)).TagDescriptions,
            (await w.Elb.DescribeLoadBalancersAsync(new(), w.Caller, None)).LoadBalancers,
        });
    });

    [Theory, Seeds(1, 10)]
    public void A_burst_of_changes_is_few_configurations(ulong seed) => ElbWorld.Run(seed, async w =>
    {
        var (_, _, group) = await w.SetUpAsync();
        await w.World.RunFor(TimeSpan.FromSeconds(1));
        var before = w.Proxy.Changes;
        w.Proxy.ApplyTime = TimeSpan.FromMilliseconds(50);
        var addresses = Enumerable.Range(1, 100).Select(i => $"172.31.0.{i + 20}").ToImmutableArray();
        foreach (var address in addresses) w.Targets.Set(address, 80);
        await Task.WhenAll(addresses.Select(a => w.RegisterAsync(group, a)));
        await w.World.Eventually(
            () => w.Proxy.Serving.Backends.Single().Servers.Count(s => s.State is ServerState.Ready) == 100, TimeSpan.FromSeconds(1));
        (w.Proxy.Changes - before).ShouldBeLessThan(15);
    });

    [Theory, Seeds(1, 10)]
    public void A_proxy_that_dies_gets_its_configuration_again(ulong seed) => ElbWorld.Run(seed, async w =>
    {
        var (_, _, group) = await w.SetUpAsync();
        w.Targets.Set("172.31.0.10", 80);
        await w.RegisterAsync(group, "172.31.0.10");
        await w.UntilAsync(group, "172.31.0.10", TargetHealthStateEnum.Healthy, 1);
        w.Proxy.RestartTime = TimeSpan.FromHours(1);
        w.Proxy.Die();
        await w.World.RunFor(TimeSpan.FromMilliseconds(100));
        w.Ask(10).ShouldBe(new() { ["172-31-0-10-80"] = 10 });
    });

    [Fact]
    public void A_load_balancer_moves_when_its_port_is_taken_and_says_why() => ElbWorld.Run(1, async w =>
    {
        var balancer = await w.BalancerAsync();
        var address = balancer.AvailabilityZones?[0].LoadBalancerAddresses?[0].IpAddress ?? "";
        w.Proxy.OccupyPort(address, 80);
        await w.ListenerAsync(balancer.LoadBalancerArn, await w.GroupAsync());
        await w.World.RunFor(TimeSpan.FromSeconds(1));
        var moved = await DescribeAsync(w);
        moved.AvailabilityZones?[0].LoadBalancerAddresses?[0].IpAddress.ShouldNotBe(address);
        moved.State?.Code.ShouldBe(LoadBalancerStateEnum.Active);
        w.Proxy.Serving.Listeners.Single().Address.ShouldBe(moved.AvailabilityZones?[0].LoadBalancerAddresses?[0].IpAddress);
    });

    [Fact]
    public void A_load_balancer_in_use_stays_and_is_impaired_until_the_port_is_free() => ElbWorld.Run(1, async w =>
    {
        var (balancer, _, group) = await w.SetUpAsync();
        await w.World.RunFor(TimeSpan.FromSeconds(1));
        var address = (await DescribeAsync(w)).AvailabilityZones?[0].LoadBalancerAddresses?[0].IpAddress ?? "";
        w.Proxy.OccupyPort(address, 81);
        await w.ListenerAsync(balancer, group, 81);
        await w.World.RunFor(TimeSpan.FromSeconds(1));
        var state = (await DescribeAsync(w)).State;
        (state?.Code, state?.Reason).ShouldBe(
            (LoadBalancerStateEnum.ActiveImpaired, $"Port 81 of {address} cannot be used: port 81 of {address} is in use by another process"));
        w.Proxy.Serving.Listeners.Single().Port.ShouldBe(80); // The others are served.
        w.Proxy.OccupyPort(address, 81, taken: false);
        await w.World.RunFor(TimeSpan.FromSeconds(2));
        (await DescribeAsync(w)).State?.Code.ShouldBe(LoadBalancerStateEnum.Active);
        w.Proxy.Serving.Listeners.Length.ShouldBe(2);
    });

    [Fact]
    public void Reset_takes_everything_away() => ElbWorld.Run(1, async w =>
    {
        var (_, _, group) = await w.SetUpAsync();
        w.Targets.Set("172.31.0.10", 80);
        await w.RegisterAsync(group, "172.31.0.10");
        await w.UntilAsync(group, "172.31.0.10", TargetHealthStateEnum.Healthy, 1);
        await w.World.Services.GetRequiredService<PlatformHost>().ResetAsync(None);
        w.Proxy.Serving.Listeners.ShouldBeEmpty();
        (await w.Elb.DescribeLoadBalancersAsync(new(), w.Caller, None)).LoadBalancers.GetValueOrDefault().ShouldBeEmpty();
        await w.SetUpAsync();
        await w.World.RunFor(TimeSpan.FromMilliseconds(100));
        w.Proxy.Serving.Listeners.Length.ShouldBe(1);
    });

    /// <summary>Goal: whatever happens to targets and to Minato, a healthy target that nobody deregistered never loses its place while
    /// the proxy lives, and a deregistered one never gets a request once the change was acknowledged and applied.</summary>
    [Theory, Seeds(1, 40)]
    public void Rolling_through_targets_never_leaves_the_listener_without_a_server(ulong seed) => ElbWorld.Run(seed, async w =>
    {
        var (_, _, group) = await w.SetUpAsync();
        await w.DelayAsync(group, w.World.Chance.Next(5));
        var live = new Queue<string>();
        for (var i = 0; i < 3; i++) live.Enqueue(await AddAsync(w, group, i));
        w.World.Always(_ => w.Proxy.Serving.Backends.Single().Servers.Any(s => s.State is ServerState.Ready && IsUp(w, s)) ? null : "nobody would answer");
        for (var i = 3; i < 15; i++)
        {
            if (w.World.Chance.Next(4) == 0) await w.World.RestartAsync(TimeSpan.FromSeconds(w.World.Chance.Next(3)));
            live.Enqueue(await AddAsync(w, group, i));
            var old = live.Dequeue();
            await w.DeregisterAsync(group, old);
            await w.World.Eventually(async () => await w.HealthAsync(group, old) is null, TimeSpan.FromSeconds(30));
            w.Targets.Remove(old, 80); // Its container stops now.
            w.Ask(30).Keys.ShouldBeSubsetOf(live.Select(a => a.Replace('.', '-') + "-80"));
        }
    });

    private static async Task<string> AddAsync(ElbWorld w, string group, int number)
    {
        var address = $"172.31.{number}.{10 + number}";
        w.Targets.Set(address, 80);
        await w.RegisterAsync(group, address);
        await w.UntilAsync(group, address, TargetHealthStateEnum.Healthy, 15);
        return address;
    }

    private static bool IsUp(ElbWorld w, ProxyServer server) =>
        w.Targets.Ask(new(server.Address, server.Port, "/", TimeSpan.FromSeconds(1))) is ProbeOutcome.Answered;

    private static async Task<LoadBalancer> DescribeAsync(ElbWorld w) =>
        (await w.Elb.DescribeLoadBalancersAsync(new(), w.Caller, None)).LoadBalancers?[0] ?? new();
}
