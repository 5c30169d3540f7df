using System.Collections.Immutable;
using Minato.Contracts.Ec2;
using Minato.Contracts.ElasticLoadBalancingV2;

namespace Minato.Elb.Tests;

/// <summary>What does not go together is refused, in AWS's words where they are known.</summary>
public sealed class RefusalTests
{
    [Fact]
    public void A_listener_changes_to_no_protocol_that_its_groups_do_not_speak() => ElbWorld.Run(1, async w =>
    {
        var balancer = await FlowsAsync(w);
        var group = await TcpAsync(w, "tcp");
        var listener = (await w.Elb.CreateListenerAsync(
            new() { LoadBalancerArn = balancer, Protocol = ProtocolEnum.Tcp, Port = 80, DefaultActions = [ElbWorld.Forward(group)] }, w.Caller, default)).Listeners?[0].ListenerArn ?? "";
        (await ElbWorld.RefusedAsync(() => w.Elb.ModifyListenerAsync(new() { ListenerArn = listener, Protocol = ProtocolEnum.Udp }, w.Caller, default), "IncompatibleProtocols"))
            .Message.ShouldContain("'UDP' is not compatible with the protocol 'TCP'");
    });

    [Fact]
    public void A_listener_moves_to_no_port_that_another_has() => ElbWorld.Run(1, async w =>
    {
        var (balancer, listener, group) = await w.SetUpAsync();
        await w.ListenerAsync(balancer, group, 81);
        (await ElbWorld.RefusedAsync(() => w.Elb.ModifyListenerAsync(new() { ListenerArn = listener, Port = 81 }, w.Caller, default), "DuplicateListener")).Message
            .ShouldBe($"A listener already exists on this port for this load balancer '{balancer}'");
    });

    [Theory, InlineData("HTTP2"), InlineData("GRPC")]
    public void Http_2_and_grpc_come_in_over_https_alone(string version) => HttpsWorld.Run(async w =>
    {
        var group = await w.Elb.GroupAsync(with: r => r with { ProtocolVersion = version, HealthCheckPath = null });
        var balancer = (await w.Elb.BalancerAsync()).LoadBalancerArn;
        var words = $"Listener protocol 'HTTP' is not supported with a target group with the protocol-version '{version}'";
        (await ElbWorld.RefusedAsync(() => w.Elb.ListenerAsync(balancer, group), "InvalidLoadBalancerAction")).Message.ShouldBe(words);
        var listener = (await w.ListenerAsync(balancer, group, await w.IssuedAsync("www.example.com"))).ListenerArn ?? "";
        (await ElbWorld.RefusedAsync(() => w.Elb.Elb.ModifyListenerAsync(new() { ListenerArn = listener, Protocol = ProtocolEnum.Http }, w.Elb.Caller, default), "InvalidLoadBalancerAction"))
            .Message.ShouldBe(words);
    });

    [Fact]
    public void An_applications_cookie_keeps_clients_of_one_group_alone() => ElbWorld.Run(1, async w =>
    {
        var (_, listener, one) = await w.SetUpAsync();
        var two = await w.GroupAsync("two");
        var split = new Contracts.ElasticLoadBalancingV2.Action
        {
            Type = ActionTypeEnum.Forward,
            ForwardConfig = new()
            {
                TargetGroups = [new() { TargetGroupArn = one }, new() { TargetGroupArn = two }], TargetGroupStickinessConfig = new() { Enabled = true, DurationSeconds = 60 },
            },
        };
        await KeepAsync(two);
        (await ElbWorld.RefusedAsync(() => w.Elb.ModifyListenerAsync(new() { ListenerArn = listener, DefaultActions = [split] }, w.Caller, default), "InvalidLoadBalancerAction"))
            .Message.ShouldContain("application-based stickiness");
        await w.AttributeAsync(two, "stickiness.enabled", "false");
        await w.Elb.ModifyListenerAsync(new() { ListenerArn = listener, DefaultActions = [split] }, w.Caller, default);
        await ElbWorld.RefusedAsync(() => KeepAsync(two), "InvalidLoadBalancerAction");

        Task KeepAsync(string group) => w.Elb.ModifyTargetGroupAttributesAsync(new()
        {
            TargetGroupArn = group,
            Attributes = [new() { Key = "stickiness.enabled", Value = "true" }, new() { Key = "stickiness.type", Value = "app_cookie" }, new() { Key = "stickiness.app_cookie.cookie_name", Value = "S" }],
        }, w.Caller, default);
    });

