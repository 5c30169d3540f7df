using System.Collections.Immutable;
using System.Globalization;
using Minato.Aws;
using Minato.Contracts.Ec2;
using Minato.Contracts.Ecs;
using Minato.Contracts.ElasticLoadBalancingV2;
using LoadBalancer = Minato.Contracts.Ecs.LoadBalancer;
using Task = System.Threading.Tasks.Task;

namespace Minato.Rehearsal;

/// <summary>Builds around the rehearsed service what it stands on: subnets in its zones, target groups with its checks, a listener.</summary>
internal sealed class Scenery(IEc2 ec2, IElasticLoadBalancingV2 elb, RehearsalInput input, bool onInstances, Caller caller)
{
    private const int DefaultDelay = 300; // AWS: of deregistration.
    private readonly Groups _securityGroups = new(ec2, input, caller);
    private readonly Dictionary<string, string> _groups = new(StringComparer.Ordinal);
    private ImmutableArray<Subnet> _subnets = [];

    /// <summary>Subnets of the service's zones; all three where its zones are not known.</summary>
    public ImmutableArray<string> Subnets { get; private set; } = [];

    public ImmutableArray<LoadBalancer> LoadBalancers { get; private set; } = [];

    /// <summary>Where the tasks of the service are, with those groups.</summary>
    public AwsVpcConfiguration Network(ImmutableArray<string>? groups) => new() { Subnets = Subnets, SecurityGroups = _securityGroups.Of(groups ?? []) };

    /// <summary>The range of addresses in a zone; null when the service has no subnet there.</summary>
    public string? RangeOf(string zone) => _subnets.FirstOrDefault(s => s.AvailabilityZone == zone && Subnets.Contains(s.SubnetId ?? ""))?.CidrBlock;

    public IReadOnlyList<string> Zones => [.. _subnets.Where(s => Subnets.Contains(s.SubnetId ?? "")).Select(s => s.AvailabilityZone ?? "")];

    /// <summary>What the service runs in: a task without an address of its own is reached at its instance.</summary>
    private TargetTypeEnum TargetType =>
        onInstances && input.After.NetworkMode is not Contracts.Ecs.NetworkMode.Awsvpc ? TargetTypeEnum.Instance : TargetTypeEnum.Ip;

    public async Task BuildAsync(CancellationToken ct)
    {
        _subnets = (await ec2.DescribeSubnetsAsync(new(), caller, ct)).Subnets ?? [];
        var zones = (input.Service.NetworkConfiguration?.AwsvpcConfiguration?.Subnets ?? []).Select(s => input.Zones.GetValueOrDefault(s)).OfType<string>().ToHashSet(StringComparer.Ordinal);
        var chosen = _subnets.Where(s => zones.Contains(s.AvailabilityZone ?? "")).ToList();
        Subnets = [.. (chosen.Count > 0 ? chosen : _subnets.AsEnumerable()).Select(s => s.SubnetId ?? "")];
        await _securityGroups.BuildAsync(_subnets, ct);
        var balancers = ImmutableArray.CreateBuilder<LoadBalancer>();
        foreach (var asked in (input.Service.LoadBalancers ?? []).Where(b => b.TargetGroupArn is not null)) balancers.Add(await BalanceAsync(asked, balancers.Count, ct));
        LoadBalancers = balancers.ToImmutable();
    }

