using System.Collections.Concurrent;
using System.Collections.Immutable;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Minato.Aws;
using Minato.Contracts.ElasticLoadBalancingV2;
using Minato.Contracts.Servicediscovery;
using Minato.Ecs.Planning.Tasks;
using Minato.Ecs.State;
using Minato.Platform;

namespace Minato.Ecs.Reconcile;

/// <summary>The service whose Service Connect endpoints are looked at.</summary>
internal sealed record ConnectKey(ServiceKey Service);

/// <summary>
/// Gives each name that a service offers in Service Connect something that takes connections: a network load balancer of the name, with a
/// listener for each port and the service's tasks behind it (decision 0019).
/// </summary>
internal sealed partial class ConnectReconciler(Store store, ConnectBalancers balancers, IServiceProvider rooms, TimeProvider clock, ILogger<ConnectReconciler> log) : IReconciler<ConnectKey>
{
    private static readonly TimeSpan s_again = TimeSpan.FromSeconds(1);

    // What one change brings is looked for once, however many tasks it starts: a look asks ELB three times for each name.
    private static readonly TimeSpan s_between = TimeSpan.FromSeconds(1);

    private readonly ConcurrentDictionary<ServiceKey, Look> _looks = new();

    public async ValueTask<Next> ReconcileAsync(ConnectKey key, CancellationToken ct)
    {
        var state = store.Current;
        var service = state.Find(ServiceTables.Services, key.Service) is { Status: not ServiceStatus.Inactive } there ? there : null;
        var known = state.Find(ConnectTables.Connections, key.Service);
        if (service?.Spec.Connect is null) _looks.TryRemove(key.Service, out _);
        if (service?.Spec.Connect is null && known is null) return Next.Done;
        try
        {
            if (known is not null) known = await ForgetAddressesAsync(known, service?.Spec.Connect, ct);
            foreach (var gone in (known?.Endpoints ?? []).Where(e => !IsOffered(e, service?.Spec.Connect)))
                await RemoveAsync(gone, key.Service.Cluster.Scope, ct);
            if (service?.Spec.Connect is not { } connect)
            {
                await store.UpdateAsync(ecs => ecs.Delete(ConnectTables.Connections, key.Service), ct);
                return Next.Done;
            }

            return await KeepAsync(state, service, connect, known, ct);
        }
        catch (TargetGroupNotFoundException)
        {
            // Somebody deleted what is ours: all of it is looked for and made again.
            await store.UpdateAsync(ecs => ecs.Delete(ConnectTables.Connections, key.Service), ct);
            return Next.Soon;
        }
        catch (AwsException e) when (e.IsClientFault)
        {
            LogRefused(key.Service, e.Message);
            return Next.After(s_again);
        }
    }

    private static bool IsOffered(ConnectEndpoint endpoint, ConnectSpec? connect) => connect?.Offers.Contains(endpoint.Offer) is true;

    /// <summary>No task is to learn the address of what is about to go, even if the name is offered again before all of it is gone.</summary>
    private async ValueTask<ConnectState> ForgetAddressesAsync(ConnectState known, ConnectSpec? connect, CancellationToken ct)
    {
        if (!known.Endpoints.Any(e => e.Address is not null && !IsOffered(e, connect))) return known;
        var now = known with { Endpoints = [.. known.Endpoints.Select(e => IsOffered(e, connect) ? e : e with { Address = null })] };
        await store.UpdateAsync(ecs => ecs.Put(ConnectTables.Connections, now), ct);
        return now;
    }

    private async ValueTask<Next> KeepAsync(IReadState state, ServiceState service, ConnectSpec connect, ConnectState? known, CancellationToken ct)
    {
        var scope = service.Key.Cluster.Scope;
        if (known is not null && _looks.TryGetValue(service.Key, out var look) && look.IsOf(service) && look.Found == known && clock.GetUtcNow() < look.At + s_between)
        {
            foreach (var endpoint in known.Endpoints) await balancers.RegisterAsync(endpoint, TargetsOf(state, service.Key, endpoint.Offer), scope, ct);
            return Next.At(look.At + s_between);
        }

        var endpoints = ImmutableArray.CreateBuilder<ConnectEndpoint>(connect.Offers.Length);
        foreach (var offer in connect.Offers)
        {
            // Even of one that is known: somebody may have deleted a part of it, or a crash have come while it was taken away.
            var endpoint = await balancers.EnsureAsync(service, connect.Namespace, offer, known?.Endpoints.FirstOrDefault(e => e.Offer == offer), ct);
            await balancers.RegisterAsync(endpoint, TargetsOf(state, service.Key, offer), scope, ct);
            endpoints.Add(endpoint);
        }

        var now = new ConnectState { Key = service.Key, Namespace = connect.Namespace, Endpoints = endpoints.DrainToImmutable() };
        if (known is null || known.Namespace != now.Namespace || !known.Endpoints.AsSpan().SequenceEqual(now.Endpoints.AsSpan()))
            await store.UpdateAsync(ecs => ecs.Put(ConnectTables.Connections, now), ct);
        else now = known;
        if (now.Endpoints.Any(e => e.Address is null)) return Next.After(s_again);
        _looks[service.Key] = new(service.Spec, service.DesiredCount, service.Deployments.FirstOrDefault()?.Id, now, clock.GetUtcNow());
        return Next.Done;
    }

    /// <summary>Addresses and ports of the tasks that take connections.</summary>
    private static IEnumerable<(string Address, int Port)> TargetsOf(IReadState state, ServiceKey service, ConnectOffer offer)
    {
        foreach (var task in state.Where(EcsTables.LiveTasksByService, service))
        {
            if (!RegistryInstances.IsWanted(task) || task.Progress.Interface?.PrivateIp is not { } address) continue;
            if (task.HealthStatus == Contracts.Ecs.HealthStatus.Unhealthy) continue;
            if (state.Find(EcsTables.TaskDefinitions, task.TaskDefinition) is { } definition && ConnectOffer.PortOf(definition, offer.PortName) is { } port)
                yield return (address, port);
        }
    }

    private async ValueTask RemoveAsync(ConnectEndpoint endpoint, AccountRegion scope, CancellationToken ct)
    {
        await balancers.RemoveAsync(endpoint, scope, ct);
        if (rooms.GetService<IServicediscovery>() is not { } map) return;
        try
        {
            await map.DeleteServiceAsync(new() { Id = endpoint.Offer.DiscoveryArn }, scope.AsService(), ct);
        }
        catch (ServiceNotFound)
        {
            // Gone already. While instances are in it, it is tried again.
        }
    }

    /// <summary>All was there at that moment. Whoever changes the service wants it looked at again at once.</summary>
    private sealed record Look(ServiceSpec Spec, int DesiredCount, string? DeploymentId, ConnectState Found, DateTimeOffset At)
    {
        public bool IsOf(ServiceState service) =>
            ReferenceEquals(Spec, service.Spec) && DesiredCount == service.DesiredCount && DeploymentId == service.Deployments.FirstOrDefault()?.Id;
    }

    [LoggerMessage(2195, LogLevel.Warning, "Service Connect of {Service} was refused: {Reason}")]
    private partial void LogRefused(ServiceKey service, string reason);
}
