using Minato.CloudWatch;
using Minato.Contracts.CloudWatch;
using Minato.Contracts.ElasticLoadBalancingV2;
using Minato.Elb.Traffic;
using Minato.Engines.Proxy;
using Minato.Testing;
using static Minato.Elb.Tests.GivenTraffic;

namespace Minato.Elb.Tests;

public sealed class TrafficMetricsTests
{
    [Fact]
    public void Every_count_has_its_name_and_dimensions()
    {
        var times = new TargetTimes();
        times.Add(TimeSpan.FromMilliseconds(20), 1);
        times.Add(TimeSpan.FromMilliseconds(40), 1);
        var tally = new ListenerTally();
        foreach (var (end, status) in new[] { (RequestEnd.Told, 301), (RequestEnd.Told, 404), (RequestEnd.Unreached, 502), (RequestEnd.Error, 503), (RequestEnd.Malformed, 400), (RequestEnd.Abandoned, 0) })
        {
            tally.Add(new() { Listener = "l", EndedAt = Noon, End = end, Status = status });
        }
        var told = Told(Plan(times, tally));
        told["RequestCount LoadBalancer"].ShouldBe(8);
        told["RequestCount TargetGroup+LoadBalancer"].ShouldBe(8);
        told["RequestCountPerTarget TargetGroup+LoadBalancer"].ShouldBe(4);
        told["RequestCountPerTarget TargetGroup"].ShouldBe(4);
        told["HTTPCode_Target_2XX_Count TargetGroup+LoadBalancer"].ShouldBe(7);
        told["HTTPCode_Target_5XX_Count LoadBalancer"].ShouldBe(1);
        told["HTTPCode_ELB_3XX_Count LoadBalancer"].ShouldBe(1);
        told["HTTPCode_ELB_4XX_Count LoadBalancer"].ShouldBe(2); // AWS: a client that left (460) counts, too.
        told["HTTPCode_ELB_5XX_Count LoadBalancer"].ShouldBe(2);
        told["HTTPCode_ELB_502_Count LoadBalancer"].ShouldBe(1);
        told["HTTPCode_ELB_503_Count LoadBalancer"].ShouldBe(1);
        told["HTTP_Redirect_Count LoadBalancer"].ShouldBe(1);
        told["HTTP_Fixed_Response_Count LoadBalancer"].ShouldBe(1);
        told["ProcessedBytes LoadBalancer"].ShouldBe(300);
        told["NewConnectionCount LoadBalancer"].ShouldBe(5);
        told["ActiveConnectionCount LoadBalancer"].ShouldBe(4);
        told["TargetConnectionErrorCount TargetGroup+LoadBalancer"].ShouldBe(1);
        told["TargetConnectionErrorCount LoadBalancer"].ShouldBe(1);
        told["HealthyHostCount TargetGroup+LoadBalancer"].ShouldBe(2);
        told["UnHealthyHostCount TargetGroup+LoadBalancer"].ShouldBe(1);
        told.Keys.ShouldNotContain("HTTPCode_Target_4XX_Count LoadBalancer"); // AWS: nothing to count is no point.
        told.Keys.ShouldNotContain("HTTPCode_ELB_504_Count LoadBalancer");
    }

    [Fact]
    public void Times_that_some_requests_told_stand_for_all_of_them()
    {
        var times = new TargetTimes();
        for (var i = 0; i < 1000; i++) times.Add(TimeSpan.FromMilliseconds(i), 1);
        var data = Plan(times, null).Where(m => m.MetricName is "TargetResponseTime" && m.Dimensions?.Length is 1).ToList();
        data.Count.ShouldBe(7); // 150 values each at most.
        data.Sum(d => d.Counts?.Sum() ?? 0).ShouldBe(1000); // No more answers were counted than told.
        var few = new TargetTimes();
        few.Add(TimeSpan.FromMilliseconds(5), 2);
        Plan(few, null).First(m => m.MetricName is "TargetResponseTime").Counts?.Single().ShouldBe(8);
    }

    [Theory]
    [InlineData(0, 0)]
    [InlineData(0.9, 0)]
    [InlineData(999, 0.999)]
    [InlineData(1234, 1.23)]
    [InlineData(123_456, 123)]
    public void Times_have_three_digits(double milliseconds, double seconds)
    {
        var times = new TargetTimes();
        times.Add(TimeSpan.FromMilliseconds(milliseconds), 3);
        times.Values().ShouldBe([(seconds, 3L)]);
    }

