using System.Collections.Immutable;
using System.Globalization;
using Microsoft.Extensions.Logging;
using Minato.Aws;
using Minato.CloudMap.Planning;
using Minato.CloudMap.State;
using Minato.Contracts.Route53;
using Minato.Platform;
using Change = Minato.Contracts.Route53.Change;

namespace Minato.CloudMap.Reconcile;

internal sealed record ServiceKey(string Id);

/// <summary>Makes the record sets of a service in Route 53 be those of its instances, then ends the operations that waited for it.</summary>
internal sealed partial class ServiceReconciler(Store store, IRoute53 route53, InstanceChecks checks, TimeProvider clock, ILogger<ServiceReconciler> log) : IReconciler<ServiceKey>
{
    private static readonly TimeSpan s_again = TimeSpan.FromSeconds(30);

    public async ValueTask<Next> ReconcileAsync(ServiceKey key, CancellationToken ct)
    {
        var state = store.Current;
        OperationState[] waiting = [.. state.Where(CloudMapTables.OperationsWaiting, key.Id)];
        if (state.Find(CloudMapTables.Services, key.Id) is not { } service || state.Find(CloudMapTables.Namespaces, service.NamespaceId) is not { } ns)
        {
            await Operations.EndAsync(store, waiting, clock.GetUtcNow(), ct); // Deleted before it was done: nobody is left to wait for.
            return Next.Done;
        }

        InstanceState[] instances = [.. state.Where(CloudMapTables.InstancesByService, key.Id)];
        AwsException? failure = null;
        try
        {
            instances = await checks.MakeAsync(service, instances, ct);
            if (ns.HostedZoneId is { } zone && service.DnsConfig is not null) await ApplyAsync(service, ns, zone, [.. instances.Where(i => !i.IsLeaving)], ct);
            await checks.DropAsync(service, instances, ct);
        }
        catch (AwsException e) when (e.IsClientFault)
        {
            LogFailed(service.Arn, e.Message);
            failure = e;
        }

        await store.UpdateAsync(tx =>
        {
            foreach (var gone in instances.Where(i => i.IsLeaving))
            {
                // Registered anew meanwhile: it stays.
                if (failure is null && tx.Find(CloudMapTables.Instances, gone.Key) is { IsLeaving: true }) tx.Delete(CloudMapTables.Instances, gone.Key);
            }

            Operations.End(tx, waiting, clock.GetUtcNow(), failure);
        }, ct);
        return failure is null ? Next.Done : Next.After(s_again);
    }

    private async ValueTask ApplyAsync(ServiceState service, NamespaceState ns, string zone, ImmutableArray<InstanceState> instances, CancellationToken ct)
    {
        var wanted = ServiceRecords.Plan(service, ns, instances).DistinctBy(KeyOf).ToDictionary(KeyOf); // Ids that differ in their letters' case have one host.
        var there = await ReadAsync(service, ns, zone, ct);
        List<Change> changes = [.. there.Where(t => !wanted.ContainsKey(t.Key)).Select(t => new Change { Action = ChangeAction.Delete, ResourceRecordSet = t.Value })];
        changes.AddRange(wanted.Where(w => !there.TryGetValue(w.Key, out var now) || !AreSame(now, w.Value)).Select(w => new Change { Action = ChangeAction.Upsert, ResourceRecordSet = w.Value }));
        foreach (var batch in ChangeBatches.Of(changes))
            await route53.ChangeResourceRecordSetsAsync(new() { HostedZoneId = zone, ChangeBatch = new() { Changes = [.. batch] } }, service.Home.AsService(), ct);
    }

    // All names of a service stand together in the order of Route 53's lists.
    private async ValueTask<Dictionary<(string, RRType, string?), ResourceRecordSet>> ReadAsync(ServiceState service, NamespaceState ns, string zone, CancellationToken ct)
    {
        var there = new Dictionary<(string, RRType, string?), ResourceRecordSet>();
        var next = new ListResourceRecordSetsRequest { HostedZoneId = zone, StartRecordName = $"{service.Name}.{ns.Name}", MaxItems = 300.ToString(CultureInfo.InvariantCulture) };
        while (true)
        {
            var page = await route53.ListResourceRecordSetsAsync(next, service.Home.AsService(), ct);
            foreach (var set in page.ResourceRecordSets)
            {
                if (!ServiceRecords.IsOf(service, ns, set)) return there;
                if (!IsOthers(service, ns, set)) there[KeyOf(set)] = set;
            }

            if (!page.IsTruncated) return there;
            next = next with { StartRecordName = page.NextRecordName, StartRecordType = page.NextRecordType, StartRecordIdentifier = page.NextRecordIdentifier };
        }
    }

    /// <summary>AWS: names of services may have dots. Below web.corp there may be a service api.web.</summary>
    private bool IsOthers(ServiceState service, NamespaceState ns, ResourceRecordSet set)
    {
        var state = store.Current;
        for (var name = set.Name[..^(ns.Name.Length + 2)]; name.Length > service.Name.Length; name = name[(name.IndexOf('.', StringComparison.Ordinal) + 1)..])
        {
            if (state.Where(CloudMapTables.ServicesByName, (ns.Id, name)).Any()) return true;
            if (!name.Contains('.', StringComparison.Ordinal)) return false;
        }

        return false;
    }

    private static (string, RRType, string?) KeyOf(ResourceRecordSet set) => (set.Name, set.Type, set.SetIdentifier);

    private static bool AreSame(ResourceRecordSet one, ResourceRecordSet other) =>
        one with { ResourceRecords = null } == other with { ResourceRecords = null } && (one.ResourceRecords ?? []).SequenceEqual(other.ResourceRecords ?? []);

    [LoggerMessage(2821, LogLevel.Warning, "The records of {Service} could not be written: {Reason}")]
    private partial void LogFailed(string service, string reason);
}
