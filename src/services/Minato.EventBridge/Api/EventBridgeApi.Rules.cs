using System.Collections.Immutable;
using Minato.Aws;
using Minato.Contracts.Eventbridge;
using Minato.EventBridge.Planning;
using Minato.EventBridge.State;
using Minato.Platform;

namespace Minato.EventBridge.Api;

internal sealed partial class EventBridgeApi
{
    /// <summary>AWS lets an account have 300 of them on a bus until it asks for more.</summary>
    private const int MostRules = 10_000;

    public async Task<PutRuleResponse> PutRuleAsync(PutRuleRequest request, Caller caller, CancellationToken ct)
    {
        var key = RuleOf(caller, request.EventBusName, request.Name);
        Check(request, key);
        await store.UpdateAsync(tx =>
        {
            FindBus(tx, key.Bus);
            var before = tx.Find(EventTables.Rules, key);
            if (before is null && tx.Keys(EventTables.RulesByBus, key.Bus).Count >= MostRules) throw new LimitExceededException(EventErrors.TooMany);
            if (before is not null) DemandChangeable(before, caller, force: false);
            tx.PutRule(Asked(request, key, caller, before));
        }, ct);
        return new() { RuleArn = key.Arn };
    }

    public Task<DescribeRuleResponse> DescribeRuleAsync(DescribeRuleRequest request, Caller caller, CancellationToken ct)
    {
        var rule = FindRule(store.Current, RuleOf(caller, request.EventBusName, request.Name));
        return Task.FromResult(new DescribeRuleResponse
        {
            Name = rule.Key.Name, Arn = rule.Key.Arn, EventPattern = rule.EventPattern, ScheduleExpression = rule.ScheduleExpression, State = rule.State,
            Description = rule.Description, RoleArn = rule.RoleArn, ManagedBy = rule.ManagedBy, EventBusName = rule.Key.Bus.Name, CreatedBy = rule.CreatedBy,
        });
    }

    public async Task<EnableRuleResponse> EnableRuleAsync(EnableRuleRequest request, Caller caller, CancellationToken ct)
    {
        await SwitchAsync(RuleOf(caller, request.EventBusName, request.Name), RuleState.Enabled, caller, ct);
        return new();
    }

    public async Task<DisableRuleResponse> DisableRuleAsync(DisableRuleRequest request, Caller caller, CancellationToken ct)
    {
        await SwitchAsync(RuleOf(caller, request.EventBusName, request.Name), RuleState.Disabled, caller, ct);
        return new();
    }

    public async Task<DeleteRuleResponse> DeleteRuleAsync(DeleteRuleRequest request, Caller caller, CancellationToken ct)
    {
        var key = RuleOf(caller, request.EventBusName, request.Name);
        await store.UpdateAsync(tx =>
        {
            FindBus(tx, key.Bus);
            // AWS: a rule that is not there is gone already.
            if (tx.Find(EventTables.Rules, key) is not { } rule) return;
            DemandChangeable(rule, caller, request.Force is true);
            if (!rule.Targets.IsEmpty) throw EventErrors.Validation("Rule can't be deleted since it has targets.");
            tx.DeleteRule(key);
        }, ct);
        return new();
    }

    public Task<ListRulesResponse> ListRulesAsync(ListRulesRequest request, Caller caller, CancellationToken ct)
    {
        var bus = BusKey.Of(caller, request.EventBusName);
        FindBus(store.Current, bus);
        var all = store.Current.Where(EventTables.RulesByBus, bus).Where(r => HasPrefix(r.Key.Name, request.NamePrefix));
        var (page, next) = Page($"ListRules/{bus}", all, request.NextToken, request.Limit, r => r.Key.Name);
        return Task.FromResult(new ListRulesResponse { Rules = [.. page.Select(r => r.ToWire())], NextToken = next });
    }

    public Task<ListRuleNamesByTargetResponse> ListRuleNamesByTargetAsync(ListRuleNamesByTargetRequest request, Caller caller, CancellationToken ct)
    {
        var bus = BusKey.Of(caller, request.EventBusName);
        FindBus(store.Current, bus);
        var names = store.Current.Where(EventTables.TargetsByArn, (bus, request.TargetArn)).Select(t => t.Rule.Name).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal);
        var (page, next) = Page($"ListRuleNamesByTarget/{bus}", names, request.NextToken, request.Limit, n => n);
        return Task.FromResult(new ListRuleNamesByTargetResponse { RuleNames = page, NextToken = next });
    }

    private static void Check(PutRuleRequest request, RuleKey key)
    {
        if (string.IsNullOrEmpty(request.EventPattern) && string.IsNullOrEmpty(request.ScheduleExpression))
            throw EventErrors.Validation("Parameter(s) EventPattern or ScheduleExpression must be specified.");
        if (request.EventPattern is { Length: > 0 } pattern) EventErrors.CheckPattern(pattern);
        if (request.ScheduleExpression is not { Length: > 0 } schedule) return;
        if (!key.Bus.IsDefault) throw EventErrors.Validation("ScheduleExpression is supported only on the default event bus.");
        if (!RuleSchedule.TryParse(schedule, out _)) throw EventErrors.Validation("Parameter ScheduleExpression is not valid.");
    }

    /// <summary>AWS: all of the rule is replaced but its targets and tags.</summary>
    private RuleRecord Asked(PutRuleRequest request, RuleKey key, Caller caller, RuleRecord? before)
    {
        var now = clock.GetUtcNow();
        var state = request.State ?? RuleState.Enabled;
        var schedule = request.ScheduleExpression is { Length: > 0 } given ? given : null;
        var isSameSchedule = before is not null && before.ScheduleExpression == schedule && before.IsEnabled == (state != RuleState.Disabled);
        return new()
        {
            Key = key,
            EventPattern = request.EventPattern is { Length: > 0 } pattern ? pattern : null,
            ScheduleExpression = schedule,
            State = state,
            Description = request.Description,
            RoleArn = request.RoleArn,
            ManagedBy = before?.ManagedBy ?? (caller.IsService ? caller.PrincipalArn : null),
            CreatedBy = before?.CreatedBy ?? caller.AccountId,
            Targets = before?.Targets ?? ImmutableSortedDictionary.Create<string, Target>(StringComparer.Ordinal),
            Tags = before?.Tags ?? Tagging.Add(Tagging.None, request.Tags ?? []),
            ScheduledSince = isSameSchedule && before is not null ? before.ScheduledSince : now,
            LastFired = isSameSchedule ? before?.LastFired : null,
        };
    }

    private async ValueTask SwitchAsync(RuleKey key, RuleState state, Caller caller, CancellationToken ct) => await store.UpdateAsync(tx =>
    {
        var rule = FindRule(tx, key);
        DemandChangeable(rule, caller, force: false);
        if (rule.State != state) tx.Put(EventTables.Rules, rule with { State = state, ScheduledSince = clock.GetUtcNow(), LastFired = null });
    }, ct);

    private static void DemandChangeable(RuleRecord rule, Caller caller, bool force)
    {
        if (rule.ManagedBy is { } owner && owner != caller.PrincipalArn && !force) throw EventErrors.Managed(rule);
    }
}
