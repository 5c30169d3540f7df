using Minato.Aws;
using Minato.Contracts.Ec2;
using Minato.Contracts.ElasticLoadBalancing;
using Minato.Elb.Planning;
using Minato.Engines.Proxy;
using Minato.Testing;
using ClassicListener = Minato.Contracts.ElasticLoadBalancing.Listener;

namespace Minato.Elb.Tests;

/// <summary>Classic Load Balancers, by the older API.</summary>
public sealed class ClassicTests
{
    [Fact]
    public void A_classic_load_balancer_is_described_as_it_was_made() => Run(async (w, classic) =>
    {
        var dns = await CreateAsync(w, classic);
        dns.ShouldMatch("^old-[0-9]{10}\\.us-east-1\\.elb\\.amazonaws\\.com$");
        var described = await DescribeAsync(w, classic);
        (described.DNSName, described.Scheme, described.CanonicalHostedZoneNameID).ShouldBe((dns, "internet-facing", "Z35SXDOTRQ7X7K"));
        described.HealthCheck.ShouldBe(new() { Target = "TCP:80", Interval = 30, Timeout = 5, UnhealthyThreshold = 2, HealthyThreshold = 10 });
        described.ListenerDescriptions?[0].Listener.ShouldBe(Http(80, 8080) with { InstanceProtocol = "HTTP" });
        described.AvailabilityZones?.Length.ShouldBe(2);
        (await CreateAsync(w, classic)).ShouldBe(dns); // An exact repeat.
        (await Refused(() => CreateAsync(w, classic, Http(81, 8080)), "DuplicateLoadBalancerName")).ShouldContain("configured with different parameters");
    });

    [Fact]
    public void The_younger_api_does_not_know_it() => Run(async (w, classic) =>
    {
        await CreateAsync(w, classic);
        ((await w.Elb.DescribeLoadBalancersAsync(new(), w.Caller, default)).LoadBalancers ?? []).ShouldBeEmpty();
        ((await w.Elb.DescribeTargetGroupsAsync(new(), w.Caller, default)).TargetGroups ?? []).ShouldBeEmpty();
        await ElbWorld.RefusedAsync(() => w.Elb.DescribeListenersAsync(new() { LoadBalancerArn = $"arn:aws:elasticloadbalancing:us-east-1:{World.AccountId}:loadbalancer/old" }, w.Caller, default), "LoadBalancerNotFound");
        await w.BalancerAsync("old"); // The same name is free there.
    });

    [Fact]
    public void Requests_reach_instances_in_service_and_nobody_else_answers() => Run(async (w, classic) =>
    {
        var (id, address) = await HostAsync(w);
        await CreateAsync(w, classic);
        await classic.ConfigureHealthCheckAsync(new() { LoadBalancerName = "old", HealthCheck = Check("HTTP:8080/ping") }, w.Caller, default);
        await classic.RegisterInstancesWithLoadBalancerAsync(new() { LoadBalancerName = "old", Instances = [new() { InstanceId = id }] }, w.Caller, default);
        (await HealthAsync(w, classic)).ShouldBe(("OutOfService", "ELB", "Instance registration is still in progress."));
        await w.World.Eventually(async () => (await HealthAsync(w, classic)).Reason is "Instance", TimeSpan.FromMinutes(1));
        (await HealthAsync(w, classic)).Description.ShouldBe("Instance has failed at least the UnhealthyThreshold number of health checks consecutively.");
        w.Ask(3).ShouldBe(new Dictionary<string, int> { ["503"] = 3 }); // AWS: it does not fail open.
        w.Targets.Set(address, 8080, r => r.Path is "/ping" or "/" ? new ProbeOutcome.Answered(200) : new ProbeOutcome.Answered(404));
        await w.World.Eventually(async () => (await HealthAsync(w, classic)).State is "InService", TimeSpan.FromMinutes(2));
        w.Ask(3).ShouldBe(new Dictionary<string, int> { [$"{id}-8080"] = 3 });
    });

