using System.Collections.Immutable;
using Minato.Aws;
using Minato.Contracts.Route53;
using Minato.Engines.Dns;
using Minato.Platform;
using Minato.Route53.Planning;
using Minato.Route53.State;

namespace Minato.Route53.Api;

// The life of hosted zones.
internal sealed partial class Route53Api
{
    private const long NsTtl = 172800;
    private const long SoaTtl = 900;

    public async Task<CreateHostedZoneResponse> CreateHostedZoneAsync(CreateHostedZoneRequest request, Caller caller, CancellationToken ct)
    {
        if (!DnsName.TryParse(request.Name, out var name) || name.IsRoot) throw new InvalidDomainName($"The domain name {request.Name} is not valid.");
        var isPrivate = request.HostedZoneConfig?.PrivateZone ?? request.VPC is not null;
        if (isPrivate && request.VPC is null) throw new InvalidInput("When you're creating a private hosted zone (when you specify true for PrivateZone), you must also specify values for VPCId and VPCRegion.");
        if (!isPrivate && request.VPC is not null) throw new InvalidInput("A public hosted zone can't be associated with a VPC.");
        if (isPrivate && request.DelegationSetId is not null) throw new InvalidInput("A reusable delegation set can't be used with a private hosted zone.");
        ImmutableArray<ZoneVpc> vpcs = request.VPC is { } vpc ? [await VpcAsync(vpc, caller, ct)] : [];
        var (zone, change) = await store.UpdateAsync(tx =>
        {
            if (tx.Count(Route53Tables.ZonesByReference, (caller.AccountId, request.CallerReference)) > 0)
                throw new HostedZoneAlreadyExists("A hosted zone has already been created with the specified caller reference.");
            if (tx.Count(Route53Tables.ZonesByAccount, caller.AccountId) >= MostZones)
                throw new TooManyHostedZones($"Limits Exceeded: MAX_HOSTED_ZONES_BY_OWNER - Cannot create more than {MostZones} hosted zones.");
            foreach (var one in vpcs) DemandNoOther(tx, caller, one, name.ToString());
            if (request.DelegationSetId is { } shared) DemandNoRelative(tx, FindDelegationSet(tx, caller, shared), name);
            var made = new ZoneState
            {
                Id = NewId("Z", 20), AccountId = caller.AccountId, Name = name.ToString(), CallerReference = request.CallerReference,
                Comment = request.HostedZoneConfig?.Comment, IsPrivate = isPrivate, Vpcs = vpcs, CreatedAt = clock.GetUtcNow(),
                DelegationSetId = request.DelegationSetId is { } set ? ResourceIds.Plain(set) : null,
                NameServers = isPrivate ? NameServers.Private : ServersFor(tx, caller, request.DelegationSetId),
                LinkedService = caller.PrincipalArn == CloudMap ? CloudMap : null,
            };
            tx.Put(Route53Tables.Zones, made);
            PutOwnRecords(tx, made);
            return (made, PutChange(tx, caller.AccountId, request.HostedZoneConfig?.Comment));
        }, ct);
        return new()
        {
            HostedZone = zone.ToWire(2), ChangeInfo = change.ToWire(ChangeStatus.Pending) with { Comment = null }, VPC = request.VPC,
            DelegationSet = zone.IsPrivate ? new() { NameServers = [] } : DelegationOf(zone), Location = $"https://route53.amazonaws.com/2013-04-01/hostedzone/{zone.Id}",
        };
    }

    public Task<GetHostedZoneResponse> GetHostedZoneAsync(GetHostedZoneRequest request, Caller caller, CancellationToken ct)
    {
        var state = store.Current;
        var zone = FindZone(state, caller, request.Id);
        return Task.FromResult(new GetHostedZoneResponse
        {
            HostedZone = zone.ToWire(state.Count(Route53Tables.RecordsByZone, zone.Id)),
            DelegationSet = zone.IsPrivate ? null : DelegationOf(zone), VPCs = zone.IsPrivate ? [.. zone.Vpcs.Select(v => v.ToWire())] : null,
        });
    }

    public async Task<DeleteHostedZoneResponse> DeleteHostedZoneAsync(DeleteHostedZoneRequest request, Caller caller, CancellationToken ct)
    {
        var change = await store.UpdateAsync(tx =>
        {
            var zone = FindOwn(tx, caller, request.Id);
            var records = tx.Where(Route53Tables.RecordsByZone, zone.Id).Take(3).ToList();
            if (records.Count > 2) throw new HostedZoneNotEmpty("The specified hosted zone contains non-required resource record sets and so cannot be deleted.");
            foreach (var record in records) tx.Delete(Route53Tables.Records, record.Key);
            tx.Delete(Route53Tables.Zones, zone.Id);
            return PutChange(tx, caller.AccountId);
        }, ct);
        return new() { ChangeInfo = change.ToWire(ChangeStatus.Pending) };
    }

    public async Task<UpdateHostedZoneCommentResponse> UpdateHostedZoneCommentAsync(UpdateHostedZoneCommentRequest request, Caller caller, CancellationToken ct)
    {
        var (zone, count) = await store.UpdateAsync(tx =>
        {
            var changed = FindOwn(tx, caller, request.Id) with { Comment = request.Comment };
            tx.Put(Route53Tables.Zones, changed);
            return (changed, tx.Count(Route53Tables.RecordsByZone, changed.Id));
        }, ct);
        return new() { HostedZone = zone.ToWire(count) };
    }

    public Task<GetDNSSECResponse> GetDNSSECAsync(GetDNSSECRequest request, Caller caller, CancellationToken ct)
    {
        FindZone(store.Current, caller, request.HostedZoneId);
        return Task.FromResult(new GetDNSSECResponse { Status = new() { ServeSignature = "NOT_SIGNING" }, KeySigningKeys = [] });
    }

    private static void PutOwnRecords(Transaction tx, ZoneState zone)
    {
        void Put(RRType type, long ttl, IEnumerable<string> values) => tx.Put(Route53Tables.Records, new RecordState(
            RecordKey.Of(zone.Id, zone.Domain, type, null), zone.AccountId, new() { Name = zone.Name, Type = type, TTL = ttl, ResourceRecords = [.. values.Select(v => new ResourceRecord { Value = v })] }));

        Put(RRType.Ns, NsTtl, zone.NameServers.Select(s => s + "."));
        Put(RRType.Soa, SoaTtl, [$"{zone.NameServers[0]}. awsdns-hostmaster.amazon.com. 1 7200 900 1209600 86400"]);
    }

    /// <summary>AWS: zones of one name, or one below the other, have no name server in common.</summary>
    private static void DemandNoRelative(IReadState state, DelegationSetState set, DnsName name)
    {
        if (state.Where(Route53Tables.ZonesByDelegationSet, set.Id).Any(z => z.Domain.Holds(name) || name.Holds(z.Domain)))
            throw new ConflictingDomainExists("A conflicting domain is already associated with the given VPC or Delegation Set.");
    }

    private ImmutableArray<string> ServersFor(IReadState state, Caller caller, string? delegationSet) =>
        delegationSet is null ? NameServers.New(ids) : FindDelegationSet(state, caller, delegationSet).NameServers;

    private static DelegationSet DelegationOf(ZoneState zone) => new()
    {
        NameServers = zone.NameServers, Id = zone.DelegationSetId is { } id ? $"/delegationset/{id}" : null,
    };
}
