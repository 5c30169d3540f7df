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
        Demand(request.HealthCheckConfig is null || ns.Type == NamespaceType.DnsPublic, "HealthCheckConfig can be used in public DNS namespaces only.");
        if (request.DnsConfig is not { } config) return;
        Demand(config.DnsRecords.Length > 0, "A DNS configuration needs at least one record.");
        Demand(config.DnsRecords.Select(r => r.Type).Distinct().Count() == config.DnsRecords.Length, "A DNS configuration can have one record of each type.");
        if (!config.DnsRecords.Any(r => r.Type == RecordType.Cname)) return;
        Demand(config.DnsRecords.Length == 1, "A CNAME record can't be combined with other records.");
        Demand(config.RoutingPolicy == RoutingPolicy.Weighted, "A CNAME record needs the routing policy WEIGHTED.");
        Demand(request.HealthCheckConfig is null, "A service with a CNAME record can't have a health check.");
    }

    private static void Demand(bool holds, string otherwise)
    {
        if (!holds) throw new InvalidInput(otherwise);
    }
}