    [Fact]
    public void Counters_that_fall_began_again_and_the_first_reading_counts_nothing()
    {
        var counts = new TrafficCounts();
        ProxyStatistics Reading(long requests, long bytes) => new([new("l", requests, bytes, 0, 0, 0, 0, 0)], [new("b", "s", requests, 1, requests, 0, 0, 0, 0)]);
        counts.Since(Reading(100, 50)).Listeners.Single().Requests.ShouldBe(0);
        counts.Since(Reading(110, 70)).ShouldSatisfyAllConditions(
            d => d.Listeners.Single().BytesIn.ShouldBe(20), d => d.Servers.Single().ShouldSatisfyAllConditions(s => s.Responses2xx.ShouldBe(10), s => s.ActiveSessions.ShouldBe(1)));
        counts.Since(Reading(4, 9)).Listeners.Single().ShouldSatisfyAllConditions(l => l.Requests.ShouldBe(4), l => l.BytesIn.ShouldBe(9));
        ProxyStatistics Flows(long connections, long bytes) => new([new("l", 0, bytes, 0, 0, 0, 0, 0) { Connections = connections }], []); // Without requests.
        var flows = new TrafficCounts();
        flows.Since(Flows(9, 900));
        flows.Since(Flows(2, 70)).Listeners.Single().ShouldSatisfyAllConditions(l => l.Connections.ShouldBe(2), l => l.BytesIn.ShouldBe(70));
        ProxyStatistics Datagrams(long begun, long bytes) => new([new("l", 0, 0, 0, 0, 0, 0, 0) { Datagrams = new(begun, 1, bytes, 0) }], []);
        flows.Since(Datagrams(5, 50)).Listeners.Single().Datagrams.ShouldBe(new DatagramStatistics(5, 1, 50, 0)); // It was not there the last time.
        flows.Since(Datagrams(8, 60)).Listeners.Single().Datagrams.ShouldBe(new DatagramStatistics(3, 1, 10, 0));
        flows.Since(Datagrams(2, 20)).Listeners.Single().Datagrams.ShouldBe(new DatagramStatistics(2, 1, 20, 0));
        var more = Reading(4, 9) with { Servers = [new("b", "new", 7, 0, 7, 0, 0, 0, 0)] };
        counts.Since(more).Servers.Single().Requests.ShouldBe(7); // It was not there the last time.
    }

    [Fact]
    public void A_request_that_another_target_took_over_is_taken_off_the_first_ones_count()
    {
        var counts = new TrafficCounts();
        ProxyStatistics Reading(long requests, long handshakes) =>
            new([new("l", 9, 0, 0, 0, 0, 0, 0) { TlsErrors = handshakes }], [new("b", "s", requests, 0, 90, 0, 0, 0, 0) { Connections = 5, TlsErrors = handshakes, Bytes = handshakes }]);
        counts.Since(Reading(100, 3));
        counts.Since(Reading(99, 7)).ShouldSatisfyAllConditions(
            d => d.Listeners.Single().TlsErrors.ShouldBe(4), d => d.Servers.Single().ShouldSatisfyAllConditions(s => s.Requests.ShouldBe(-1), s => s.TlsErrors.ShouldBe(4), s => s.Bytes.ShouldBe(4)));
    }

    [Fact]
    public void Metrics_of_a_minute_can_be_read_in_cloudwatch() => World.Run(1, async world =>
    {
        var w = new ElbWorld(world);
        var (balancer, _, group) = await w.SetUpAsync();
        w.Targets.Set("172.31.0.10", 80);
        await w.RegisterAsync(group, "172.31.0.10");
        await w.UntilAsync(group, "172.31.0.10", TargetHealthStateEnum.Healthy, 1);
        await world.RunFor(TimeSpan.FromMinutes(2));
        w.Ask(50);
        await world.RunFor(TimeSpan.FromMinutes(2));
        Task<Datapoint> Read(string metric, string statistic) => ReadAsync(w, metric, statistic, ("TargetGroup", group), ("LoadBalancer", balancer));
        (await Read("RequestCount", "Sum")).Sum.ShouldBe(50);
        (await Read("RequestCountPerTarget", "Sum")).Sum.ShouldBe(50);
        (await Read("HTTPCode_Target_2XX_Count", "Sum")).Sum.ShouldBe(50);
        (await Read("HealthyHostCount", "Maximum")).Maximum.ShouldBe(1);
        (await Read("TargetResponseTime", "SampleCount")).SampleCount.ShouldBe(50);
        (await Read("TargetResponseTime", "p99")).ExtendedStatistics?["p99"].ShouldBe(0);
    }, services =>
    {
        ElbWorld.Configure(services);
        services.AddCloudWatch();
    });

