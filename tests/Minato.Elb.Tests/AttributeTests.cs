using Minato.Contracts.ElasticLoadBalancingV2;
using Minato.Engines.Proxy;

namespace Minato.Elb.Tests;

/// <summary>Attributes whose value depends on what has them.</summary>
public sealed class AttributeTests
{
    [Theory, InlineData(LoadBalancerSchemeEnum.Internal, "true"), InlineData(LoadBalancerSchemeEnum.InternetFacing, "false")]
    public void An_internal_load_balancer_is_out_of_an_internet_gateways_reach(LoadBalancerSchemeEnum scheme, string denies) => ElbWorld.Run(1, async w =>
    {
        foreach (var type in (LoadBalancerTypeEnum[])[LoadBalancerTypeEnum.Application, LoadBalancerTypeEnum.Network])
        {
            var made = (await w.Elb.CreateLoadBalancerAsync(
                new() { Name = type.ToString(), Type = type, Scheme = scheme, Subnets = [.. (await w.SubnetsAsync()).Select(s => s.SubnetId ?? "")] }, w.Caller, default)).LoadBalancers?[0].LoadBalancerArn ?? "";
            var all = (await w.Elb.DescribeLoadBalancerAttributesAsync(new() { LoadBalancerArn = made }, w.Caller, default)).Attributes ?? [];
            all.First(a => a.Key is "ipv6.deny_all_igw_traffic").Value.ShouldBe(denies);
        }
    });

    [Fact]
    public void Flows_may_stay_with_their_target_in_each_zone_alone() => ElbWorld.Run(1, async w =>
    {
        var group = await TcpAsync(w);
        await w.AttributeAsync(group, "load_balancing.cross_zone.enabled", "false");
        await w.AttributeAsync(group, "stickiness.enabled", "true");
    });

    [Fact]
    public void Connections_that_end_at_once_have_no_time_to_drain() => ElbWorld.Run(1, async w =>
    {
        var group = await TcpAsync(w);
        (await ElbWorld.RefusedAsync(() => w.AttributeAsync(group, "target_health_state.unhealthy.draining_interval_seconds", "60"), "InvalidConfigurationRequest")).Message
            .ShouldContain("target_health_state.unhealthy.connection_termination.enabled");
        await w.AttributeAsync(group, "target_health_state.unhealthy.connection_termination.enabled", "false");
        await w.AttributeAsync(group, "target_health_state.unhealthy.draining_interval_seconds", "60");
        await ElbWorld.RefusedAsync(() => w.AttributeAsync(group, "target_health_state.unhealthy.connection_termination.enabled", "true"), "InvalidConfigurationRequest");
    });

    [Fact]
    public void An_unhealthy_target_drains_first_where_it_is_given_time() => ElbWorld.Run(1, async w =>
    {
        const string A = "172.31.0.10", B = "172.31.0.11";
        var balancer = (await w.Elb.CreateLoadBalancerAsync(
            new() { Name = "flows", Type = LoadBalancerTypeEnum.Network, Subnets = [(await w.SubnetsAsync())[0].SubnetId ?? ""] }, w.Caller, default)).LoadBalancers?[0].LoadBalancerArn ?? "";
        var group = await TcpAsync(w);
        await w.Elb.CreateListenerAsync(new() { LoadBalancerArn = balancer, Protocol = ProtocolEnum.Tcp, Port = 80, DefaultActions = [ElbWorld.Forward(group)] }, w.Caller, default);
        await w.AttributeAsync(group, "target_health_state.unhealthy.connection_termination.enabled", "false");
        await w.AttributeAsync(group, "target_health_state.unhealthy.draining_interval_seconds", "120");
        w.Targets.Set(A, 80);
        w.Targets.Set(B, 80);
        await w.RegisterAsync(group, A, B);
        await w.UntilAsync(group, A, TargetHealthStateEnum.Healthy);
        await w.UntilAsync(group, B, TargetHealthStateEnum.Healthy);
        w.Targets.Remove(A, 80);
        await w.UntilAsync(group, A, TargetHealthStateEnum.UnhealthyDraining, 90);
        (await w.HealthAsync(group, A))?.Reason.ShouldBe(TargetHealthReasonEnum.TargetFailedHealthChecks);
        w.Ask(5).ShouldBe(new() { ["172-31-0-11-80"] = 5 }); // Nothing new.
        w.Proxy.Serving.Backends.Single().Protocol.EndsWhenStopped.ShouldBeTrue();
        StateOf(A).ShouldBe(ServerState.Draining);
        await w.World.RunFor(TimeSpan.FromSeconds(60));
        (await w.HealthAsync(group, A))?.State.ShouldBe(TargetHealthStateEnum.UnhealthyDraining);
        await w.UntilAsync(group, A, TargetHealthStateEnum.Unhealthy, 100);
        await w.World.Eventually(() => StateOf(A) is ServerState.Stopped, TimeSpan.FromSeconds(1));
        w.Targets.Set(A, 80);
        await w.UntilAsync(group, A, TargetHealthStateEnum.Healthy, 180);

        ServerState StateOf(string address) => w.Proxy.Serving.Backends.Single().Servers.Single(s => s.Address == address).State;
    });

