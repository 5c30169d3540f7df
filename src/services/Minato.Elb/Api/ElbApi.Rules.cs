using System.Collections.Immutable;
using System.Globalization;
using Minato.Aws;
using Minato.Contracts.ElasticLoadBalancingV2;
using Minato.Elb.Planning;
using Minato.Elb.State;
using Minato.Platform;

namespace Minato.Elb.Api;

internal sealed partial class ElbApi
{
    private const int MostRules = 100;
    private const int LowestPriority = 50000;

    public async Task<CreateRuleResponse> CreateRuleAsync(CreateRuleRequest request, Caller caller, CancellationToken ct)
    {
        DemandPriority(request.Priority);
        var conditions = Conditions.FromWire(request.Conditions);
        var transforms = Transforms.FromWire(request.Transforms);
        var action = Actions.FromWire(request.Actions, store.Current.Find(ElbTables.Listeners, request.ListenerArn)?.Protocol);
        var tags = Checked(request.Tags, caller);
        var rule = await store.UpdateAsync(tx =>
        {
            var listener = FindListener(tx, caller, request.ListenerArn);
            if (Protocols.IsOfNetwork(listener.Protocol)) throw ElbErrors.Validation("Rules are not supported for listeners of Network Load Balancers");
            var others = tx.Where(ElbTables.RulesByListener, listener.Arn).ToList();
            if (others.Exists(r => r.Priority == request.Priority)) throw ElbErrors.PriorityInUse(request.Priority);
            if (Quotas.RulesOf(tx, listener.BalancerArn) >= MostRules) throw new TooManyRulesException($"The maximum number of rules '{MostRules}' has been reached");
            var made = new RuleState
            {
                Arn = ArnOf(caller, $"listener-rule/{listener.Path}/{ids.Hex(16)}"),
                ListenerArn = listener.Arn,
                BalancerArn = listener.BalancerArn,
                Priority = request.Priority,
                Conditions = conditions,
                Transforms = transforms,
                Action = action,
            };
            PutRule(tx, caller, FindBalancer(tx, caller, listener.BalancerArn), made);
            PutTags(tx, made.Arn, tags);
            return made;
        }, ct);
        return new() { Rules = [ToWire(rule)] };
    }

    public async Task<ModifyRuleResponse> ModifyRuleAsync(ModifyRuleRequest request, Caller caller, CancellationToken ct)
    {
        if (request is { ResetTransforms: true, Transforms.IsDefaultOrEmpty: false }) throw ElbErrors.Validation("You cannot specify both transforms and their reset");
        var conditions = request.Conditions is { IsDefaultOrEmpty: false } c ? Conditions.FromWire(c) : default(ImmutableArray<ConditionState>?);
        var listener = store.Current.Find(ElbTables.Rules, request.RuleArn) is { } before ? store.Current.Find(ElbTables.Listeners, before.ListenerArn) : null;
        var action = request.Actions is { IsDefaultOrEmpty: false } a ? Actions.FromWire(a, listener?.Protocol) : null;
        // AWS: what is not given stays; transforms go only when their reset is asked for.
        var transforms = request.ResetTransforms is true ? [] : request.Transforms is { IsDefaultOrEmpty: false } t ? Transforms.FromWire(t) : default(ImmutableArray<TransformState>?);
        if (conditions is null && action is null && transforms is null) throw ElbErrors.Validation("Either conditions or actions must be specified");
        var rule = await store.UpdateAsync(tx =>
        {
            var now = FindRule(tx, caller, request.RuleArn);
            if (now.IsDefault) throw new OperationNotPermittedException($"Default rule '{now.Arn}' cannot be modified");
            now = now with { Conditions = conditions ?? now.Conditions, Action = action ?? now.Action, Transforms = transforms ?? now.Transforms };
            PutRule(tx, caller, FindBalancer(tx, caller, now.BalancerArn), now);
            return now;
        }, ct);
        return new() { Rules = [ToWire(rule)] };
    }

    public async Task<DeleteRuleResponse> DeleteRuleAsync(DeleteRuleRequest request, Caller caller, CancellationToken ct)
    {
        await store.UpdateAsync(tx =>
        {
            var rule = FindRule(tx, caller, request.RuleArn);
            if (rule.IsDefault) throw new OperationNotPermittedException($"Default rule '{rule.Arn}' cannot be deleted");
            Delete(tx, rule);
        }, ct);
        return new();
    }

    public Task<DescribeRulesResponse> DescribeRulesAsync(DescribeRulesRequest request, Caller caller, CancellationToken ct)
    {
        var state = store.Current;
        IEnumerable<RuleState> rules;
        DemandFew(request.RuleArns, "listener rules");
        if (request.RuleArns is { IsDefaultOrEmpty: false } arns)
        {
            if (request.ListenerArn is not null) throw ElbErrors.Validation("You cannot specify both rule ARNs and a listener ARN");
            rules = arns.Distinct(StringComparer.Ordinal).Select(a => FindRule(state, caller, a)).ToList();
        }
        else if (request.ListenerArn is { } listener) rules = state.Where(ElbTables.RulesByListener, FindListener(state, caller, listener).Arn);
        else throw ElbErrors.Validation("You must specify either listener rule ARNs or a listener ARN");
        var (page, next) = Page(nameof(DescribeRulesAsync), rules.OrderBy(Position, StringComparer.Ordinal), Position, request.PageSize, request.Marker);
        return Task.FromResult<DescribeRulesResponse>(new() { Rules = [.. page.Select(ToWire)], NextMarker = next });

        static string Position(RuleState rule) => (rule.Priority ?? int.MaxValue).ToString("D10", CultureInfo.InvariantCulture) + rule.Arn;
    }

