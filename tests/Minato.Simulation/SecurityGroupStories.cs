using Minato.Contracts.Ec2;
using Minato.Contracts.ElasticLoadBalancingV2;
using Minato.Ec2;
using Minato.Elb;
using Minato.Aws;
using Minato.Testing;
using Microsoft.Extensions.DependencyInjection;
using Task = System.Threading.Tasks.Task;

namespace Minato.Simulation;

/// <summary>What a load balancer's targets hear of it through their security groups.</summary>
public sealed class SecurityGroupStories
{
    private static readonly CancellationToken None = CancellationToken.None;

    private sealed record Shop(World World, string Subnet, string Group, string Target)
    {
        public IEc2 Ec2 => World.Client<IEc2>();

        public async Task<string> HealthAsync()
        {
            var health = (await World.Client<IElasticLoadBalancingV2>().DescribeTargetHealthAsync(new() { TargetGroupArn = Target }, World.Caller, None))
                .TargetHealthDescriptions?[0].TargetHealth;
            return $"{health?.State?.ToWire()} {health?.Reason?.ToWire()}".Trim();
        }

        public Task BecomesAsync(string health) => World.Eventually(async () => await HealthAsync() == health, TimeSpan.FromMinutes(5), health);

        public Task OpenAsync(IpPermission permission) =>
            Ec2.AuthorizeSecurityGroupIngressAsync(new() { GroupId = Group, IpPermissions = [permission] }, World.Caller, None);
    }

    /// <summary>A web server with a security group of its own, which lets nobody in, behind a load balancer in the VPC's default group.</summary>
    private static void Run(ulong seed, Func<Shop, Task> test) => World.Run(
        seed,
        async world =>
        {
            var (ec2, elb) = (world.Client<IEc2>(), world.Client<IElasticLoadBalancingV2>());
            var subnets = (await ec2.DescribeSubnetsAsync(new(), world.Caller, None)).Subnets ?? [];
            var (subnet, vpc) = (subnets[0].SubnetId ?? "", subnets[0].VpcId ?? "");
            var balancer = (await elb.CreateLoadBalancerAsync(
                new() { Name = "web", Subnets = [.. subnets.Select(s => s.SubnetId ?? "")] }, world.Caller, None)).LoadBalancers?[0].LoadBalancerArn ?? "";
            var target = (await elb.CreateTargetGroupAsync(
                new()
                {
                    Name = "web", Protocol = ProtocolEnum.Http, Port = 8080, TargetType = TargetTypeEnum.Ip, VpcId = vpc,
                    HealthCheckIntervalSeconds = 5, HealthCheckTimeoutSeconds = 2, HealthyThresholdCount = 2, UnhealthyThresholdCount = 2,
                },
                world.Caller, None)).TargetGroups?[0].TargetGroupArn ?? "";
            await elb.CreateListenerAsync(
                new() { LoadBalancerArn = balancer, Port = 80, Protocol = ProtocolEnum.Http, DefaultActions = [new() { Type = ActionTypeEnum.Forward, TargetGroupArn = target }] },
                world.Caller, None);
            var group = (await ec2.CreateSecurityGroupAsync(new() { GroupName = "web", Description = "web", VpcId = vpc }, world.Caller, None)).GroupId ?? "";
            var nic = (await ec2.CreateNetworkInterfaceAsync(new() { SubnetId = subnet, Groups = [group] }, world.Caller, None)).NetworkInterface;
            world.Targets.Set(nic?.PrivateIpAddress ?? "", 8080);
            await elb.RegisterTargetsAsync(new() { TargetGroupArn = target, Targets = [new() { Id = nic?.PrivateIpAddress ?? "" }] }, world.Caller, None);
            await test(new(world, subnet, group, target));
        },
        services => services.AddEc2().AddElb().AddSingleton(new PageTokens("a secret of the test"u8)));

    [Theory, Seeds(1, 5)]
    public void A_group_that_does_not_open_the_port_makes_the_target_time_out_and_one_that_does_makes_it_healthy(ulong seed) => Run(seed, async shop =>
    {
        await shop.BecomesAsync("unhealthy Target.Timeout");
        var balancers = (await shop.Ec2.DescribeSecurityGroupsAsync(new() { GroupNames = ["default"] }, shop.World.Caller, None)).SecurityGroups?[0].GroupId;
        await shop.OpenAsync(new() { IpProtocol = "tcp", FromPort = 8080, ToPort = 8080, UserIdGroupPairs = [new() { GroupId = balancers }] });
        await shop.BecomesAsync("healthy");
    });

    [Theory, Seeds(1, 5)]
    public void Another_port_or_another_peer_opens_nothing(ulong seed) => Run(seed, async shop =>
    {
        await shop.OpenAsync(new() { IpProtocol = "tcp", FromPort = 8081, ToPort = 8090, IpRanges = [new() { CidrIp = "0.0.0.0/0" }] });
        await shop.OpenAsync(new() { IpProtocol = "tcp", FromPort = 8080, ToPort = 8080, IpRanges = [new() { CidrIp = "192.0.2.0/24" }] });
        await shop.BecomesAsync("unhealthy Target.Timeout");
        await shop.World.RunFor(TimeSpan.FromMinutes(2));
        (await shop.HealthAsync()).ShouldBe("unhealthy Target.Timeout");
    });

    [Theory, Seeds(1, 5)]
    public void Rules_come_back_after_somebody_flushed_them_and_hold_after_a_kill(ulong seed) => Run(seed, async shop =>
    {
        await shop.BecomesAsync("unhealthy Target.Timeout");
        shop.World.Firewall.Flush();
        await shop.World.Eventually(() => shop.World.Firewall.InForce is not null, TimeSpan.FromSeconds(20), "the rules are back");
        await shop.World.RestartAsync();
        await shop.World.RunFor(TimeSpan.FromMinutes(1));
        (await shop.HealthAsync()).ShouldBe("unhealthy Target.Timeout");
    });

    [Theory, Seeds(1, 3)]
    public void A_machine_without_rules_starts_nothing_and_says_why(ulong seed) => World.Run(
        seed,
        async world =>
        {
            world.Firewall.Refusal = "nft does not start: install nftables and run Minato as root";
            var subnet = (await world.Client<IEc2>().DescribeSubnetsAsync(new(), world.Caller, None)).Subnets?[0].SubnetId ?? "";
            Task Make() => world.Client<IEc2>().CreateNetworkInterfaceAsync(new() { SubnetId = subnet }, world.Caller, None);
            var error = await world.Throws<AwsException>(Make);
            (error.Code, error.Message).ShouldBe(("OperationNotPermitted", "Security groups and routes cannot be enforced on this machine: "
                + "nft does not start: install nftables and run Minato as root. To run without them, start Minato with --security-groups unenforced."));
            world.Firewall.Refusal = null;
            await Make();
        },
        services => services.AddEc2().AddSingleton(new PageTokens("a secret of the test"u8)));
}
