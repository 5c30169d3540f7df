using System.Collections.Immutable;
using Minato.Elb.Api;
using Minato.Elb.State;

namespace Minato.Elb.Planning;

/// <summary>Which attributes of a target group go together.</summary>
internal static class GroupAttributes
{
    public const string On = "on";
    private const string Mitigation = "load_balancing.algorithm.anomaly_mitigation";

    public static bool Mitigates(TargetGroupState group) => group.Attributes.GetValueOrDefault(Mitigation) is On && !group.IsNetwork && !group.IsFunction;

    public static void Demand(TargetGroupState group)
    {
        if (group.IsFunction) return;
        if (group.IsNetwork) DemandOfNetwork(group);
        else DemandOfApplication(group.Attributes);
    }

    /// <summary>AWS: connections that end at once have no time to drain.</summary>
    private static void DemandOfNetwork(TargetGroupState group)
    {
        var seconds = Attributes.Value(NetworkAttributes.Of(group), group.Attributes, NetworkAttributes.DrainsWhenUnhealthy);
        if (seconds is "0" || !NetworkAttributes.IsOn(group, NetworkAttributes.EndsWhenUnhealthy)) return;
        throw ElbErrors.Incompatible($"You can set '{NetworkAttributes.DrainsWhenUnhealthy}' only if '{NetworkAttributes.EndsWhenUnhealthy}' is 'false'");
    }

    private static void DemandOfApplication(ImmutableSortedDictionary<string, string> attributes)
    {
        string Value(string key) => Attributes.Value(Attributes.Group, attributes, key);
        var algorithm = Value("load_balancing.algorithm.type");
        if (Value("slow_start.duration_seconds") is not "0" && algorithm is not "round_robin")
        {
            throw ElbErrors.Incompatible($"You cannot enable slow start on a target group with load balancing algorithm type '{algorithm}'");
        }
        if (Value(Mitigation) is On && algorithm is not "weighted_random")
        {
            throw ElbErrors.Incompatible($"You cannot enable anomaly mitigation on a target group with load balancing algorithm type '{algorithm}'");
        }
        if (Value("stickiness.enabled") is not "true") return;
        if (Value("stickiness.type") is "app_cookie" && Value("stickiness.app_cookie.cookie_name").Length == 0)
        {
            throw ElbErrors.Validation("You must specify an application cookie name when the stickiness type is 'app_cookie'");
        }
        if (Value("load_balancing.cross_zone.enabled") is "false") throw ElbErrors.Incompatible("You cannot enable stickiness on a target group with cross-zone load balancing disabled");
    }
}
