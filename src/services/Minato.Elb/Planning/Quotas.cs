using Minato.Contracts.ElasticLoadBalancingV2;
using Minato.Elb.State;
using Minato.Platform;

namespace Minato.Elb.Planning;

/// <summary>How much one load balancer may have. AWS: what has reached its quota is refused what would be more.</summary>
internal static class Quotas
{
    public const int MostGroups = 100;
    public const int MostTargets = 1000;
    public const int MostNetworkTargets = 3000;

    /// <summary>AWS: of all its listeners together, and default rules do not count.</summary>
    public static int RulesOf(IReadState state, string balancerArn) =>
        state.Keys(ElbTables.ListenersByBalancer, balancerArn).Sum(l => state.Count(ElbTables.RulesByListener, l) - 1);

    /// <summary>AWS: of all its listeners together, and default ones do not count.</summary>
    public static int CertificatesOf(IReadState state, string balancerArn) =>
        state.Keys(ElbTables.ListenersByBalancer, balancerArn).Sum(l => state.Keys(ElbTables.CertificatesByListener, l).Count(k => !k.IsDefault));

    public static void DemandGroups(IReadState state, BalancerState balancer)
    {
        if (!balancer.IsNetwork && GroupsOf(state, balancer.Arn).Count() > MostGroups)
        {
            throw new TooManyUniqueTargetGroupsPerLoadBalancerException(
                $"The maximum number of unique target groups per load balancer '{MostGroups}' has been reached on load balancer '{balancer.Arn}'");
        }
        DemandTargets(state, balancer.Arn);
    }

    public static void DemandTargets(IReadState state, string balancerArn)
    {
        var most = state.Find(ElbTables.Balancers, balancerArn) is { IsNetwork: true } ? MostNetworkTargets : MostTargets;
        if (GroupsOf(state, balancerArn).Sum(g => state.Count(ElbTables.TargetsByGroup, g)) <= most) return;
        if (GroupsOf(state, balancerArn).Sum(g => RegisteredIn(state, g)) <= most) return;
        throw new TooManyTargetsException($"The maximum number of targets per load balancer '{most}' has been reached on load balancer '{balancerArn}'");
    }

    /// <summary>Those that drain are on their way out: a deployment has both for a while.</summary>
    public static int RegisteredIn(IReadState state, string groupArn) => state.Where(ElbTables.TargetsByGroup, groupArn).Count(t => t.DrainUntil is null);

    private static IEnumerable<string> GroupsOf(IReadState state, string balancerArn) =>
        state.Keys(ElbTables.UsesByBalancer, balancerArn).Select(u => u.GroupArn).Distinct(StringComparer.Ordinal);
}
