using Minato.CloudWatch.Planning;
using Minato.CloudWatch.State;
using Minato.Contracts.CloudWatch;
using Minato.Platform;

namespace Minato.CloudWatch.Reconcile;

/// <summary>Changes the states of alarms, and writes their history: for the account and for each alarm alone.</summary>
internal sealed class AlarmBook(Store store, IAppendLog log, Hints hints, TimeProvider clock)
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
            return (before, after);
        }, ct);
        if (change is not var (before, after)) return null;
        if (before.State == after.State) return after;
        await WriteAsync(key, Lines(before, after), ct);
        hints.Publish(StateTopic, key.Arn);
        return after;
    }

    public async ValueTask WriteAsync(AlarmKey alarm, IReadOnlyList<AlarmHistory> lines, CancellationToken ct)
    {
        var entries = lines.Select(l => l.ToEntry()).ToArray();
        await log.AppendAsync(AlarmHistory.PartitionOf(alarm.Home), entries, ct);
        await log.AppendAsync(AlarmHistory.PartitionOf(alarm), entries, ct);
    }

    private static AlarmHistory[] Lines(AlarmState before, AlarmState after) =>
    [
        AlarmHistory.Updated(before, after),
        .. after.ActionsEnabled ? after.ActionsOf(after.State).Select(a => AlarmHistory.NotCarriedOut(after, a)) : [],
    ];
}
