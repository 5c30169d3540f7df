using Minato.Contracts.Ec2;
using Minato.Contracts.ElasticLoadBalancing;
using Minato.Engines.Proxy;

namespace Minato.Elb.Tests;

/// <summary>Classic Load Balancers that keep clients with their instance, and what becomes of instances meanwhile.</summary>
public sealed class ClassicStickinessTests
{
    private const string Name = "old";

    [Fact]
    public void Clients_are_kept_by_awselb_as_long_as_the_policy_says() => Run(async (w, classic) =>
    {
        await CreateAsync(w, classic, Http(80, 8080));
        await classic.CreateLBCookieStickinessPolicyAsync(new() { LoadBalancerName = Name, PolicyName = "minute", CookieExpirationPeriod = 60 }, w.Caller, default);
        await classic.CreateLBCookieStickinessPolicyAsync(new() { LoadBalancerName = Name, PolicyName = "session" }, w.Caller, default);
        await classic.CreateAppCookieStickinessPolicyAsync(new() { LoadBalancerName = Name, PolicyName = "app", CookieName = "JSESSIONID" }, w.Caller, default);
        await SetAsync(w, classic, 80, "minute");
        await KeptAsync(new(TimeSpan.FromMinutes(1), null) { IsClassic = true });
        await SetAsync(w, classic, 80, "session");
        await KeptAsync(new(TimeSpan.Zero, null) { IsClassic = true });
        await SetAsync(w, classic, 80, "app");
        await KeptAsync(new(TimeSpan.Zero, "JSESSIONID") { IsClassic = true });
        await SetAsync(w, classic, 80);
        await KeptAsync(null);

        Task KeptAsync(ProxyStickiness? wanted) => w.World.Eventually(() => w.Proxy.Serving.Backends.Single().Stickiness == wanted, TimeSpan.FromSeconds(5));
    });

    [Fact]
    public void Listeners_of_one_instance_port_keep_clients_each_in_its_own_way_and_instances_stay_in_service() => Run(async (w, classic) =>
    {
        var (id, address) = await HostAsync(w);
        await CreateAsync(w, classic, Http(80, 8080), Http(81, 8080));
        await classic.ConfigureHealthCheckAsync(new() { LoadBalancerName = Name, HealthCheck = new() { Target = "TCP:8080", Interval = 10, Timeout = 5, UnhealthyThreshold = 2, HealthyThreshold = 2 } }, w.Caller, default);
        w.Targets.Set(address, 8080);
        await classic.RegisterInstancesWithLoadBalancerAsync(new() { LoadBalancerName = Name, Instances = [new() { InstanceId = id }] }, w.Caller, default);
        await w.World.Eventually(async () => await StateAsync(w, classic) is "InService", TimeSpan.FromMinutes(1));
        w.Proxy.Serving.Backends.Length.ShouldBe(1);
        w.Targets.Remove(address, 8080); // No probe finds anything from here on: what is known goes along.
        await classic.CreateLBCookieStickinessPolicyAsync(new() { LoadBalancerName = Name, PolicyName = "sticky" }, w.Caller, default);
        await SetAsync(w, classic, 81, "sticky");
        await w.World.Eventually(() => w.Proxy.Serving.Backends.Length == 2 && w.Proxy.Serving.Backends.Count(b => b.Stickiness is not null) == 1, TimeSpan.FromSeconds(5));
        w.Proxy.Serving.Backends.ShouldAllBe(b => b.Servers.Single().State == ServerState.Ready);
        await SetAsync(w, classic, 80, "sticky");
        await w.World.Eventually(() => w.Proxy.Serving.Backends is [{ Stickiness: not null }], TimeSpan.FromSeconds(5));
    });