    private async Task<LoadBalancer> BalanceAsync(LoadBalancer asked, int number, CancellationToken ct)
    {
        var group = await GroupAsync(asked.TargetGroupArn ?? "", ct);
        var type = IsNetwork(asked) ? LoadBalancerTypeEnum.Network : LoadBalancerTypeEnum.Application;
        var made = await elb.CreateLoadBalancerAsync(
            new() { Name = $"rehearsal-{number}", Type = type, Subnets = Subnets, SecurityGroups = _securityGroups.Of(input.BalancerGroups.GetValueOrDefault(asked.TargetGroupArn ?? "", [])) }, caller, ct);
        var arn = made.LoadBalancers?[0].LoadBalancerArn ?? "";
        var advanced = asked.AdvancedConfiguration;
        var other = advanced?.AlternateTargetGroupArn is { } alternate ? await GroupAsync(alternate, ct) : null;
        var production = await ListenAsync(arn, type, 80, group, other, ct);
        if (advanced is null || other is null) return asked with { TargetGroupArn = group };
        return asked with
        {
            TargetGroupArn = group,
            AdvancedConfiguration = new()
            {
                AlternateTargetGroupArn = other,
                ProductionListenerRule = production,
                TestListenerRule = advanced.TestListenerRule is null ? null : await ListenAsync(arn, type, 8080, group, other, ct),
                RoleArn = advanced.RoleArn,
            },
        };
    }

    /// <returns>What a service names to shift traffic: the default rule, or on a network load balancer the listener.</returns>
    private async Task<string> ListenAsync(string balancer, LoadBalancerTypeEnum type, int port, string group, string? other, CancellationToken ct)
    {
        var made = await elb.CreateListenerAsync(
            new()
            {
                LoadBalancerArn = balancer, Port = port, Protocol = type is LoadBalancerTypeEnum.Network ? ProtocolEnum.Tcp : ProtocolEnum.Http,
                DefaultActions = [Forward(group, other)],
            },
            caller, ct);
        var listener = made.Listeners?[0].ListenerArn ?? "";
        if (type is LoadBalancerTypeEnum.Network) return listener;
        return (await elb.DescribeRulesAsync(new() { ListenerArn = listener }, caller, ct)).Rules?.FirstOrDefault()?.RuleArn ?? listener;
    }

    /// <summary>All to the one; a second one stands by.</summary>
    private static Contracts.ElasticLoadBalancingV2.Action Forward(string group, string? other) => other is null
        ? new() { Type = ActionTypeEnum.Forward, TargetGroupArn = group }
        : new()
        {
            Type = ActionTypeEnum.Forward,
            ForwardConfig = new() { TargetGroups = [new() { TargetGroupArn = group, Weight = 100 }, new() { TargetGroupArn = other, Weight = 0 }] },
        };

    private async Task<string> GroupAsync(string arn, CancellationToken ct)
    {
        if (_groups.TryGetValue(arn, out var known)) return known;
        var asked = Find(arn);
        var made = await elb.CreateTargetGroupAsync(
            new()
            {
                Name = $"rehearsal-{_groups.Count}", Protocol = asked?.Protocol ?? ProtocolEnum.Http, Port = asked?.Port ?? 80, VpcId = _subnets[0].VpcId, TargetType = TargetType,
                HealthCheckProtocol = asked?.HealthCheckProtocol, HealthCheckPath = asked?.HealthCheckPath,
                HealthCheckIntervalSeconds = asked?.HealthCheckIntervalSeconds, HealthCheckTimeoutSeconds = asked?.HealthCheckTimeoutSeconds,
                HealthyThresholdCount = asked?.HealthyThresholdCount, UnhealthyThresholdCount = asked?.UnhealthyThresholdCount,
            },
            caller, ct);
        var group = made.TargetGroups?[0].TargetGroupArn ?? "";
        var delay = input.DeregistrationDelays.GetValueOrDefault(arn, DefaultDelay).ToString(CultureInfo.InvariantCulture);
        await elb.ModifyTargetGroupAttributesAsync(
            new() { TargetGroupArn = group, Attributes = [new() { Key = "deregistration_delay.timeout_seconds", Value = delay }] }, caller, ct);
        return _groups[arn] = group;
    }

    private bool IsNetwork(LoadBalancer asked) => Find(asked.TargetGroupArn ?? "")?.Protocol is ProtocolEnum.Tcp or ProtocolEnum.Tls or ProtocolEnum.Udp or ProtocolEnum.TcpUdp;

    private TargetGroup? Find(string arn) => input.TargetGroups.FirstOrDefault(g => g.TargetGroupArn == arn);
}
