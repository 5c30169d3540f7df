using Minato.Ecs.State;
using Minato.Platform;

namespace Minato.Ecs.Reconcile;

/// <summary>Forgets service deployments that are over for long, and with each its revision when nothing needs that any more.</summary>
internal sealed class ServiceHistoryReconciler(Store store, TimeProvider clock) : IReconciler<ServiceDeploymentKey>
{
    /// <summary>AWS: the history goes back 90 days.</summary>
    public static readonly TimeSpan Kept = TimeSpan.FromDays(90);

    // A timer is not armed for longer than this.
    private static readonly TimeSpan s_longestSleep = TimeSpan.FromDays(7);

    public async ValueTask<Next> ReconcileAsync(ServiceDeploymentKey key, CancellationToken ct)
    {
        if (store.Current.Find(ServiceTables.ServiceDeployments, key) is not { FinishedAt: { } finished }) return Next.Done;
        var now = clock.GetUtcNow();
        var end = finished + Kept;
        if (now < end) return Next.At(end - now > s_longestSleep ? now + s_longestSleep : end);
        await store.UpdateAsync(ecs =>
        {
            if (ecs.Find(ServiceTables.ServiceDeployments, key) is not { } record) return;
            Forget(ecs, record);
        }, ct);
        return Next.Done;
    }

    public static void Forget(Transaction ecs, ServiceDeploymentState record)
    {
        var service = record.Key.Service;
        ecs.Delete(ServiceTables.ServiceDeployments, record.Key);
        // A revision that still serves, or that a later deployment may go back to, is needed however old it is.
        if (ecs.Find(ServiceTables.Services, service)?.Deployments.Any(d => d.RevisionId == record.TargetRevision) == true) return;
        ecs.Delete(ServiceTables.ServiceRevisions, new ServiceRevisionKey(service, record.TargetRevision));
    }
}
