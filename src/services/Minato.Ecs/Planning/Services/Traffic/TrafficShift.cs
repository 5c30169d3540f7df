using System.Collections.Immutable;
using Minato.Ecs.State;

namespace Minato.Ecs.Planning.Services.Traffic;

internal enum ShiftProgress { Waiting, Done, Lost }

/// <summary>
/// Brings listener rules to the share-out that is asked for. What somebody else wrote into a rule is told, and left alone: the
/// deployment waits until it is as it was.
/// </summary>
internal static class TrafficShift
{
    public static ShiftProgress Production(ServiceDraft draft) =>
        Move(draft, b => b.AdvancedConfiguration?.ProductionListenerRule, t => t.ProductionPercent);

    public static ShiftProgress Test(ServiceDraft draft) =>
        Move(draft, b => b.AdvancedConfiguration?.TestListenerRule, t => t.TestPercent);

    public static IEnumerable<string> Rules(DeploymentState deployment) => deployment.Spec.LoadBalancers
        .SelectMany(b => new[] { b.AdvancedConfiguration?.ProductionListenerRule, b.AdvancedConfiguration?.TestListenerRule })
        .OfType<string>().Distinct(StringComparer.Ordinal);

    private static ShiftProgress Move(ServiceDraft draft, Func<Contracts.Ecs.LoadBalancer, string?> ruleOf, Func<TrafficState, double> percent)
    {
        var green = draft.Primary;
        if (green.Traffic is not { } traffic) return ShiftProgress.Done;
        var blue = traffic.SourceId is { } id ? draft.Find(id) : null;
        var progress = ShiftProgress.Done;
        for (var i = 0; i < green.Spec.LoadBalancers.Length; i++)
        {
            if (ruleOf(green.Spec.LoadBalancers[i]) is not { } rule) continue;
            var (of, against) = (green.Balancers[i].TargetGroupArn, TrafficRoles.BlueGroup(green, blue, i));
            var one = Move(draft, rule, Shares.Between(of, against, percent(traffic)), [of ?? "", against ?? ""]);
            if (one == ShiftProgress.Lost) return one;
            if (one == ShiftProgress.Waiting) progress = one;
        }

        return progress;
    }

    private static ShiftProgress Move(ServiceDraft draft, string rule, ImmutableArray<GroupShare> wanted, string[] pair)
    {
        switch (draft.View.Rules.GetValueOrDefault(rule))
        {
            case RuleReading.Gone: return ShiftProgress.Lost;
            case RuleReading.NotForwarding: return Foreign(draft, rule);
            case RuleReading.Forwarding now: return Move(draft, rule, now.Shares, wanted, pair);
            default: return ShiftProgress.Waiting; // It could not be read: nothing is known of it.
        }
    }

    private static ShiftProgress Move(ServiceDraft draft, string rule, ImmutableArray<GroupShare> now, ImmutableArray<GroupShare> wanted, string[] pair)
    {
        var known = draft.Primary.Traffic?.Rules.FirstOrDefault(r => r.Rule == rule) ?? new() { Rule = rule };
        if (now.IsSame(wanted))
        {
            if (!wanted.IsSame(known.Seen)) Know(draft, known with { Seen = wanted, Asked = null });
            return ShiftProgress.Done;
        }

        // Before the first shift nothing of it is ours: it may send its requests anywhere within the pair.
        var isOurs = known.Seen is null ? now.All(s => pair.Contains(s.TargetGroup)) || now.IsSame(known.Asked) : now.IsSame(known.Seen) || now.IsSame(known.Asked);
        if (!isOurs) return Foreign(draft, rule);
        if (!now.IsSame(known.Seen) || !wanted.IsSame(known.Asked)) Know(draft, known with { Seen = now, Asked = wanted });
        draft.Shift(new(rule, now, wanted));
        return ShiftProgress.Waiting;
    }

    private static ShiftProgress Foreign(ServiceDraft draft, string rule)
    {
        draft.Hinder(TrafficWords.ForeignRule(rule));
        draft.Tell(TrafficEvents.Foreign(draft.View.Name, rule), repeatable: false);
        return ShiftProgress.Waiting;
    }

    private static void Know(ServiceDraft draft, RuleShares known) => draft.ChangeTraffic(t => t with
    {
        Rules = [.. t.Rules.Where(r => r.Rule != known.Rule), known],
    });
}
