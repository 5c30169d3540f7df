using System.Collections.Immutable;
using Microsoft.Extensions.DependencyInjection;
using Minato.CloudWatch;
using Minato.Contracts.ElasticLoadBalancingV2;
using Minato.Elb.Traffic;
using Minato.Engines.Proxy;
using Minato.Testing;
using static Minato.Elb.Tests.GivenTraffic;

namespace Minato.Elb.Tests;

/// <summary>Metrics of targets: which are told when, by which dimensions, and what they count.</summary>
public sealed class TargetMetricsTests
{
    [Fact]
    public void What_is_about_targets_is_told_by_zone_too()
    {
        var (a, b) = (Row("a", 5) with { ConnectionErrors = 2 }, Row("b", 3) with { Responses5xx = 1 });
        var told = Told("app/web/1", 9, new GroupTraffic(Group, Targets(2, 1, a, b)) { Zones = Zones(Targets(1, 0, a), Targets(1, 1, b)) });
        told[$"RequestCount {ZoneA}+LoadBalancer"].ShouldBe(5);
        told[$"RequestCount {ZoneB}+TargetGroup+LoadBalancer"].ShouldBe(3);
        told[$"RequestCountPerTarget {ZoneA}+TargetGroup"].ShouldBe(5);
        told[$"RequestCountPerTarget {ZoneB}+TargetGroup+LoadBalancer"].ShouldBe(3);
        told[$"HTTPCode_Target_5XX_Count {ZoneB}+LoadBalancer"].ShouldBe(1);
        told[$"TargetConnectionErrorCount {ZoneA}+TargetGroup+LoadBalancer"].ShouldBe(2);
        told[$"HealthyHostCount {ZoneB}+TargetGroup+LoadBalancer"].ShouldBe(1);
        told[$"UnHealthyHostCount {ZoneA}+TargetGroup+LoadBalancer"].ShouldBe(0);
        told.Keys.ShouldNotContain($"HTTPCode_Target_5XX_Count {ZoneA}+LoadBalancer");
        told.Keys.ShouldNotContain($"HealthyHostCount {ZoneA}+LoadBalancer"); // AWS: of groups alone.
        told.Keys.ShouldNotContain($"ProcessedBytes {ZoneA}+LoadBalancer"); // Nobody knows.
    }

    [Fact]
    public void A_network_load_balancer_tells_healthy_hosts_by_zone()
    {
        var told = Told("net/web/1", 0, new GroupTraffic(Group, Targets(1, 0)) { Zones = Zones(Targets(1, 0), Targets(0, 0)) });
        told[$"HealthyHostCount {ZoneA}+TargetGroup+LoadBalancer"].ShouldBe(1);
        told.Keys.ShouldNotContain($"HealthyHostCount {ZoneB}+TargetGroup+LoadBalancer"); // Nothing is registered there.
    }

    [Fact]
    public void A_classic_load_balancer_tells_what_is_about_instances_by_zone()
    {
        var row = Row("a", 4);
        GroupTraffic group = new(Group, Targets(1, 1, row)) { Zones = Zones(Targets(1, 0, row), Targets(0, 1)) };
        var told = Told(TrafficMetrics.Plan(new(Balancer("classic/web") with { IsClassic = true }, [new(new("l", 4, 1, 1, 0, 0, 0, 0), null)], [group, group]), Noon));
        told[$"RequestCount {ZoneA}+LoadBalancerName"].ShouldBe(8);
        told[$"HTTPCode_Backend_2XX {ZoneA}+LoadBalancerName"].ShouldBe(8);
        (told[$"HealthyHostCount {ZoneB}+LoadBalancerName"], told[$"UnHealthyHostCount {ZoneB}+LoadBalancerName"]).ShouldBe((0, 1)); // The same instance behind both listeners.
    }

    [Theory] // Healthy and unhealthy targets, eight requests.
    [InlineData(2, 2, 4)]
    [InlineData(0, 4, 2)]
    [InlineData(0, 0, 8)] // They were deregistered meanwhile.
    public void Requests_per_target_are_divided_by_the_healthy_ones_or_by_all_when_none_is(int healthy, int unhealthy, double expected) =>
        Told("app/web/1", 8, new GroupTraffic(Group, Targets(healthy, unhealthy, Row("a", 8))))["RequestCountPerTarget TargetGroup"].ShouldBe(expected);

    [Theory]
    [InlineData(9, 1, 0.0)]
    [InlineData(0, 1, null)] // AWS: metrics are reported when requests are flowing.
    [InlineData(9, 0, null)] // AWS: reported if there are registered targets.
    public void Targets_without_requests_are_told_while_requests_flow_to_others(long requests, int healthy, double? expected)
    {
        var told = Told("app/web/1", requests, new GroupTraffic(Group, Targets(healthy, 0)));
        told.GetValueOrDefault("RequestCount TargetGroup+LoadBalancer").ShouldBe(expected);
        told.GetValueOrDefault("RequestCountPerTarget TargetGroup+LoadBalancer").ShouldBe(expected);
        told.ContainsKey("HealthyHostCount TargetGroup+LoadBalancer").ShouldBe(healthy > 0);
    }

