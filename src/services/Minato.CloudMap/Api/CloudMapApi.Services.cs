using System.Collections.Immutable;
using Minato.Aws;
using Minato.CloudMap.Planning;
using Minato.CloudMap.State;
using Minato.Contracts.Servicediscovery;

namespace Minato.CloudMap.Api;

// Services and their attributes.
internal sealed partial class CloudMapApi
{
    private const int MostServiceAttributes = 30;

    public async Task<CreateServiceResponse> CreateServiceAsync(CreateServiceRequest request, Caller caller, CancellationToken ct)
    {
        var home = Home.Of(caller);
        var service = await store.UpdateAsync(tx =>
        {
            var ns = FindNamespace(tx, home, request.NamespaceId ?? request.DnsConfig?.NamespaceId ?? throw new InvalidInput("NamespaceId must be specified."));
            ServiceRules.Demand(ns, request);
            if (tx.Where(CloudMapTables.ServicesByName, (ns.Id, request.Name.ToLowerInvariant())).FirstOrDefault() is { } taken)
            {
                throw new ServiceAlreadyExists($"Service already exists: {request.Name}.") { CreatorRequestId = taken.CreatorRequestId, ServiceId = taken.Id, ServiceArn = taken.Arn };
            }

            if (tx.Count(CloudMapTables.ServicesByHome, home) >= MostServices) throw new ResourceLimitExceeded($"You have reached the limit of {MostServices} services.");
            var made = new ServiceState
            {
                Id = $"srv-{ids.Hex(16)}", Home = home, NamespaceId = ns.Id, Name = request.Name, Type = ServiceRules.TypeOf(ns, request), Description = request.Description,
                CreatorRequestId = request.CreatorRequestId ?? ids.Uuid(), CreatedAt = clock.GetUtcNow(), Tags = Tagged(ImmutableSortedDictionary<string, string>.Empty, request.Tags),
                DnsConfig = request.DnsConfig is { } dns ? dns with { NamespaceId = ns.Id, RoutingPolicy = dns.RoutingPolicy ?? RoutingPolicy.Multivalue } : null,
                HealthCheckConfig = request.HealthCheckConfig is { } check ? check with { FailureThreshold = check.FailureThreshold ?? 1 } : null,
                HealthCheckCustomConfig = request.HealthCheckCustomConfig is null ? null : new() { FailureThreshold = 1 }, // AWS: always.
            };
            tx.Put(CloudMapTables.Services, made);
            return made;
        }, ct);
        return new() { Service = service.ToWire(0) };
    }

    public Task<GetServiceResponse> GetServiceAsync(GetServiceRequest request, Caller caller, CancellationToken ct)
    {
        var state = store.Current;
        var service = FindService(state, Home.Of(caller), request.Id);
        return Task.FromResult(new GetServiceResponse { Service = service.ToWire(state.Count(CloudMapTables.LiveByService, service.Id)) });
    }

    public Task<ListServicesResponse> ListServicesAsync(ListServicesRequest request, Caller caller, CancellationToken ct)
    {
        var state = store.Current;
        var filters = request.Filters ?? [];
        var ofNamespace = filters.FirstOrDefault(f => f.Name == ServiceFilterName.NamespaceId && f.Condition is null or FilterCondition.Eq)?.Values is [var id, ..] ? Plain(id) : null;
        var found = ofNamespace is null ? state.Where(CloudMapTables.ServicesByHome, Home.Of(caller))
            : state.Where(CloudMapTables.ServicesByNamespace, ofNamespace).Where(s => s.Home == Home.Of(caller));
        found = found.Where(s => filters.All(f => Filters.Matches(f.Name == ServiceFilterName.NamespaceId ? s.NamespaceId : "SELF", f.Condition, f.Name == ServiceFilterName.NamespaceId ? [.. f.Values.Select(Plain)] : f.Values)));
        var (page, token) = Page(nameof(ListServicesAsync), found, s => s.Id, request.NextToken, request.MaxResults);
        return Task.FromResult(new ListServicesResponse { NextToken = token, Services = [.. page.Select(s => Summary(s, state.Count(CloudMapTables.LiveByService, s.Id)))] });
    }

