using Minato.EventBridge.Planning;
using Minato.EventBridge.State;
using Minato.Platform;

namespace Minato.EventBridge.Reconcile;

internal sealed record ScheduleKey(RuleKey Rule);

/// <summary>Brings the events of rules that have a schedule: each of its times once, on record before it counts as brought.</summary>
internal sealed class ScheduleReconciler(Store store, EventRouter router, Ids ids, TimeProvider clock) : IReconciler<ScheduleKey>
{
    // What a stopped server missed is not made up for, but the last one while it was away.
    private static readonly TimeSpan s_missed = TimeSpan.FromMinutes(1);

    public async ValueTask<Next> ReconcileAsync(ScheduleKey key, CancellationToken ct)
    {
        if (store.Current.Find(EventTables.Rules, key.Rule) is not { IsEnabled: true, ScheduleExpression: { } text } rule || !RuleSchedule.TryParse(text, out var schedule)) return Next.Done;
        var now = clock.GetUtcNow();
        if (schedule.Next(rule.ScheduledSince, rule.LastFired ?? rule.ScheduledSince) is not { } due) return Next.Done;
        if (due > now) return Next.At(due);
        while (now - due > s_missed && schedule.Next(rule.ScheduledSince, due) is { } later && later <= now) due = later;
        await store.UpdateAsync(tx =>
        {
            tx.Expect(EventTables.Rules, key.Rule, rule);
            tx.Put(EventTables.Rules, rule with { LastFired = due });
            if (tx.Count(EventTables.Deliveries) >= EventRouter.MostPending) return;
            var json = EventText.Of(new(ids.Uuid(), "aws.events", "Scheduled Event", key.Rule.Bus.Home.AccountId, key.Rule.Bus.Home.Region, due, [key.Rule.Arn], "{}"));
            foreach (var target in rule.Targets.Values) tx.Put(EventTables.Deliveries, router.Deliver(key.Rule, target, json, now));
        }, ct);
        return schedule.Next(rule.ScheduledSince, due) is { } next ? Next.At(next) : Next.Done;
    }
}
