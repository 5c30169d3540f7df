using System.Collections.Immutable;
using System.Globalization;
using Minato.Contracts.ElasticLoadBalancingV2;
using Minato.Elb.State;
using Minato.Engines.Proxy;

namespace Minato.Elb.Planning;

/// <summary>From load balancers, rules and target health to what the proxy is to do.</summary>
internal static class ProxyPlanner
{
    /// <summary>AWS: how long a flow of TLS may be silent cannot be chosen.</summary>
    private static readonly TimeSpan s_flowTimeout = TimeSpan.FromSeconds(350);

    public static ProxyConfiguration Plan(ProxyView view, DateTimeOffset now) => new()
    {
        Listeners = [.. view.Listeners.Select(Listener).OfType<ProxyListener>()],
        Backends = [.. view.Groups.Select(g => g.Group.IsFunction ? FunctionBackend(g, view.FunctionPort) : Backend(g, now))],
    };

    /// <summary>Name and id of the listener's ARN: unique, and readable in logs of the proxy.</summary>
    public static string IdOf(ListenerState listener) => string.Join('-', listener.Path.Split('/')[1..]);

    public static string IdOf(string groupArn)
    {
        var parts = groupArn.Split('/');
        return $"{parts[^2]}-{parts[^1]}";
    }

    /// <summary>A server's name in its backend.</summary>
    public static string IdOf(TargetKey target) => $"{target.Id.Split('/')[^1].Replace('.', '-').Replace(':', '-')}-{target.Port}";

    private static ProxyListener? Listener(ListenerView view)
    {
        if (view.Rules.FirstOrDefault(r => r.IsDefault) is not { } last) return null;
        var tls = TlsPlanner.Of(view);
        if (tls is null && TlsPlanner.IsTls(view.Listener.Protocol)) return null;
        return new()
        {
            Id = IdOf(view.Listener),
            Tls = tls,
            Protocol = Protocols.Of(view.Listener.Protocol),
            Address = view.Balancer.Address,
            InnerAddresses = view.InnerAddresses,
            Port = view.Listener.Port,
            HostNames = [view.Balancer.DnsName],
            Rules = [.. view.Rules.Where(r => !r.IsDefault).OrderBy(r => r.Priority).Select(Rule)],
            DefaultAction = Do(last.Action),
            IdleTimeout = view.Balancer.IsNetwork
                ? view.Listener.Protocol is ProtocolEnum.Tcp ? Attributes.Seconds(NetworkAttributes.Of(view.Listener), view.Listener.Attributes, NetworkAttributes.IdleTimeout) : s_flowTimeout
                : Attributes.Seconds(Attributes.Balancer, view.Balancer.Attributes, "idle_timeout.timeout_seconds"),
            ClientKeepAlive = Attributes.Seconds(Attributes.Balancer, view.Balancer.Attributes, "client_keep_alive.seconds"),
            AnswerHeaders = AnswerHeaders.Of(view.Listener),
            TellsAll = LogKind.All.Any(k => k.IsOn(view.Balancer.Attributes)),
        };
    }

    private static ProxyRule Rule(RuleState rule) => new(rule.Priority ?? int.MaxValue, [.. rule.Conditions.Select(Condition)], Do(rule.Action))
    {
        Rewrites = [.. rule.Transforms.Select(t => new ProxyRewrite(t.Type is "url-rewrite" ? RewrittenPart.Url : RewrittenPart.Host, t.Regex, t.Replace))],
    };

    private static ProxyCondition Condition(ConditionState condition) => condition.Field switch
    {
        "host-header" => new ProxyCondition.Host(condition.Values) { Regexes = condition.Regexes },
        "path-pattern" => new ProxyCondition.Path(condition.Values) { Regexes = condition.Regexes },
        "http-request-method" => new ProxyCondition.Method(condition.Values),
        "http-header" => new ProxyCondition.Header(condition.HeaderName ?? "", condition.Values) { Regexes = condition.Regexes },
        "query-string" => new ProxyCondition.Query([.. condition.Pairs.Select(p => (p.Key, p.Value))]),
        "source-ip" => new ProxyCondition.SourceIp(condition.Values),
        var other => throw new InvalidOperationException($"A condition on {other} was stored."),
    };