    [Fact]
    public void A_network_load_balancer_counts_flows_and_bytes_by_protocol()
    {
        var balancer = Balancer("net/web/1") with { Type = LoadBalancerTypeEnum.Network };
        ListenerTraffic tcp = new(new("t", 0, 100, 200, 0, 0, 0, 0) { Connections = 3, ActiveConnections = 2 }, null) { Protocol = ProtocolEnum.Tcp };
        ListenerTraffic tls = new(new("s", 0, 10, 20, 0, 0, 0, 0) { Connections = 1 }, null) { Protocol = ProtocolEnum.Tls };
        ListenerTraffic both = new(new("b", 0, 1, 2, 0, 0, 0, 0) { Connections = 5, Datagrams = new(7, 6, 1000, 2000) }, null) { Protocol = ProtocolEnum.TcpUdp };
        var all = Told(TrafficMetrics.Plan(new(balancer, [tcp, tls, both], []), Noon));
        (all["NewFlowCount LoadBalancer"], all["NewFlowCount_TCP LoadBalancer"], all["NewFlowCount_UDP LoadBalancer"]).ShouldBe((16, 8, 7));
        (all["ActiveFlowCount LoadBalancer"], all["ActiveFlowCount_UDP LoadBalancer"], all["ProcessedBytes_UDP LoadBalancer"]).ShouldBe((8, 6, 3000));
        var told = Told(TrafficMetrics.Plan(new(balancer, [tcp, tls], [new(Group, Targets(2, 1))]), Noon));
        told.Keys.ShouldNotContain(k => k.Contains("_UDP", StringComparison.Ordinal));
        TrafficMetrics.NamespaceOf(balancer).ShouldBe("AWS/NetworkELB");
        told["NewFlowCount LoadBalancer"].ShouldBe(4);
        told["NewFlowCount_TCP LoadBalancer"].ShouldBe(3);
        told["NewFlowCount_TLS LoadBalancer"].ShouldBe(1);
        told["ActiveFlowCount LoadBalancer"].ShouldBe(2);
        told["ProcessedBytes LoadBalancer"].ShouldBe(330);
        told["ProcessedBytes_TLS LoadBalancer"].ShouldBe(30);
        told["HealthyHostCount TargetGroup+LoadBalancer"].ShouldBe(2);
        told.Keys.ShouldNotContain("ActiveFlowCount_TLS LoadBalancer");
        told.Keys.ShouldNotContain(k => k.StartsWith("RequestCount", StringComparison.Ordinal));
    }

    [Fact]
    public void A_group_that_mitigates_says_how_many_targets_fail_and_how_many_have_less_than_their_share()
    {
        var group = Group with { Attributes = State.Given.None.Add("load_balancing.algorithm.anomaly_mitigation", "on") };
        ListenerTraffic listener = new(new("l", 9, 1, 1, 0, 0, 0, 0), null);
        var told = Told(TrafficMetrics.Plan(new(Balancer("app/web/1"), [listener], [new(group, Targets(3, 0) with { Anomalous = 1, Mitigated = 2 })]), Noon));
        (told["AnomalousHostCount TargetGroup+LoadBalancer"], told["MitigatedHostCount TargetGroup+LoadBalancer"]).ShouldBe((1, 2));
        Told(TrafficMetrics.Plan(new(Balancer("app/web/1"), [listener], [new(Group, Targets(3, 0))]), Noon)).Keys.ShouldNotContain("AnomalousHostCount TargetGroup+LoadBalancer");
    }

    [Fact]
    public void A_classic_load_balancer_has_names_of_its_own_for_the_same_counts()
    {
        var balancer = Balancer("classic/web") with { IsClassic = true };
        var times = new TargetTimes();
        times.Add(TimeSpan.FromMilliseconds(20), 1);
        var told = Told(TrafficMetrics.Plan(new(balancer, [new(new("l", 9, 1, 1, 0, 0, 0, 0), null)], [new(Group, Targets(1, 1, new ServerStatistics("g-1", "a", 8, 0, 6, 0, 0, 2, 3)) with { Times = [times] })]), Noon));
        TrafficMetrics.NamespaceOf(balancer).ShouldBe("AWS/ELB");
        told["RequestCount LoadBalancerName"].ShouldBe(8);
        told["HTTPCode_Backend_2XX LoadBalancerName"].ShouldBe(6);
        told["HTTPCode_Backend_5XX LoadBalancerName"].ShouldBe(2);
        told["BackendConnectionErrors LoadBalancerName"].ShouldBe(3);
        told["UnHealthyHostCount LoadBalancerName"].ShouldBe(1);
    }

    private static IReadOnlyList<MetricDatum> Plan(TargetTimes times, ListenerTally? tally)
    {
        var listener = new ListenerStatistics("l", 14, 100, 200, 7, 1, 2, 4) { Connections = 3, ActiveConnections = 3 };
        ServerStatistics[] servers = [new("g-1", "a", 5, 1, 5, 0, 0, 0, 0) { Connections = 2 }, new("g-1", "b", 3, 0, 2, 0, 0, 1, 1)];
        return TrafficMetrics.Plan(new(Balancer("app/web/1"), [new(listener, tally)], [new(Group, Targets(2, 1, servers) with { Times = [times] })]), Noon);
    }
}
