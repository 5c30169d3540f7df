using System.Collections.Immutable;
using Minato.Aws;
using Minato.CloudMap.Planning;
using Minato.CloudMap.State;
using Minato.Contracts.Servicediscovery;
using Minato.Platform;

namespace Minato.CloudMap.Api;

// Instances: registered, found, and how they are.
internal sealed partial class CloudMapApi
{
    public async Task<RegisterInstanceResponse> RegisterInstanceAsync(RegisterInstanceRequest request, Caller caller, CancellationToken ct)
    {
        if (request.Attributes.TryGetValue(InstanceAttributes.Machine, out var machine))
            request = request with { Attributes = request.Attributes.Add(InstanceAttributes.Ipv4, await AddressAsync(request, machine, caller, ct)) };
        var operation = await store.UpdateAsync(tx =>
        {
            var service = FindService(tx, Home.Of(caller), request.ServiceId);
            InstanceAttributes.Demand(service, request.InstanceId, request.Attributes);
            var key = new InstanceKey(service.Id, request.InstanceId);
            var before = tx.Find(CloudMapTables.Instances, key);
            if (before is null && tx.Count(CloudMapTables.InstancesByService, service.Id) >= MostInstances)
                throw new ResourceLimitExceeded($"You have reached the limit of {MostInstances} instances of a service.");
            tx.Put(CloudMapTables.Instances, new InstanceState
            {
                Key = key, CreatorRequestId = request.CreatorRequestId ?? before?.CreatorRequestId ?? ids.Uuid(),
                // Who was about to leave took its check along.
                HealthCheckId = before is { IsLeaving: false } ? before.HealthCheckId : null, HealthCheckOf = before is { IsLeaving: false } ? before.HealthCheckOf : null,
                OldHealthChecks = before is { IsLeaving: true, HealthCheckId: { } gone } ? (before.OldHealthChecks ?? []).Add(gone) : before?.OldHealthChecks,
                Attributes = request.Attributes.Remove(InstanceAttributes.InitialHealth).ToImmutableSortedDictionary(StringComparer.Ordinal),
                CustomHealth = before is { IsLeaving: false, CustomHealth: { } health } ? health : InstanceAttributes.HealthAtFirst(service, request.Attributes),
            });
            tx.Put(CloudMapTables.Services, service with { Revision = service.Revision + 1 });
            return PutOperation(tx, service.Home, OperationType.RegisterInstance, ("INSTANCE", request.InstanceId), ("SERVICE", service.Id));
        }, ct);
        return new() { OperationId = operation.Id };
    }

    public async Task<DeregisterInstanceResponse> DeregisterInstanceAsync(DeregisterInstanceRequest request, Caller caller, CancellationToken ct)
    {
        var operation = await store.UpdateAsync(tx =>
        {
            var service = FindService(tx, Home.Of(caller), request.ServiceId);
            tx.Put(CloudMapTables.Instances, FindInstance(tx, service, request.InstanceId) with { IsLeaving = true });
            tx.Put(CloudMapTables.Services, service with { Revision = service.Revision + 1 });
            return PutOperation(tx, service.Home, OperationType.DeregisterInstance, ("INSTANCE", request.InstanceId), ("SERVICE", service.Id));
        }, ct);
        return new() { OperationId = operation.Id };
    }

    public Task<GetInstanceResponse> GetInstanceAsync(GetInstanceRequest request, Caller caller, CancellationToken ct)
    {
        var state = store.Current;
        var service = FindService(state, Home.Of(caller), request.ServiceId);
        var instance = FindInstance(state, service, request.InstanceId);
        return Task.FromResult(new GetInstanceResponse
        {
            ResourceOwner = service.Home.AccountId,
            Instance = new()
            {
                Id = instance.Key.Id, CreatorRequestId = instance.CreatorRequestId, Attributes = instance.Attributes.ToImmutableDictionary(), CreatedByAccount = service.Home.AccountId,
            },
        });
    }

