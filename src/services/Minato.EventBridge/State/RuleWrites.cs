using Minato.Aws.EventPatterns;
using Minato.EventBridge.Planning;
using Minato.Platform;

namespace Minato.EventBridge.State;

/// <summary>Writes rules together with what finds them.</summary>
internal static class RuleWrites
{
    public static void PutRule(this Transaction tx, RuleRecord rule)
    {
        tx.RemoveEntries(rule.Key);
        tx.Put(EventTables.Rules, rule);
        if (rule.EventPattern is { } text)
        {
            foreach (var (number, (source, type)) in RuleIndexing.EntriesOf(Patterns.Of(text)).Index())
                tx.Put(EventTables.Entries, new RuleEntry(new(rule.Key, number), source, type));
        }

        foreach (var target in rule.Targets.Values) tx.Put(EventTables.Targets, new TargetEntry(rule.Key, target.Id, target.Arn));
    }

    public static void DeleteRule(this Transaction tx, RuleKey rule)
    {
        tx.RemoveEntries(rule);
        tx.Delete(EventTables.Rules, rule);
    }

    private static void RemoveEntries(this Transaction tx, RuleKey key)
    {
        if (tx.Find(EventTables.Rules, key) is not { } before) return;
        for (var number = 0; tx.Delete(EventTables.Entries, new RuleEntryKey(key, number));) number++;
        foreach (var target in before.Targets.Values) tx.Delete(EventTables.Targets, new TargetEntry(key, target.Id, target.Arn).Key);
    }

    public static BusState? FindBus(this IReadState state, BusKey key) =>
        state.Find(EventTables.Buses, key) ?? (key.IsDefault ? new BusState { Key = key } : null);
}
