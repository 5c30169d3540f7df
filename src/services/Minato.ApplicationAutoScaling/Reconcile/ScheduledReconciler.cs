using Minato.ApplicationAutoScaling.Planning;
using Minato.ApplicationAutoScaling.State;
using Minato.Contracts.ApplicationAutoScaling;
using Minato.Platform;

namespace Minato.ApplicationAutoScaling.Reconcile;

internal sealed record ScheduledRef(PolicyKey Key);

/// <summary>Does scheduled actions at their times: the bounds of the target become others, and stay so.</summary>
internal sealed class ScheduledReconciler(Store store, Scaler scaler, TimeProvider clock) : IReconciler<ScheduledRef>
{
    public async ValueTask<Next> ReconcileAsync(ScheduledRef key, CancellationToken ct)
    {
        if (store.Current.Find(Tables.Scheduled, key.Key) is not { NextAt: { } due } action) return Next.Done;
        var now = clock.GetUtcNow();
        if (due > now) return Next.At(due);
        var next = Schedules.Next(action, now);
        var (min, max) = (0, 0);
        var isDone = await store.UpdateAsync(tx =>
        {
            tx.Expect(Tables.Scheduled, key.Key, action);
            tx.Put(Tables.Scheduled, action with { NextAt = next });
            // AWS: while it is suspended, what would have been done is skipped.
            if (tx.Find(Tables.Targets, action.Key.Target) is not { IsScheduleSuspended: false } target) return false;
            (min, max) = (action.Min ?? target.Min, action.Max ?? target.Max);
            if (min > max) (min, max) = action.Min is null ? (max, max) : (min, min);
            tx.Put(Tables.Targets, target with { Min = min, Max = max, MustBound = true });
            return true;
        }, ct);
        if (isDone)
        {
            await scaler.NoteAsync(action.Key.Target, new()
            {
                Key = ActivityKey.At(action.Key.Target, now, ""), Description = $"Setting min capacity to {min} and max capacity to {max}",
                Cause = $"scheduled action name {action.Key.Name} was triggered", StartedAt = now, EndedAt = now, Status = ScalingActivityStatusCode.Successful,
                Message = $"Successfully set min capacity to {min} and max capacity to {max}",
            }, ct);
        }

        return next is { } at ? Next.At(at) : Next.Done;
    }
}