    public Task<ListInstancesResponse> ListInstancesAsync(ListInstancesRequest request, Caller caller, CancellationToken ct)
    {
        var state = store.Current;
        var service = FindService(state, Home.Of(caller), request.ServiceId);
        var (page, token) = Page(nameof(ListInstancesAsync), state.Where(CloudMapTables.LiveByService, service.Id), i => i.Key.Id, request.NextToken, request.MaxResults);
        return Task.FromResult(new ListInstancesResponse
        {
            ResourceOwner = service.Home.AccountId, NextToken = token,
            Instances = [.. page.Select(i => new InstanceSummary { Id = i.Key.Id, Attributes = i.Attributes.ToImmutableDictionary(), CreatedByAccount = service.Home.AccountId })],
        });
    }

    public async Task<GetInstancesHealthStatusResponse> GetInstancesHealthStatusAsync(GetInstancesHealthStatusRequest request, Caller caller, CancellationToken ct)
    {
        var state = store.Current;
        var service = FindService(state, Home.Of(caller), request.ServiceId);
        var instances = request.Instances is { Length: > 0 } wanted ? wanted.Select(id => FindInstance(state, service, id))
            : state.Where(CloudMapTables.LiveByService, service.Id);
        var (page, token) = Page(nameof(GetInstancesHealthStatusAsync), instances, i => i.Key.Id, request.NextToken, request.MaxResults);
        var status = ImmutableDictionary.CreateBuilder<string, HealthStatus>();
        foreach (var instance in page) status[instance.Key.Id] = await HealthAsync(service, instance, ct);
        return new() { Status = status.ToImmutable(), NextToken = token };
    }

    public async Task<UpdateInstanceCustomHealthStatusResponse> UpdateInstanceCustomHealthStatusAsync(UpdateInstanceCustomHealthStatusRequest request, Caller caller, CancellationToken ct)
    {
        await store.UpdateAsync(tx =>
        {
            var service = FindService(tx, Home.Of(caller), request.ServiceId);
            if (service.HealthCheckCustomConfig is null) throw new CustomHealthNotFound("The service doesn't have a custom health check.");
            var instance = FindInstance(tx, service, request.InstanceId);
            if (instance.CustomHealth == request.Status) return;
            tx.Put(CloudMapTables.Instances, instance with { CustomHealth = request.Status });
            tx.Put(CloudMapTables.Services, service with { Revision = service.Revision + 1 });
        }, ct);
        return new();
    }

    public async Task<DiscoverInstancesResponse> DiscoverInstancesAsync(DiscoverInstancesRequest request, Caller caller, CancellationToken ct)
    {
        var state = store.Current;
        var (ns, service) = FindByName(state, caller, request.NamespaceName, request.ServiceName);
        var wanted = request.QueryParameters ?? ImmutableDictionary<string, string>.Empty;
        var found = new List<(InstanceState Instance, HealthStatus Health)>();
        foreach (var instance in state.Where(CloudMapTables.LiveByService, service.Id).Where(i => Has(i, wanted))) found.Add((instance, await HealthAsync(service, instance, ct)));
        // AWS: optional parameters narrow the answer only when somebody has them.
        if (request.OptionalParameters is { Count: > 0 } optional && found.Where(f => Has(f.Instance, optional)).ToList() is { Count: > 0 } narrower) found = narrower;
        var healthy = found.Where(f => f.Health != HealthStatus.Unhealthy).ToList();
        // AWS: in a service without any check the filter counts for nothing.
        var chosen = (service.IsChecked ? request.HealthStatus ?? HealthStatusFilter.HealthyOrElseAll : HealthStatusFilter.All) switch
        {
            HealthStatusFilter.All => found,
            HealthStatusFilter.Healthy => healthy,
            HealthStatusFilter.Unhealthy => [.. found.Where(f => f.Health == HealthStatus.Unhealthy)],
            _ => healthy.Count > 0 ? healthy : found,
        };
        Shuffle(chosen);
        return new()
        {
            InstancesRevision = service.Revision,
            Instances = [.. chosen.Take(request.MaxResults ?? DefaultPage).Select(c => new HttpInstanceSummary
            {
                InstanceId = c.Instance.Key.Id, NamespaceName = ns.Name, ServiceName = service.Name, HealthStatus = c.Health, Attributes = c.Instance.Attributes.ToImmutableDictionary(),
            })],
        };
    }