    [Fact]
    public void Policies_go_with_the_protocol_of_their_listener() => Run(async (w, classic) =>
    {
        await CreateAsync(w, classic, Http(80, 8080), new() { Protocol = "TCP", LoadBalancerPort = 25, InstancePort = 25 });
        await classic.CreateLBCookieStickinessPolicyAsync(new() { LoadBalancerName = Name, PolicyName = "one" }, w.Caller, default);
        await classic.CreateLBCookieStickinessPolicyAsync(new() { LoadBalancerName = Name, PolicyName = "two" }, w.Caller, default);
        await classic.CreateLoadBalancerPolicyAsync(new()
        {
            LoadBalancerName = Name, PolicyName = "tls", PolicyTypeName = "SSLNegotiationPolicyType",
            PolicyAttributes = [new() { AttributeName = "Reference-Security-Policy", AttributeValue = "ELBSecurityPolicy-2016-08" }],
        }, w.Caller, default);
        await ElbWorld.RefusedAsync(() => SetAsync(w, classic, 25, "one"), "InvalidConfigurationRequest");
        await ElbWorld.RefusedAsync(() => SetAsync(w, classic, 80, "tls"), "InvalidConfigurationRequest");
        await ElbWorld.RefusedAsync(() => SetAsync(w, classic, 80, "one", "two"), "InvalidConfigurationRequest");
    });

    [Theory]
    [InlineData("LBCookieStickinessPolicyType", "CookieExpirationPeriod", "soon")]
    [InlineData("LBCookieStickinessPolicyType", "CookieExpirationPeriod", "-1")]
    [InlineData("AppCookieStickinessPolicyType", "CookieName", "a b")]
    public void A_policy_with_a_value_that_is_none_is_refused_and_the_load_balancer_stays_describable(string type, string key, string value) => Run(async (w, classic) =>
    {
        await CreateAsync(w, classic, Http(80, 8080));
        await ElbWorld.RefusedAsync(() => classic.CreateLoadBalancerPolicyAsync(new()
        {
            LoadBalancerName = Name, PolicyName = "p", PolicyTypeName = type, PolicyAttributes = [new() { AttributeName = key, AttributeValue = value }],
        }, w.Caller, default), "InvalidConfigurationRequest");
        (await classic.DescribeLoadBalancersAsync(new(), w.Caller, default)).LoadBalancerDescriptions?.Length.ShouldBe(1);
    });

    [Fact]
    public void A_secure_listener_is_made_with_the_default_security_policy() => HttpsWorld.Run(async w =>
    {
        var classic = w.World.Client<IElasticLoadBalancing>();
        var secure = new Listener { Protocol = "HTTPS", LoadBalancerPort = 443, InstancePort = 80, SSLCertificateId = await w.IssuedAsync("www.example.com") };
        await CreateAsync(w.Elb, classic, secure);
        await CreateAsync(w.Elb, classic, secure); // An exact repeat.
        var described = (await classic.DescribeLoadBalancersAsync(new(), w.Elb.Caller, default)).LoadBalancerDescriptions?[0];
        described?.ListenerDescriptions?[0].PolicyNames?.ShouldBe(["ELBSecurityPolicy-2016-08"]);
        described?.Policies?.OtherPolicies?.ShouldBe(["ELBSecurityPolicy-2016-08"]);
        (await classic.DescribeLoadBalancerPoliciesAsync(new() { LoadBalancerName = Name, PolicyNames = ["ELBSecurityPolicy-2016-08"] }, w.Elb.Caller, default)).PolicyDescriptions?.Length.ShouldBe(1);
    });

    [Fact]
    public void Instances_are_told_of_clients_where_a_policy_of_their_port_says_so() => Run(async (w, classic) =>
    {
        await CreateAsync(w, classic, new Listener { Protocol = "TCP", LoadBalancerPort = 25, InstancePort = 2525 });
        await classic.CreateLoadBalancerPolicyAsync(new()
        {
            LoadBalancerName = Name, PolicyName = "told", PolicyTypeName = "ProxyProtocolPolicyType", PolicyAttributes = [new() { AttributeName = "ProxyProtocol", AttributeValue = "true" }],
        }, w.Caller, default);
        await BackendAsync(2525, "told");
        await w.World.Eventually(() => w.Proxy.Serving.Backends is [{ Protocol: { SendsProxyLine: true, SendsProxyHeader: false } }], TimeSpan.FromSeconds(5));
        var described = (await classic.DescribeLoadBalancersAsync(new(), w.Caller, default)).LoadBalancerDescriptions?[0].BackendServerDescriptions?[0];
        (described?.InstancePort, described?.PolicyNames?[0]).ShouldBe((2525, "told"));
        await ElbWorld.RefusedAsync(() => BackendAsync(2526, "told"), "InvalidConfigurationRequest");
        await ElbWorld.RefusedAsync(() => BackendAsync(2525, "none"), "PolicyNotFound");
        await ElbWorld.RefusedAsync(() => classic.DeleteLoadBalancerPolicyAsync(new() { LoadBalancerName = Name, PolicyName = "told" }, w.Caller, default), "InvalidConfigurationRequest");
        await BackendAsync(2525);
        await w.World.Eventually(() => w.Proxy.Serving.Backends is [{ Protocol.SendsProxyLine: false }], TimeSpan.FromSeconds(5));

        Task BackendAsync(int port, params string[] policies) => classic.SetLoadBalancerPoliciesForBackendServerAsync(
            new() { LoadBalancerName = Name, InstancePort = port, PolicyNames = [.. policies] }, w.Caller, default);
    });

