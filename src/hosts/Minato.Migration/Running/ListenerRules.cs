using System.Collections.Immutable;
using System.Globalization;
using System.Text;
using System.Text.Json.Nodes;
using Minato.Aws;
using Minato.Aws.Shapes;
using Minato.Contracts.ElasticLoadBalancingV2;
using Minato.Migration.Journal;
using Minato.Migration.Planning;
using Minato.Migration.Plans;
using Action = Minato.Contracts.ElasticLoadBalancingV2.Action;

namespace Minato.Migration.Running;

/// <summary>An entry that is a rule of a listener: weights of target groups, in force when the call returns.</summary>
internal sealed class ListenerRules(MigrationPlan plan, ListenerRuleEntry entry, MigrationAws aws, Sides sides) : IEntry
{
    private const int Whole = 100;
    private readonly TestRules _tests = new(plan, aws);

    public async Task<StepResult> LookAsync(MigrationState state, CancellationToken ct)
    {
        if (await sides.FindBalancerAsync(entry.LoadBalancer, ct) is not { LoadBalancerArn: { } balancer } found) return new StepResult.Rejected($"there is no load balancer {entry.LoadBalancer}.");
        if (found.Type is not (null or LoadBalancerTypeEnum.Application)) return new StepResult.Rejected($"{entry.LoadBalancer} is no Application Load Balancer: its listeners have no rules.");
        var listeners = (await aws.Elb.DescribeListenersAsync(new() { LoadBalancerArn = balancer }, aws.Caller, ct)).Listeners ?? [];
        if (listeners.FirstOrDefault(l => l.Port == entry.Port) is not { ListenerArn: { } arn } listener) return new StepResult.Rejected($"{entry.LoadBalancer} has no listener on port {entry.Port}.");
        var wanted = entry.Rule?.ToString(CultureInfo.InvariantCulture) ?? "default";
        var rules = await RulesAsync(arn, ct);
        if (rules.FirstOrDefault(r => r.Priority == wanted) is not { RuleArn: { } ruleArn } rule) return new StepResult.Rejected($"the listener has no rule {wanted}.");
        var groups = await sides.LookAsync(ruleArn, ct);
        if ((groups.Refusal ?? Refuse(rule, groups) ?? await sides.RefuseBehindOthersAsync(groups, balancer, ct)) is { } refusal) return new StepResult.Rejected(refusal);
        var (hosts, paths) = (PatternsOf(rule, "host-header", c => c.HostHeaderConfig?.Values), PatternsOf(rule, "path-pattern", c => c.PathPatternConfig?.Values));
        if (plan is { Probes: { } probes, Mirror: not { OldUrl: not null, NewUrl: not null } } && !Patterns.MatchPath(paths, probes.Path))
            return new StepResult.Rejected($"probes of {probes.Path} do not reach the rule {wanted}, which is for {paths.Replace("\n", ", ", StringComparison.Ordinal)}: name another path under probes.");
        return StepResult.Ok(
            Words(rule.Actions ?? [], groups.Old, groups.New) + Others(rule, rules, groups), (Known.Listener, arn), (Known.Rule, ruleArn), (Known.OldGroup, groups.Old), (Known.NewGroup, groups.New),
            (Known.OldBalancer, Known.DimensionOf(arn)), (Known.NewBalancer, Known.DimensionOf(arn)), (Known.Vpc, found.VpcId ?? ""), (Known.EntryUrl, UrlOf(found, listener)),
            (Known.EntryHosts, hosts), (Known.EntryPaths, paths), (Known.Found, FoundBefore(state, rule, groups) ?? ToJson(rule.Actions ?? [])));
    }

    public async Task<string?> StrangeAsync(MigrationState state, CancellationToken ct)
    {
        var live = (await RuleAsync(state, ct)).Actions ?? [];
        return WeightOf(state, live) == state.Weight ? null : Strange(state, live, Expected(state)).Why;
    }

