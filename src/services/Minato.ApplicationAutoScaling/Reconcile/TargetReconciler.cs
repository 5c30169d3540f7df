using System.Collections.Immutable;
using Minato.ApplicationAutoScaling.Planning;
using Minato.ApplicationAutoScaling.State;
using Minato.Contracts.ApplicationAutoScaling;
using Minato.Contracts.Ecs;
using Minato.Platform;

namespace Minato.ApplicationAutoScaling.Reconcile;

/// <summary>
/// Keeps a service's count where bounds and policies want it. Looks when an alarm changes its state, and every minute while one is in ALARM: AWS
/// repeats these actions, unlike notices.
/// </summary>
internal sealed class TargetReconciler(Store store, Scaler scaler, AlarmReader alarms, ScalingEvents events, TimeProvider clock) : IReconciler<TargetKey>
{
    public static readonly TimeSpan Again = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan s_watch = TimeSpan.FromSeconds(2);
    private static readonly TimeSpan s_patience = TimeSpan.FromHours(1);
    private static readonly TimeSpan s_kept = TimeSpan.FromDays(42); // AWS: six weeks.

    public async ValueTask<Next> ReconcileAsync(TargetKey key, CancellationToken ct)
    {
        if (store.Current.Find(Tables.Targets, key) is not { } target) return Next.Done;
        var service = await scaler.FindAsync(key, ct);
        await CloseAsync(target, service, ct);
        if (service is null)
        {
            await BoundedAsync(target, ct); // What is not active is not pulled anywhere.
            return Next.After(Again);
        }

        if (target.MustBound)
        {
            if (!await BoundAsync(target, service, ct)) return Next.After(Again);
            await BoundedAsync(target, ct);
            return Next.Soon;
        }

        var policies = store.Current.Where(Tables.PoliciesByTarget, key).ToArray();
        if (policies.Length == 0) return Watching(key);
        var seen = await alarms.ReadAsync(key, policies, ct);
        var now = clock.GetUtcNow();
        var decision = CapacityPlanner.Plan(View(target, service, seen), now);
        await ApplyAsync(target, service, decision, now, ct);
        return Next.Earlier(Watching(key), seen.IsAnyInAlarm ? Next.After(Again) : Next.Done, now);
    }

    private Next Watching(TargetKey key) => store.Current.Count(Tables.OpenActivities, key) > 0 ? Next.After(s_watch) : Next.Done;

    private static CapacityView View(TargetState target, Service service, AlarmsSeen seen) => new()
    {
        Min = target.Min, Max = target.Max, Desired = service.DesiredCount ?? 0, Running = service.RunningCount ?? 0,
        // AWS: the deployments of an external controller are its own affair.
        IsDeploying = service.DeploymentController?.Type is not DeploymentControllerType.External
            && (service.Deployments ?? []).Any(d => d.RolloutState is DeploymentRolloutState.InProgress) && (service.Deployments ?? []).Length > 1,
        IsInSuspended = target.IsInSuspended, IsOutSuspended = target.IsOutSuspended, LastOut = target.LastOut, LastIn = target.LastIn, Tracking = seen.Tracking, Steps = seen.Steps,
    };

    private async ValueTask ApplyAsync(TargetState target, Service service, CapacityDecision decision, DateTimeOffset now, CancellationToken ct)
    {
        switch (decision)
        {
            case CapacityDecision.Scale scale:
                if (!await scaler.SetAsync(target.Key, service.DesiredCount ?? 0, scale.Desired, Cause(scale.Alarm, scale.Policy), ct)) return;
                var done = new Scaled(now, service.DesiredCount ?? 0, scale.Desired, now.AddSeconds(scale.Cooldown));
                await ChangeAsync(target.Key, t => scale.IsOut ? t with { LastOut = Larger(t.LastOut, done, now), LastIn = null } : t with { LastIn = done }, ct);
                break;
            case CapacityDecision.Stay stay when !WasSaid(target.Key, stay):
                await scaler.NoteAsync(target.Key, new()
                {
                    Key = ActivityKey.At(target.Key, now, ""), Description = "Attempting to scale due to alarm triggered", Cause = Cause(stay.Alarm, stay.Policy), StartedAt = now,
                    EndedAt = now, Status = ScalingActivityStatusCode.Unfulfilled, NotScaled = stay.Reason, NotScaledBound = stay.Bound, NotScaledCount = service.DesiredCount,
                }, ct);
                break;
            default:
                break;
        }
    }

