using System.Collections.Immutable;
using Microsoft.Extensions.DependencyInjection;
using Minato.Aws;
using Minato.Contracts.Ecs;
using Minato.Contracts.Servicediscovery;
using Minato.Ecs.State;

namespace Minato.Ecs.Api;

/// <summary>Namespaces and names of Service Connect, which are Cloud Map's.</summary>
internal sealed class ConnectNamespaces(IServiceProvider rooms, TimeProvider clock)
{
    private static readonly TimeSpan s_look = TimeSpan.FromMilliseconds(50);
    private const int MostLooks = 100;

    /// <summary>A name that is no namespace yet becomes one; an ARN is of one that has to be there already.</summary>
    /// <exception cref="NamespaceNotFoundException">It is not.</exception>
    public async ValueTask EnsureAsync(string? named, AccountRegion scope, CancellationToken ct)
    {
        if (string.IsNullOrEmpty(named)) return;
        if (Arn.TryParse(named, out _))
        {
            await FindAsync(named, scope, ct);
            return;
        }

        if (rooms.GetService<IServicediscovery>() is not { } map || await ByNameAsync(map, named, scope, ct) is not null) return;
        try
        {
            await map.CreateHttpNamespaceAsync(new() { Name = named }, scope.AsService(), ct);
        }
        catch (NamespaceAlreadyExists)
        {
            // Being made by somebody else.
        }

        // Cloud Map answers before it has it; whoever creates a service next has to find it.
        for (var looks = 0; looks < MostLooks && await ByNameAsync(map, named, scope, ct) is null; looks++) await Task.Delay(s_look, clock, ct);
    }

    /// <returns>What the configuration comes to; null when Service Connect is not wanted.</returns>
    /// <exception cref="NamespaceNotFoundException">There is no such namespace.</exception>
    public async ValueTask<ConnectSpec?> ResolveAsync(
        ServiceConnectConfiguration? connect, string? clusterNamespace, TaskDefinitionState definition, AccountRegion scope, CancellationToken ct)
    {
        if (connect is not { Enabled: true }) return null;
        ConnectRules.Check(connect, definition);
        var named = connect.Namespace ?? clusterNamespace
            ?? throw new Contracts.Ecs.InvalidParameterException("A namespace must be specified when Service Connect is enabled, because the cluster has no default namespace.");
        var (id, arn, name) = await FindAsync(named, scope, ct);
        var offers = ImmutableArray.CreateBuilder<ConnectOffer>();
        foreach (var service in connect.Services ?? [])
        {
            var discovery = ConnectRules.DiscoveryName(service);
            var discoveryArn = await EnsureServiceAsync(discovery, id, scope, ct);
            offers.Add(new(service.PortName, ConnectRules.DnsName(service, name), service.ClientAliases?[0].Port ?? 0, discovery, discoveryArn));
        }

        return new() { Configuration = connect with { Namespace = named }, Namespace = arn, Offers = offers.ToImmutable() };
    }

    private async ValueTask<(string Id, string Arn, string Name)> FindAsync(string named, AccountRegion scope, CancellationToken ct)
    {
        if (rooms.GetService<IServicediscovery>() is { } map)
        {
            if (!Arn.TryParse(named, out _))
            {
                if (await ByNameAsync(map, named, scope, ct) is { } found) return (found.Id ?? "", found.Arn ?? "", found.Name ?? "");
            }
            else
            {
                try
                {
                    if ((await map.GetNamespaceAsync(new() { Id = named }, scope.AsService(), ct)).Namespace is { } there)
                        return (there.Id ?? "", there.Arn ?? "", there.Name ?? "");
                }
                catch (AwsException e) when (e.IsClientFault)
                {
                    // Not there, or not an ARN of a namespace: the same to the caller.
                }
            }
        }

        throw new NamespaceNotFoundException("The specified namespace was not found.");
    }

    private static async ValueTask<NamespaceSummary?> ByNameAsync(IServicediscovery map, string name, AccountRegion scope, CancellationToken ct) =>
        ((await map.ListNamespacesAsync(new() { Filters = [new() { Name = NamespaceFilterName.Name, Values = [name] }] }, scope.AsService(), ct)).Namespaces ?? [])
            .FirstOrDefault();

    private async ValueTask<string> EnsureServiceAsync(string name, string namespaceId, AccountRegion scope, CancellationToken ct)
    {
        if (rooms.GetService<IServicediscovery>() is not { } map) return "";
        try
        {
            return (await map.CreateServiceAsync(new() { Name = name, NamespaceId = namespaceId, Description = "Managed by Amazon ECS Service Connect", HealthCheckCustomConfig = new() { FailureThreshold = 1 } },
                scope.AsService(), ct)).Service?.Arn ?? "";
        }
        catch (ServiceAlreadyExists e)
        {
            return e.ServiceArn ?? "";
        }
    }
}