    public async Task<StepResult> PairAsync(MigrationState state, CancellationToken ct)
    {
        var rule = await RuleAsync(state, ct);
        var live = rule.Actions ?? [];
        if (WeightOf(state, live) is 0 && Groups(live).Length == 2) return StepResult.Ok("both sides were behind the rule already");
        if (ToJson(live) != state.Facts[Known.Found] && WeightOf(state, live) is not 0) return Strange(state, live, "what the plan found there");
        return await ApplyAsync(state, rule, 0, ct);
    }

    public async Task<StepResult> ShiftAsync(MigrationState state, int weight, CancellationToken ct)
    {
        var rule = await RuleAsync(state, ct);
        var live = WeightOf(state, rule.Actions ?? []);
        if (live == weight) return StepResult.Ok("the weights were so already");
        // AWS has no way to change a rule only if it still is as read: what is checked here is a moment old.
        if (live is null || !(state.Possible.Contains(live.Value) || state.AcceptsWeights || (state.IsForced && weight == 0)))
            return Strange(state, rule.Actions ?? [], Expected(state));
        return await ApplyAsync(state, rule, weight, ct);
    }

    public async Task<StepResult> SingleAsync(MigrationState state, CancellationToken ct)
    {
        var rule = await RuleAsync(state, ct);
        var live = rule.Actions ?? [];
        if (Groups(live) is [{ TargetGroupArn: var only }] && only == state.Facts[Known.NewGroup]) return StepResult.Ok("the new side was alone already");
        if (WeightOf(state, live) is not Whole && !state.AcceptsWeights) return Strange(state, live, "0 % old and 100 % new");
        await SetAsync(rule, state, [new() { Type = ActionTypeEnum.Forward, TargetGroupArn = state.Facts[Known.NewGroup] }], ct);
        return StepResult.Ok("the rule forwards to the new side alone");
    }

    public async Task<StepResult> RestoreAsync(MigrationState state, CancellationToken ct)
    {
        if (!state.Facts.TryGetValue(Known.Found, out var found)) return StepResult.Ok("nothing was touched");
        var rule = await RuleAsync(state, ct);
        if (ToJson(rule.Actions ?? []) == found) return StepResult.Ok("the rule is as it was found");
        if (WeightOf(state, rule.Actions ?? []) is not 0) return Strange(state, rule.Actions ?? [], "100 % old and 0 % new");
        await SetAsync(rule, state, FromJson(found), ct);
        return StepResult.Ok("the rule is as it was found");
    }

    public async Task<StepResult> OpenTestAsync(MigrationState state, CancellationToken ct) => await _tests.OpenAsync(state, await RuleAsync(state, ct), await RulesAsync(state.Facts[Known.Listener], ct), ct);

    public async Task<StepResult> CloseTestAsync(MigrationState state, CancellationToken ct) => state.Facts.ContainsKey(Known.Rule)
        ? await _tests.CloseAsync(state, await RuleAsync(state, ct), await RulesAsync(state.Facts[Known.Listener], ct), ct) : StepResult.Ok();

    public Task<StepResult> LowerTtlAsync(MigrationState state, CancellationToken ct) => Task.FromResult(StepResult.Ok());

    public Task<StepResult> InSyncAsync(MigrationState state, CancellationToken ct) => Task.FromResult(StepResult.Ok());

    private async Task<StepResult> ApplyAsync(MigrationState state, Rule rule, int weight, CancellationToken ct)
    {
        // AWS: a cookie outweighs weights. While one side has all traffic nobody is bound, or those who were on the other one would stay there.
        var stickiness = weight is 0 or Whole ? null : StickinessOf(FromJson(state.Facts[Known.Found])) ?? StickinessOf(rule.Actions ?? []);
        var forward = new ForwardActionConfig
        {
            TargetGroups =
            [
                new() { TargetGroupArn = state.Facts[Known.OldGroup], Weight = Whole - weight },
                new() { TargetGroupArn = state.Facts[Known.NewGroup], Weight = weight },
            ],
            TargetGroupStickinessConfig = stickiness,
        };
        await SetAsync(rule, state, [new() { Type = ActionTypeEnum.Forward, ForwardConfig = forward }], ct);
        return StepResult.Ok($"{Whole - weight} % old and {weight} % new");
    }

