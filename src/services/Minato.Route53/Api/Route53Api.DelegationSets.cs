using Minato.Aws;
using Minato.Contracts.Route53;
using Minato.Platform;
using Minato.Route53.Planning;
using Minato.Route53.State;

namespace Minato.Route53.Api;

// Name servers that several zones have in common.
internal sealed partial class Route53Api
{
    private const int MostZonesOfSet = 100;

    public async Task<CreateReusableDelegationSetResponse> CreateReusableDelegationSetAsync(CreateReusableDelegationSetRequest request, Caller caller, CancellationToken ct)
    {
        var made = await store.UpdateAsync(tx =>
        {
            if (tx.Where(Route53Tables.DelegationSetsByAccount, caller.AccountId).Any(d => d.CallerReference == request.CallerReference))
                throw new DelegationSetAlreadyCreated($"A delegation set with the same owner and caller reference combination has already been created: {request.CallerReference}");
            if (tx.Count(Route53Tables.DelegationSetsByAccount, caller.AccountId) >= MostDelegationSets)
                throw new LimitsExceeded($"Limits Exceeded: MAX_REUSABLE_DELEGATION_SETS_BY_OWNER - Cannot create more than {MostDelegationSets} delegation sets.");
            var zone = request.HostedZoneId is { } id ? FindZone(tx, caller, id) : null;
            if (zone is { IsPrivate: true }) throw new InvalidArgument("A private hosted zone has no delegation set.");
            if (zone is { DelegationSetId: not null }) throw new DelegationSetAlreadyReusable("The specified delegation set has already been marked as reusable.");
            var set = new DelegationSetState(NewId("N", 20), caller.AccountId, request.CallerReference, zone?.NameServers ?? NameServers.New(ids));
            tx.Put(Route53Tables.DelegationSets, set);
            if (zone is not null) tx.Put(Route53Tables.Zones, zone with { DelegationSetId = set.Id });
            return set;
        }, ct);
        return new() { DelegationSet = made.ToWire(), Location = $"https://route53.amazonaws.com/2013-04-01/delegationset/{made.Id}" };
    }

    public Task<GetReusableDelegationSetResponse> GetReusableDelegationSetAsync(GetReusableDelegationSetRequest request, Caller caller, CancellationToken ct) =>
        Task.FromResult(new GetReusableDelegationSetResponse { DelegationSet = FindDelegationSet(store.Current, caller, request.Id).ToWire() });

    public async Task<DeleteReusableDelegationSetResponse> DeleteReusableDelegationSetAsync(DeleteReusableDelegationSetRequest request, Caller caller, CancellationToken ct)
    {
        await store.UpdateAsync(tx =>
        {
            var set = FindDelegationSet(tx, caller, request.Id);
            if (tx.Count(Route53Tables.ZonesByDelegationSet, set.Id) > 0) throw new DelegationSetInUse($"The specified delegation set is in use: {set.Id}");
            tx.Delete(Route53Tables.DelegationSets, set.Id);
        }, ct);
        return new();
    }

    public Task<ListReusableDelegationSetsResponse> ListReusableDelegationSetsAsync(ListReusableDelegationSetsRequest request, Caller caller, CancellationToken ct)
    {
        var size = PageSize(request.MaxItems, ZonesPage);
        var (page, next) = Page(store.Current, Route53Tables.DelegationSetsByAccount, caller.AccountId, request.Marker, size, d => d.Id);
        return Task.FromResult(new ListReusableDelegationSetsResponse
        {
            DelegationSets = [.. page.Select(d => d.ToWire())], Marker = request.Marker ?? "", IsTruncated = next is not null, NextMarker = next, MaxItems = Shown(size),
        });
    }

    public Task<GetReusableDelegationSetLimitResponse> GetReusableDelegationSetLimitAsync(GetReusableDelegationSetLimitRequest request, Caller caller, CancellationToken ct)
    {
        var set = FindDelegationSet(store.Current, caller, request.DelegationSetId);
        return Task.FromResult(new GetReusableDelegationSetLimitResponse
        {
            Limit = new() { Type = request.Type, Value = MostZonesOfSet }, Count = store.Current.Count(Route53Tables.ZonesByDelegationSet, set.Id),
        });
    }

    private static DelegationSetState FindDelegationSet(IReadState state, Caller caller, string id) =>
        state.Find(Route53Tables.DelegationSets, ResourceIds.Plain(id)) is { } set && set.AccountId == caller.AccountId ? set
            : throw new NoSuchDelegationSet($"No delegation set found with ID: {ResourceIds.Plain(id)}");
}