    [Fact]
    public void Authentication_is_said_to_be_missing_where_aws_would_have_it() => HttpsWorld.Run(async w =>
    {
        var (listener, _) = await w.SecureAsync();
        Task<CreateRuleResponse> Create(string arn) => w.Elb.Elb.CreateRuleAsync(new()
        {
            ListenerArn = arn, Priority = 1, Conditions = [new() { Field = "path-pattern", Values = ["/x"] }], Actions = [new() { Type = ActionTypeEnum.AuthenticateOidc, Order = 1 }],
        }, w.Elb.Caller, default);
        (await ElbWorld.RefusedAsync(() => Create(listener.ListenerArn ?? ""), "UnsupportedOperationException")).Message
            .ShouldBe("Minato does not serve this yet: actions of type 'authenticate-oidc'.");
        var plain = await w.Elb.ListenerAsync(listener.LoadBalancerArn, await w.Elb.GroupAsync("plain"));
        (await ElbWorld.RefusedAsync(() => Create(plain.ListenerArn ?? ""), "InvalidLoadBalancerAction")).Message
            .ShouldBe("Actions of type 'authenticate-oidc' are supported only on HTTPS listeners");
    });

    [Fact]
    public void Subnets_security_groups_and_addresses_belong_together() => ElbWorld.Run(1, async w =>
    {
        var (ours, other) = ((await w.SubnetsAsync()).Take(2).Select(s => s.SubnetId ?? "").ToImmutableArray(), await OtherAsync(w));
        (await RefusedAsync(r => r with { Subnets = [ours[0], other.Subnet] }, "InvalidConfigurationRequest")).ShouldContain("All subnets must be in one VPC");
        (await RefusedAsync(r => r with { SecurityGroups = [other.Group] }, "InvalidConfigurationRequest")).ShouldStartWith($"Security group \"{other.Group}\" does not belong to VPC \"vpc-");
        (await RefusedAsync(r => r with { SubnetMappings = [new() { SubnetId = ours[0] }] }, "ValidationError")).ShouldBe("You can specify either subnets or subnet mappings, but not both");
        (await RefusedAsync(r => r with { Subnets = null, Type = LoadBalancerTypeEnum.Network, SubnetMappings = [new() { SubnetId = ours[0], AllocationId = "eipalloc-0123" }] }, "AllocationIdNotFound"))
            .ShouldBe("The allocation ID 'eipalloc-0123' does not exist");

        async Task<string> RefusedAsync(Func<CreateLoadBalancerRequest, CreateLoadBalancerRequest> with, string code) =>
            (await ElbWorld.RefusedAsync(() => w.Elb.CreateLoadBalancerAsync(with(new() { Name = "web", Subnets = ours }), w.Caller, default), code)).Message;
    });

    [Fact]
    public void An_instance_of_another_vpc_is_no_target() => ElbWorld.Run(1, async w =>
    {
        var ec2 = w.World.Client<IEc2>();
        w.World.Host.AddImage(new("legacy:1") { Listens = [8080] });
        var image = (await ec2.RegisterImageAsync(new() { Name = "legacy", ImageLocation = "legacy:1" }, w.Caller, default)).ImageId;
        var made = (await ec2.RunInstancesAsync(
            new() { ImageId = image, InstanceType = "t3.micro", MinCount = 1, MaxCount = 1, SubnetId = (await OtherAsync(w)).Subnet }, w.Caller, default)).Instances?[0].InstanceId ?? "";
        await w.World.Eventually(async () => (await ec2.DescribeInstancesAsync(new() { InstanceIds = [made] }, w.Caller, default)).Reservations?[0].Instances?[0].State?.Name is InstanceStateName.Running, TimeSpan.FromMinutes(1));
        var vpc = (await w.SubnetsAsync()).First(s => s.DefaultForAz is true).VpcId;
        var group = (await w.Elb.CreateTargetGroupAsync(new() { Name = "hosts", Protocol = ProtocolEnum.Http, Port = 80, VpcId = vpc }, w.Caller, default)).TargetGroups?[0].TargetGroupArn ?? "";
        (await ElbWorld.RefusedAsync(() => w.RegisterAsync(group, made), "InvalidTarget")).Message.ShouldBe($"The following targets are not in the target group VPC '{vpc}': '{made}'");
    });

    [Fact]
    public void An_address_outside_of_the_vpc_is_in_no_zone_but_all_for_an_application_load_balancer() => ElbWorld.Run(1, async w =>
    {
        var (_, _, group) = await w.SetUpAsync();
        Task Register(string arn) => w.Elb.RegisterTargetsAsync(new() { TargetGroupArn = arn, Targets = [new() { Id = "10.1.2.3", AvailabilityZone = "us-east-1a" }] }, w.Caller, default);
        (await ElbWorld.RefusedAsync(() => Register(group), "ValidationError")).Message.ShouldContain("is outside the VPC");
        await Register(await TcpAsync(w, "tcp"));
    });