    [Fact]
    public void A_deregistered_instance_drains_when_it_is_to() => Run(async (w, classic) =>
    {
        var (id, address) = await HostAsync(w);
        w.Targets.Set(address, 80);
        w.Targets.Set(address, 8080);
        await CreateAsync(w, classic);
        await classic.ModifyLoadBalancerAttributesAsync(new()
        {
            LoadBalancerName = "old", LoadBalancerAttributes = new() { ConnectionDraining = new() { Enabled = true, Timeout = 60 }, ConnectionSettings = new() { IdleTimeout = 30 } },
        }, w.Caller, default);
        await classic.RegisterInstancesWithLoadBalancerAsync(new() { LoadBalancerName = "old", Instances = [new() { InstanceId = id }] }, w.Caller, default);
        await w.World.Eventually(async () => (await HealthAsync(w, classic)).State is "InService", TimeSpan.FromMinutes(1));
        w.Proxy.Serving.Listeners.Single().IdleTimeout.ShouldBe(TimeSpan.FromSeconds(30));
        await classic.DeregisterInstancesFromLoadBalancerAsync(new() { LoadBalancerName = "old", Instances = [new() { InstanceId = id }] }, w.Caller, default);
        (await HealthAsync(w, classic)).ShouldBe(("InService", "N/A", "Instance deregistration currently in progress."));
        await w.World.Eventually(() => w.Proxy.Serving.Backends.Single().Servers is [{ State: ServerState.Draining }], TimeSpan.FromSeconds(5));
        await w.World.RunFor(TimeSpan.FromSeconds(62));
        w.Proxy.Serving.Backends.Single().Servers.ShouldBeEmpty();
        ((await classic.DescribeInstanceHealthAsync(new() { LoadBalancerName = "old" }, w.Caller, default)).InstanceStates ?? []).ShouldBeEmpty();
    });

    [Fact]
    public void Listeners_come_and_go_and_keep_to_a_layer() => Run(async (w, classic) =>
    {
        await CreateAsync(w, classic);
        await AddAsync(new() { Protocol = "tcp", LoadBalancerPort = 25, InstancePort = 2525 });
        await w.World.Eventually(() => w.Proxy.Serving.Listeners.Count(l => l.Protocol is ProxyProtocol.Tcp) == 1, TimeSpan.FromSeconds(5));
        (await Refused(() => AddAsync(Http(80, 9090)), "DuplicateListener")).ShouldBe(
            "A listener already exists for old with LoadBalancerPort 80, but with a different InstancePort, Protocol, or SSLCertificateId");
        await Refused(() => AddAsync(new() { Protocol = "HTTP", LoadBalancerPort = 81, InstanceProtocol = "TCP", InstancePort = 81 }), "ValidationError");
        await Refused(() => AddAsync(new() { Protocol = "HTTPS", LoadBalancerPort = 443, InstancePort = 80 }), "ValidationError");
        await Refused(() => AddAsync(new() { Protocol = "UDP", LoadBalancerPort = 53, InstancePort = 53 }), "UnsupportedProtocol");
        await classic.DeleteLoadBalancerListenersAsync(new() { LoadBalancerName = "old", LoadBalancerPorts = [25] }, w.Caller, default);
        await w.World.Eventually(() => w.Proxy.Serving.Listeners.Length == 1 && w.Proxy.Serving.Backends.Length == 1, TimeSpan.FromSeconds(5));
        await classic.DeleteLoadBalancerAsync(new() { LoadBalancerName = "old" }, w.Caller, default);
        await w.World.Eventually(() => w.Proxy.Serving.Listeners.IsEmpty && w.Proxy.Serving.Backends.IsEmpty, TimeSpan.FromSeconds(5));
        (await Refused(() => DescribeAsync(w, classic), "LoadBalancerNotFound")).ShouldBe("There is no ACTIVE Load Balancer named 'old'");
        await classic.DeleteLoadBalancerAsync(new() { LoadBalancerName = "old" }, w.Caller, default); // It is gone already.

        Task AddAsync(ClassicListener listener) => classic.CreateLoadBalancerListenersAsync(new() { LoadBalancerName = "old", Listeners = [listener] }, w.Caller, default);
    });

    [Theory]
    [InlineData("FTP:21", "HealthCheck Target must begin with one of HTTP, TCP, HTTPS, SSL")]
    [InlineData("HTTP:80", "HealthCheck HTTP Target must specify a port followed by a path that begins with a slash. e.g. HTTP:80/ping/this/path")]
    public void A_health_check_names_protocol_port_and_path(string target, string message) => Run(async (w, classic) =>
    {
        await CreateAsync(w, classic);
        (await Refused(() => classic.ConfigureHealthCheckAsync(new() { LoadBalancerName = "old", HealthCheck = Check(target) }, w.Caller, default), "ValidationError")).ShouldBe(message);
    });

    [Theory]
    [InlineData("HTTP:8080/x", "HTTP", 8080, "/x"), InlineData("tcp:25", "TCP", 25, null), InlineData("SSL:443", "SSL", 443, null), InlineData("HTTPS:443/", "HTTPS", 443, "/")]
    public void Targets_of_health_checks_are_read(string target, string protocol, int port, string? path) => ClassicPlanner.Parse(target).ShouldBe((protocol, port, path));

