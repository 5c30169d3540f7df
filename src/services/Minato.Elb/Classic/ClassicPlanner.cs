using System.Collections.Immutable;
using System.Globalization;
using Minato.Contracts.ElasticLoadBalancingV2;
using Minato.Elb.State;

namespace Minato.Elb.Planning;

/// <summary>
/// A Classic Load Balancer in the terms of the younger ones: a listener with one rule, and a target group for every port of its instances.
/// Nobody sees these records; health checks, drains and the proxy treat them as all others.
/// </summary>
internal sealed record ClassicPlan(
    BalancerState Balancer, ImmutableArray<ListenerState> Listeners, ImmutableArray<(string Listener, string Certificate)> Certificates,
    ImmutableArray<RuleState> Rules, ImmutableArray<TargetGroupState> Groups, ImmutableArray<TargetState> Targets);

internal static class ClassicPlanner
{
    /// <summary>The second part of a path, so that no client ever names one.</summary>
    public const string Mark = "classic";

    /// <summary>Ten years, in seconds: no client keeps a cookie longer than that, and the proxy's clock has room for it.</summary>
    private const long LongestStay = 315_360_000;

    public static ClassicPlan Plan(ClassicState classic)
    {
        var groups = classic.Listeners.Select(l => Group(classic, l)).DistinctBy(g => g.Arn).ToImmutableArray();
        return new(
            Balancer(classic),
            [.. classic.Listeners.Select(l => Listener(classic, l))],
            [.. classic.Listeners.Where(l => l.Certificate is not null).Select(l => (ListenerArn(classic, l), l.Certificate ?? ""))],
            [.. classic.Listeners.Select(l => Rule(classic, l))],
            groups,
            [.. groups.SelectMany(g => classic.Instances.Select(i => Target(g, i)))]);
    }

    /// <summary>Listeners with the same port of the instances share their group; those that keep clients otherwise than the first one have one of their own.</summary>
    public static string GroupArn(ClassicState classic, ClassicListener listener)
    {
        var alike = classic.Listeners.Where(l => l.InstanceProtocol == listener.InstanceProtocol && l.InstancePort == listener.InstancePort).ToList();
        var kept = StickyPolicy(classic, listener)?.Name;
        var first = alike.FindIndex(l => StickyPolicy(classic, l)?.Name == kept);
        var own = first > 0 ? "-" + Text(alike[first].Port) : "";
        return Arn(classic, $"targetgroup/{classic.Key.Name}/{Mark}-{classic.Id}-{listener.InstanceProtocol.ToLowerInvariant()}-{Text(listener.InstancePort)}{own}");
    }

    private static ClassicPolicy? StickyPolicy(ClassicState classic, ClassicListener listener) =>
        listener.Policies.Select(classic.Policy).FirstOrDefault(p => p is not null && ClassicPolicies.IsSticky(p));

    /// <summary>AWS: what is told of clients ahead of their connections is told of connections alone.</summary>
    private static ImmutableSortedDictionary<string, string> Told(ClassicState classic, ClassicListener listener) =>
        (classic.Backends ?? []).Where(b => b.Port == listener.InstancePort).SelectMany(b => b.Policies).Select(classic.Policy).OfType<ClassicPolicy>().Any(ClassicPolicies.TellsClient)
            ? Given.None.Add(NetworkAttributes.ProxyProtocol, "true") : Given.None;

    /// <summary>In the terms of the younger ones. AWS: without a period, and for an application's cookie, as long as the client keeps its cookie.</summary>
    private static ImmutableSortedDictionary<string, string> Kept(ClassicPolicy? policy)
    {
        if (policy is null) return Given.None;
        var value = policy.Attributes.FirstOrDefault(a => a.Name is ClassicPolicies.CookieName or ClassicPolicies.CookiePeriod)?.Value;
        var attributes = Given.None.Add("stickiness.enabled", "true");
        if (policy.Type is ClassicPolicies.AppCookie)
            return attributes.Add("stickiness.type", "app_cookie").Add("stickiness.app_cookie.cookie_name", value ?? "").Add("stickiness.app_cookie.duration_seconds", "0");
        var seconds = long.TryParse(value, NumberStyles.None, CultureInfo.InvariantCulture, out var given) ? Math.Min(given, LongestStay) : 0;
        return attributes.Add("stickiness.lb_cookie.duration_seconds", seconds.ToString(CultureInfo.InvariantCulture));
    }