    [Fact]
    public void A_group_has_one_load_balancer_as_its_target_and_asks_it_over_http() => ElbWorld.Run(1, async w =>
    {
        var (first, _, _) = await w.SetUpAsync();
        var second = (await w.BalancerAsync("second")).LoadBalancerArn ?? "";
        await w.ListenerAsync(second, await w.GroupAsync("other"));
        var group = await TcpAsync(w, "front", r => r with { TargetType = TargetTypeEnum.Alb, Port = 80 });
        await w.RegisterAsync(group, first);
        (await ElbWorld.RefusedAsync(() => w.RegisterAsync(group, second), "TooManyTargets")).Message.ShouldContain("target type 'alb'");
        (await ElbWorld.RefusedAsync(() => TcpAsync(w, "tcp-checked", r => r with { TargetType = TargetTypeEnum.Alb, HealthCheckProtocol = ProtocolEnum.Tcp }), "ValidationError")).Message
            .ShouldBe("Health check protocol 'TCP' must be one of 'HTTP, HTTPS'");
    });

    [Fact]
    public void The_health_check_of_a_function_has_neither_protocol_nor_port() => ElbWorld.Run(1, async w =>
    {
        var group = (await w.Elb.CreateTargetGroupAsync(new() { Name = "function", TargetType = TargetTypeEnum.Lambda }, w.Caller, default)).TargetGroups?[0].TargetGroupArn ?? "";
        (await ElbWorld.RefusedAsync(() => w.Elb.ModifyTargetGroupAsync(new() { TargetGroupArn = group, HealthCheckPort = "80" }, w.Caller, default), "ValidationError")).Message
            .ShouldBe("Health check port cannot be specified for target groups with target type 'lambda'");
        await ElbWorld.RefusedAsync(() => w.Elb.ModifyTargetGroupAsync(new() { TargetGroupArn = group, HealthCheckProtocol = ProtocolEnum.Http }, w.Caller, default), "ValidationError");
    });

    [Fact]
    public void Deleting_what_is_not_there_succeeds_and_what_is_no_name_of_it_does_not() => ElbWorld.Run(1, async w =>
    {
        var group = await w.GroupAsync();
        await w.Elb.DeleteTargetGroupAsync(new() { TargetGroupArn = group }, w.Caller, default);
        await w.Elb.DeleteTargetGroupAsync(new() { TargetGroupArn = group }, w.Caller, default);
        (await ElbWorld.RefusedAsync(() => w.Elb.DeleteTargetGroupAsync(new() { TargetGroupArn = "web" }, w.Caller, default), "ValidationError")).Message.ShouldBe("'web' is not a valid target group ARN");
        (await ElbWorld.RefusedAsync(() => w.Elb.DeleteLoadBalancerAsync(new() { LoadBalancerArn = "web" }, w.Caller, default), "ValidationError")).Message.ShouldBe("'web' is not a valid load balancer ARN");
    });

    private static async Task<string> FlowsAsync(ElbWorld w) => (await w.Elb.CreateLoadBalancerAsync(
        new() { Name = "flows", Type = LoadBalancerTypeEnum.Network, Subnets = [(await w.SubnetsAsync())[0].SubnetId ?? ""] }, w.Caller, default)).LoadBalancers?[0].LoadBalancerArn ?? "";

    private static Task<string> TcpAsync(ElbWorld w, string name, Func<CreateTargetGroupRequest, CreateTargetGroupRequest>? with = null) => w.GroupAsync(name, r =>
    {
        var tcp = r with { Protocol = ProtocolEnum.Tcp, HealthCheckPath = null, HealthCheckIntervalSeconds = null };
        return with?.Invoke(tcp) ?? tcp;
    });

    /// <summary>A VPC beside the default one.</summary>
    private static async Task<(string Subnet, string Group)> OtherAsync(ElbWorld w)
    {
        var ec2 = w.World.Client<IEc2>();
        var vpc = (await ec2.CreateVpcAsync(new() { CidrBlock = "10.20.0.0/16" }, w.Caller, default)).Vpc?.VpcId ?? "";
        var subnet = (await ec2.CreateSubnetAsync(new() { VpcId = vpc, CidrBlock = "10.20.1.0/24", AvailabilityZone = "us-east-1c" }, w.Caller, default)).Subnet?.SubnetId ?? "";
        var group = (await ec2.CreateSecurityGroupAsync(new() { GroupName = "other", Description = "other", VpcId = vpc }, w.Caller, default)).GroupId ?? "";
        return (subnet, group);
    }
}
