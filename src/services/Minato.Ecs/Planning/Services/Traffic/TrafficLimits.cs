namespace Minato.Ecs.Planning.Services.Traffic;

/// <summary>The bounds of a deployment that shifts traffic.</summary>
internal static class TrafficLimits
{
    /// <summary>Of a stage, and of every step of the production shift.</summary>
    public static readonly TimeSpan Stage = TimeSpan.FromHours(24);

    public static readonly TimeSpan Deployment = TimeSpan.FromDays(30);

    // AWS: a Network Load Balancer is given this long to settle after every shift.
    public static readonly TimeSpan NetworkBalancerSettles = TimeSpan.FromMinutes(10);

    public static readonly TimeSpan DefaultCallBack = TimeSpan.FromSeconds(30);

    /// <summary>A function that asks for less is asked after this long: it must not keep the planner busy.</summary>
    public static readonly TimeSpan ShortestCallBack = TimeSpan.FromSeconds(1);

    public const int DefaultHookMinutes = 1440;

    /// <summary>Moves that one plan makes through the stages; there are eleven, and some are passed more than once.</summary>
    public const int MovesAPlan = 64;
}
