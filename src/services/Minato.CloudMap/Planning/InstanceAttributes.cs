using System.Collections.Immutable;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using Minato.CloudMap.State;
using Minato.Contracts.Servicediscovery;

namespace Minato.CloudMap.Planning;

/// <summary>What an instance says of itself that Cloud Map understands.</summary>
internal static class InstanceAttributes
{
    public const string Ipv4 = "AWS_INSTANCE_IPV4";
    public const string Ipv6 = "AWS_INSTANCE_IPV6";
    public const string Port = "AWS_INSTANCE_PORT";
    public const string Cname = "AWS_INSTANCE_CNAME";
    public const string Alias = "AWS_ALIAS_DNS_NAME";
    public const string Machine = "AWS_EC2_INSTANCE_ID";
    public const string InitialHealth = "AWS_INIT_HEALTH_STATUS";
    private const int MostAttributes = 30;
    private const int MostCharacters = 5000;
    private const int LongestName = 253;
    private const int LongestLabel = 63;

    /// <exception cref="InvalidInput">The records of the service cannot be made of it.</exception>
    public static void Demand(ServiceState service, string id, IReadOnlyDictionary<string, string> attributes)
    {
        Demand(attributes.Count <= MostAttributes, $"An instance can have at most {MostAttributes} attributes.");
        Demand(attributes.Sum(a => a.Key.Length + a.Value.Length) <= MostCharacters, $"The attributes of an instance can have at most {MostCharacters} characters.");
        Demand(!attributes.ContainsKey(Alias), $"Minato does not serve {Alias}: register the address of what it stands for.");
        // What Route 53 would not take is refused here: there it would hold up all other instances of the service.
        Demand(!attributes.TryGetValue(Ipv4, out var v4) || IsIpv4(v4), $"{Ipv4} is not a valid IPv4 address.");
        Demand(!attributes.TryGetValue(Ipv6, out var v6) || IsIpv6(v6), $"{Ipv6} is not a valid IPv6 address.");
        Demand(!attributes.TryGetValue(Cname, out var name) || IsName(name), $"{Cname} is not a valid domain name.");
        Demand(service.DnsConfig is not { } dns || dns.DnsRecords.All(r => r.Type != RecordType.Srv) || IsName(id), $"The instance ID {id} can't be a part of a domain name, which a service with a record of type SRV needs.");
        Demand(!attributes.TryGetValue(Port, out var port) || IsPort(port), $"{Port} must be a number from 0 to 65535.");
        foreach (var record in service.DnsConfig?.DnsRecords ?? [])
        {
            var needed = record.Type switch { RecordType.A => Ipv4, RecordType.Aaaa => Ipv6, RecordType.Cname => Cname, _ => Port };
            Demand(record.Type != RecordType.Srv || attributes.ContainsKey(Ipv4) || attributes.ContainsKey(Ipv6), $"Must specify {Ipv4} or {Ipv6} attribute for service '{service.Name}' with a record of type SRV.");
            Demand(attributes.ContainsKey(needed), $"Must specify {needed} attribute for service '{service.Name}' with a record of type {record.Type.ToWire()}.");
        }

        if (attributes.TryGetValue(InitialHealth, out var health))
        {
            Demand(service.HealthCheckCustomConfig is not null, $"{InitialHealth} needs a service with a custom health check.");
            Demand(CustomHealthStatusExtensions.Parse(health) is not null, $"{InitialHealth} must be HEALTHY or UNHEALTHY.");
        }
    }

    /// <exception cref="InvalidInput">AWS: an instance of EC2 is named in HTTP namespaces, and by nothing else than its id.</exception>
    public static void DemandInstance(NamespaceType type, IReadOnlyDictionary<string, string> attributes)
    {
        Demand(type == NamespaceType.Http, $"{Machine} can be used in HTTP namespaces only.");
        Demand(attributes.Keys.All(k => k is Machine or InitialHealth), $"{InitialHealth} is the only attribute that can be specified with {Machine}.");
    }

    public static CustomHealthStatus? HealthAtFirst(ServiceState service, IReadOnlyDictionary<string, string> attributes) =>
        service.HealthCheckCustomConfig is null ? null
            : attributes.TryGetValue(InitialHealth, out var health) ? CustomHealthStatusExtensions.Parse(health) : CustomHealthStatus.Healthy;

    private static bool IsIpv4(string text) => text.Split('.') is { Length: 4 } parts
        && parts.All(p => byte.TryParse(p, NumberStyles.None, CultureInfo.InvariantCulture, out _) && (p.Length == 1 || p[0] != '0'));

    private static bool IsIpv6(string text) => text.All(c => char.IsAsciiHexDigit(c) || c is ':' or '.')
        && IPAddress.TryParse(text, out var address) && address.AddressFamily == AddressFamily.InterNetworkV6;

    private static bool IsName(string text) => text.Length <= LongestName && text.TrimEnd('.').Split('.').All(l => l.Length is > 0 and <= LongestLabel && l.All(c => c is > ' ' and <= '~' and not '\\'));

    private static bool IsPort(string text) => ushort.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out _);

    private static void Demand(bool holds, string otherwise)
    {
        if (!holds) throw new InvalidInput(otherwise);
    }
}
