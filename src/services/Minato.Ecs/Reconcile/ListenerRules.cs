using System.Collections.Immutable;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Minato.Aws;
using Minato.Contracts.ElasticLoadBalancingV2;
using Minato.Ecs.Planning.Services;
using Minato.Ecs.Planning.Services.Traffic;
using Minato.Ecs.State;
using Action = Minato.Contracts.ElasticLoadBalancingV2.Action;

namespace Minato.Ecs.Reconcile;

/// <summary>
/// Reads and writes the listener rules whose traffic a deployment shifts. A rule is named by its own ARN, or by that of its listener
/// when it is the default one.
/// </summary>
internal sealed partial class ListenerRules(IServiceProvider rooms, ILogger<ListenerRules> log)
{
    public async ValueTask<ImmutableDictionary<string, RuleReading>> ReadAsync(DeploymentState? primary, AccountRegion scope, CancellationToken ct)
    {
        var readings = ImmutableDictionary<string, RuleReading>.Empty;
        if (primary is null || !TrafficPlanner.IsOn(primary) || rooms.GetService<IElasticLoadBalancingV2>() is not { } elb) return readings;
        foreach (var rule in TrafficShift.Rules(primary))
        {
            var found = await FindAsync(elb, rule, scope, ct);
            readings = readings.SetItem(rule, found is null ? new RuleReading.Gone() : Reading(found));
        }

        return readings;
    }

    /// <summary>Shares out the requests of each rule anew, unless it changed since the plan was made.</summary>
    /// <returns>Whether the plan has to be made again at once.</returns>
    public async ValueTask<bool> WriteAsync(ImmutableArray<RuleShift> shifts, AccountRegion scope, CancellationToken ct)
    {
        if (rooms.GetService<IElasticLoadBalancingV2>() is not { } elb) return false;
        var isWritten = false;
        foreach (var shift in shifts)
        {
            if (await FindAsync(elb, shift.Rule, scope, ct) is not { } rule) continue;
            if (Reading(rule) is not RuleReading.Forwarding now || !now.Shares.IsSame(shift.From)) continue;
            isWritten |= await WriteAsync(elb, rule, shift, scope, ct);
        }

        return isWritten;
    }

    private async ValueTask<bool> WriteAsync(IElasticLoadBalancingV2 elb, Rule rule, RuleShift shift, AccountRegion scope, CancellationToken ct)
    {
        ImmutableArray<Action> actions = [.. (rule.Actions ?? []).Select(a => a.Type == ActionTypeEnum.Forward ? Shared(a, shift.To) : a)];
        try
        {
            if (rule.IsDefault == true) await elb.ModifyListenerAsync(new() { ListenerArn = ListenerOf(rule), DefaultActions = actions }, scope.AsService(), ct);
            else await elb.ModifyRuleAsync(new() { RuleArn = rule.RuleArn ?? "", Actions = actions }, scope.AsService(), ct);
            LogShifted(shift.Rule);
            return true;
        }
        catch (AwsException e) when (e.IsClientFault)
        {
            // A target group or the rule went away between the look and the word; the next look says which.
            LogRefused(shift.Rule, e.Message);
            return false;
        }
    }

    private static async ValueTask<Rule?> FindAsync(IElasticLoadBalancingV2 elb, string arn, AccountRegion scope, CancellationToken ct)
    {
        try
        {
            var isListener = arn.Contains(":listener/", StringComparison.Ordinal);
            string? marker = null;
            do
            {
                var answer = await elb.DescribeRulesAsync(
                    isListener ? new() { ListenerArn = arn, Marker = marker } : new() { RuleArns = [arn] }, scope.AsService(), ct);
                if ((answer.Rules ?? []).FirstOrDefault(r => isListener ? r.IsDefault == true : r.RuleArn == arn) is { } rule) return rule;
                marker = answer.NextMarker;
            }
            while (marker is not null);
        }
        catch (AwsException e) when (e.IsClientFault)
        {
            // Not there any more.
        }

        return null;
    }

    private static RuleReading Reading(Rule rule)
    {
        if ((rule.Actions ?? []).FirstOrDefault(a => a.Type == ActionTypeEnum.Forward) is not { } forward) return new RuleReading.NotForwarding();
        return new RuleReading.Forwarding(Shares.Of([.. Groups(forward).Select(g => (g.TargetGroupArn ?? "", (double)(g.Weight ?? 1)))]));
    }

    /// <summary>Groups that get nothing stay named: they belong to the load balancer because the rule names them.</summary>
    private static Action Shared(Action forward, ImmutableArray<GroupShare> shares)
    {
        var names = Groups(forward).Select(g => g.TargetGroupArn ?? "").Concat(shares.Select(s => s.TargetGroup)).Distinct(StringComparer.Ordinal);
        return new()
        {
            Type = ActionTypeEnum.Forward,
            Order = forward.Order,
            ForwardConfig = new()
            {
                TargetGroups = [.. names.Select(n => new TargetGroupTuple { TargetGroupArn = n, Weight = Shares.Weight(shares, n) })],
                TargetGroupStickinessConfig = forward.ForwardConfig?.TargetGroupStickinessConfig,
            },
        };
    }

    private static IEnumerable<TargetGroupTuple> Groups(Action forward) => forward.ForwardConfig?.TargetGroups is { Length: > 0 } groups
        ? groups : [new TargetGroupTuple { TargetGroupArn = forward.TargetGroupArn, Weight = 1 }];

    private static string ListenerOf(Rule rule)
    {
        var arn = (rule.RuleArn ?? "").Replace(":listener-rule/", ":listener/", StringComparison.Ordinal);
        return arn[..Math.Max(0, arn.LastIndexOf('/'))];
    }

    [LoggerMessage(2111, LogLevel.Information, "Listener rule {Rule} shares out its requests anew")]
    private partial void LogShifted(string rule);

    [LoggerMessage(2112, LogLevel.Warning, "Listener rule {Rule} was not changed: {Reason}")]
    private partial void LogRefused(string rule, string reason);
}
