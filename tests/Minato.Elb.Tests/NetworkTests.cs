using Minato.Contracts.ElasticLoadBalancingV2;
using Minato.Engines.Proxy;

namespace Minato.Elb.Tests;

public sealed class NetworkTests
{
    [Fact]
    public void A_network_load_balancer_needs_one_subnet_and_no_security_group() => ElbWorld.Run(1, async w =>
    {
        var balancer = await BalancerAsync(w);
        balancer.LoadBalancerArn.ShouldNotBeNull().ShouldContain(":loadbalancer/net/flows/");
        balancer.DNSName.ShouldNotBeNull().ShouldMatch("^flows-[0-9a-f]{16}\\.elb\\.us-east-1\\.amazonaws\\.com$");
        (balancer.Type, balancer.CanonicalHostedZoneId, balancer.SecurityGroups).ShouldBe((LoadBalancerTypeEnum.Network, "Z26RNL4JYFTOTI", null));
        (await ElbWorld.RefusedAsync(() => w.Elb.SetSecurityGroupsAsync(new() { LoadBalancerArn = balancer.LoadBalancerArn, SecurityGroups = ["sg-1"] }, w.Caller, default),
            "InvalidConfigurationRequest")).Message.ShouldContain("created without security groups");
        await ElbWorld.RefusedAsync(() => w.Elb.CreateLoadBalancerAsync(new() { Name = "none", Type = LoadBalancerTypeEnum.Network }, w.Caller, default), "ValidationError");
    });

    [Fact]
    public void Subnets_may_be_given_addresses_of_their_own() => ElbWorld.Run(1, async w =>
    {
        var subnet = (await w.SubnetsAsync())[0];
        var inside = string.Join('.', (subnet.CidrBlock ?? "").Split('.')[..3]) + ".200";
        var made = (await w.Elb.CreateLoadBalancerAsync(new()
        {
            Name = "flows", Type = LoadBalancerTypeEnum.Network, SubnetMappings = [new() { SubnetId = subnet.SubnetId, PrivateIPv4Address = inside }],
        }, w.Caller, default)).LoadBalancers?[0];
        made?.AvailabilityZones?[0].LoadBalancerAddresses?[0].PrivateIPv4Address.ShouldBe(inside);
        (await ElbWorld.RefusedAsync(() => w.Elb.CreateLoadBalancerAsync(new()
        {
            Name = "other", Type = LoadBalancerTypeEnum.Network, SubnetMappings = [new() { SubnetId = subnet.SubnetId, PrivateIPv4Address = "192.0.2.1" }],
        }, w.Caller, default), "InvalidConfigurationRequest")).Message.ShouldContain("is not in the CIDR range");
        await ElbWorld.RefusedAsync(() => w.Elb.CreateLoadBalancerAsync(new()
        {
            Name = "app", SubnetMappings = [new() { SubnetId = subnet.SubnetId, PrivateIPv4Address = inside }],
        }, w.Caller, default), "InvalidConfigurationRequest");
    });