    [Fact]
    public void Handshakes_that_fail_are_told_of_clients_and_of_targets()
    {
        GroupTraffic group = new(Group, Targets(1, 0, Row("a", 0) with { TlsErrors = 3 })) { Zones = Zones(Targets(1, 0, Row("a", 0) with { TlsErrors = 3 }), Targets(0, 0)) };
        ListenerTraffic listener = new(new("l", 0, 0, 0, 0, 0, 0, 0) { TlsErrors = 2 }, null) { Protocol = ProtocolEnum.Tls };
        foreach (var balancer in new[] { Balancer("app/web/1"), Balancer("net/web/1") with { Type = LoadBalancerTypeEnum.Network } })
        {
            var told = Told(TrafficMetrics.Plan(new(balancer, [listener], [group]), Noon));
            told["ClientTLSNegotiationErrorCount LoadBalancer"].ShouldBe(2);
            told["TargetTLSNegotiationErrorCount LoadBalancer"].ShouldBe(3);
            told[$"TargetTLSNegotiationErrorCount {ZoneA}+LoadBalancer"].ShouldBe(3);
            told.ContainsKey("TargetTLSNegotiationErrorCount TargetGroup+LoadBalancer").ShouldBe(!balancer.IsNetwork);
        }
    }

    [Fact]
    public void Requests_of_a_group_that_speaks_grpc_are_told_as_such()
    {
        var group = Group with { ProtocolVersion = "GRPC" };
        var told = Told("app/web/1", 9, new GroupTraffic(group, Targets(1, 0, Row("a", 7))) { Zones = Zones(Targets(1, 0, Row("a", 7)), Targets(0, 0)) },
            new GroupTraffic(Group with { Arn = Group.Arn.Replace("/g/", "/other/", StringComparison.Ordinal) }, Targets(0, 0)));
        told["GrpcRequestCount LoadBalancer"].ShouldBe(7);
        told["GrpcRequestCount TargetGroup"].ShouldBe(7);
        told["GrpcRequestCount TargetGroup+LoadBalancer"].ShouldBe(7);
        told[$"GrpcRequestCount {ZoneA}+TargetGroup"].ShouldBe(7);
        told[$"GrpcRequestCount {ZoneA}+TargetGroup+LoadBalancer"].ShouldBe(7);
        Told("app/web/1", 9, new GroupTraffic(Group, Targets(1, 0, Row("a", 7)))).Keys.ShouldNotContain(k => k.StartsWith("Grpc", StringComparison.Ordinal));
    }

    [Theory, InlineData(false), InlineData(true)]
    public void How_many_zones_are_well_enough_to_be_routed_to_is_told(bool failsOpen)
    {
        var told = Told("app/web/1", 9, new GroupTraffic(Group, Targets(1, 1)) { Zones = Zones(Targets(1, 0), Targets(0, 1)), FailsOpen = failsOpen });
        (told["HealthyStateRouting TargetGroup+LoadBalancer"], told["UnhealthyStateRouting TargetGroup+LoadBalancer"]).ShouldBe(failsOpen ? (0, 2) : (2, 0));
        (told[$"HealthyStateRouting {ZoneB}+TargetGroup+LoadBalancer"], told[$"UnhealthyStateRouting {ZoneB}+TargetGroup+LoadBalancer"]).ShouldBe(failsOpen ? (0, 1) : (1, 0));
    }

    [Fact]
    public void A_network_load_balancer_counts_flows_that_came_while_it_failed_open() =>
        Told("net/web/1", 0, new GroupTraffic(Group, Targets(0, 1) with { FailedOpen = 4 }))["UnhealthyRoutingFlowCount LoadBalancer"].ShouldBe(4);

    [Fact]
    public void Zones_of_targets_are_those_of_their_subnets() => World.Run(1, async world =>
    {
        var w = new ElbWorld(world);
        var (balancer, _, group) = await w.SetUpAsync();
        var subnets = await w.SubnetsAsync();
        var addresses = subnets.Take(2).Select(s => string.Join('.', (s.CidrBlock ?? "").Split('.')[..3]) + ".10").ToArray();
        foreach (var address in addresses) w.Targets.Set(address, 80);
        await w.RegisterAsync(group, addresses);
        foreach (var address in addresses) await w.UntilAsync(group, address, TargetHealthStateEnum.Healthy);
        await world.RunFor(TimeSpan.FromMinutes(2));
        w.Ask(20);
        await world.RunFor(TimeSpan.FromMinutes(2));
        var zone = ("AvailabilityZone", subnets[1].AvailabilityZone ?? "");
        (await ReadAsync(w, "RequestCount", "Sum", zone, ("TargetGroup", group), ("LoadBalancer", balancer))).Sum.ShouldBe(10);
        (await ReadAsync(w, "RequestCount", "Sum", zone, ("LoadBalancer", balancer))).Sum.ShouldBe(10);
        (await ReadAsync(w, "HTTPCode_Target_2XX_Count", "Sum", zone, ("LoadBalancer", balancer))).Sum.ShouldBe(10);
        (await ReadAsync(w, "TargetResponseTime", "SampleCount", zone, ("TargetGroup", group), ("LoadBalancer", balancer))).SampleCount.ShouldBe(10);
        (await ReadAsync(w, "HealthyHostCount", "Maximum", zone, ("TargetGroup", group), ("LoadBalancer", balancer))).Maximum.ShouldBe(1);
        (await ReadAsync(w, "HealthyStateRouting", "Maximum", ("TargetGroup", group), ("LoadBalancer", balancer))).Maximum.ShouldBe(3);
    }, Configure);

