using System.Collections.Immutable;
using System.Globalization;
using Minato.Contracts.ElasticLoadBalancingV2;
using Minato.Elb.State;

namespace Minato.Elb.Planning;

/// <summary>
/// Attributes of Network Load Balancers, their listeners and target groups. What the proxy cannot do about a client's address is answered
/// as AWS does and said in the README.
/// </summary>
internal static class NetworkAttributes
{
    public const string IdleTimeout = "tcp.idle_timeout.seconds";
    public const string ProxyProtocol = "proxy_protocol_v2.enabled";
    public const string EndsWhenRemoved = "deregistration_delay.connection_termination.enabled";
    public const string EndsWhenUnhealthy = "target_health_state.unhealthy.connection_termination.enabled";
    private const string PreserveClientIp = "preserve_client_ip.enabled";

    private static readonly Func<string, bool> s_boolean = v => v is "true" or "false";
    private static readonly Func<string, bool> s_text = v => v.Length <= 1024;

    private static readonly ImmutableArray<AttributeSpec> s_balancer =
    [
        new("access_logs.s3.enabled", "false", s_boolean),
        new("access_logs.s3.bucket", "", s_text),
        new("access_logs.s3.prefix", "", s_text),
        new("deletion_protection.enabled", "false", s_boolean),
        new("dns_record.client_routing_policy", "any_availability_zone",
            v => v is "any_availability_zone" or "availability_zone_affinity" or "partial_availability_zone_affinity"),
        new("ipv6.deny_all_igw_traffic", "false", s_boolean),
        new("load_balancing.cross_zone.enabled", "false", s_boolean),
        new("secondary_ips.auto_assigned.per_subnet", "0", Between(0, 7)),
        new("zonal_shift.config.enabled", "false", s_boolean),
    ];

    private static readonly ImmutableArray<AttributeSpec> s_listener = [new(IdleTimeout, "350", Between(60, 6000))];

    private static readonly ImmutableArray<AttributeSpec> s_group =
    [
        new(EndsWhenRemoved, "false", s_boolean),
        new("deregistration_delay.timeout_seconds", "300", Between(0, 3600)),
        new("load_balancing.cross_zone.enabled", "use_load_balancer_configuration", v => v is "true" or "false" or "use_load_balancer_configuration"),
        new(PreserveClientIp, "true", s_boolean),
        new(ProxyProtocol, "false", s_boolean),
        new("stickiness.enabled", "false", s_boolean),
        new("stickiness.type", "source_ip", v => v is "source_ip"),
        new("target_group_health.dns_failover.minimum_healthy_targets.count", "1", OffOr(1, 1000)),
        new("target_group_health.dns_failover.minimum_healthy_targets.percentage", "off", OffOr(1, 100)),
        new("target_group_health.unhealthy_state_routing.minimum_healthy_targets.count", "1", Between(1, 1000)),
        new("target_group_health.unhealthy_state_routing.minimum_healthy_targets.percentage", "off", OffOr(1, 100)),
        new(EndsWhenUnhealthy, "true", s_boolean),
        new("target_health_state.unhealthy.draining_interval_seconds", "0", Between(0, 360000)),
    ];

    public static ImmutableArray<AttributeSpec> Of(BalancerState balancer) => balancer.IsNetwork ? s_balancer : Attributes.Balancer;

    public static ImmutableArray<AttributeSpec> Of(ListenerState listener) => listener.Protocol switch
    {
        ProtocolEnum.Tcp => s_listener,
        ProtocolEnum.Tls or ProtocolEnum.Udp or ProtocolEnum.TcpUdp => [],
        ProtocolEnum.Https => Attributes.SecureListener,
        _ => Attributes.Listener,
    };

    public static ImmutableArray<AttributeSpec> Of(TargetGroupState group)
    {
        if (group.IsFunction) return FunctionGroups.Attributes;
        if (!group.IsNetwork) return Attributes.Group;
        // AWS: a client's address is kept for instances and datagrams; for addresses with TCP it has to be asked for. New flows of datagrams end at once.
        var isDatagram = group.Protocol is ProtocolEnum.Udp or ProtocolEnum.TcpUdp;
        var keeps = isDatagram || group.TargetType is not TargetTypeEnum.Ip;
        return [.. s_group.Select(s => s.Key switch
        {
            PreserveClientIp => s with { Default = keeps ? "true" : "false", IsValid = isDatagram ? v => v is "true" : s.IsValid },
            EndsWhenRemoved => s with { Default = isDatagram ? "true" : "false" },
            _ => s,
        })];
    }

    public static bool IsOn(TargetGroupState group, string key) => Attributes.Value(Of(group), group.Attributes, key) is "true";

    private static Func<string, bool> Between(int least, int most) =>
        v => int.TryParse(v, NumberStyles.None, CultureInfo.InvariantCulture, out var n) && n >= least && n <= most;

    private static Func<string, bool> OffOr(int least, int most) => v => v is "off" || Between(least, most)(v);
}
