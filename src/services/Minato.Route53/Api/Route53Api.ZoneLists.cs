using Minato.Aws;
using Minato.Contracts.Route53;
using Minato.Engines.Dns;
using Minato.Route53.Planning;
using Minato.Route53.State;

namespace Minato.Route53.Api;

// Lists, counts and limits of hosted zones. An account has few of them.
internal sealed partial class Route53Api
{
    public Task<ListHostedZonesResponse> ListHostedZonesAsync(ListHostedZonesRequest request, Caller caller, CancellationToken ct)
    {
        var state = store.Current;
        var size = PageSize(request.MaxItems, ZonesPage);
        var zones = state.Where(Route53Tables.ZonesByAccount, caller.AccountId)
            .Where(z => request.DelegationSetId is not { } set || z.DelegationSetId == ResourceIds.Plain(set))
            .Where(z => request.HostedZoneType is not HostedZoneType.PrivateHostedZone || z.IsPrivate)
            .SkipWhile(z => request.Marker is { } marker && string.CompareOrdinal(z.Id, ResourceIds.Plain(marker)) < 0).Take(size + 1).ToList();
        return Task.FromResult(new ListHostedZonesResponse
        {
            HostedZones = [.. zones.Take(size).Select(z => z.ToWire(state.Count(Route53Tables.RecordsByZone, z.Id)))],
            Marker = request.Marker ?? "", IsTruncated = zones.Count > size, NextMarker = zones.Count > size ? zones[size].Id : null, MaxItems = Shown(size),
        });
    }

    public Task<ListHostedZonesByNameResponse> ListHostedZonesByNameAsync(ListHostedZonesByNameRequest request, Caller caller, CancellationToken ct)
    {
        if (request.HostedZoneId is not null && request.DNSName is null) throw new InvalidInput("The request must contain a DNSName when it contains a HostedZoneId.");
        DnsName? from = null;
        if (request.DNSName is { } text && !DnsName.TryParse(text, out from)) throw new InvalidDomainName($"The domain name {text} is not valid.");
        var state = store.Current;
        var size = PageSize(request.MaxItems, ZonesPage);
        (string Name, string Id) start = (from is null ? "" : RecordKey.Reversed(from), request.HostedZoneId is { } id ? ResourceIds.Plain(id) : "");
        var zones = state.Where(Route53Tables.ZonesByAccount, caller.AccountId)
            .Select(z => (Name: RecordKey.Reversed(z.Domain), Zone: z)).OrderBy(z => z.Name, StringComparer.Ordinal).ThenBy(z => z.Zone.Id, StringComparer.Ordinal)
            .SkipWhile(z => (string.CompareOrdinal(z.Name, start.Name), string.CompareOrdinal(z.Zone.Id, start.Id)) is ( < 0, _) or (0, < 0))
            .Take(size + 1).Select(z => z.Zone).ToList();
        var next = zones.Count > size ? zones[size] : null;
        return Task.FromResult(new ListHostedZonesByNameResponse
        {
            HostedZones = [.. zones.Take(size).Select(z => z.ToWire(state.Count(Route53Tables.RecordsByZone, z.Id)))],
            DNSName = request.DNSName, HostedZoneId = request.HostedZoneId, IsTruncated = next is not null, NextDNSName = next?.Name, NextHostedZoneId = next?.Id, MaxItems = Shown(size),
        });
    }

    public Task<ListHostedZonesByVPCResponse> ListHostedZonesByVPCAsync(ListHostedZonesByVPCRequest request, Caller caller, CancellationToken ct)
    {
        var size = PageSize(request.MaxItems, ZonesPage);
        var after = request.NextToken is { } token ? tokens.Decode(nameof(ListHostedZonesByVPCAsync), token) ?? throw new InvalidPaginationToken("The pagination token is not valid.") : "";
        var zones = store.Current.Where(Route53Tables.ZonesByAccount, caller.AccountId)
            .Where(z => z.Vpcs.Any(v => v.VpcId == request.VPCId && v.Region == request.VPCRegion) && string.CompareOrdinal(z.Id, after) > 0).Take(size + 1).ToList();
        return Task.FromResult(new ListHostedZonesByVPCResponse
        {
            HostedZoneSummaries = [.. zones.Take(size).Select(z => new HostedZoneSummary
            {
                HostedZoneId = z.Id, Name = z.Name, Owner = z.LinkedService is { } service ? new() { OwningService = service } : new() { OwningAccount = z.AccountId },
            })],
            MaxItems = Shown(size), NextToken = zones.Count > size ? tokens.Encode(nameof(ListHostedZonesByVPCAsync), zones[size - 1].Id) : null,
        });
    }

    public Task<GetHostedZoneCountResponse> GetHostedZoneCountAsync(GetHostedZoneCountRequest request, Caller caller, CancellationToken ct) =>
        Task.FromResult(new GetHostedZoneCountResponse { HostedZoneCount = store.Current.Count(Route53Tables.ZonesByAccount, caller.AccountId) });

    public Task<GetHostedZoneLimitResponse> GetHostedZoneLimitAsync(GetHostedZoneLimitRequest request, Caller caller, CancellationToken ct)
    {
        var state = store.Current;
        var zone = FindZone(state, caller, request.HostedZoneId);
        if (request.Type == HostedZoneLimitType.MaxRrsetsByZone)
            return Task.FromResult(new GetHostedZoneLimitResponse { Limit = new() { Type = request.Type, Value = MostRecords }, Count = state.Count(Route53Tables.RecordsByZone, zone.Id) });
        if (!zone.IsPrivate) throw new HostedZoneNotPrivate("The specified hosted zone is not private.");
        return Task.FromResult(new GetHostedZoneLimitResponse { Limit = new() { Type = request.Type, Value = MostVpcs }, Count = zone.Vpcs.Length });
    }

    public Task<GetAccountLimitResponse> GetAccountLimitAsync(GetAccountLimitRequest request, Caller caller, CancellationToken ct)
    {
        var state = store.Current;
        var (value, count) = request.Type switch
        {
            AccountLimitType.MaxHealthChecksByOwner => (MostHealthChecks, state.Count(Route53Tables.HealthChecksByAccount, caller.AccountId)),
            AccountLimitType.MaxHostedZonesByOwner => (MostZones, state.Count(Route53Tables.ZonesByAccount, caller.AccountId)),
            AccountLimitType.MaxReusableDelegationSetsByOwner => (MostDelegationSets, state.Count(Route53Tables.DelegationSetsByAccount, caller.AccountId)),
            _ => (0, 0), // Traffic policies cannot be made here.
        };
        return Task.FromResult(new GetAccountLimitResponse { Limit = new() { Type = request.Type, Value = value }, Count = count });
    }
}