    public Task<DiscoverInstancesRevisionResponse> DiscoverInstancesRevisionAsync(DiscoverInstancesRevisionRequest request, Caller caller, CancellationToken ct) =>
        Task.FromResult(new DiscoverInstancesRevisionResponse { InstancesRevision = FindByName(store.Current, caller, request.NamespaceName, request.ServiceName).Service.Revision });

    // AWS: in any order, so that clients who take the first few are spread over all.
    private void Shuffle<T>(List<T> list)
    {
        for (var i = list.Count - 1; i > 0; i--)
        {
            var j = ids.Next(i + 1);
            (list[i], list[j]) = (list[j], list[i]);
        }
    }

    /// <summary>AWS: an instance of EC2 is found at its primary private address.</summary>
    private async ValueTask<string> AddressAsync(RegisterInstanceRequest request, string machine, Caller caller, CancellationToken ct)
    {
        var state = store.Current;
        var service = FindService(state, Home.Of(caller), request.ServiceId);
        InstanceAttributes.DemandInstance(FindNamespace(state, service.Home, service.NamespaceId).Type, request.Attributes);
        try
        {
            var answer = await ec2.DescribeInstancesAsync(new() { InstanceIds = [machine] }, service.Home.AsService(), ct);
            return answer.Reservations is [{ Instances: [{ PrivateIpAddress: { } address }, ..] }, ..] ? address : throw new InvalidInput($"The EC2 instance {machine} has no private IPv4 address.");
        }
        catch (AwsException e) when (e.Code.StartsWith("InvalidInstanceID", StringComparison.Ordinal))
        {
            throw new InvalidInput($"The EC2 instance {machine} can't be found.");
        }
    }

    private static bool Has(InstanceState instance, ImmutableDictionary<string, string> wanted) => wanted.All(w => instance.Attributes.GetValueOrDefault(w.Key) == w.Value);

    private async ValueTask<HealthStatus> HealthAsync(ServiceState service, InstanceState instance, CancellationToken ct)
    {
        if (instance.CustomHealth is { } custom) return custom == CustomHealthStatus.Healthy ? HealthStatus.Healthy : HealthStatus.Unhealthy;
        if (service.HealthCheckConfig is null) return HealthStatus.Healthy;
        if (instance.HealthCheckId is not { } check) return HealthStatus.Unknown;
        var seen = await route53.GetHealthCheckStatusAsync(new() { HealthCheckId = check }, service.Home.AsService(), ct);
        return seen.HealthCheckObservations is not [{ StatusReport.Status: { } text }, ..] ? HealthStatus.Unknown
            : text.StartsWith("Success", StringComparison.Ordinal) ? HealthStatus.Healthy : HealthStatus.Unhealthy;
    }

    private static InstanceState FindInstance(IReadState state, ServiceState service, string id) =>
        state.Find(CloudMapTables.Instances, new InstanceKey(service.Id, id)) is { IsLeaving: false } instance ? instance
            : throw new InstanceNotFound($"Failed to find instance: {id}.");

    private static (NamespaceState Namespace, ServiceState Service) FindByName(IReadState state, Caller caller, string namespaceName, string serviceName)
    {
        var namespaces = state.Where(CloudMapTables.NamespacesByName, (Home.Of(caller), namespaceName)).Where(n => n.IsReady).ToList();
        if (namespaces.Count == 0) throw new NamespaceNotFound($"Failed to find namespace: {namespaceName}.");
        foreach (var ns in namespaces)
        {
            if (state.Where(CloudMapTables.ServicesByName, (ns.Id, serviceName.ToLowerInvariant())).FirstOrDefault() is { } service) return (ns, service);
        }

        throw new ServiceNotFound($"Failed to find service: {serviceName}.");
    }
}