    [Fact]
    public void What_is_of_application_load_balancers_is_refused() => ElbWorld.Run(1, async w =>
    {
        var (balancer, tcp, http) = (await BalancerAsync(w), await GroupAsync(w), await w.GroupAsync("http"));
        (await Refused(ProtocolEnum.Http, http, "ValidationError")).ShouldBe("Listener protocol 'HTTP' must be one of 'TCP, TLS, UDP, TCP_UDP'");
        (await Refused(ProtocolEnum.Tcp, http, "IncompatibleProtocols")).ShouldContain("'TCP' is not compatible with the protocol 'HTTP'");
        (await ElbWorld.RefusedAsync(() => w.Elb.CreateListenerAsync(new()
        {
            LoadBalancerArn = balancer.LoadBalancerArn ?? "", Protocol = ProtocolEnum.Tcp, Port = 80,
            DefaultActions = [new() { Type = ActionTypeEnum.FixedResponse, FixedResponseConfig = new() { StatusCode = "200" } }],
        }, w.Caller, default), "InvalidLoadBalancerAction")).Message.ShouldContain("forward");
        var listener = await ListenerAsync(w, balancer, tcp);
        (await ElbWorld.RefusedAsync(() => w.Elb.CreateRuleAsync(new()
        {
            ListenerArn = listener.ListenerArn ?? "", Priority = 1, Conditions = [new() { Field = "path-pattern", Values = ["/x"] }], Actions = [ElbWorld.Forward(tcp)],
        }, w.Caller, default), "ValidationError")).Message.ShouldBe("Rules are not supported for listeners of Network Load Balancers");
        (await ElbWorld.RefusedAsync(() => w.AttributeAsync(tcp, "slow_start.duration_seconds", "30"), "ValidationError")).Message
            .ShouldBe("Target group attribute key 'slow_start.duration_seconds' is not recognized");
        (await ElbWorld.RefusedAsync(() => w.AttributeAsync(http, "proxy_protocol_v2.enabled", "true"), "ValidationError")).Message
            .ShouldBe("Target group attribute key 'proxy_protocol_v2.enabled' is not recognized");

        async Task<string> Refused(ProtocolEnum protocol, string group, string code) => (await ElbWorld.RefusedAsync(() => w.Elb.CreateListenerAsync(new()
        {
            LoadBalancerArn = balancer.LoadBalancerArn ?? "", Protocol = protocol, Port = 80, DefaultActions = [ElbWorld.Forward(group)],
        }, w.Caller, default), code)).Message;
    });

    [Theory]
    [InlineData(ProtocolEnum.Tcp, ProtocolEnum.Tcp, true), InlineData(ProtocolEnum.Tcp, ProtocolEnum.TcpUdp, true), InlineData(ProtocolEnum.Tcp, ProtocolEnum.Udp, false)]
    [InlineData(ProtocolEnum.Udp, ProtocolEnum.Udp, true), InlineData(ProtocolEnum.Udp, ProtocolEnum.TcpUdp, true), InlineData(ProtocolEnum.Udp, ProtocolEnum.Tcp, false)]
    [InlineData(ProtocolEnum.TcpUdp, ProtocolEnum.TcpUdp, true), InlineData(ProtocolEnum.TcpUdp, ProtocolEnum.Tcp, false), InlineData(ProtocolEnum.Tcp, ProtocolEnum.Tls, false)]
    public void Listeners_and_groups_have_protocols_that_go_together(ProtocolEnum listener, ProtocolEnum group, bool go) => ElbWorld.Run(1, async w =>
    {
        var (balancer, arn) = (await BalancerAsync(w), await GroupAsync(w, group));
        if (go) await ListenerAsync(w, balancer, arn, listener);
        else await ElbWorld.RefusedAsync(() => ListenerAsync(w, balancer, arn, listener), "IncompatibleProtocols");
    });

    [Fact]
    public void Health_is_asked_over_tcp_unless_http_is_wanted() => ElbWorld.Run(1, async w =>
    {
        var tcp = await DescribeAsync(await GroupAsync(w));
        (tcp.HealthCheckProtocol, tcp.HealthCheckTimeoutSeconds, tcp.HealthCheckIntervalSeconds, tcp.Matcher, tcp.HealthCheckPath, tcp.ProtocolVersion)
            .ShouldBe((ProtocolEnum.Tcp, 10, 30, null, null, null));
        var http = await DescribeAsync(await GroupAsync(w, name: "http", with: r => r with { HealthCheckProtocol = ProtocolEnum.Http }));
        (http.HealthCheckTimeoutSeconds, http.Matcher?.HttpCode, http.HealthCheckPath).ShouldBe((6, "200-399", "/"));
        await ElbWorld.RefusedAsync(() => GroupAsync(w, name: "path", with: r => r with { HealthCheckPath = "/x" }), "ValidationError");

        async Task<TargetGroup> DescribeAsync(string arn) => (await w.Elb.DescribeTargetGroupsAsync(new() { TargetGroupArns = [arn] }, w.Caller, default)).TargetGroups?[0] ?? new();
    });