    /// <summary>AWS: what is checked, and how: one check for the whole load balancer.</summary>
    public static (string Protocol, int Port, string? Path)? Parse(string target)
    {
        var colon = target.IndexOf(':', StringComparison.Ordinal);
        if (colon < 0) return null;
        var (protocol, rest) = (target[..colon].ToUpperInvariant(), target[(colon + 1)..]);
        var slash = rest.IndexOf('/', StringComparison.Ordinal);
        var isHttp = protocol is "HTTP" or "HTTPS";
        if ((!isHttp && protocol is not ("TCP" or "SSL")) || isHttp != slash >= 0) return null;
        var number = slash < 0 ? rest : rest[..slash];
        return int.TryParse(number, NumberStyles.None, CultureInfo.InvariantCulture, out var port) && port is >= 1 and <= 65535
            ? (protocol, port, slash < 0 ? null : rest[slash..]) : null;
    }

    /// <summary>The predefined security policy that a listener's own policy refers to.</summary>
    public static string? SecurityPolicy(ClassicState classic, ClassicListener listener) => listener.Policies.Select(classic.Policy)
        .FirstOrDefault(p => p?.Type is ClassicPolicies.Negotiation)?.Attributes.FirstOrDefault(a => a.Name == ClassicPolicies.Reference)?.Value;

    private static BalancerState Balancer(ClassicState classic) => new()
    {
        Arn = classic.Arn, Home = classic.Key.Home, Name = classic.Key.Name, DnsName = classic.DnsName, IsClassic = true,
        Scheme = classic.Scheme is "internal" ? LoadBalancerSchemeEnum.Internal : LoadBalancerSchemeEnum.InternetFacing,
        VpcId = classic.VpcId, Zones = classic.Zones, SecurityGroups = classic.SecurityGroups, CreatedAt = classic.CreatedAt, Address = classic.Address,
        Attributes = Given.None.Add("idle_timeout.timeout_seconds", Text(classic.IdleSeconds)).Add("routing.http2.enabled", "false"),
    };

    private static ListenerState Listener(ClassicState classic, ClassicListener listener) => new()
    {
        Arn = ListenerArn(classic, listener), BalancerArn = classic.Arn, Port = listener.Port, Protocol = ProtocolOf(listener.Protocol),
        SslPolicy = listener.Protocol is "HTTPS" or "SSL" ? SecurityPolicy(classic, listener) ?? SslPolicies.Default : null,
        Custom = listener.Policies.Select(classic.Policy).Select(p => p is null ? null : ClassicPolicies.CustomOf(p)).FirstOrDefault(c => c is not null),
    };

    private static RuleState Rule(ClassicState classic, ClassicListener listener) => new()
    {
        Arn = ListenerArn(classic, listener).Replace(":listener/", ":listener-rule/", StringComparison.Ordinal) + "/default",
        ListenerArn = ListenerArn(classic, listener), BalancerArn = classic.Arn,
        Action = new() { Forward = new([new(GroupArn(classic, listener), 1)]) },
    };

    private static TargetGroupState Group(ClassicState classic, ClassicListener listener)
    {
        var (protocol, port, path) = Parse(classic.Check.Target) ?? ("TCP", listener.InstancePort, null);
        return new()
        {
            Arn = GroupArn(classic, listener), Home = classic.Key.Home, Name = classic.Key.Name, IsClassic = true, TargetType = TargetTypeEnum.Instance,
            Protocol = ProtocolOf(listener.InstanceProtocol), Port = listener.InstancePort, VpcId = classic.VpcId,
            Attributes = listener.InstanceProtocol is "TCP" or "SSL" ? Told(classic, listener) : Kept(StickyPolicy(classic, listener)),
            HealthCheck = new()
            {
                Protocol = protocol switch { "HTTP" => ProtocolEnum.Http, "HTTPS" => ProtocolEnum.Https, _ => ProtocolEnum.Tcp },
                Port = Text(port), Path = path ?? "/", Matcher = "200",
                Interval = TimeSpan.FromSeconds(classic.Check.Interval), Timeout = TimeSpan.FromSeconds(classic.Check.Timeout),
                HealthyThreshold = classic.Check.Healthy, UnhealthyThreshold = classic.Check.Unhealthy,
            },
        };
    }

    private static TargetState Target(TargetGroupState group, ClassicInstance instance) => new()
    {
        Key = new(group.Arn, instance.Id, group.Port), Address = instance.Address, Zone = instance.Zone, RegisteredAt = instance.RegisteredAt,
    };

    private static ProtocolEnum ProtocolOf(string protocol) => protocol switch
    {
        "HTTP" => ProtocolEnum.Http,
        "HTTPS" => ProtocolEnum.Https,
        "SSL" => ProtocolEnum.Tls,
        _ => ProtocolEnum.Tcp,
    };

    private static string ListenerArn(ClassicState classic, ClassicListener listener) =>
        Arn(classic, $"listener/{Mark}/{classic.Key.Name}/{classic.Id}/{Text(listener.Port)}");

    private static string Arn(ClassicState classic, string resource) => $"arn:aws:elasticloadbalancing:{classic.Key.Home.Region}:{classic.Key.Home.AccountId}:{resource}";

    private static string Text(int number) => number.ToString(CultureInfo.InvariantCulture);
}
