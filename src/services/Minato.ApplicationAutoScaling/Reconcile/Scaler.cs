using Minato.ApplicationAutoScaling.State;
using Minato.Aws;
using Minato.Contracts.ApplicationAutoScaling;
using Minato.Contracts.Ecs;
using Minato.Platform;

namespace Minato.ApplicationAutoScaling.Reconcile;

/// <summary>Acts on ECS services, and writes the activities of it.</summary>
internal sealed class Scaler(Store store, IEcs ecs, Ids ids, TimeProvider clock)
{
    public const string NotFoundText = "ECS service doesn't exist: ";

    /// <returns>Null when there is no such service, or it is not active.</returns>
    public async ValueTask<Service?> FindAsync(TargetKey target, CancellationToken ct)
    {
        try
        {
            var answer = await ecs.DescribeServicesAsync(new() { Cluster = target.Cluster, Services = [target.Service] }, target.Home.Caller, ct);
            return answer.Services is [{ Status: "ACTIVE" } service] ? service : null;
        }
        catch (Minato.Contracts.Ecs.ClusterNotFoundException)
        {
            return null;
        }
    }

    /// <summary>Asks ECS for a count. What was asked before and is not there yet is overridden.</summary>
    /// <returns>Whether ECS took it.</returns>
    public async ValueTask<bool> SetAsync(TargetKey target, int from, int desired, string cause, CancellationToken ct)
    {
        var now = clock.GetUtcNow();
        var error = await UpdateAsync(target, desired, ct);
        var activity = new ActivityState
        {
            Key = ActivityKey.At(target, now, ids.Uuid()), Description = $"Setting desired count to {desired}.", Cause = cause, StartedAt = now,
            Status = error is null ? ScalingActivityStatusCode.InProgress : ScalingActivityStatusCode.Failed, EndedAt = error is null ? null : now,
            Message = error is null ? $"Successfully set desired count to {desired}. Waiting for change to be fulfilled by ecs." : $"Failed to set desired count to {desired}. {error}",
            From = from, Wanted = error is null ? desired : null,
        };
        await store.UpdateAsync(tx =>
        {
            if (error is null)
            {
                foreach (var open in tx.Where(Tables.OpenActivities, target).ToArray())
                    tx.Put(Tables.Activities, open with { Status = ScalingActivityStatusCode.Overridden, EndedAt = now, Wanted = null, Message = "A newer scaling activity overrode this one." });
            }

            // What fails every minute for the same reason is one activity, which lasts.
            var newest = tx.Where(Tables.ActivitiesByTarget, target).FirstOrDefault();
            tx.Put(Tables.Activities, error is not null && newest?.Status == activity.Status && newest.Cause == cause && newest.Message == activity.Message
                ? newest with { EndedAt = now } : activity);
        }, ct);
        return error is null;
    }

    public async ValueTask NoteAsync(TargetKey target, ActivityState activity, CancellationToken ct) =>
        await store.UpdateAsync(tx => tx.Put(Tables.Activities, activity with { Key = ActivityKey.At(target, activity.StartedAt, ids.Uuid()) }), ct);

    private async ValueTask<string?> UpdateAsync(TargetKey target, int desired, CancellationToken ct)
    {
        try
        {
            await ecs.UpdateServiceAsync(new() { Cluster = target.Cluster, Service = target.Service, DesiredCount = desired }, target.Home.Caller, ct);
            return null;
        }
        catch (AwsException e) when (e.IsClientFault)
        {
            return $"Reason: {e.Message}";
        }
    }
}