    [Fact]
    public void A_security_policy_put_together_by_hand_is_what_the_listener_speaks() => HttpsWorld.Run(async w =>
    {
        var classic = w.World.Client<IElasticLoadBalancing>();
        await CreateAsync(w.Elb, classic, new Listener { Protocol = "HTTPS", LoadBalancerPort = 443, InstancePort = 80, SSLCertificateId = await w.IssuedAsync("www.example.com") });
        await PolicyAsync("own", "Protocol-TLSv1.1", "Protocol-TLSv1.2", "AES128-SHA", "ECDHE-RSA-AES128-GCM-SHA256");
        await SetAsync(w.Elb, classic, 443, "own");
        await w.World.Eventually(() => w.Proxy.Serving.Listeners is [{ Tls: { Oldest: "TLSv1.1", Newest: "TLSv1.2" } tls }] && tls.Ciphers.SequenceEqual(["ECDHE-RSA-AES128-GCM-SHA256", "AES128-SHA"]), TimeSpan.FromSeconds(5));
        await PolicyAsync("old", "Protocol-SSLv3", "AES128-SHA");
        await ElbWorld.RefusedAsync(() => SetAsync(w.Elb, classic, 443, "old"), "UnsupportedOperationException");
        await PolicyAsync("mute", "Protocol-TLSv1.2");
        await ElbWorld.RefusedAsync(() => SetAsync(w.Elb, classic, 443, "mute"), "InvalidConfigurationRequest");

        Task PolicyAsync(string name, params string[] on) => classic.CreateLoadBalancerPolicyAsync(new()
        {
            LoadBalancerName = Name, PolicyName = name, PolicyTypeName = "SSLNegotiationPolicyType",
            PolicyAttributes = [.. on.Select(o => new PolicyAttribute { AttributeName = o, AttributeValue = "true" })],
        }, w.Elb.Caller, default);
    });

    [Theory]
    [InlineData("we_b", "LoadBalancer name cannot contain characters that are not letters, or digits or the dash.")]
    [InlineData("a/b", "LoadBalancer name cannot contain characters that are not letters, or digits or the dash.")]
    [InlineData("abcdefghijklmnopqrstuvwxyz0123456", "LoadBalancer name cannot be longer than 32 characters")]
    public void Names_of_classic_load_balancers_are_checked(string name, string message) => Run(async (w, classic) =>
    {
        var subnet = (await w.SubnetsAsync())[0].SubnetId ?? "";
        (await ElbWorld.RefusedAsync(() => classic.CreateLoadBalancerAsync(new() { LoadBalancerName = name, Listeners = [Http(80, 80)], Subnets = [subnet] }, w.Caller, default), "ValidationError"))
            .Message.ShouldBe(message);
    });