    [Theory, InlineData("HTTP:0/x"), InlineData("TCP:80/x"), InlineData("TCP"), InlineData("HTTP:eighty/"), InlineData("")]
    public void Targets_that_are_none_are_not(string target) => ClassicPlanner.Parse(target).ShouldBeNull();

    [Fact]
    public void Policies_are_kept_and_predefined_ones_are_spelled_out() => Run(async (w, classic) =>
    {
        await CreateAsync(w, classic);
        await classic.CreateLoadBalancerPolicyAsync(new()
        {
            LoadBalancerName = "old", PolicyName = "tls", PolicyTypeName = "SSLNegotiationPolicyType",
            PolicyAttributes = [new() { AttributeName = "Reference-Security-Policy", AttributeValue = "ELBSecurityPolicy-TLS-1-2-2017-01" }],
        }, w.Caller, default);
        await classic.CreateLBCookieStickinessPolicyAsync(new() { LoadBalancerName = "old", PolicyName = "sticky", CookieExpirationPeriod = 60 }, w.Caller, default);
        var policies = (await classic.DescribeLoadBalancerPoliciesAsync(new() { LoadBalancerName = "old", PolicyNames = ["tls"] }, w.Caller, default)).PolicyDescriptions ?? [];
        var attributes = (policies[0].PolicyAttributeDescriptions ?? []).ToDictionary(a => a.AttributeName ?? "", a => a.AttributeValue);
        (attributes["Protocol-TLSv1.2"], attributes["Protocol-TLSv1"], attributes["AES128-SHA"], attributes["ECDHE-RSA-AES128-GCM-SHA256"]).ShouldBe(("true", "false", "false", "true"));
        var described = (await DescribeAsync(w, classic)).Policies;
        (described?.OtherPolicies?[0], described?.LBCookieStickinessPolicies?[0]).ShouldBe(("tls", new() { PolicyName = "sticky", CookieExpirationPeriod = 60 }));
        await Refused(() => classic.CreateLBCookieStickinessPolicyAsync(new() { LoadBalancerName = "old", PolicyName = "sticky" }, w.Caller, default), "DuplicatePolicyName");
        await Refused(() => classic.CreateLoadBalancerPolicyAsync(new() { LoadBalancerName = "old", PolicyName = "x", PolicyTypeName = "None" }, w.Caller, default), "PolicyTypeNotFound");
        await Refused(() => classic.SetLoadBalancerPoliciesOfListenerAsync(new() { LoadBalancerName = "old", LoadBalancerPort = 80, PolicyNames = ["none"] }, w.Caller, default), "PolicyNotFound");
        await classic.CreateLoadBalancerPolicyAsync(new()
        {
            LoadBalancerName = "old", PolicyName = "proxied", PolicyTypeName = "ProxyProtocolPolicyType", PolicyAttributes = [new() { AttributeName = "ProxyProtocol", AttributeValue = "true" }],
        }, w.Caller, default);
        await Refused(() => classic.SetLoadBalancerPoliciesOfListenerAsync(new() { LoadBalancerName = "old", LoadBalancerPort = 80, PolicyNames = ["proxied"] }, w.Caller, default), "InvalidConfigurationRequest");
        ((await classic.DescribeLoadBalancerPoliciesAsync(new(), w.Caller, default)).PolicyDescriptions ?? []).Select(p => p.PolicyName).ShouldContain("ELBSecurityPolicy-2016-08");
        ((await classic.DescribeLoadBalancerPolicyTypesAsync(new(), w.Caller, default)).PolicyTypeDescriptions ?? []).Length.ShouldBe(6);
    });

    [Fact]
    public void A_secure_listener_has_its_certificate_and_the_policy_set_for_it() => HttpsWorld.Run(async w =>
    {
        var classic = w.World.Client<IElasticLoadBalancing>();
        var certificate = await w.IssuedAsync("www.example.com");
        await CreateAsync(w.Elb, classic, new ClassicListener { Protocol = "HTTPS", LoadBalancerPort = 443, InstancePort = 80, SSLCertificateId = certificate });
        await classic.CreateLoadBalancerPolicyAsync(new()
        {
            LoadBalancerName = "old", PolicyName = "tls", PolicyTypeName = "SSLNegotiationPolicyType",
            PolicyAttributes = [new() { AttributeName = "Reference-Security-Policy", AttributeValue = "ELBSecurityPolicy-TLS-1-2-2017-01" }],
        }, w.Elb.Caller, default);
        await w.World.Eventually(() => w.Proxy.Serving.Listeners is [{ Tls: { Oldest: "TLSv1" } tls }] && tls.Alpn.SequenceEqual(["http/1.1"]), TimeSpan.FromSeconds(5));
        await classic.SetLoadBalancerPoliciesOfListenerAsync(new() { LoadBalancerName = "old", LoadBalancerPort = 443, PolicyNames = ["tls"] }, w.Elb.Caller, default);
        await w.World.Eventually(() => w.Proxy.Serving.Listeners is [{ Tls.Oldest: "TLSv1.2" }], TimeSpan.FromSeconds(5));
        (await w.Acm.DescribeCertificateAsync(new() { CertificateArn = certificate }, w.Elb.Caller, default)).Certificate?.InUseBy?[0].ShouldEndWith(":loadbalancer/old");
    });

