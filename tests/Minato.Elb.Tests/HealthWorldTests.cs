using Minato.Contracts.ElasticLoadBalancingV2;
using Minato.Engines.Proxy;
using Minato.Platform;
using Minato.Testing;

namespace Minato.Elb.Tests;

/// <summary>Targets in a running world: what clients are told, what the proxy does, and when.</summary>
public sealed class HealthWorldTests
{
    private const string A = "172.31.0.10";
    private const string B = "172.31.16.10";

    [Theory, Seeds(1, 20)]
    public void A_target_that_answers_is_healthy_at_once_and_takes_traffic_within_100_ms(ulong seed) => ElbWorld.Run(seed, async w =>
    {
        var (_, _, group) = await w.SetUpAsync();
        w.Targets.Set(A, 80);
        await w.RegisterAsync(group, A);
        await w.World.RunFor(TimeSpan.FromMilliseconds(100));
        (await w.HealthAsync(group, A))?.State.ShouldBe(TargetHealthStateEnum.Healthy);
        w.Ask(10).ShouldBe(new() { ["172-31-0-10-80"] = 10 });
    });

    [Theory, Seeds(1, 20)]
    public void Thresholds_and_intervals_decide_when_health_changes(ulong seed) => ElbWorld.Run(seed, async w =>
    {
        var (_, _, group) = await w.SetUpAsync();
        w.Targets.Set(A, 80);
        w.Targets.Set(B, 80);
        await w.RegisterAsync(group, A, B);
        await w.UntilAsync(group, A, TargetHealthStateEnum.Healthy, 1);
        w.Targets.Set(A, 80, 503);
        await w.World.RunFor(TimeSpan.FromSeconds(11)); // One failure.
        (await w.HealthAsync(group, A))?.State.ShouldBe(TargetHealthStateEnum.Healthy);
        await w.World.RunFor(TimeSpan.FromSeconds(10)); // Two.
        var health = await w.HealthAsync(group, A);
        (health?.State, health?.Description).ShouldBe((TargetHealthStateEnum.Unhealthy, "Health checks failed with these codes: [503]"));
        w.Ask(10).ShouldBe(new() { ["172-31-16-10-80"] = 10 });
        w.Targets.Set(A, 80);
        await w.World.RunFor(TimeSpan.FromSeconds(10));
        (await w.HealthAsync(group, A))?.State.ShouldBe(TargetHealthStateEnum.Unhealthy);
        await w.World.RunFor(TimeSpan.FromSeconds(10));
        (await w.HealthAsync(group, A))?.State.ShouldBe(TargetHealthStateEnum.Healthy);
        w.Ask(10).Count.ShouldBe(2);
    });

    [Theory, Seeds(1, 10)]
    public void A_flapping_target_stays_what_it_is(ulong seed) => ElbWorld.Run(seed, async w =>
    {
        var (_, _, group) = await w.SetUpAsync();
        var asked = 0;
        w.Targets.Set(A, 80, r => r.Path is ElbWorld.Path ? new ProbeOutcome.Answered(asked++ % 2 == 0 ? 200 : 500) : new ProbeOutcome.Answered(200));
        await w.RegisterAsync(group, A);
        await w.UntilAsync(group, A, TargetHealthStateEnum.Healthy, 1);
        var changes = 0;
        w.World.Client<Hints>().Subscribe(ElbRoom.TargetHealthTopic, _ => changes++);
        await w.World.RunFor(TimeSpan.FromMinutes(10));
        (asked, changes).ShouldBe((61, 0)); // Every 10 s, and nothing written.
    });

    [Theory, Seeds(1, 20)]
    public void A_slow_answer_does_not_shift_the_schedule(ulong seed) => ElbWorld.Run(seed, async w =>
    {
        var (_, _, group) = await w.SetUpAsync();
        var times = new List<double>();
        w.Targets.Set(A, 80, _ => { times.Add(w.World.Time.Elapsed.TotalSeconds); return new ProbeOutcome.Answered(200); }, TimeSpan.FromSeconds(3));
        await w.RegisterAsync(group, A);
        await w.World.RunFor(TimeSpan.FromSeconds(60));
        times.Zip(times.Skip(1), (a, b) => Math.Round(b - a, 1)).Distinct().ShouldBe([10.0]);
    });

