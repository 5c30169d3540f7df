using System.Collections.Immutable;
using System.Globalization;
using Microsoft.Extensions.Logging;
using Minato.Aws;
using Minato.CloudMap.Planning;
using Minato.CloudMap.State;
using Minato.Contracts.Route53;
using Minato.Platform;
using Change = Minato.Contracts.Route53.Change;
using HealthCheckType = Minato.Contracts.Route53.HealthCheckType;

namespace Minato.CloudMap.Reconcile;

internal sealed record ServiceKey(string Id);

/// <summary>Makes the record sets of a service in Route 53 be those of its instances, then ends the operations that waited for it.</summary>
internal sealed partial class ServiceReconciler(Store store, IRoute53 route53, TimeProvider clock, ILogger<ServiceReconciler> log) : IReconciler<ServiceKey>
{
    private const int MostOfBatch = 400; // An UPSERT counts twice towards Route 53's 1,000.
    private static readonly TimeSpan s_again = TimeSpan.FromSeconds(30);

    public async ValueTask<Next> ReconcileAsync(ServiceKey key, CancellationToken ct)
    {
        var state = store.Current;
        if (state.Find(CloudMapTables.Services, key.Id) is not { } service || state.Find(CloudMapTables.Namespaces, service.NamespaceId) is not { } ns) return Next.Done;
        OperationState[] waiting = [.. state.Where(CloudMapTables.OperationsWaiting, key.Id)];
        InstanceState[] instances = [.. state.Where(CloudMapTables.InstancesByService, key.Id)];
        AwsException? failure = null;
        try
        {
            instances = await WithChecksAsync(service, instances, ct);
            if (ns.HostedZoneId is { } zone && service.DnsConfig is not null) await ApplyAsync(service, ns, zone, [.. instances.Where(i => !i.IsLeaving)], ct);
            foreach (var gone in instances.Where(i => i is { IsLeaving: true, HealthCheckId: not null })) await DropCheckAsync(service, gone, ct);
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
        var wanted = ServiceRecords.Plan(service, ns, instances).ToDictionary(KeyOf);
        var there = await ReadAsync(service, ns, zone, ct);
        List<Change> changes = [.. there.Where(t => !wanted.ContainsKey(t.Key)).Select(t => new Change { Action = ChangeAction.Delete, ResourceRecordSet = t.Value })];
        changes.AddRange(wanted.Where(w => !there.TryGetValue(w.Key, out var now) || !AreSame(now, w.Value)).Select(w => new Change { Action = ChangeAction.Upsert, ResourceRecordSet = w.Value }));
        foreach (var batch in changes.Chunk(MostOfBatch))
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
                there[KeyOf(set)] = set;
            }

            if (!page.IsTruncated) return there;
            next = next with { StartRecordName = page.NextRecordName, StartRecordType = page.NextRecordType, StartRecordIdentifier = page.NextRecordIdentifier };
        }
    }

    private async ValueTask<InstanceState[]> WithChecksAsync(ServiceState service, InstanceState[] instances, CancellationToken ct)
    {
        if (service.HealthCheckConfig is not { } config) return instances;
        var made = new List<InstanceState>();
        foreach (var instance in instances)
        {
            if (instance.HealthCheckId is not null || instance.IsLeaving || !instance.Attributes.TryGetValue(InstanceAttributes.Ipv4, out var address))
            {
                made.Add(instance);
                continue;
            }

            var check = await route53.CreateHealthCheckAsync(new()
            {
                CallerReference = $"{service.Id}-{instance.CreatorRequestId}"[..Math.Min(64, service.Id.Length + 1 + (instance.CreatorRequestId?.Length ?? 0))],
                HealthCheckConfig = new()
                {
                    Type = HealthCheckTypeExtensions.Parse(Contracts.Servicediscovery.HealthCheckTypeExtensions.ToWire(config.Type)) ?? HealthCheckType.Tcp, IPAddress = address,
                    Port = int.Parse(instance.Attributes.GetValueOrDefault(InstanceAttributes.Port) ?? "80", CultureInfo.InvariantCulture),
                    ResourcePath = config.Type == Contracts.Servicediscovery.HealthCheckType.Tcp ? null : config.ResourcePath ?? "/", FailureThreshold = config.FailureThreshold,
                },
            }, service.Home.AsService(), ct);
            var with = instance with { HealthCheckId = check.HealthCheck.Id };
            await store.UpdateAsync(tx =>
            {
                if (tx.Find(CloudMapTables.Instances, instance.Key) is { } current) tx.Put(CloudMapTables.Instances, current with { HealthCheckId = with.HealthCheckId });
            }, ct);
            made.Add(with);
        }

        return [.. made];
    }

    private async ValueTask DropCheckAsync(ServiceState service, InstanceState instance, CancellationToken ct)
    {
        try
        {
            await route53.DeleteHealthCheckAsync(new() { HealthCheckId = instance.HealthCheckId ?? "" }, service.Home.AsService(), ct);
        }
        catch (NoSuchHealthCheck)
        {
            // Deleted just before a crash.
        }
    }

    private static (string, RRType, string?) KeyOf(ResourceRecordSet set) => (set.Name, set.Type, set.SetIdentifier);

    private static bool AreSame(ResourceRecordSet one, ResourceRecordSet other) =>
        one with { ResourceRecords = null } == other with { ResourceRecords = null } && (one.ResourceRecords ?? []).SequenceEqual(other.ResourceRecords ?? []);

    [LoggerMessage(2821, LogLevel.Warning, "The records of {Service} could not be written: {Reason}")]
    private partial void LogFailed(string service, string reason);
}
