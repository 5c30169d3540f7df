using System.Collections.Immutable;
using System.Security.Cryptography;
using System.Text;
using Microsoft.Extensions.DependencyInjection;
using Minato.Aws;
using Minato.Contracts.Ec2;
using Minato.Contracts.ElasticLoadBalancingV2;
using Minato.Ecs.State;
using ElbTag = Minato.Contracts.ElasticLoadBalancingV2.Tag;

namespace Minato.Ecs.Reconcile;

/// <summary>
/// The load balancers of Service Connect, as any client of ELB could make them. Their names come from what they are for, so that a repeat
/// after a crash finds them.
/// </summary>
internal sealed class ConnectBalancers(IServiceProvider rooms)
{
    /// <summary>Only services may tag with such a key: so a person sees whose they are.</summary>
    private const string Tag = "aws:ecs:serviceConnect";
    private const string DrainSeconds = "5";
    private const int CheckSeconds = 5;

    /// <param name="known">As it was last time, if it was there.</param>
    /// <returns>The endpoint as far as it is there; its address comes later.</returns>
    public async ValueTask<ConnectEndpoint> EnsureAsync(ServiceState service, string ns, ConnectOffer offer, ConnectEndpoint? known, CancellationToken ct)
    {
        var caller = service.Key.Cluster.Scope.AsService();
        var elb = rooms.GetRequiredService<IElasticLoadBalancingV2>();
        var subnet = service.Spec.NetworkConfiguration?.AwsvpcConfiguration?.Subnets is [var first, ..] ? first : "";
        var securityGroups = service.Spec.NetworkConfiguration?.AwsvpcConfiguration?.SecurityGroups ?? [];
        var balancer = await BalancerAsync(elb, NameOf(ns, offer.DnsName), subnet, securityGroups, offer, caller, ct);
        var group = await GroupAsync(elb, NameOf(ns, offer.DnsName, $"{offer.Port}", service.Key.Arn), balancer, offer, known, caller, ct);
        var listener = await ListenerAsync(elb, balancer.LoadBalancerArn ?? "", group, offer.Port, caller, ct);
        var address = known is { Address: { } there } && known.BalancerArn == balancer.LoadBalancerArn ? there : await AddressAsync(balancer.LoadBalancerArn ?? "", caller, ct);
        return new(offer, balancer.LoadBalancerArn ?? "", group, listener, address);
    }

    /// <summary>Exactly these are to take connections.</summary>
    public async ValueTask RegisterAsync(ConnectEndpoint endpoint, IEnumerable<(string Address, int Port)> wanted, AccountRegion scope, CancellationToken ct)
    {
        var elb = rooms.GetRequiredService<IElasticLoadBalancingV2>();
        var there = ((await elb.DescribeTargetHealthAsync(new() { TargetGroupArn = endpoint.GroupArn }, scope.AsService(), ct)).TargetHealthDescriptions ?? [])
            .Where(t => t.TargetHealth?.State != TargetHealthStateEnum.Draining).Select(t => (t.Target?.Id ?? "", t.Target?.Port ?? 0)).ToHashSet();
        var now = wanted.ToHashSet();
        ImmutableArray<TargetDescription> missing = [.. now.Except(there).Select(Target)];
        ImmutableArray<TargetDescription> surplus = [.. there.Except(now).Select(Target)];
        if (!missing.IsEmpty) await elb.RegisterTargetsAsync(new() { TargetGroupArn = endpoint.GroupArn, Targets = missing }, scope.AsService(), ct);
        if (!surplus.IsEmpty) await elb.DeregisterTargetsAsync(new() { TargetGroupArn = endpoint.GroupArn, Targets = surplus }, scope.AsService(), ct);

        static TargetDescription Target((string Address, int Port) target) => new() { Id = target.Address, Port = target.Port };
    }

    /// <summary>The last port of a name takes the name's load balancer with it.</summary>
    public async ValueTask RemoveAsync(ConnectEndpoint endpoint, AccountRegion scope, CancellationToken ct)
    {
        var elb = rooms.GetRequiredService<IElasticLoadBalancingV2>();
        var caller = scope.AsService();
        try
        {
            await elb.DeleteListenerAsync(new() { ListenerArn = endpoint.ListenerArn }, caller, ct);
        }
        catch (ListenerNotFoundException)
        {
            // Gone already.
        }

        await elb.DeleteTargetGroupAsync(new() { TargetGroupArn = endpoint.GroupArn }, caller, ct);
        try
        {
            if ((await elb.DescribeListenersAsync(new() { LoadBalancerArn = endpoint.BalancerArn }, caller, ct)).Listeners is not { Length: > 0 })
                await elb.DeleteLoadBalancerAsync(new() { LoadBalancerArn = endpoint.BalancerArn }, caller, ct);
        }
        catch (LoadBalancerNotFoundException)
        {
            // Gone already.
        }
    }