    public async Task<UpdateServiceResponse> UpdateServiceAsync(UpdateServiceRequest request, Caller caller, CancellationToken ct)
    {
        var operation = await store.UpdateAsync(tx =>
        {
            var service = FindService(tx, Home.Of(caller), request.Id);
            ServiceRules.Demand(FindNamespace(tx, service.Home, service.NamespaceId), service, request.Service);
            tx.Put(CloudMapTables.Services, service with
            {
                Description = request.Service.Description ?? service.Description,
                // AWS: records that are left out go, and so does a health check.
                DnsConfig = request.Service.DnsConfig is { } asked && service.DnsConfig is { } before ? before with { DnsRecords = asked.DnsRecords } : service.DnsConfig,
                HealthCheckConfig = request.Service.HealthCheckConfig is { } check ? check with { FailureThreshold = check.FailureThreshold ?? 1 } : null,
            });
            return PutOperation(tx, service.Home, OperationType.UpdateService, ("SERVICE", service.Id));
        }, ct);
        return new() { OperationId = operation.Id };
    }

    public async Task<DeleteServiceResponse> DeleteServiceAsync(DeleteServiceRequest request, Caller caller, CancellationToken ct)
    {
        await store.UpdateAsync(tx =>
        {
            var service = FindService(tx, Home.Of(caller), request.Id);
            if (tx.Count(CloudMapTables.InstancesByService, service.Id) > 0)
                throw new ResourceInUse("Service contains registered instances; delete the instances before deleting the service");
            tx.Delete(CloudMapTables.Services, service.Id);
        }, ct);
        return new();
    }

    public Task<GetServiceAttributesResponse> GetServiceAttributesAsync(GetServiceAttributesRequest request, Caller caller, CancellationToken ct)
    {
        var service = FindService(store.Current, Home.Of(caller), request.ServiceId);
        return Task.FromResult(new GetServiceAttributesResponse
        {
            ServiceAttributes = new() { ServiceArn = service.Arn, ResourceOwner = service.Home.AccountId, Attributes = service.Attributes.ToImmutableDictionary() },
        });
    }

    public async Task<UpdateServiceAttributesResponse> UpdateServiceAttributesAsync(UpdateServiceAttributesRequest request, Caller caller, CancellationToken ct)
    {
        await store.UpdateAsync(tx =>
        {
            var service = FindService(tx, Home.Of(caller), request.ServiceId);
            var attributes = service.Attributes.SetItems(request.Attributes);
            if (attributes.Count > MostServiceAttributes) throw new ServiceAttributesLimitExceededException($"A service has at most {MostServiceAttributes} attributes.");
            tx.Put(CloudMapTables.Services, service with { Attributes = attributes });
        }, ct);
        return new();
    }

    public async Task<DeleteServiceAttributesResponse> DeleteServiceAttributesAsync(DeleteServiceAttributesRequest request, Caller caller, CancellationToken ct)
    {
        await store.UpdateAsync(tx =>
        {
            var service = FindService(tx, Home.Of(caller), request.ServiceId);
            tx.Put(CloudMapTables.Services, service with { Attributes = service.Attributes.RemoveRange(request.Attributes) });
        }, ct);
        return new();
    }

    private static ServiceSummary Summary(ServiceState service, int instances) => new()
    {
        Id = service.Id, Arn = service.Arn, ResourceOwner = service.Home.AccountId, Name = service.Name, Type = service.Type, Description = service.Description,
        InstanceCount = instances, DnsConfig = service.DnsConfig, HealthCheckConfig = service.HealthCheckConfig, HealthCheckCustomConfig = service.HealthCheckCustomConfig,
        CreateDate = service.CreatedAt, CreatedByAccount = service.Home.AccountId,
    };
}