    [Fact]
    public void Requests_are_told_that_came_while_too_few_targets_were_healthy() => World.Run(1, async world =>
    {
        var w = new ElbWorld(world);
        var (balancer, _, group) = await w.SetUpAsync();
        var isWell = true;
        w.Targets.Set("172.31.0.10", 80, r => new ProbeOutcome.Answered(isWell || r.Path != ElbWorld.Path ? 200 : 500));
        await w.RegisterAsync(group, "172.31.0.10");
        await w.UntilAsync(group, "172.31.0.10", TargetHealthStateEnum.Healthy);
        await world.RunFor(TimeSpan.FromMinutes(2));
        w.Ask(10);
        isWell = false;
        await w.UntilAsync(group, "172.31.0.10", TargetHealthStateEnum.Unhealthy);
        await world.RunFor(TimeSpan.FromSeconds(1));
        w.Ask(5);
        await world.RunFor(TimeSpan.FromMinutes(1));
        w.Ask(2);
        isWell = true;
        await w.UntilAsync(group, "172.31.0.10", TargetHealthStateEnum.Healthy);
        await world.RunFor(TimeSpan.FromSeconds(1));
        w.Ask(20);
        await world.RunFor(TimeSpan.FromMinutes(2));
        (await ReadAsync(w, "UnhealthyRoutingRequestCount", "Sum", ("TargetGroup", group), ("LoadBalancer", balancer))).Sum.ShouldBe(7);
        (await ReadAsync(w, "UnhealthyRoutingRequestCount", "Sum", ("LoadBalancer", balancer))).Sum.ShouldBe(7);
        (await ReadAsync(w, "UnhealthyStateRouting", "Maximum", ("TargetGroup", group), ("LoadBalancer", balancer))).Maximum.ShouldBe(3);
        (await ReadAsync(w, "RequestCount", "Sum", ("LoadBalancer", balancer))).Sum.ShouldBe(37);
    }, Configure);

    [Fact]
    public void Requests_of_a_target_that_leaves_within_the_minute_are_counted() => World.Run(1, async world =>
    {
        var w = new ElbWorld(world);
        var (balancer, _, group) = await w.SetUpAsync();
        await w.DelayAsync(group, 0);
        string[] addresses = ["172.31.0.10", "172.31.0.11"];
        foreach (var address in addresses) w.Targets.Set(address, 80);
        await w.RegisterAsync(group, addresses);
        foreach (var address in addresses) await w.UntilAsync(group, address, TargetHealthStateEnum.Healthy);
        await world.RunFor(TimeSpan.FromMinutes(2));
        w.Ask(20);
        await w.DeregisterAsync(group, addresses[0]);
        await world.Eventually(async () => (await w.AllHealthAsync(group)).Length == 1, TimeSpan.FromSeconds(15));
        w.Ask(5);
        await world.RunFor(TimeSpan.FromMinutes(2));
        (await ReadAsync(w, "RequestCount", "Sum", ("TargetGroup", group), ("LoadBalancer", balancer))).Sum.ShouldBe(25);
        (await ReadAsync(w, "HTTPCode_Target_2XX_Count", "Sum", ("LoadBalancer", balancer))).Sum.ShouldBe(25);
        var zone = ("AvailabilityZone", (await w.SubnetsAsync())[0].AvailabilityZone ?? "");
        (await ReadAsync(w, "RequestCount", "Sum", zone, ("LoadBalancer", balancer))).Sum.ShouldBe(25);
        (await ReadAsync(w, "TargetResponseTime", "SampleCount", zone, ("LoadBalancer", balancer))).SampleCount.ShouldBe(25);
    }, Configure);

    private static void Configure(IServiceCollection services)
    {
        ElbWorld.Configure(services);
        services.AddCloudWatch();
    }

    private static ImmutableSortedDictionary<string, TargetsTraffic> Zones(TargetsTraffic a, TargetsTraffic b) =>
        ImmutableSortedDictionary.Create<string, TargetsTraffic>(StringComparer.Ordinal).Add(ZoneA, a).Add(ZoneB, b);
}
