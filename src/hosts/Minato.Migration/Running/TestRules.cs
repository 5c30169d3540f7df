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
    private const string HostField = "host-header";

    private sealed record Wanted(RuleCondition Condition, string Group, string Words);

    public async Task<StepResult> OpenAsync(MigrationState state, Rule entry, List<Rule> rules, CancellationToken ct)
    {
        var made = new List<string>();
        foreach (var wanted in All(state))
        {
            made.Add(wanted.Words);
            if (Find(wanted, entry, rules) is { } there)
            {
                if (there.Actions is [{ Type: ActionTypeEnum.Forward } action] && action.TargetGroupArn == wanted.Group) continue;
                // An earlier attempt may have had other sides.
                if (!(await Ownership.OfAsync(aws, plan.Name, [there.RuleArn ?? ""], ct)).Contains(there.RuleArn ?? "")) return new StepResult.Foreign($"the rule {there.Priority} for {wanted.Words} has another action than to forward there.");
                await aws.Elb.ModifyRuleAsync(new() { RuleArn = there.RuleArn ?? "", Actions = [new() { Type = ActionTypeEnum.Forward, TargetGroupArn = wanted.Group }] }, aws.Caller, ct);
                continue;
            }

            if (FreePriority(entry, rules) is not { } priority) return new StepResult.Rejected($"there is no free priority above the rule {entry.Priority}: give it a higher number.");
            var created = await aws.Elb.CreateRuleAsync(new()
            {
                ListenerArn = state.Facts[Known.Listener], Priority = priority, Conditions = Conditions(wanted, entry), Transforms = entry.Transforms,
                Actions = [new() { Type = ActionTypeEnum.Forward, TargetGroupArn = wanted.Group }], Tags = [Ownership.Of(plan.Name)],
            }, aws.Caller, ct);
            rules.AddRange(created.Rules ?? []);
        }

        return StepResult.Ok(made.Count == 0 ? null : string.Join(", ", made));
    }

    public async Task<StepResult> CloseAsync(MigrationState state, Rule entry, List<Rule> rules, CancellationToken ct)
    {
        var there = All(state).Select(w => Find(w, entry, rules)?.RuleArn).OfType<string>().ToList();
        var ours = await Ownership.OfAsync(aws, plan.Name, there, ct);
        foreach (var rule in there.Where(ours.Contains)) await aws.Elb.DeleteRuleAsync(new() { RuleArn = rule }, aws.Caller, ct);
        return StepResult.Ok(there.Count > ours.Count ? "a rule that was there before stays" : null);
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

        if (test.Host is { } host) yield return new(new() { Field = HostField, HostHeaderConfig = new() { Values = [host] } }, @new, $"{host} → new");
    }

    private static RuleCondition Header(string name, string value) => new() { Field = "http-header", HttpHeaderConfig = new() { HttpHeaderName = name, Values = [value] } };

    /// <summary>With the conditions of the entry's own rule, so that other services behind the listener stay out of it. Another domain takes the place of its domains.</summary>
    private static ImmutableArray<RuleCondition> Conditions(Wanted wanted, Rule entry) =>
        [.. (entry.Conditions ?? []).Where(c => c.Field != HostField || wanted.Condition.Field != HostField).Select(Plain), wanted.Condition];

    // AWS shows short conditions twice, in Values and in their configuration, and takes them once.
    private static RuleCondition Plain(RuleCondition condition) =>
        condition is { HostHeaderConfig: not null } or { PathPatternConfig: not null } ? condition with { Values = null } : condition;

    private static Rule? Find(Wanted wanted, Rule entry, List<Rule> rules)
    {
        var looked = Conditions(wanted, entry).Select(Text).Order(StringComparer.Ordinal).ToList();
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