    [Theory, Seeds(1, 20)]
    public void Draining_lasts_the_whole_delay_and_gets_nothing_new(ulong seed) => ElbWorld.Run(seed, async w =>
    {
        var (_, _, group) = await w.SetUpAsync();
        await w.DelayAsync(group, 20);
        w.Targets.Set(A, 80);
        w.Targets.Set(B, 80);
        await w.RegisterAsync(group, A, B);
        await w.UntilAsync(group, B, TargetHealthStateEnum.Healthy, 1);
        await w.DeregisterAsync(group, A);
        (await w.HealthAsync(group, A))?.Description.ShouldBe("Target deregistration is in progress");
        await w.World.RunFor(TimeSpan.FromMilliseconds(100));
        w.Proxy.Serving.Backends.Single().Servers[0].State.ShouldBe(ServerState.Draining);
        w.Ask(10).ShouldBe(new() { ["172-31-16-10-80"] = 10 });
        await w.World.RunFor(TimeSpan.FromSeconds(19));
        (await w.HealthAsync(group, A))?.State.ShouldBe(TargetHealthStateEnum.Draining);
        await w.World.RunFor(TimeSpan.FromSeconds(1.1));
        (await w.HealthAsync(group, A)).ShouldBeNull();
        w.Proxy.Serving.Backends.Single().Servers.Length.ShouldBe(1);
        var named = await w.Elb.DescribeTargetHealthAsync(new() { TargetGroupArn = group, Targets = [new() { Id = A }] }, w.Caller, CancellationToken.None);
        named.TargetHealthDescriptions?[0].TargetHealth?.Reason.ShouldBe(TargetHealthReasonEnum.TargetNotRegistered);
    });

    [Theory, Seeds(1, 20)]
    public void Without_a_delay_a_target_still_leaves_the_proxy_before_it_leaves_the_group(ulong seed) => ElbWorld.Run(seed, async w =>
    {
        var (_, _, group) = await w.SetUpAsync();
        await w.DelayAsync(group, 0);
        w.Targets.Set(A, 80);
        w.Targets.Set(B, 80);
        await w.RegisterAsync(group, A, B);
        await w.UntilAsync(group, B, TargetHealthStateEnum.Healthy, 1);
        w.Proxy.ApplyTime = TimeSpan.FromSeconds(2);
        await w.DeregisterAsync(group, A);
        await w.World.RunFor(TimeSpan.FromSeconds(1));
        (await w.HealthAsync(group, A))?.State.ShouldBe(TargetHealthStateEnum.Draining);
        await w.World.Eventually(async () => await w.HealthAsync(group, A) is null, TimeSpan.FromSeconds(3));
        w.Ask(10).ShouldBe(new() { ["172-31-16-10-80"] = 10 });
    });

    [Fact]
    public void A_proxy_that_is_away_does_not_hold_a_draining_target_for_ever() => ElbWorld.Run(1, async w =>
    {
        var (balancer, _, group) = await w.SetUpAsync();
        await w.DelayAsync(group, 0);
        await w.RegisterAsync(group, A);
        await w.World.RunFor(TimeSpan.FromSeconds(1));
        w.Proxy.AwayAdvice = "Install HAProxy.";
        await w.DeregisterAsync(group, A);
        await w.World.RunFor(TimeSpan.FromSeconds(5));
        (await w.HealthAsync(group, A))?.State.ShouldBe(TargetHealthStateEnum.Draining);
        var state = (await w.Elb.DescribeLoadBalancersAsync(new() { LoadBalancerArns = [balancer] }, w.Caller, CancellationToken.None)).LoadBalancers?[0].State;
        (state?.Code, state?.Reason).ShouldBe((LoadBalancerStateEnum.ActiveImpaired, "Install HAProxy."));
        await w.World.RunFor(TimeSpan.FromSeconds(6));
        (await w.HealthAsync(group, A)).ShouldBeNull();
        w.Proxy.AwayAdvice = null;
        await w.World.RunFor(TimeSpan.FromSeconds(2));
        state = (await w.Elb.DescribeLoadBalancersAsync(new() { LoadBalancerArns = [balancer] }, w.Caller, CancellationToken.None)).LoadBalancers?[0].State;
        state?.Code.ShouldBe(LoadBalancerStateEnum.Active);
    });

