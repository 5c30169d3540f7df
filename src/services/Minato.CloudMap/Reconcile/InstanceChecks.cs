using System.Collections.Immutable;
using Minato.CloudMap.Planning;
using Minato.CloudMap.State;
using Minato.Contracts.Route53;
using Minato.Platform;

namespace Minato.CloudMap.Reconcile;

/// <summary>Keeps Route 53's health checks of instances. AWS: what is checked otherwise is checked by another one, and the old one goes.</summary>
internal sealed class InstanceChecks(Store store, IRoute53 route53)
{
    /// <returns>The instances with the checks they have from now on; what they had is noted, and still there.</returns>
    public async ValueTask<InstanceState[]> MakeAsync(ServiceState service, InstanceState[] instances, CancellationToken ct)
    {
        var after = new List<InstanceState>(instances.Length);
        foreach (var instance in instances)
        {
            var wanted = instance.IsLeaving ? null : InstanceCheck.Of(service, instance);
            after.Add(instance.IsLeaving || wanted?.Text == instance.HealthCheckOf ? instance : await MakeAsync(service, instance, wanted, ct));
        }

        return [.. after];
    }

    /// <summary>Deletes those that no record names any more.</summary>
    public async ValueTask DropAsync(ServiceState service, IEnumerable<InstanceState> instances, CancellationToken ct)
    {
        foreach (var instance in instances)
        {
            var gone = (instance.OldHealthChecks ?? []).Where(id => id != instance.HealthCheckId).ToList();
            if (instance is { IsLeaving: true, HealthCheckId: { } own }) gone.Add(own);
            foreach (var id in gone) await DropAsync(service, id, ct);
            if (gone.Count == 0 || instance.IsLeaving) continue;
            await store.UpdateAsync(tx =>
            {
                if (tx.Find(CloudMapTables.Instances, instance.Key) is { } current)
                    tx.Put(CloudMapTables.Instances, current with { OldHealthChecks = (current.OldHealthChecks ?? []).RemoveRange(gone) });
            }, ct);
        }
    }

    private async ValueTask<InstanceState> MakeAsync(ServiceState service, InstanceState instance, InstanceCheck? wanted, CancellationToken ct)
    {
        var made = wanted is null ? null
            : (await route53.CreateHealthCheckAsync(new() { CallerReference = wanted.ReferenceOf(instance.Key), HealthCheckConfig = wanted.Config }, service.Home.AsService(), ct)).HealthCheck.Id;
        InstanceState With(InstanceState state)
        {
            ImmutableArray<string> old = [.. (state.OldHealthChecks ?? []).Append(state.HealthCheckId).OfType<string>().Where(id => id != made).Distinct(StringComparer.Ordinal)];
            return state with { HealthCheckId = made, HealthCheckOf = wanted?.Text, OldHealthChecks = old };
        }

        await store.UpdateAsync(tx =>
        {
            if (tx.Find(CloudMapTables.Instances, instance.Key) is { IsLeaving: false } current) tx.Put(CloudMapTables.Instances, With(current));
        }, ct);
        return With(instance);
    }

    private async ValueTask DropAsync(ServiceState service, string id, CancellationToken ct)
    {
        try
        {
            await route53.DeleteHealthCheckAsync(new() { HealthCheckId = id }, service.Home.AsService(), ct);
        }
        catch (NoSuchHealthCheck)
        {
            // Deleted just before a crash.
        }
    }
}
