using System.Collections.Immutable;
using Minato.Aws;
using Minato.Contracts.Route53;
using Minato.Platform;
using Minato.Route53.Planning;
using Minato.Route53.State;

namespace Minato.Route53.Api;

// Health checks.
internal sealed partial class Route53Api
{
    public async Task<CreateHealthCheckResponse> CreateHealthCheckAsync(CreateHealthCheckRequest request, Caller caller, CancellationToken ct)
    {
        var config = HealthCheckRules.Filled(request.HealthCheckConfig);
        HealthCheckRules.Demand(config);
        var made = await store.UpdateAsync(tx =>
        {
            if (tx.Where(Route53Tables.HealthChecksByReference, (caller.AccountId, request.CallerReference)).FirstOrDefault() is { } same)
            {
                // AWS: an exact repeat is answered, not refused.
                return HealthCheckRules.AreSame(same.Config, config) ? same
                    : throw new HealthCheckAlreadyExists($"The health check you're attempting to create already exists. Amazon Route 53 returns this error when you submit a request with the caller reference {request.CallerReference} and other settings.");
            }

            if (tx.Count(Route53Tables.HealthChecksByAccount, caller.AccountId) >= MostHealthChecks)
                throw new TooManyHealthChecks($"Limits Exceeded: MAX_HEALTH_CHECKS_BY_OWNER - Cannot create more than {MostHealthChecks} health checks.");
            DemandChildren(tx, caller, config);
            var check = new HealthCheckState
            {
                Id = ids.Uuid(), AccountId = caller.AccountId, CallerReference = request.CallerReference, Config = config, Version = 1,
                LinkedService = caller.PrincipalArn == CloudMap ? CloudMap : null,
            };
            tx.Put(Route53Tables.HealthChecks, check);
            // AWS: until there are data an endpoint counts as well.
            tx.Put(Route53Tables.HealthStatuses, new HealthStatusState(check.Id, HealthPlanner.Verdict(config, isWell: true)));
            return check;
        }, ct);
        return new() { HealthCheck = ToWire(made), Location = $"https://route53.amazonaws.com/2013-04-01/healthcheck/{made.Id}" };
    }

    public Task<GetHealthCheckResponse> GetHealthCheckAsync(GetHealthCheckRequest request, Caller caller, CancellationToken ct) =>
        Task.FromResult(new GetHealthCheckResponse { HealthCheck = ToWire(FindHealthCheck(store.Current, caller, request.HealthCheckId)) });

    public async Task<UpdateHealthCheckResponse> UpdateHealthCheckAsync(UpdateHealthCheckRequest request, Caller caller, CancellationToken ct)
    {
        var changed = await store.UpdateAsync(tx =>
        {
            var check = FindOwnCheck(tx, caller, request.HealthCheckId);
            if (request.HealthCheckVersion is { } version && version != check.Version)
                throw new HealthCheckVersionMismatch($"The value of HealthCheckVersion in the request doesn't match the value of HealthCheckVersion in the health check: {check.Version}");
            var config = HealthCheckRules.Updated(check.Config, request);
            HealthCheckRules.Demand(config);
            DemandChildren(tx, caller, config);
            var updated = check with { Config = config, Version = check.Version + 1 };
            tx.Put(Route53Tables.HealthChecks, updated);
            // What is known of the endpoint stays known: the check says the contrary from now on.
            if ((config.Inverted == true) != (check.Config.Inverted == true) && tx.Find(Route53Tables.HealthStatuses, check.Id) is { } status)
                tx.Put(Route53Tables.HealthStatuses, status with { IsHealthy = !status.IsHealthy });
            return updated;
        }, ct);
        return new() { HealthCheck = ToWire(changed) };
    }

    public async Task<DeleteHealthCheckResponse> DeleteHealthCheckAsync(DeleteHealthCheckRequest request, Caller caller, CancellationToken ct)
    {
        await store.UpdateAsync(tx =>
        {
            var check = FindOwnCheck(tx, caller, request.HealthCheckId);
            tx.Delete(Route53Tables.HealthChecks, check.Id);
            tx.Delete(Route53Tables.HealthStatuses, check.Id);
        }, ct);
        return new();
    }

