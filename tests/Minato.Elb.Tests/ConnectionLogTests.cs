using System.Text.RegularExpressions;
using Minato.Contracts.ElasticLoadBalancingV2;
using Minato.Elb.Planning;
using Minato.Elb.Traffic;
using Minato.Engines.Proxy;

namespace Minato.Elb.Tests;

/// <summary>Logs of connections: of Application Load Balancers, and of Network Load Balancers that end TLS.</summary>
public sealed class ConnectionLogTests
{
    private const string Balancer = "app/my-loadbalancer/50dc6c495c0c9188";
    private static readonly DateTimeOffset s_since = new(2023, 10, 4, 17, 5, 15, TimeSpan.Zero);

    private static ProxyRequestDetails First => new()
    {
        ClientAddress = "203.0.113.1", ClientPort = 36280, BeganAt = s_since.AddSeconds(1), BytesIn = 1, BytesOut = 1, Method = "GET", Target = "/", Version = "HTTP/1.1",
        ConnectedAt = s_since, HandshakeTime = TimeSpan.FromMilliseconds(4036), TlsProtocol = "TLSv1.2", TlsCipher = "ECDHE-RSA-AES128-GCM-SHA256",
        ClientCertificate = new("CN=amazondomains.com,O=endEntity,L=Seattle,ST=Washington,C=US", "FEF257372D5C14D4", new(2023, 9, 21, 22, 43, 21, TimeSpan.Zero), new(2026, 6, 17, 22, 43, 21, TimeSpan.Zero)),
    };

    [Fact]
    public void A_connection_is_thirteen_fields()
    {
        ConnectionLogLine.Write(First, Balancer, 443).ShouldMatch(Regex.Escape(
            "2023-10-04T17:05:15.000000Z 203.0.113.1 36280 443 TLSv1.2 ECDHE-RSA-AES128-GCM-SHA256 4.036 \"CN=amazondomains.com,O=endEntity,L=Seattle,ST=Washington,C=US\" " +
            "NotBefore=2023-09-21T22:43:21Z;NotAfter=2026-06-17T22:43:21Z FEF257372D5C14D4 Success ") + "TID_[0-9a-f]{32} -$");
        ConnectionLogLine.Write(First with { TlsProtocol = null, TlsCipher = null, ClientCertificate = null }, Balancer, 80)
            .ShouldMatch(Regex.Escape("2023-10-04T17:05:15.000000Z 203.0.113.1 36280 80 - - - - - - - ") + "TID_[0-9a-f]{32} -$");
    }

    [Theory]
    [InlineData(0, "UnmappedConnectionError"), InlineData(10, "ClientCertExpired"), InlineData(9, "ClientCertNotYetValid"), InlineData(18, "ClientCertUntrusted"), InlineData(23, "ClientCertCRLHit")]
    public void A_handshake_that_failed_says_why(int fault, string words) =>
        ConnectionLogLine.WriteFailed(new() { ClientAddress = "203.0.113.1", ClientPort = 36280, BeganAt = s_since, HandshakeFault = fault }, Balancer, 443)
            .ShouldStartWith($"2023-10-04T17:05:15.000000Z 203.0.113.1 36280 443 - - - - - - Failed:{words} TID_");

    [Fact]
    public void A_connection_is_told_once_however_many_requests_come_over_it()
    {
        var known = new KnownConnections();
        known.IsNew("l", First).ShouldBeTrue();
        known.IsNew("l", First with { BeganAt = s_since.AddMinutes(3) }).ShouldBeFalse();
        known.IsNew("l", First with { ConnectedAt = s_since.AddMinutes(3) }).ShouldBeTrue("the port has come round again");
        known.IsNew("m", First).ShouldBeTrue();
        for (var port = 0; port < 70_000; port++) known.IsNew("l", First with { ClientPort = -port }).ShouldBeTrue();
        known.IsNew("l", First).ShouldBeTrue("it is long forgotten");
    }