    private static ProxyAction Do(ActionState action) => action switch
    {
        { Forward: { } forward } => new ProxyAction.Forward([.. forward.Groups.Select(g => new WeightedBackend(IdOf(g.GroupArn), g.Weight))])
        {
            Stickiness = forward.Stickiness is { IsEnabled: true, Seconds: { } seconds } ? TimeSpan.FromSeconds(seconds) : null,
        },
        { Redirect: { } r } => new ProxyAction.Redirect(
            r.StatusCode is "HTTP_301" ? 301 : 302, Protocol(r.Protocol), r.Host, r.Port, r.Path, r.Query),
        { FixedResponse: { } f } => new ProxyAction.FixedResponse(int.Parse(f.StatusCode, CultureInfo.InvariantCulture), f.ContentType, f.Body),
        _ => throw new InvalidOperationException("An action without a kind was stored."),
    };

    private static string Protocol(string protocol) => protocol.StartsWith('#') ? protocol : protocol.ToLowerInvariant();

    private static ProxyBackend Backend(GroupView view, DateTimeOffset now)
    {
        var open = FailsOpen(view);
        return new()
        {
            Id = IdOf(view.Group.Arn),
            Protocol = Protocols.Of(view.Group),
            Stickiness = Stickiness.Of(view.Group),
            Requests = RequestRules.Of(view.Balancer),
            Algorithm = Attributes.Value(Attributes.Group, view.Group.Attributes, "load_balancing.algorithm.type") switch
            {
                "least_outstanding_requests" => BalanceAlgorithm.LeastOutstandingRequests,
                "weighted_random" => BalanceAlgorithm.Random,
                _ => BalanceAlgorithm.RoundRobin,
            },
            Source = view.Targets is [{ Source: { } source }, ..] && view.Targets.All(t => t.Source is not null) ? source : null,
            Servers = [.. view.Targets.Where(t => t.Attachment is Attachment.InUse).Select(t => Server(t, open) with { Weight = t.Anomaly?.Weight ?? SlowStart.WeightOf(t.Health, view.Group, now) })],
        };
    }

    /// <summary>One server stands for the function: whoever makes calls of requests knows which it is.</summary>
    private static ProxyBackend FunctionBackend(GroupView view, int? port)
    {
        var open = FailsOpen(view);
        var target = view.Targets.FirstOrDefault(t => t.Target.DrainUntil is null && t.Attachment is Attachment.InUse);
        return new()
        {
            Id = IdOf(view.Group.Arn),
            IsFunction = true,
            Requests = RequestRules.Of(view.Balancer),
            Servers = target is null || port is not { } at ? []
                : [new($"function-{at}", "127.0.0.1", at, open || target.Health?.Status is HealthStatus.Healthy ? ServerState.Ready : ServerState.Stopped)],
        };
    }

    private static ProxyServer Server(TargetView target, bool open) => new(
        IdOf(target.Target.Key), target.Target.Address, target.Target.Key.Port,
        target switch
        {
            { Target.DrainUntil: not null } => ServerState.Draining,
            { Health.Status: HealthStatus.Healthy } => ServerState.Ready,
            { Health.Status: HealthStatus.UnhealthyDraining } when !open => ServerState.Draining,
            _ => open ? ServerState.Ready : ServerState.Stopped,
        });

    /// <summary>With too few healthy targets, requests go to all of them: some answer is likelier than none.</summary>
    public static bool FailsOpen(GroupView view)
    {
        if (view.Group.IsClassic) return false; // AWS: without an instance in service, a Classic Load Balancer answers 503.
        var registered = view.Targets.Where(t => t.Target.DrainUntil is null && t.Attachment is Attachment.InUse).ToList();
        var healthy = registered.Count(t => t.Health?.Status is HealthStatus.Healthy);
        const string Prefix = "target_group_health.unhealthy_state_routing.minimum_healthy_targets.";
        var count = Attributes.Value(Attributes.Group, view.Group.Attributes, Prefix + "count");
        var share = Attributes.Value(Attributes.Group, view.Group.Attributes, Prefix + "percentage");
        return healthy < Number(count, 1) || healthy * 100 < Number(share, 0) * registered.Count;
    }

    private static int Number(string text, int otherwise) => // "off" is a value, too.
        int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : otherwise;
}