    public Task<ListHealthChecksResponse> ListHealthChecksAsync(ListHealthChecksRequest request, Caller caller, CancellationToken ct)
    {
        var size = PageSize(request.MaxItems, ZonesPage);
        var (page, next) = Page(store.Current, Route53Tables.HealthChecksByAccount, caller.AccountId, request.Marker, size, h => h.Id);
        return Task.FromResult(new ListHealthChecksResponse
        {
            HealthChecks = [.. page.Select(ToWire)], Marker = request.Marker ?? "", IsTruncated = next is not null, NextMarker = next, MaxItems = Shown(size),
        });
    }

    public Task<GetHealthCheckCountResponse> GetHealthCheckCountAsync(GetHealthCheckCountRequest request, Caller caller, CancellationToken ct) =>
        Task.FromResult(new GetHealthCheckCountResponse { HealthCheckCount = store.Current.Count(Route53Tables.HealthChecksByAccount, caller.AccountId) });

    public Task<GetHealthCheckStatusResponse> GetHealthCheckStatusAsync(GetHealthCheckStatusRequest request, Caller caller, CancellationToken ct)
    {
        var check = FindEndpointCheck(caller, request.HealthCheckId);
        var seen = health.Find(check.Id)?.Last;
        return Task.FromResult(new GetHealthCheckStatusResponse { HealthCheckObservations = Observations(check, seen) });
    }

    public Task<GetHealthCheckLastFailureReasonResponse> GetHealthCheckLastFailureReasonAsync(GetHealthCheckLastFailureReasonRequest request, Caller caller, CancellationToken ct)
    {
        var check = FindEndpointCheck(caller, request.HealthCheckId);
        return Task.FromResult(new GetHealthCheckLastFailureReasonResponse { HealthCheckObservations = Observations(check, health.Find(check.Id)?.LastFailure) });
    }

    // There is one checker, on this host.
    public Task<GetCheckerIpRangesResponse> GetCheckerIpRangesAsync(GetCheckerIpRangesRequest request, Caller caller, CancellationToken ct) =>
        Task.FromResult(new GetCheckerIpRangesResponse { CheckerIpRanges = ["127.0.0.1/32"] });

    private static ImmutableArray<HealthCheckObservation> Observations(HealthCheckState check, Observation? seen) => seen is null ? [] :
    [
        new()
        {
            Region = check.Config.Regions is [var first, ..] ? first : HealthCheckRegion.UsEast1, IPAddress = "127.0.0.1",
            StatusReport = new() { Status = seen.Detail, CheckedTime = seen.At },
        },
    ];

    private static HealthCheckState FindHealthCheck(IReadState state, Caller caller, string id) =>
        state.Find(Route53Tables.HealthChecks, ResourceIds.Plain(id)) is { } check && check.AccountId == caller.AccountId ? check
            : throw new NoSuchHealthCheck($"No health check exists with the specified ID {ResourceIds.Plain(id)}.");

    /// <summary>AWS: what a service made for itself, that service alone may change.</summary>
    private static HealthCheckState FindOwnCheck(IReadState state, Caller caller, string id)
    {
        var check = FindHealthCheck(state, caller, id);
        return check.LinkedService is not { } owner || owner == caller.PrincipalArn ? check
            : throw new AwsException("AccessDenied", $"The resource healthcheck/{check.Id} can only be managed through {owner}", 403);
    }

    private HealthCheckState FindEndpointCheck(Caller caller, string id)
    {
        var check = FindHealthCheck(store.Current, caller, id);
        return HealthCheckRules.IsOfEndpoint(check.Config.Type) ? check
            : throw new InvalidInput($"The health check {check.Id} is of type {check.Config.Type.ToWire()}: it has no status of its own.");
    }

    private static void DemandChildren(IReadState state, Caller caller, HealthCheckConfig config)
    {
        foreach (var child in config.ChildHealthChecks ?? [])
        {
            if (state.Find(Route53Tables.HealthChecks, child)?.AccountId != caller.AccountId) throw new InvalidInput($"The child health check {child} does not exist.");
        }
    }

    private static HealthCheck ToWire(HealthCheckState check) => new()
    {
        Id = check.Id, CallerReference = check.CallerReference, HealthCheckConfig = check.Config, HealthCheckVersion = check.Version,
        LinkedService = check.LinkedService is { } principal ? new() { ServicePrincipal = principal } : null,
    };
}