    /// <summary>It is in the service's security groups: who may speak to its tasks may speak to it, and it to them where the groups let their own members in.</summary>
    private static async ValueTask<LoadBalancer> BalancerAsync(
        IElasticLoadBalancingV2 elb, string name, string subnet, ImmutableArray<string> securityGroups, ConnectOffer offer, Caller caller, CancellationToken ct)
    {
        try
        {
            if ((await elb.DescribeLoadBalancersAsync(new() { Names = [name] }, caller, ct)).LoadBalancers is [var there, ..])
            {
                // AWS: one that was made without groups stays without.
                if (!securityGroups.IsEmpty && there.SecurityGroups is { IsEmpty: false } now && !now.ToHashSet(StringComparer.Ordinal).SetEquals(securityGroups))
                    await elb.SetSecurityGroupsAsync(new() { LoadBalancerArn = there.LoadBalancerArn ?? "", SecurityGroups = securityGroups }, caller, ct);
                return there;
            }
        }
        catch (LoadBalancerNotFoundException)
        {
            // To be made.
        }

        var made = await elb.CreateLoadBalancerAsync(new()
        {
            Name = name, Type = LoadBalancerTypeEnum.Network, Scheme = LoadBalancerSchemeEnum.Internal, Subnets = [subnet],
            SecurityGroups = securityGroups.IsEmpty ? null : securityGroups, Tags = [TagOf(offer)],
        }, caller, ct);
        return made.LoadBalancers is [var balancer, ..] ? balancer : new();
    }

    private static async ValueTask<string> GroupAsync(
        IElasticLoadBalancingV2 elb, string name, LoadBalancer balancer, ConnectOffer offer, ConnectEndpoint? known, Caller caller, CancellationToken ct)
    {
        var arn = await FindOrMakeGroupAsync(elb, name, balancer, offer, caller, ct);
        if (arn == known?.GroupArn) return arn;
        // Even of one that was there: a crash may have come between the two.
        await elb.ModifyTargetGroupAttributesAsync(
            new() { TargetGroupArn = arn, Attributes = [new() { Key = "deregistration_delay.timeout_seconds", Value = DrainSeconds }] }, caller, ct);
        return arn;
    }

    private static async ValueTask<string> FindOrMakeGroupAsync(IElasticLoadBalancingV2 elb, string name, LoadBalancer balancer, ConnectOffer offer, Caller caller, CancellationToken ct)
    {
        try
        {
            if ((await elb.DescribeTargetGroupsAsync(new() { Names = [name] }, caller, ct)).TargetGroups is [{ TargetGroupArn: { } there }, ..]) return there;
        }
        catch (TargetGroupNotFoundException)
        {
            // To be made.
        }

        var made = await elb.CreateTargetGroupAsync(new()
        {
            Name = name, Protocol = ProtocolEnum.Tcp, Port = offer.Port, TargetType = TargetTypeEnum.Ip, VpcId = balancer.VpcId, Tags = [TagOf(offer)],
            HealthCheckProtocol = ProtocolEnum.Tcp, HealthCheckIntervalSeconds = CheckSeconds, HealthCheckTimeoutSeconds = 2, HealthyThresholdCount = 2, UnhealthyThresholdCount = 2,
        }, caller, ct);
        return made.TargetGroups is [{ TargetGroupArn: { } one }, ..] ? one : "";
    }

    private static async ValueTask<string> ListenerAsync(IElasticLoadBalancingV2 elb, string balancer, string group, int port, Caller caller, CancellationToken ct)
    {
        var there = (await elb.DescribeListenersAsync(new() { LoadBalancerArn = balancer }, caller, ct)).Listeners ?? [];
        if (there.FirstOrDefault(l => l.Port == port)?.ListenerArn is { } known) return known;
        var made = await elb.CreateListenerAsync(new()
        {
            LoadBalancerArn = balancer, Port = port, Protocol = ProtocolEnum.Tcp, DefaultActions = [new() { Type = ActionTypeEnum.Forward, TargetGroupArn = group }],
        }, caller, ct);
        return made.Listeners is [{ ListenerArn: { } arn }, ..] ? arn : "";
    }

    /// <summary>As on AWS, whose interface it is stands in its description.</summary>
    private async ValueTask<string?> AddressAsync(string balancer, Caller caller, CancellationToken ct)
    {
        if (rooms.GetService<IEc2>() is not { } ec2) return null;
        var description = $"ELB {balancer[(balancer.IndexOf('/', StringComparison.Ordinal) + 1)..]}";
        var answer = await ec2.DescribeNetworkInterfacesAsync(new() { Filters = [new() { Name = "description", Values = [description] }] }, caller, ct);
        return (answer.NetworkInterfaces ?? []).FirstOrDefault(n => n.Status is NetworkInterfaceStatus.InUse)?.PrivateIpAddress;
    }

    private static ElbTag TagOf(ConnectOffer offer) => new() { Key = Tag, Value = $"{offer.DnsName}:{offer.Port}" };

    private static string NameOf(params string[] what) =>
        $"ecs-sc-{Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(string.Join('\n', what))))[..16]}";
}
