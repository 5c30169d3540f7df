using System.Collections.Immutable;
using System.Globalization;
using Minato.Aws.Shapes;
using Minato.Contracts.ElasticLoadBalancingV2;
using Minato.Migration.Journal;
using Minato.Migration.Planning;
using Minato.Migration.Plans;

namespace Minato.Migration.Running;

/// <summary>Rules above the entry's, for requests of tests alone: a header chooses the side, a domain shows the new one.</summary>
internal sealed class TestRules(MigrationPlan plan, MigrationAws aws)
{
    private const int LowestPriority = 50_000;

    private sealed record Wanted(RuleCondition Condition, string Group, string Words);

    public async Task<StepResult> OpenAsync(MigrationState state, Rule entry, List<Rule> rules, CancellationToken ct)
    {
        var made = new List<string>();
        foreach (var wanted in All(state))
        {
            made.Add(wanted.Words);
            if (Find(wanted, entry, rules) is { } there)
            {
                if (there.Actions is not [{ Type: ActionTypeEnum.Forward } action] || action.TargetGroupArn != wanted.Group) return new StepResult.Foreign($"the rule {there.Priority} for {wanted.Words} has another action than to forward there.");
                continue;
            }

            if (FreePriority(entry, rules) is not { } priority) return new StepResult.Rejected($"there is no free priority above the rule {entry.Priority}: give it a higher number.");
            var created = await aws.Elb.CreateRuleAsync(new()
            {
                ListenerArn = state.Facts[Known.Listener], Priority = priority, Conditions = [.. Own(entry), wanted.Condition],
                Actions = [new() { Type = ActionTypeEnum.Forward, TargetGroupArn = wanted.Group }], Tags = [new() { Key = Sides.Tag, Value = plan.Name }],
            }, aws.Caller, ct);
            rules.AddRange(created.Rules ?? []);
        }

        return StepResult.Ok(made.Count == 0 ? null : string.Join(", ", made));
    }

    public async Task<StepResult> CloseAsync(MigrationState state, Rule entry, List<Rule> rules, CancellationToken ct)
    {
        foreach (var rule in All(state).Select(w => Find(w, entry, rules)).OfType<Rule>()) await aws.Elb.DeleteRuleAsync(new() { RuleArn = rule.RuleArn ?? "" }, aws.Caller, ct);
        return StepResult.Ok();
    }

    private IEnumerable<Wanted> All(MigrationState state)
    {
        var test = plan.Test;
        var (old, @new) = (state.Facts.GetValueOrDefault(Known.OldGroup, ""), state.Facts.GetValueOrDefault(Known.NewGroup, ""));
        if (test.Header is { } header)
        {
            yield return new(Header(header, test.Old), old, $"{header}: {test.Old} → old");
            yield return new(Header(header, test.New), @new, $"{header}: {test.New} → new");
        }

        if (test.Host is { } host) yield return new(new() { Field = "host-header", HostHeaderConfig = new() { Values = [host] } }, @new, $"{host} → new");
    }

    private static RuleCondition Header(string name, string value) => new() { Field = "http-header", HttpHeaderConfig = new() { HttpHeaderName = name, Values = [value] } };

    /// <summary>With the conditions of the entry's own rule, so that other services behind the listener stay out of it.</summary>
    private static ImmutableArray<RuleCondition> Own(Rule entry) => [.. (entry.Conditions ?? []).Select(Plain)];

    // AWS shows short conditions twice, in Values and in their configuration, and takes them once.
    private static RuleCondition Plain(RuleCondition condition) =>
        condition is { HostHeaderConfig: not null } or { PathPatternConfig: not null } ? condition with { Values = null } : condition;

    private static Rule? Find(Wanted wanted, Rule entry, List<Rule> rules)
    {
        var looked = Own(entry).Append(wanted.Condition).Select(Text).Order(StringComparer.Ordinal).ToList();
        return rules.Find(r => (r.Conditions ?? []).Select(Plain).Select(Text).Order(StringComparer.Ordinal).SequenceEqual(looked));
    }

    private static string Text(RuleCondition condition) => System.Text.Encoding.UTF8.GetString(ShapeJson.Write(condition).Span);

    private static int? FreePriority(Rule entry, List<Rule> rules)
    {
        var taken = rules.Select(r => r.Priority).ToHashSet(StringComparer.Ordinal);
        var below = int.TryParse(entry.Priority, NumberStyles.None, CultureInfo.InvariantCulture, out var own) ? own : LowestPriority + 1;
        for (var priority = below - 1; priority >= 1; priority--)
            if (!taken.Contains(priority.ToString(CultureInfo.InvariantCulture))) return priority;
        return null;
    }
}
