using Minato.Elb.State;
using Minato.Engines.Proxy;

namespace Minato.Elb.Planning;

/// <summary>What the attributes of a load balancer say of requests on their way to targets.</summary>
internal static class RequestRules
{
    public static ProxyRequestRules Of(BalancerState? balancer) => balancer is null || balancer.Attributes.IsEmpty ? new() : new()
    {
        ForwardedFor = Value(balancer, "xff_header_processing.mode") switch
        {
            "preserve" => ForwardedForMode.Preserve,
            "remove" => ForwardedForMode.Remove,
            _ => ForwardedForMode.Append,
        },
        ForwardsClientPort = Value(balancer, "xff_client_port.enabled") is "true",
        PreservesHost = Value(balancer, "preserve_host_header.enabled") is "true",
        DropsOddHeaders = Value(balancer, "drop_invalid_header_fields.enabled") is "true",
        RefusesOddBodies = Value(balancer, "desync_mitigation_mode") is "strictest",
    };

    private static string Value(BalancerState balancer, string key) => Attributes.Value(Attributes.Balancer, balancer.Attributes, "routing.http." + key);
}
