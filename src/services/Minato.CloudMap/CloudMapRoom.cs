using Microsoft.Extensions.DependencyInjection;
using Minato.CloudMap.Api;
using Minato.CloudMap.Reconcile;
using Minato.CloudMap.State;
using Minato.CloudMap.Templates;
using Minato.Contracts.Servicediscovery;
using Minato.Platform;

namespace Minato.CloudMap;

/// <summary>The door of AWS Cloud Map.</summary>
public static class CloudMapRoom
{
    /// <param name="services">Needs page tokens, EC2 and Route 53.</param>
    public static IServiceCollection AddCloudMap(this IServiceCollection services) => services
        .AddTable(CloudMapTables.Namespaces).AddTable(CloudMapTables.Services).AddTable(CloudMapTables.Instances).AddTable(CloudMapTables.Operations)
        .AddSingleton<IServicediscovery, CloudMapApi>()
        .AddSingleton<InstanceChecks>()
        .AddCloudMapResourceTypes()
        .AddReconciler<NamespaceReconciler, NamespaceKey>(o =>
        {
            o.Name = "servicediscovery.namespace";
            o.Workers = 2;
            o.On(CloudMapTables.Namespaces, n => [new(n.Id)]);
        })
        .AddReconciler<ServiceReconciler, ServiceKey>(o =>
        {
            o.Name = "servicediscovery.service";
            o.Workers = 4;
            o.On(CloudMapTables.Services, s => [new(s.Id)]);
            o.On(CloudMapTables.Instances, i => [new(i.Key.ServiceId)]);
        });
}
