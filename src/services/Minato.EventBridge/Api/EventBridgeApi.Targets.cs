using Minato.Aws;
using Minato.Contracts.Eventbridge;
using Minato.EventBridge.State;
using Minato.Platform;

namespace Minato.EventBridge.Api;

internal sealed partial class EventBridgeApi
{
    public async Task<PutTargetsResponse> PutTargetsAsync(PutTargetsRequest request, Caller caller, CancellationToken ct)
    {
        foreach (var target in request.Targets) TargetRules.Check(target);
        var key = RuleOf(caller, request.EventBusName, request.Rule);
        await store.UpdateAsync(tx =>
        {
            var rule = FindRule(tx, key);
            DemandChangeable(rule, caller, force: false);
            var targets = rule.Targets.SetItems(request.Targets.Select(t => KeyValuePair.Create(t.Id, t)));
            if (targets.Count > TargetRules.MostTargets) throw new LimitExceededException(EventErrors.TooMany);
            tx.PutRule(rule with { Targets = targets });
        }, ct);
        return new() { FailedEntryCount = 0, FailedEntries = [] };
    }

    public async Task<RemoveTargetsResponse> RemoveTargetsAsync(RemoveTargetsRequest request, Caller caller, CancellationToken ct)
    {
        var key = RuleOf(caller, request.EventBusName, request.Rule);
        var unknown = await store.UpdateAsync(tx =>
        {
            var rule = FindRule(tx, key);
            DemandChangeable(rule, caller, request.Force is true);
            var missing = request.Ids.Where(i => !rule.Targets.ContainsKey(i)).ToArray();
            tx.PutRule(rule with { Targets = rule.Targets.RemoveRange(request.Ids) });
            return missing;
        }, ct);
        return new()
        {
            FailedEntryCount = unknown.Length,
            FailedEntries = [.. unknown.Select(id => new RemoveTargetsResultEntry { TargetId = id, ErrorCode = "ResourceNotFoundException", ErrorMessage = $"Target {id} does not exist." })],
        };
    }

    public Task<ListTargetsByRuleResponse> ListTargetsByRuleAsync(ListTargetsByRuleRequest request, Caller caller, CancellationToken ct)
    {
        var rule = FindRule(store.Current, RuleOf(caller, request.EventBusName, request.Rule));
        var (page, next) = Page($"ListTargetsByRule/{rule.Key}", rule.Targets.Values, request.NextToken, request.Limit, t => t.Id);
        return Task.FromResult(new ListTargetsByRuleResponse { Targets = page, NextToken = next });
    }
}