    [Theory, Seeds(1, 10)]
    public void A_draining_target_that_is_registered_again_begins_anew(ulong seed) => ElbWorld.Run(seed, async w =>
    {
        var (_, _, group) = await w.SetUpAsync();
        w.Targets.Set(A, 80);
        await w.RegisterAsync(group, A);
        await w.UntilAsync(group, A, TargetHealthStateEnum.Healthy, 1);
        await w.DeregisterAsync(group, A);
        w.Targets.Remove(A, 80);
        await w.World.RunFor(TimeSpan.FromSeconds(1));
        await w.RegisterAsync(group, A);
        await w.World.RunFor(TimeSpan.FromSeconds(1));
        (await w.HealthAsync(group, A))?.Reason.ShouldBe(TargetHealthReasonEnum.ElbInitialHealthChecking);
        w.Targets.Set(A, 80);
        await w.World.RunFor(TimeSpan.FromMinutes(10)); // Far beyond the old delay.
        (await w.HealthAsync(group, A))?.State.ShouldBe(TargetHealthStateEnum.Healthy);
    });

    [Theory, Seeds(1, 10)]
    public void A_group_in_no_rule_is_unused_until_a_rule_names_it(ulong seed) => ElbWorld.Run(seed, async w =>
    {
        var group = await w.GroupAsync();
        w.Targets.Set(A, 80);
        await w.RegisterAsync(group, A);
        await w.World.RunFor(TimeSpan.FromSeconds(30));
        (await w.HealthAsync(group, A))?.Reason.ShouldBe(TargetHealthReasonEnum.TargetNotInUse);
        var balancer = await w.BalancerAsync();
        var listener = await w.ListenerAsync(balancer.LoadBalancerArn, group);
        await w.UntilAsync(group, A, TargetHealthStateEnum.Healthy, 1);
        await w.Elb.DeleteListenerAsync(new() { ListenerArn = listener.ListenerArn ?? "" }, w.Caller, CancellationToken.None);
        await w.World.RunFor(TimeSpan.FromSeconds(1));
        (await w.HealthAsync(group, A))?.State.ShouldBe(TargetHealthStateEnum.Unused);
        w.Proxy.Serving.Backends.ShouldBeEmpty();
    });

    [Fact]
    public void A_target_in_a_zone_without_the_load_balancer_is_unused_until_the_zone_is_added() => ElbWorld.Run(1, async w =>
    {
        var balancer = await w.BalancerAsync(zones: 2);
        var group = await w.GroupAsync();
        await w.ListenerAsync(balancer.LoadBalancerArn, group);
        const string InC = "172.31.32.10";
        w.Targets.Set(InC, 80);
        await w.RegisterAsync(group, InC);
        await w.World.RunFor(TimeSpan.FromSeconds(1));
        var shown = (await w.AllHealthAsync(group))[0];
        (shown.Target?.AvailabilityZone, shown.TargetHealth?.Description).ShouldBe(
            ("us-east-1c", "Target is in an Availability Zone that is not enabled for the load balancer"));
        await w.Elb.SetSubnetsAsync(
            new() { LoadBalancerArn = balancer.LoadBalancerArn ?? "", Subnets = [.. (await w.SubnetsAsync()).Select(s => s.SubnetId ?? "")] }, w.Caller, CancellationToken.None);
        await w.UntilAsync(group, InC, TargetHealthStateEnum.Healthy, 1);
    });