    [Fact]
    public void An_instance_that_stopped_says_so_comes_back_in_service_and_leaves_when_it_is_terminated() => Run(async (w, classic) =>
    {
        var ec2 = w.World.Client<IEc2>();
        w.World.Host.AddImage(new("legacy:1") { Listens = [8080] });
        var image = (await ec2.RegisterImageAsync(new() { Name = "legacy", ImageLocation = "legacy:1" }, w.Caller, default)).ImageId;
        var id = (await ec2.RunInstancesAsync(new() { ImageId = image, InstanceType = "t3.micro", MinCount = 1, MaxCount = 1 }, w.Caller, default)).Instances?[0].InstanceId ?? "";
        await UntilAsync(InstanceStateName.Running);
        await CreateAsync(w, classic, Http(80, 8080));
        await classic.ConfigureHealthCheckAsync(new() { LoadBalancerName = Name, HealthCheck = new() { Target = "TCP:8080", Interval = 10, Timeout = 5, UnhealthyThreshold = 2, HealthyThreshold = 2 } }, w.Caller, default);
        await classic.RegisterInstancesWithLoadBalancerAsync(new() { LoadBalancerName = Name, Instances = [new() { InstanceId = id }] }, w.Caller, default);
        await w.World.Eventually(async () => await StateAsync(w, classic) is "InService", TimeSpan.FromMinutes(1));
        await ec2.StopInstancesAsync(new() { InstanceIds = [id] }, w.Caller, default);
        await UntilAsync(InstanceStateName.Stopped);
        await w.World.RunFor(TimeSpan.FromSeconds(1));
        await TagAsync();
        var stopped = (await classic.DescribeInstanceHealthAsync(new() { LoadBalancerName = Name }, w.Caller, default)).InstanceStates?[0];
        (stopped?.State, stopped?.ReasonCode, stopped?.Description).ShouldBe(("OutOfService", "Instance", "Instance is in stopped state."));
        await ec2.StartInstancesAsync(new() { InstanceIds = [id] }, w.Caller, default);
        await w.World.Eventually(async () => await StateAsync(w, classic) is "InService", TimeSpan.FromMinutes(1));
        await TagAsync(); // What has nothing to do with it leaves it in service.
        (await StateAsync(w, classic)).ShouldBe("InService");
        await ec2.TerminateInstancesAsync(new() { InstanceIds = [id] }, w.Caller, default);
        await w.World.Eventually(async () => (await classic.DescribeLoadBalancersAsync(new(), w.Caller, default)).LoadBalancerDescriptions?[0].Instances is { IsEmpty: true }, TimeSpan.FromMinutes(1));

        Task TagAsync() => classic.AddTagsAsync(new() { LoadBalancerNames = [Name], Tags = [new() { Key = "a", Value = "b" }] }, w.Caller, default);

        async Task UntilAsync(InstanceStateName state) => await w.World.Eventually(
            async () => (await ec2.DescribeInstancesAsync(new() { InstanceIds = [id] }, w.Caller, default)).Reservations?[0].Instances?[0].State?.Name == state, TimeSpan.FromMinutes(1));
    });

    private static void Run(Func<ElbWorld, IElasticLoadBalancing, Task> test) => ElbWorld.Run(1, w => test(w, w.World.Client<IElasticLoadBalancing>()));

    private static Listener Http(int port, int instancePort) => new() { Protocol = "HTTP", LoadBalancerPort = port, InstancePort = instancePort };

    private static async Task CreateAsync(ElbWorld w, IElasticLoadBalancing classic, params Listener[] listeners) => await classic.CreateLoadBalancerAsync(
        new() { LoadBalancerName = Name, Listeners = [.. listeners], Subnets = [.. (await w.SubnetsAsync()).Select(s => s.SubnetId ?? "")] }, w.Caller, default);

    private static Task SetAsync(ElbWorld w, IElasticLoadBalancing classic, int port, params string[] policies) => classic.SetLoadBalancerPoliciesOfListenerAsync(
        new() { LoadBalancerName = Name, LoadBalancerPort = port, PolicyNames = [.. policies] }, w.Caller, default);

    private static async Task<string?> StateAsync(ElbWorld w, IElasticLoadBalancing classic) =>
        (await classic.DescribeInstanceHealthAsync(new() { LoadBalancerName = Name }, w.Caller, default)).InstanceStates?[0].State;

    private static async Task<(string Id, string Address)> HostAsync(ElbWorld w)
    {
        var host = (await w.World.Client<IEc2>().DescribeInstancesAsync(new(), w.Caller, default)).Reservations?[0].Instances?[0];
        return (host?.InstanceId ?? "", host?.PrivateIpAddress ?? "");
    }
}