    [Fact]
    public void A_target_that_takes_connections_is_healthy_and_gets_them() => ElbWorld.Run(1, async w =>
    {
        var (balancer, group) = (await BalancerAsync(w), await GroupAsync(w));
        await ListenerAsync(w, balancer, group);
        w.Targets.Set("172.31.0.10", 9000);
        await w.RegisterAsync(group, "172.31.0.10", "172.31.0.11");
        await w.UntilAsync(group, "172.31.0.10", TargetHealthStateEnum.Healthy);
        await w.UntilAsync(group, "172.31.0.11", TargetHealthStateEnum.Unhealthy, 90);
        w.Proxy.Serving.Listeners.Single().Protocol.ShouldBe(ProxyProtocol.Tcp);
        w.Ask(10).ShouldBe(new Dictionary<string, int> { ["172-31-0-10-9000"] = 10 });
    });

    [Theory]
    [InlineData(ProtocolEnum.Tcp, TargetTypeEnum.Ip, "false", "false"), InlineData(ProtocolEnum.Tcp, TargetTypeEnum.Instance, "true", "false")]
    [InlineData(ProtocolEnum.Udp, TargetTypeEnum.Ip, "true", "true")]
    public void Attributes_have_the_defaults_of_their_protocol_and_type(ProtocolEnum protocol, TargetTypeEnum type, string preserves, string terminates) => ElbWorld.Run(1, async w =>
    {
        var group = await GroupAsync(w, protocol, with: r => r with { TargetType = type });
        var all = ((await w.Elb.DescribeTargetGroupAttributesAsync(new() { TargetGroupArn = group }, w.Caller, default)).Attributes ?? []).ToDictionary(a => a.Key ?? "", a => a.Value);
        (all["preserve_client_ip.enabled"], all["deregistration_delay.connection_termination.enabled"], all["stickiness.type"]).ShouldBe((preserves, terminates, "source_ip"));
    });

    [Fact]
    public void What_a_group_asks_of_connections_reaches_the_proxy() => ElbWorld.Run(1, async w =>
    {
        var (balancer, group) = (await BalancerAsync(w), await GroupAsync(w));
        var listener = await ListenerAsync(w, balancer, group);
        await w.AttributeAsync(group, "proxy_protocol_v2.enabled", "true");
        await w.AttributeAsync(group, "stickiness.enabled", "true");
        await w.AttributeAsync(group, "deregistration_delay.connection_termination.enabled", "true");
        await w.Elb.ModifyListenerAttributesAsync(new() { ListenerArn = listener.ListenerArn ?? "", Attributes = [new() { Key = "tcp.idle_timeout.seconds", Value = "60" }] }, w.Caller, default);
        await w.World.Eventually(() => w.Proxy.Serving is
        {
            Listeners: [{ IdleTimeout.TotalSeconds: 60 }],
            Backends: [{ Protocol: { IsTcp: true, SendsProxyHeader: true, FollowsSource: true, EndsWhenRemoved: true, EndsWhenStopped: true } }],
        }, TimeSpan.FromSeconds(5));
    });

    [Fact]
    public void Health_is_asked_with_a_proxy_header_where_targets_get_one() => ElbWorld.Run(1, async w =>
    {
        var (balancer, group) = (await BalancerAsync(w), await GroupAsync(w));
        await ListenerAsync(w, balancer, group);
        await w.AttributeAsync(group, "proxy_protocol_v2.enabled", "true");
        w.Targets.Set("172.31.0.10", 9000, request => request.SendsProxyHeader ? new ProbeOutcome.Connected() : new ProbeOutcome.Failed("no header"));
        await w.RegisterAsync(group, "172.31.0.10");
        await w.UntilAsync(group, "172.31.0.10", TargetHealthStateEnum.Healthy);
    });