    // AWS: the default rule changes through its listener.
    private async Task SetAsync(Rule rule, MigrationState state, ImmutableArray<Action> actions, CancellationToken ct)
    {
        if (rule.IsDefault is true) await aws.Elb.ModifyListenerAsync(new() { ListenerArn = state.Facts[Known.Listener], DefaultActions = actions }, aws.Caller, ct);
        else await aws.Elb.ModifyRuleAsync(new() { RuleArn = rule.RuleArn ?? "", Actions = actions }, aws.Caller, ct);
    }

    private string? Refuse(Rule rule, Sides.Groups groups)
    {
        var actions = rule.Actions ?? [];
        if (actions.Length > 1) return $"{Words(actions, groups.Old, groups.New)}: the migration would put a forward in the place of them all. Give the entry a rule that does nothing but forward.";
        var forwards = Groups(actions);
        if (WeightOf(actions, groups.Old, groups.New) is > 0) return $"users see the new side already: {Words(actions, groups.Old, groups.New)}.";
        if (forwards.All(g => g.TargetGroupArn == groups.Old || g.TargetGroupArn == groups.New) && (forwards.Length > 0 || !plan.Old.Targets.IsEmpty)) return null;
        return $"the rule does not forward to the old side: {Words(actions, groups.Old, groups.New)}. Name under old what it forwards to.";
    }

    /// <summary>What an earlier attempt found, while the rule is as that one left it. Anything else is its owner's new wish, and is found now.</summary>
    private static string? FoundBefore(MigrationState state, Rule rule, Sides.Groups groups) =>
        state.Facts.GetValueOrDefault(Known.Rule) == rule.RuleArn && state.Facts.GetValueOrDefault(Known.OldGroup) == groups.Old && state.Facts.GetValueOrDefault(Known.NewGroup) == groups.New
        && Groups(rule.Actions ?? []).Length == 2 && WeightOf(rule.Actions ?? [], groups.Old, groups.New) is 0 ? state.Facts.GetValueOrDefault(Known.Found) : null;

    /// <summary>Whose users stay where they are: rules beside the entry's that forward to the old side as well.</summary>
    private static string Others(Rule entry, List<Rule> rules, Sides.Groups groups) =>
        rules.Where(r => r.RuleArn != entry.RuleArn && Groups(r.Actions ?? []).Any(g => groups.Old.Length > 0 && g.TargetGroupArn == groups.Old)).Select(r => r.Priority).ToList() is { Count: > 0 } others
            ? $"; the users of other rules that forward to the old side stay there: {string.Join(", ", others)}" : "";

    private static string PatternsOf(Rule rule, string field, Func<RuleCondition, ImmutableArray<string>?> configured) =>
        (rule.Conditions ?? []).FirstOrDefault(c => c.Field == field) is { } condition ? string.Join('\n', configured(condition) ?? condition.Values ?? []) : "";

    private static TargetGroupStickinessConfig? StickinessOf(ImmutableArray<Action> actions) => actions.Select(a => a.ForwardConfig?.TargetGroupStickinessConfig).FirstOrDefault(s => s is { Enabled: true });

    private static string Expected(MigrationState state) => FormattableString.Invariant($"{Whole - state.Weight} % old and {state.Weight} % new");

    private static StepResult.Foreign Strange(MigrationState state, ImmutableArray<Action> live, string expected) =>
        new($"somebody else changed the entry: it has {Words(live, state.Facts[Known.OldGroup], state.Facts[Known.NewGroup])}, where {expected} is expected. "
            + "Put that back and resume, or resume with --accept-weights, or retreat.");