    // While one cools down, all that was added since its beginning counts towards the next.
    private static Scaled Larger(Scaled? before, Scaled now, DateTimeOffset at) => before is not null && before.Until > at ? now with { From = before.From } : now;

    private static string Cause(string alarm, string policy) => $"monitor alarm {alarm} in state ALARM triggered policy {policy}";

    // The same reason every minute would fill the list: it is told once until something else happens.
    private bool WasSaid(TargetKey target, CapacityDecision.Stay stay) =>
        store.Current.Where(Tables.ActivitiesByTarget, target).FirstOrDefault() is { } newest && newest.NotScaled == stay.Reason && newest.Cause == Cause(stay.Alarm, stay.Policy);

    private async ValueTask<bool> BoundAsync(TargetState target, Service service, CancellationToken ct)
    {
        var desired = service.DesiredCount ?? 0;
        if (desired < target.Min) return await scaler.SetAsync(target.Key, desired, target.Min, $"minimum capacity was set to {target.Min}", ct);
        return desired <= target.Max || await scaler.SetAsync(target.Key, desired, target.Max, $"maximum capacity was set to {target.Max}", ct);
    }

    private async ValueTask BoundedAsync(TargetState target, CancellationToken ct)
    {
        if (target.MustBound) await ChangeAsync(target.Key, t => (t.Min, t.Max) == (target.Min, target.Max) ? t with { MustBound = false } : t, ct);
    }

    /// <summary>Ends activities that got what they waited for, or waited too long; forgets old ones.</summary>
    private async ValueTask CloseAsync(TargetState target, Service? service, CancellationToken ct)
    {
        var key = target.Key;
        var now = clock.GetUtcNow();
        var ended = store.Current.Where(Tables.OpenActivities, key).Select(a => Ended(a, service, now)).OfType<ActivityState>().ToImmutableArray();
        var oldest = ActivityKey.At(key, now - s_kept, "");
        var old = store.Current.Keys(Tables.ActivitiesByTarget, key) is { Count: > 0 } keys && keys[^1].CompareTo(oldest) > 0;
        if (ended.IsEmpty && !old) return;
        await store.UpdateAsync(tx =>
        {
            foreach (var one in ended) tx.Put(Tables.Activities, one);
            foreach (var one in tx.After(Tables.ActivitiesByTarget, key, oldest).ToArray()) tx.Delete(Tables.Activities, one.Key);
        }, ct);
        foreach (var one in ended.Where(a => a.Status is ScalingActivityStatusCode.Successful)) await events.ReachedMaximumAsync(target, one, service?.DesiredCount ?? 0, ct);
    }

    private static ActivityState? Ended(ActivityState activity, Service? service, DateTimeOffset now)
    {
        if (service is not null && service.RunningCount == activity.Wanted && service.DesiredCount == activity.Wanted)
        {
            return activity with
            {
                Status = ScalingActivityStatusCode.Successful, EndedAt = now, Wanted = null,
                Message = $"Successfully set desired count to {activity.Wanted}. Change successfully fulfilled by ecs.",
            };
        }

        if (now - activity.StartedAt < s_patience) return null;
        return activity with
        {
            Status = ScalingActivityStatusCode.Unfulfilled, EndedAt = now, Wanted = null,
            Message = $"Successfully set desired count to {activity.Wanted}. Change was not fulfilled by ecs in time.",
        };
    }

    private ValueTask ChangeAsync(TargetKey key, Func<TargetState, TargetState> change, CancellationToken ct) => store.UpdateAsync(tx =>
    {
        if (tx.Find(Tables.Targets, key) is { } there) tx.Put(Tables.Targets, change(there));
    }, ct);
}