    [Fact]
    public void An_application_load_balancer_may_be_a_target() => ElbWorld.Run(1, async w =>
    {
        var (app, listener, _) = await w.SetUpAsync();
        var group = await GroupAsync(w, name: "front", with: r => r with { TargetType = TargetTypeEnum.Alb, Port = 80 });
        await ListenerAsync(w, await BalancerAsync(w), group);
        (await ElbWorld.RefusedAsync(() => RegisterAsync(81), "InvalidTarget")).Message.ShouldContain("must have a listener on port '81'");
        await RegisterAsync(80);
        var address = (await w.Elb.DescribeLoadBalancersAsync(new() { LoadBalancerArns = [app] }, w.Caller, default)).LoadBalancers?[0].AvailabilityZones?[0].LoadBalancerAddresses?[0].IpAddress ?? "";
        w.Targets.Set(address, 80);
        await w.UntilAsync(group, app, TargetHealthStateEnum.Healthy);
        await w.World.Eventually(() => w.Proxy.Serving.Backends.Any(b => b.Servers.Any(s => s.Address == address && s.Port == 80)), TimeSpan.FromSeconds(5));

        Task RegisterAsync(int port) => w.Elb.RegisterTargetsAsync(new() { TargetGroupArn = group, Targets = [new() { Id = app, Port = port }] }, w.Caller, default);
    });

    [Theory, InlineData("HTTP2"), InlineData("GRPC")]
    public void Groups_may_speak_http_2_and_grpc_behind_https_alone(string version) => ElbWorld.Run(1, async w =>
    {
        var group = await w.GroupAsync(with: r => r with { ProtocolVersion = version, HealthCheckPath = null });
        var described = (await w.Elb.DescribeTargetGroupsAsync(new() { TargetGroupArns = [group] }, w.Caller, default)).TargetGroups?[0];
        (described?.ProtocolVersion, described?.HealthCheckPath, described?.Matcher?.GrpcCode ?? described?.Matcher?.HttpCode)
            .ShouldBe(version is "GRPC" ? (version, "/AWS.ALB/healthcheck", "12") : (version, "/", "200"));
        var balancer = await w.BalancerAsync();
        await ElbWorld.RefusedAsync(() => w.ListenerAsync(balancer.LoadBalancerArn, group), "InvalidLoadBalancerAction");
    });

    private static async Task<LoadBalancer> BalancerAsync(ElbWorld w) => (await w.Elb.CreateLoadBalancerAsync(
        new() { Name = "flows", Type = LoadBalancerTypeEnum.Network, Subnets = [.. (await w.SubnetsAsync()).Select(s => s.SubnetId ?? "")] }, w.Caller, default)).LoadBalancers?[0] ?? new();

    private static async Task<string> GroupAsync(
        ElbWorld w, ProtocolEnum protocol = ProtocolEnum.Tcp, string name = "tcp", Func<CreateTargetGroupRequest, CreateTargetGroupRequest>? with = null)
    {
        var request = new CreateTargetGroupRequest { Name = name, Protocol = protocol, Port = 9000, VpcId = (await w.SubnetsAsync())[0].VpcId, TargetType = TargetTypeEnum.Ip };
        return (await w.Elb.CreateTargetGroupAsync(with?.Invoke(request) ?? request, w.Caller, default)).TargetGroups?[0].TargetGroupArn ?? "";
    }

    private static async Task<Listener> ListenerAsync(ElbWorld w, LoadBalancer balancer, string group, ProtocolEnum protocol = ProtocolEnum.Tcp) =>
        (await w.Elb.CreateListenerAsync(new()
        {
            LoadBalancerArn = balancer.LoadBalancerArn ?? "", Protocol = protocol, Port = 80, DefaultActions = [ElbWorld.Forward(group)],
        }, w.Caller, default)).Listeners?[0] ?? new();
}
