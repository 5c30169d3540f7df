using Minato.CloudMap.State;
using Minato.Contracts.Servicediscovery;

namespace Minato.CloudMap.Planning;

/// <summary>What a service may ask of its namespace.</summary>
internal static class ServiceRules
{
    public static ServiceType TypeOf(NamespaceState ns, CreateServiceRequest request) =>
        ns.Type == NamespaceType.Http || request.DnsConfig is null ? ServiceType.Http : ServiceType.DnsHttp;

    /// <exception cref="InvalidInput">It asks for what does not go together.</exception>
    public static void Demand(NamespaceState ns, CreateServiceRequest request)
    {
        Demand(ns.Type != NamespaceType.Http || request.DnsConfig is null, "A service in an HTTP namespace can't have a DNS configuration.");
        Demand(request.Type is null || request.DnsConfig is null, "A service of type HTTP can't have a DNS configuration.");
        Demand(request.HealthCheckConfig is null || request.HealthCheckCustomConfig is null, "A service can have HealthCheckConfig or HealthCheckCustomConfig, but not both.");
        DemandCheck(ns, request.HealthCheckConfig);
        if (request.DnsConfig is not { } config) return;
        Demand(config.DnsRecords.Length > 0, "A DNS configuration needs at least one record.");
        Demand(config.DnsRecords.Select(r => r.Type).Distinct().Count() == config.DnsRecords.Length, "A DNS configuration can have one record of each type.");
        if (!config.DnsRecords.Any(r => r.Type == RecordType.Cname)) return;
        Demand(config.DnsRecords.Length == 1, "A CNAME record can't be combined with other records.");
        Demand(config.RoutingPolicy == RoutingPolicy.Weighted, "A CNAME record needs the routing policy WEIGHTED.");
        Demand(request.HealthCheckConfig is null, "A service with a CNAME record can't have a health check.");
    }

    /// <summary>AWS: whoever checks comes from the internet.</summary>
    private static void DemandCheck(NamespaceState ns, HealthCheckConfig? check) =>
        Demand(check is null || ns.Type != NamespaceType.DnsPrivate, "HealthCheckConfig can't be used in private DNS namespaces.");

    /// <exception cref="InvalidInput">The change asks for what the service cannot become.</exception>
    public static void Demand(NamespaceState ns, ServiceState service, ServiceChange change)
    {
        DemandCheck(ns, change.HealthCheckConfig);
        Demand(change.HealthCheckConfig is null || service.HealthCheckCustomConfig is null, "A service can have HealthCheckConfig or HealthCheckCustomConfig, but not both.");
        if (change.DnsConfig is not { } config) return;
        Demand(config.DnsRecords.Select(r => r.Type).Distinct().Count() == config.DnsRecords.Length, "A DNS configuration can have one record of each type.");
        var types = (service.DnsConfig?.DnsRecords ?? []).Select(r => r.Type).ToHashSet();
        Demand(config.DnsRecords.All(r => types.Contains(r.Type)), "DNS records can't be added to a service; their TTL can be changed.");
    }

    private static void Demand(bool holds, string otherwise)
    {
        if (!holds) throw new InvalidInput(otherwise);
    }
}
