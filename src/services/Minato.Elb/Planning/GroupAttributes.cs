using System.Collections.Immutable;
using Minato.Elb.Api;

namespace Minato.Elb.Planning;

/// <summary>Which attributes of a target group go together.</summary>
internal static class GroupAttributes
{
    public static void Demand(ImmutableSortedDictionary<string, string> attributes)
    {
        string Value(string key) => Attributes.Value(Attributes.Group, attributes, key);
        var algorithm = Value("load_balancing.algorithm.type");
        if (Value("slow_start.duration_seconds") is not "0" && algorithm is not "round_robin")
        {
            throw ElbErrors.Incompatible($"You cannot enable slow start on a target group with load balancing algorithm type '{algorithm}'");
        }
        if (Value("stickiness.enabled") is not "true") return;
        if (Value("stickiness.type") is "app_cookie" && Value("stickiness.app_cookie.cookie_name").Length == 0)
        {
            throw ElbErrors.Validation("You must specify an application cookie name when the stickiness type is 'app_cookie'");
        }
        if (Value("load_balancing.cross_zone.enabled") is "false") throw ElbErrors.Incompatible("You cannot enable stickiness on a target group with cross-zone load balancing disabled");
    }
}