    [Fact]
    public void A_connection_of_a_network_load_balancer_is_twenty_two_fields() => TlsLogLine.Write(
        new(2018, 12, 20, 2, 59, 40, TimeSpan.Zero), new()
        {
            ClientAddress = "72.21.218.154", ClientPort = 51341, ServerAddress = "172.100.100.185", ServerPort = 443, BeganAt = new(2018, 12, 20, 2, 59, 30, TimeSpan.Zero),
            Duration = TimeSpan.FromMilliseconds(5), HandshakeTime = TimeSpan.FromMilliseconds(2), BytesIn = 98, BytesOut = 246, TlsProtocol = "TLSv1.2", TlsCipher = "ECDHE-RSA-AES128-SHA",
            ServerName = "my-network-loadbalancer-c6e77e28c25b2234.elb.us-east-2.amazonaws.com",
        }, "net/my-network-loadbalancer/c6e77e28c25b2234", "g3d4b5e8bb8464cd", "arn:aws:acm:us-east-2:671290407336:certificate/2a108f19-aded-46b0-8493-c63eb1ef4a99").ShouldBe(
        "tls 2.0 2018-12-20T02:59:40 net/my-network-loadbalancer/c6e77e28c25b2234 g3d4b5e8bb8464cd 72.21.218.154:51341 172.100.100.185:443 5 2 98 246 - " +
        "arn:aws:acm:us-east-2:671290407336:certificate/2a108f19-aded-46b0-8493-c63eb1ef4a99 - ECDHE-RSA-AES128-SHA tlsv12 - " +
        "my-network-loadbalancer-c6e77e28c25b2234.elb.us-east-2.amazonaws.com - - - 2018-12-20T02:59:30");

    [Fact]
    public void Each_log_has_its_switch_bucket_and_file() => AccessLogTests.WithBucket("{\"Service\":\"logdelivery.elasticloadbalancing.amazonaws.com\"}", async (w, s3) =>
    {
        var (balancer, _, group) = await w.SetUpAsync();
        w.Targets.Set("172.31.0.10", 80);
        await w.RegisterAsync(group, "172.31.0.10");
        await w.UntilAsync(group, "172.31.0.10", TargetHealthStateEnum.Healthy, 1);
        (await ElbWorld.RefusedAsync(() => EnableAsync(""), "ValidationError")).Message.ShouldBe("The value of 'connection_logs.s3.bucket' cannot be empty when connection logs are enabled");
        await EnableAsync("our-logs");
        await w.World.RunFor(TimeSpan.FromSeconds(1));
        w.Ask(3);
        await w.World.RunFor(TimeSpan.FromMinutes(5));
        var keys = await AccessLogTests.KeysAsync(s3, w);
        keys.ShouldContain($"AWSLogs/{w.Caller.AccountId}/ELBConnectionLogTestFile");
        keys.Count(k => k.Contains("/conn_log.", StringComparison.Ordinal)).ShouldBe(1);
        keys.Count(k => k.EndsWith(".log.gz", StringComparison.Ordinal)).ShouldBe(1, "the access log is off");

        Task EnableAsync(string bucket) => w.Elb.ModifyLoadBalancerAttributesAsync(new()
        {
            LoadBalancerArn = balancer, Attributes = [new() { Key = "connection_logs.s3.enabled", Value = "true" }, new() { Key = "connection_logs.s3.bucket", Value = bucket }],
        }, w.Caller, default);
    });

    [Fact]
    public void A_network_load_balancer_has_no_connection_logs_and_tells_all_of_its_listeners_while_it_logs() => ElbWorld.Run(1, async w =>
    {
        var subnet = (await w.SubnetsAsync())[0].SubnetId ?? "";
        var balancer = (await w.Elb.CreateLoadBalancerAsync(new() { Name = "net", Type = LoadBalancerTypeEnum.Network, Subnets = [subnet] }, w.Caller, default)).LoadBalancers?[0].LoadBalancerArn ?? "";
        var group = await w.GroupAsync("tcp", r => r with { Protocol = ProtocolEnum.Tcp, HealthCheckPath = null, HealthCheckIntervalSeconds = 30 });
        await w.Elb.CreateListenerAsync(new() { LoadBalancerArn = balancer, Protocol = ProtocolEnum.Tcp, Port = 443, DefaultActions = [ElbWorld.Forward(group)] }, w.Caller, default);
        (await ElbWorld.RefusedAsync(() => ModifyAsync("connection_logs.s3.enabled", "true"), "ValidationError")).Message.ShouldContain("connection_logs.s3.enabled");
        await ModifyAsync("access_logs.s3.bucket", "logs");
        await ModifyAsync("access_logs.s3.enabled", "true");
        await w.World.RunFor(TimeSpan.FromSeconds(1));
        w.Proxy.Serving.Listeners.Single().TellsAll.ShouldBeTrue();

        Task ModifyAsync(string key, string value) => w.Elb.ModifyLoadBalancerAttributesAsync(new() { LoadBalancerArn = balancer, Attributes = [new() { Key = key, Value = value }] }, w.Caller, default);
    });
}
