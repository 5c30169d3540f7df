using Minato.Aws;
using Minato.Contracts.ElasticLoadBalancingV2;
using Minato.Elb.Api;
using Minato.Elb.State;
using Minato.Engines.Proxy;

namespace Minato.Elb.Planning;

/// <summary>Which protocols go together, and what the proxy makes of them.</summary>
internal static class Protocols
{
    public static bool IsOfNetwork(ProtocolEnum protocol) => protocol is ProtocolEnum.Tcp or ProtocolEnum.Tls or ProtocolEnum.Udp or ProtocolEnum.TcpUdp;

    /// <summary>Refuses a group whose protocol the listener does not speak to targets.</summary>
    public static void DemandTogether(ListenerState listener, TargetGroupState group)
    {
        var areTogether = listener.Protocol switch
        {
            ProtocolEnum.Http or ProtocolEnum.Https => group.Protocol is ProtocolEnum.Http or ProtocolEnum.Https,
            ProtocolEnum.Tcp => group.Protocol is ProtocolEnum.Tcp or ProtocolEnum.TcpUdp,
            ProtocolEnum.Tls => group.Protocol is ProtocolEnum.Tcp or ProtocolEnum.Tls,
            ProtocolEnum.Udp => group.Protocol is ProtocolEnum.Udp or ProtocolEnum.TcpUdp,
            _ => group.Protocol == listener.Protocol,
        };
        if (areTogether) return;
        throw new IncompatibleProtocolsException(
            $"Listener protocol '{listener.Protocol.ToWire()}' is not compatible with the protocol '{group.Protocol.ToWire()}' of target group '{group.Arn}'");
    }

    /// <summary>AWS: HTTP/2 and gRPC come in over HTTPS alone.</summary>
    public static void DemandSecure(ListenerState listener, TargetGroupState group)
    {
        if (!group.IsNetwork && group.ProtocolVersion is "HTTP2" or "GRPC" && listener.Protocol is ProtocolEnum.Http)
        {
            throw new InvalidLoadBalancerActionException($"Listener protocol 'HTTP' is not supported with a target group with the protocol-version '{group.ProtocolVersion}'");
        }
    }

    public static ProxyProtocol Of(ProtocolEnum protocol) => protocol switch
    {
        ProtocolEnum.Tcp or ProtocolEnum.Tls => ProxyProtocol.Tcp,
        ProtocolEnum.Udp => ProxyProtocol.Udp,
        ProtocolEnum.TcpUdp => ProxyProtocol.TcpUdp,
        _ => ProxyProtocol.Http,
    };

    public static ServerProtocol Of(TargetGroupState group) => group.IsNetwork
        ? new()
        {
            IsTcp = true,
            IsTls = group.Protocol is ProtocolEnum.Tls,
            SendsProxyHeader = !group.IsClassic && NetworkAttributes.IsOn(group, NetworkAttributes.ProxyProtocol),
            SendsProxyLine = group.IsClassic && NetworkAttributes.IsOn(group, NetworkAttributes.ProxyProtocol), // AWS: Classic Load Balancers know the first version alone.
            FollowsSource = NetworkAttributes.IsOn(group, "stickiness.enabled"),
            EndsWhenRemoved = NetworkAttributes.IsOn(group, NetworkAttributes.EndsWhenRemoved),
            // AWS: at once, or when the time to drain is over.
            EndsWhenStopped = NetworkAttributes.IsOn(group, NetworkAttributes.EndsWhenUnhealthy) || NetworkAttributes.DrainingOf(group) > TimeSpan.Zero,
        }
        : new() { IsTls = group.Protocol is ProtocolEnum.Https, IsHttp2 = group.ProtocolVersion is "HTTP2" or "GRPC" };

    /// <summary>What is asked of a target by its health check.</summary>
    public static ProbeRequest Probe(TargetView view, int port) => new(
        view.Target.Address, port, view.Group.HealthCheck.Protocol is ProtocolEnum.Tcp ? null : view.Group.HealthCheck.Path, view.Group.HealthCheck.Timeout, view.Source)
    {
        IsTls = view.Group.HealthCheck.Protocol is ProtocolEnum.Https,
        IsGrpc = view.Group.ProtocolVersion is "GRPC",
        // AWS: health checks send the header as well, without a client in it.
        SendsProxyHeader = view.Group.IsNetwork && NetworkAttributes.IsOn(view.Group, NetworkAttributes.ProxyProtocol),
    };

    /// <summary>A rule's action on a listener of a network load balancer.</summary>
    public static void DemandForward(ActionState action)
    {
        if (action.Forward is null) throw new InvalidLoadBalancerActionException("Only actions of type 'forward' are supported on listeners of Network Load Balancers");
    }
}