    [Theory, Seeds(1, 10)]
    public void When_none_is_healthy_all_are_asked(ulong seed) => ElbWorld.Run(seed, async w =>
    {
        var (_, _, group) = await w.SetUpAsync();
        foreach (var address in new[] { A, B }) w.Targets.Set(address, 80, r => new ProbeOutcome.Answered(r.Path is ElbWorld.Path ? 500 : 200));
        await w.RegisterAsync(group, A, B);
        await w.UntilAsync(group, A, TargetHealthStateEnum.Unhealthy);
        await w.UntilAsync(group, B, TargetHealthStateEnum.Unhealthy);
        w.Ask(100).Values.ShouldBe([50, 50]);
    });

    [Theory, Seeds(1, 20)]
    public void Healthy_targets_keep_their_traffic_over_a_crash(ulong seed) => ElbWorld.Run(seed, async w =>
    {
        var (_, _, group) = await w.SetUpAsync();
        w.Targets.Set(A, 80);
        await w.RegisterAsync(group, A, B);
        await w.UntilAsync(group, A, TargetHealthStateEnum.Healthy, 1);
        await w.UntilAsync(group, B, TargetHealthStateEnum.Unhealthy);
        await w.World.RunFor(TimeSpan.FromSeconds(1));
        w.World.Always(_ => w.Proxy.Serving.Backends.FirstOrDefault()?.Servers is [{ State: ServerState.Ready }, { State: ServerState.Stopped }] ? null : "the proxy changed");
        await w.World.Faults.RestartProcess(5, TimeSpan.FromSeconds(60), TimeSpan.FromSeconds(1));
        await w.World.RunFor(TimeSpan.FromSeconds(30));
        (await w.HealthAsync(group, A))?.State.ShouldBe(TargetHealthStateEnum.Healthy);
        w.Ask(10).ShouldBe(new() { ["172-31-0-10-80"] = 10 });
    });

    [Theory, Seeds(1, 10)]
    public void A_draining_target_goes_when_its_time_came_during_a_crash(ulong seed) => ElbWorld.Run(seed, async w =>
    {
        var (_, _, group) = await w.SetUpAsync();
        await w.DelayAsync(group, 10);
        w.Targets.Set(A, 80);
        await w.RegisterAsync(group, A);
        await w.UntilAsync(group, A, TargetHealthStateEnum.Healthy, 1);
        await w.DeregisterAsync(group, A);
        await w.World.RestartAsync(TimeSpan.FromSeconds(30));
        await w.World.Eventually(async () => (await w.AllHealthAsync(group)).IsEmpty, TimeSpan.FromSeconds(1));
    });

    [Fact]
    public void Hints_tell_of_every_change() => ElbWorld.Run(1, async w =>
    {
        var (_, _, group) = await w.SetUpAsync();
        await w.DelayAsync(group, 5);
        await w.World.RunFor(TimeSpan.FromSeconds(1));
        var heard = new List<(string, TargetHealthStateEnum?)>();
        w.World.Client<Hints>().Subscribe(ElbRoom.TargetHealthTopic, arn => heard.Add((arn, w.HealthAsync(group, A).Result?.State)));
        w.Targets.Set(A, 80);
        await w.RegisterAsync(group, A);
        await w.UntilAsync(group, A, TargetHealthStateEnum.Healthy, 1);
        w.Targets.Remove(A, 80);
        await w.UntilAsync(group, A, TargetHealthStateEnum.Unhealthy);
        await w.DeregisterAsync(group, A);
        await w.World.RunFor(TimeSpan.FromSeconds(6));
        heard.Select(h => h.Item1).Distinct().ShouldBe([group]);
        heard.Select(h => h.Item2).Distinct().ShouldBe(
            [TargetHealthStateEnum.Initial, TargetHealthStateEnum.Healthy, TargetHealthStateEnum.Unhealthy, TargetHealthStateEnum.Draining, null], ignoreOrder: true);
    });
}
