using Minato.Elb.State;
using Minato.Engines.Proxy;

namespace Minato.Elb.Planning;

/// <summary>What the attributes of a target group say of keeping clients with their target.</summary>
internal static class Stickiness
{
    private const string Prefix = "stickiness.";

    public static ProxyStickiness? Of(TargetGroupState group)
    {
        if (!IsEnabled(group)) return null;
        return (Value(group, "type") is "app_cookie"
            ? new ProxyStickiness(Attributes.Seconds(Attributes.Group, group.Attributes, Prefix + "app_cookie.duration_seconds"), Value(group, "app_cookie.cookie_name"))
            : new(Attributes.Seconds(Attributes.Group, group.Attributes, Prefix + "lb_cookie.duration_seconds"), null)) with { IsClassic = group.IsClassic };
    }

    /// <summary>By cookie: what a group of a network load balancer has of the same name goes by address.</summary>
    public static bool IsEnabled(TargetGroupState group) => !group.IsNetwork && Value(group, "enabled") is "true";

    /// <summary>AWS: a client that is to stay with its target has to stay with its group first, when there are several.</summary>
    public static bool IsLacking(ActionState action, TargetGroupState group) =>
        action.Forward is { Groups.Length: > 1, Stickiness: not { IsEnabled: true } } && IsEnabled(group);

    /// <summary>AWS: an application's cookie keeps clients of one group alone.</summary>
    public static bool IsAlone(ActionState action, TargetGroupState group) =>
        action.Forward is { Groups.Length: > 1 } && IsEnabled(group) && Value(group, "type") is "app_cookie";

    private static string Value(TargetGroupState group, string key) => Attributes.Value(Attributes.Group, group.Attributes, Prefix + key);
}