    [Fact]
    public void Secondary_addresses_are_not_taken_away_again() => ElbWorld.Run(1, async w =>
    {
        var balancer = (await w.Elb.CreateLoadBalancerAsync(
            new() { Name = "flows", Type = LoadBalancerTypeEnum.Network, Subnets = [(await w.SubnetsAsync())[0].SubnetId ?? ""] }, w.Caller, default)).LoadBalancers?[0].LoadBalancerArn ?? "";
        Task SetAsync(string value) => w.Elb.ModifyLoadBalancerAttributesAsync(
            new() { LoadBalancerArn = balancer, Attributes = [new() { Key = "secondary_ips.auto_assigned.per_subnet", Value = value }] }, w.Caller, default);
        await SetAsync("3");
        await SetAsync("3");
        (await ElbWorld.RefusedAsync(() => SetAsync("2"), "InvalidConfigurationRequest")).Message
            .ShouldBe("The value of 'secondary_ips.auto_assigned.per_subnet' cannot be decreased from '3' to '2'");
    });

    [Fact]
    public void An_https_listener_names_the_headers_that_tell_of_tls() => HttpsWorld.Run(async w =>
    {
        var (listener, _) = await w.SecureAsync();
        Task SetAsync(string? arn, string name, string value) => w.Elb.Elb.ModifyListenerAttributesAsync(
            new() { ListenerArn = arn ?? "", Attributes = [new() { Key = $"routing.http.request.x_amzn_{name}.header_name", Value = value }] }, w.Elb.Caller, default);
        await SetAsync(listener.ListenerArn, "mtls_clientcert_leaf", "X-Client-Leaf");
        await SetAsync(listener.ListenerArn, "tls_version", "X-Tls");
        await w.World.Eventually(() => w.Proxy.Serving.Listeners is [{ Tls.Headers: { Leaf: "X-Client-Leaf", Version: "X-Tls", Issuer: "X-Amzn-Mtls-Clientcert-Issuer" } }], TimeSpan.FromSeconds(5));
        await SetAsync(listener.ListenerArn, "tls_version", "");
        await w.World.Eventually(() => w.Proxy.Serving.Listeners is [{ Tls.Headers.Version: "x-amzn-tls-version" }], TimeSpan.FromSeconds(5));
        await ElbWorld.RefusedAsync(() => SetAsync(listener.ListenerArn, "tls_version", "X Tls"), "ValidationError");
        var plain = await w.Elb.ListenerAsync(listener.LoadBalancerArn, await w.Elb.GroupAsync("plain"));
        (await ElbWorld.RefusedAsync(() => SetAsync(plain.ListenerArn, "tls_version", "X-Tls"), "ValidationError")).Message
            .ShouldBe("Listener attribute key 'routing.http.request.x_amzn_tls_version.header_name' is not recognized");
    });

    private static Task<string> TcpAsync(ElbWorld w) => w.GroupAsync("tcp", r => r with { Protocol = ProtocolEnum.Tcp, HealthCheckPath = null, HealthCheckTimeoutSeconds = 5 });
}