    public async Task<SetRulePrioritiesResponse> SetRulePrioritiesAsync(SetRulePrioritiesRequest request, Caller caller, CancellationToken ct)
    {
        var pairs = request.RulePriorities.Select(p => (
            Arn: p.RuleArn ?? throw ElbErrors.Validation("A rule ARN must be specified"),
            Priority: p.Priority ?? throw ElbErrors.Validation("A rule priority must be specified"))).ToList();
        foreach (var (_, priority) in pairs) DemandPriority(priority);
        if (pairs.GroupBy(p => p.Priority).FirstOrDefault(g => g.Count() > 1) is { } twice) throw ElbErrors.Validation($"Priority '{twice.Key}' was provided multiple times");
        if (pairs.GroupBy(p => p.Arn).FirstOrDefault(g => g.Count() > 1) is { } again) throw ElbErrors.Validation($"Rule '{again.Key}' was provided multiple times");
        var changed = await store.UpdateAsync(tx =>
        {
            var rules = pairs.Select(p => FindRule(tx, caller, p.Arn) is { IsDefault: false } rule
                ? rule with { Priority = p.Priority }
                : throw new OperationNotPermittedException($"Default rule '{p.Arn}' cannot be modified")).ToList();
            if (rules.DistinctBy(r => r.ListenerArn).Count() > 1) throw ElbErrors.Validation("All rules must belong to the same listener");
            foreach (var rule in rules) tx.Put(ElbTables.Rules, rule);
            var taken = tx.Where(ElbTables.RulesByListener, rules[0].ListenerArn).Where(r => !r.IsDefault).GroupBy(r => r.Priority).FirstOrDefault(g => g.Count() > 1);
            if (taken?.Key is { } priority) throw ElbErrors.PriorityInUse(priority);
            return rules;
        }, ct);
        return new() { Rules = [.. changed.Select(ToWire)] };
    }

    /// <summary>Writes a rule, and which groups it uses.</summary>
    private static void PutRule(Transaction tx, Caller caller, BalancerState balancer, RuleState rule)
    {
        var listener = tx.Find(ElbTables.Listeners, rule.ListenerArn) ?? throw ElbErrors.ListenerNotFound();
        if (balancer.IsNetwork) Protocols.DemandForward(rule.Action);
        var groups = rule.Action.Forward?.Groups.Select(g => g.GroupArn).ToList() ?? [];
        foreach (var arn in groups)
        {
            if (!IsOf(caller, arn) || tx.Find(ElbTables.Groups, arn) is not { IsClassic: false } group) throw ElbErrors.ActionGroupNotFound(arn);
            if (!group.IsFunction && group.VpcId != balancer.VpcId)
            {
                throw new InvalidConfigurationRequestException($"The following target groups are not in the VPC '{balancer.VpcId}' of the load balancer: {arn}");
            }
            Protocols.DemandTogether(listener, group);
            Protocols.DemandSecure(listener, group);
            if (tx.Where(ElbTables.UsesByGroup, arn).Any(u => u.BalancerArn != balancer.Arn)) throw ElbErrors.GroupOfOther(arn);
            if (Stickiness.IsLacking(rule.Action, group)) throw ElbErrors.GroupStickinessMissing();
            if (Stickiness.IsAlone(rule.Action, group)) throw ElbErrors.GroupStaysAlone(arn);
        }
        if (rule.Action.Redirect is { } redirect && listener.Protocol is ProtocolEnum.Https) DemandSecure(redirect);
        tx.Put(ElbTables.Rules, rule);
        foreach (var use in tx.Where(ElbTables.UsesByRule, rule.Arn).Where(u => !groups.Contains(u.Key.GroupArn)).ToList()) tx.Delete(ElbTables.Uses, use.Key);
        var added = groups.Where(arn => tx.Find(ElbTables.Uses, new(rule.Arn, arn)) is null).ToList();
        foreach (var arn in added) tx.Put(ElbTables.Uses, new(new(rule.Arn, arn), balancer.Arn));
        if (added.Count > 0) Quotas.DemandGroups(tx, balancer); // Other weights are no more than before.
    }

    /// <summary>AWS: who came over HTTPS is not sent back to HTTP, nor to where it already is.</summary>
    private static void DemandSecure(RedirectState redirect)
    {
        if (redirect.Protocol is "HTTP") throw new InvalidLoadBalancerActionException("The redirect configuration is not valid because you cannot redirect HTTPS to HTTP.");
        if (redirect is { Protocol: "HTTPS", Host: "#{host}", Port: "#{port}", Path: "/#{path}" })
        {
            throw new InvalidLoadBalancerActionException("The redirect configuration is not valid because it creates a loop.");
        }
    }

    private static void Delete(Transaction tx, RuleState rule)
    {
        foreach (var use in tx.Where(ElbTables.UsesByRule, rule.Arn).ToList()) tx.Delete(ElbTables.Uses, use.Key);
        tx.Delete(ElbTables.Rules, rule.Arn);
        tx.Delete(ElbTables.Tags, rule.Arn);
    }

    private static void DemandPriority(int priority)
    {
        if (priority is < 1 or > LowestPriority) throw ElbErrors.Validation($"Priority '{priority}' must be between '1' and '{LowestPriority}'");
    }

    private static Rule ToWire(RuleState rule) => new()
    {
        RuleArn = rule.Arn,
        Priority = rule.Priority?.ToString(CultureInfo.InvariantCulture) ?? "default", // AWS: a string, though requests have a number.
        Conditions = [.. rule.Conditions.Select(Conditions.ToWire)],
        Actions = [Actions.ToWire(rule.Action)],
        Transforms = rule.Transforms.IsEmpty ? null : [.. rule.Transforms.Select(Transforms.ToWire)],
        IsDefault = rule.IsDefault,
    };
}