    [Fact]
    public void Subnets_attributes_and_tags_change() => Run(async (w, classic) =>
    {
        await CreateAsync(w, classic);
        var third = (await w.SubnetsAsync())[2];
        (await classic.AttachLoadBalancerToSubnetsAsync(new() { LoadBalancerName = "old", Subnets = [third.SubnetId ?? ""] }, w.Caller, default)).Subnets?.Length.ShouldBe(3);
        (await classic.DisableAvailabilityZonesForLoadBalancerAsync(new() { LoadBalancerName = "old", AvailabilityZones = [third.AvailabilityZone ?? ""] }, w.Caller, default)).AvailabilityZones?.Length.ShouldBe(2);
        var attributes = (await classic.DescribeLoadBalancerAttributesAsync(new() { LoadBalancerName = "old" }, w.Caller, default)).LoadBalancerAttributes;
        (attributes?.ConnectionDraining, attributes?.ConnectionSettings?.IdleTimeout, attributes?.CrossZoneLoadBalancing?.Enabled)
            .ShouldBe((new() { Enabled = false, Timeout = 300 }, 60, false));
        await classic.AddTagsAsync(new() { LoadBalancerNames = ["old"], Tags = [new() { Key = "team", Value = "a" }] }, w.Caller, default);
        await classic.RemoveTagsAsync(new() { LoadBalancerNames = ["old"], Tags = [new() { Key = "other" }] }, w.Caller, default);
        (await classic.DescribeTagsAsync(new() { LoadBalancerNames = ["old"] }, w.Caller, default)).TagDescriptions?[0].Tags?.ShouldBe([new() { Key = "team", Value = "a" }]);
    });

    private static void Run(Func<ElbWorld, IElasticLoadBalancing, Task> test) => ElbWorld.Run(1, w => test(w, w.World.Client<IElasticLoadBalancing>()));

    private static ClassicListener Http(int port, int instancePort) => new() { Protocol = "HTTP", LoadBalancerPort = port, InstancePort = instancePort };

    private static HealthCheck Check(string target) => new() { Target = target, Interval = 10, Timeout = 5, UnhealthyThreshold = 2, HealthyThreshold = 2 };

    private static async Task<string> CreateAsync(ElbWorld w, IElasticLoadBalancing classic, ClassicListener? listener = null) => (await classic.CreateLoadBalancerAsync(new()
    {
        LoadBalancerName = "old", Listeners = [listener ?? Http(80, 8080)], Subnets = [.. (await w.SubnetsAsync()).Take(2).Select(s => s.SubnetId ?? "")],
    }, w.Caller, default)).DNSName ?? "";

    private static async Task<LoadBalancerDescription> DescribeAsync(ElbWorld w, IElasticLoadBalancing classic) =>
        (await classic.DescribeLoadBalancersAsync(new() { LoadBalancerNames = ["old"] }, w.Caller, default)).LoadBalancerDescriptions?[0] ?? new();

    private static async Task<(string? State, string? Reason, string? Description)> HealthAsync(ElbWorld w, IElasticLoadBalancing classic)
    {
        var state = (await classic.DescribeInstanceHealthAsync(new() { LoadBalancerName = "old" }, w.Caller, default)).InstanceStates?[0];
        return (state?.State, state?.ReasonCode, state?.Description);
    }

    private static async Task<(string Id, string Address)> HostAsync(ElbWorld w)
    {
        var host = (await w.World.Client<IEc2>().DescribeInstancesAsync(new(), w.Caller, default)).Reservations?[0].Instances?[0];
        return (host?.InstanceId ?? "", host?.PrivateIpAddress ?? "");
    }

    private static async Task<string> Refused(Func<Task> call, string code) => (await ElbWorld.RefusedAsync(call, code)).Message;
}
