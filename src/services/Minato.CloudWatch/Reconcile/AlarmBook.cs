using Minato.CloudWatch.Planning;
using Minato.CloudWatch.State;
using Minato.Contracts.CloudWatch;
using Minato.Platform;

namespace Minato.CloudWatch.Reconcile;

/// <summary>Changes the states of alarms together with what is to be done about it, and writes their history: for the account and for each alarm alone.</summary>
internal sealed class AlarmBook(Store store, IAppendLog log, Hints hints, Ids ids, TimeProvider clock)
{
    private const string StateTopic = "cloudwatch.alarm-state";

    /// <returns>The alarm as it is then; null when it is gone.</returns>
    public async ValueTask<AlarmState?> SetAsync(AlarmKey key, StateValue state, string reason, string? data, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var change = await store.UpdateAsync(tx =>
        {
            if (tx.Find(CloudWatchTables.Alarms, key) is not { } before) return ((AlarmState, AlarmState)?)null;
            var after = before with { State = state, Reason = reason, ReasonData = data, StateAt = now, TransitionedAt = before.State == state ? before.TransitionedAt : now };
            tx.Put(CloudWatchTables.Alarms, after);
            if (before.State != after.State) Order(tx, before, after, now);
            return (before, after);
        }, ct);
        if (change is not var (before, after)) return null;
        if (before.State == after.State) return after;
        await WriteAsync(key, [AlarmHistory.Updated(before, after)], ct);
        hints.Publish(StateTopic, key.Arn);
        return after;
    }

    public async ValueTask WriteAsync(AlarmKey alarm, IReadOnlyList<AlarmHistory> lines, CancellationToken ct)
    {
        var entries = lines.Select(l => l.ToEntry()).ToArray();
        await log.AppendAsync(AlarmHistory.PartitionOf(alarm.Home), entries, ct);
        await log.AppendAsync(AlarmHistory.PartitionOf(alarm), entries, ct);
    }

    /// <summary>AWS: as long as a state lasts, scaling policies are told at each evaluation.</summary>
    public async ValueTask RepeatAsync(AlarmState alarm, CancellationToken ct)
    {
        if (!alarm.ActionsEnabled) return;
        var repeated = alarm.ActionsOf(alarm.State).Where(IsScaling).ToArray();
        if (repeated.Length == 0) return;
        var now = clock.GetUtcNow();
        await store.UpdateAsync(tx =>
        {
            foreach (var action in repeated) tx.Put(CloudWatchTables.Actions, new AlarmActionState { Id = ids.Uuid(), Before = alarm, After = alarm, Action = action, At = now });
        }, ct);
    }

    private static bool IsScaling(string action) => action.StartsWith("arn:aws:autoscaling:", StringComparison.Ordinal);

    private void Order(Transaction tx, AlarmState before, AlarmState after, DateTimeOffset now)
    {
        var actions = after.ActionsEnabled ? after.ActionsOf(after.State).Distinct(StringComparer.Ordinal) : [];
        foreach (var action in actions.Prepend((string?)null)) tx.Put(CloudWatchTables.Actions, new AlarmActionState { Id = ids.Uuid(), Before = before, After = after, Action = action, At = now });
    }
}