    private static int? WeightOf(MigrationState state, ImmutableArray<Action> actions) => WeightOf(actions, state.Facts[Known.OldGroup], state.Facts[Known.NewGroup]);

    /// <returns>Percent of the new side; null when it is not just these two, or not a whole percent.</returns>
    private static int? WeightOf(ImmutableArray<Action> actions, string old, string @new)
    {
        var groups = Groups(actions);
        var (theirs, ours) = (groups.Where(g => g.TargetGroupArn == old).Sum(g => g.Weight ?? 1), groups.Where(g => g.TargetGroupArn == @new).Sum(g => g.Weight ?? 1));
        if (theirs + ours == 0 || groups.Any(g => g.TargetGroupArn != old && g.TargetGroupArn != @new)) return null;
        return Whole * ours % (theirs + ours) == 0 ? Whole * ours / (theirs + ours) : null;
    }

    private static ImmutableArray<TargetGroupTuple> Groups(ImmutableArray<Action> actions) =>
        actions is not [{ Type: ActionTypeEnum.Forward } action] ? []
        : action.ForwardConfig?.TargetGroups is { IsDefaultOrEmpty: false } groups ? groups
        : action.TargetGroupArn is { } one ? [new() { TargetGroupArn = one, Weight = 1 }] : [];

    private static string Words(ImmutableArray<Action> actions, string old, string @new) => Groups(actions) is { IsEmpty: false } groups
        ? "weights " + string.Join(", ", groups.Select(g => FormattableString.Invariant($"{(g.TargetGroupArn == old ? "old" : g.TargetGroupArn == @new ? "new" : g.TargetGroupArn)} {g.Weight ?? 1}")))
        : actions.IsEmpty ? "no rule any more" : $"the action{(actions.Length > 1 ? "s" : "")} {string.Join(", ", actions.Select(a => a.Type.ToWire()))}";

    /// <returns>One without actions when somebody removed it: that is for a person to see, and not for another try.</returns>
    private async Task<Rule> RuleAsync(MigrationState state, CancellationToken ct)
    {
        try
        {
            return (await aws.Elb.DescribeRulesAsync(new() { RuleArns = [state.Facts[Known.Rule]] }, aws.Caller, ct)).Rules?.FirstOrDefault() ?? new();
        }
        catch (AwsException e) when (e.Code is "RuleNotFound")
        {
            return new();
        }
    }

    private async Task<List<Rule>> RulesAsync(string listener, CancellationToken ct)
    {
        var rules = new List<Rule>();
        string? marker = null;
        do
        {
            var page = await aws.Elb.DescribeRulesAsync(new() { ListenerArn = listener, Marker = marker }, aws.Caller, ct);
            rules.AddRange(page.Rules ?? []);
            marker = page.NextMarker;
        }
        while (marker is not null);
        return rules;
    }

    // AWS names its load balancers; one that shows its addresses is reached without a resolver.
    private static string UrlOf(LoadBalancer balancer, Listener listener)
    {
        var address = (balancer.AvailabilityZones ?? []).SelectMany(z => z.LoadBalancerAddresses ?? []).FirstOrDefault()?.IpAddress ?? balancer.DNSName;
        return FormattableString.Invariant($"{(listener.Protocol is ProtocolEnum.Https ? "https" : "http")}://{address}:{listener.Port}");
    }

    private static string ToJson(ImmutableArray<Action> actions) => new JsonArray([.. actions.Select(a => JsonNode.Parse(ShapeJson.Write(a).Span))]).ToJsonString();

    private static ImmutableArray<Action> FromJson(string json) =>
        [.. (JsonNode.Parse(json) as JsonArray ?? []).OfType<JsonNode>().Select(a => ShapeJson.Read<Action>(Encoding.UTF8.GetBytes(a.ToJsonString())))];
}
