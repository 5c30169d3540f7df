using Minato.Aws;
using Minato.CloudMap.State;
using Minato.Contracts.Route53;
using Minato.Contracts.Servicediscovery;
using Minato.Platform;

namespace Minato.CloudMap.Reconcile;

internal sealed record NamespaceKey(string Id);

/// <summary>Makes and deletes the hosted zone of a namespace, and keeps its SOA.</summary>
internal sealed class NamespaceReconciler(Store store, IRoute53 route53, TimeProvider clock) : IReconciler<NamespaceKey>
{
    public async ValueTask<Next> ReconcileAsync(NamespaceKey key, CancellationToken ct)
    {
        var state = store.Current;
        OperationState[] waiting = [.. state.Where(CloudMapTables.OperationsWaiting, key.Id)];
        if (waiting.Length == 0) return Next.Done;
        if (state.Find(CloudMapTables.Namespaces, key.Id) is not { } ns)
        {
            await Operations.EndAsync(store, waiting, clock.GetUtcNow(), ct);
            return Next.Done;
        }

        AwsException? failure = null;
        string? zone = ns.HostedZoneId;
        try
        {
            if (ns.IsDeleting) await DeleteZoneAsync(ns, ct);
            else if (ns.Type != NamespaceType.Http) await PutSoaAsync(ns, zone ??= await MakeZoneAsync(ns, ct), ct);
        }
        catch (AwsException e) when (e.IsClientFault)
        {
            failure = e;
        }

        await store.UpdateAsync(tx =>
        {
            if (tx.Find(CloudMapTables.Namespaces, key.Id) is not { } current) return;
            var isMissing = zone is null && ns.Type != NamespaceType.Http;
            // What could not be made is not there; what could not be deleted is.
            if (ns.IsDeleting ? failure is null : isMissing) tx.Delete(CloudMapTables.Namespaces, key.Id);
            else tx.Put(CloudMapTables.Namespaces, current with { HostedZoneId = zone, IsDeleting = false });
            Operations.End(tx, waiting, clock.GetUtcNow(), failure);
        }, ct);
        return Next.Done;
    }

    private async ValueTask<string> MakeZoneAsync(NamespaceState ns, CancellationToken ct)
    {
        var caller = ns.Home.AsService();
        var request = new CreateHostedZoneRequest
        {
            Name = ns.Name, CallerReference = ns.Id, VPC = ns.VpcId is { } vpc ? new() { VPCId = vpc, VPCRegion = VPCRegionExtensions.Parse(ns.Home.Region) } : null,
            HostedZoneConfig = new() { Comment = $"Created by AWS Cloud Map namespace with ARN {ns.Arn}", PrivateZone = ns.Type == NamespaceType.DnsPrivate },
        };
        try
        {
            return Plain((await route53.CreateHostedZoneAsync(request, caller, ct)).HostedZone.Id);
        }
        catch (HostedZoneAlreadyExists)
        {
            // Made just before a crash.
            var zones = await route53.ListHostedZonesByNameAsync(new() { DNSName = ns.Name }, caller, ct);
            return Plain(zones.HostedZones.First(z => z.CallerReference == ns.Id).Id);
        }
    }

    private async ValueTask PutSoaAsync(NamespaceState ns, string zone, CancellationToken ct)
    {
        var caller = ns.Home.AsService();
        var records = await route53.ListResourceRecordSetsAsync(new() { HostedZoneId = zone, StartRecordName = ns.Name, StartRecordType = RRType.Soa, MaxItems = "1" }, caller, ct);
        if (records.ResourceRecordSets is not [{ Type: RRType.Soa } soa] || soa.TTL == ns.SoaTtl) return;
        await route53.ChangeResourceRecordSetsAsync(new()
        {
            HostedZoneId = zone, ChangeBatch = new() { Changes = [new() { Action = ChangeAction.Upsert, ResourceRecordSet = soa with { TTL = ns.SoaTtl } }] },
        }, caller, ct);
    }

    private async ValueTask DeleteZoneAsync(NamespaceState ns, CancellationToken ct)
    {
        if (ns.HostedZoneId is not { } zone) return;
        try
        {
            await route53.DeleteHostedZoneAsync(new() { Id = zone }, ns.Home.AsService(), ct);
        }
        catch (NoSuchHostedZone)
        {
            // Deleted just before a crash.
        }
    }

    private static string Plain(string id) => id[(id.LastIndexOf('/') + 1)..];
}
